//! Functions in the form in which generated code provides them.

use super::linker::{LinkError, ProviderLinker};
use crate::codec::no_codec;
use crate::future::HostFuture;
use std::marker::PhantomData;
use tairitsu_guest::abi::{Lift, Lower};

/// A provided function. The arguments are the tuple `A`, with `N` flat values. The results are the tuple `R`, with `M`.
pub struct ProvidedFunction<A, R, const N: usize, const M: usize>(PhantomData<(A, R)>);

impl<A, R, const N: usize, const M: usize> ProvidedFunction<A, R, N, M>
where
    A: Lift + 'static,
    R: Lower + 'static,
{
    /// [`ProviderLinker::function`]
    pub fn link<P: 'static>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        function: impl Fn(&mut P, A) -> R + Send + Sync + 'static,
    ) -> Result<(), LinkError> {
        linker.function::<A, R, N, M>(index, function)
    }
}

impl<A, R, const N: usize, const M: usize> ProvidedFunction<A, R, N, M>
where
    A: Lift + 'static,
    R: Lower + 'static,
{
    /// [`ProviderLinker::future`]
    pub fn link_future<P: Send + 'static>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        function: for<'p> fn(&'p mut P, A) -> HostFuture<'p, R>,
    ) -> Result<(), LinkError> {
        linker.future::<A, R, N, M>(index, function)
    }
}

/// Stands in for [`ProvidedFunction`] if an argument or the result is no WIT type. See `crate::codec`.
pub trait NoProvidedFunction<A, R> {
    /// Never reached.
    fn link<P: 'static>(_: &mut ProviderLinker<'_, P>, _: usize, _: impl Fn(&mut P, A) -> R) -> Result<(), LinkError> {
        const { no_codec::<A>() };
        unreachable!()
    }

    /// Never reached.
    fn link_future<P: 'static>(
        _: &mut ProviderLinker<'_, P>,
        _: usize,
        _: for<'p> fn(&'p mut P, A) -> HostFuture<'p, R>,
    ) -> Result<(), LinkError> {
        const { no_codec::<A>() };
        unreachable!()
    }
}

impl<A, R, const N: usize, const M: usize> NoProvidedFunction<A, R> for ProvidedFunction<A, R, N, M> {}
