//! Functions as generated code calls and provides them.

use super::carrier::Carrier;
#[cfg(feature = "async")]
use super::client::Calling;
use super::client::{Client, Fault, GuestInterface, ResolveError, Resolver};
use super::error::CallError;
use super::in_place::{self, InPlace, Looked};
use super::link::IsPeer;
use super::provider::{LinkError, ProviderLinker};
use crate::codec::no_codec;
use crate::future::HostFuture;
use std::marker::PhantomData;
use tairitsu_guest::abi::{Lift, Lower};

/// A function as generated code calls it: parameters `P` of `N` flat values, results `R` of `M`, both tuples.
pub struct Typed<P, R, const N: usize, const M: usize>(PhantomData<(P, R)>);

impl<P: Lower + Send + Sync, R: Lift + Send + Sync, const N: usize, const M: usize> Typed<P, R, N, M> {
    /// [`Resolver::function`]
    pub fn resolve(resolver: &mut Resolver<'_>, index: usize) -> std::result::Result<(), ResolveError> {
        resolver.function::<Carrier<P, N>, Carrier<R, M>>(index)
    }
}

impl<P: Lower + Send + Sync, const N: usize> Typed<P, (), N, 0> {
    /// Calls a function without a result.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline]
    pub unsafe fn call_raw(client: &mut Client<'_>, index: usize, params: P) -> std::result::Result<(), Fault> {
        if const { P::TYPE.has_handle() } {
            client.check_handles(index, &params)?;
        }
        // SAFETY: the caller's.
        let result = unsafe { client.call::<Carrier<P, N>, Carrier<(), 0>>(index, Carrier::new(params)) };
        if const { P::TYPE.has_handle() } {
            client.end_lending();
        }
        match result {
            Ok(_) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// [`Typed::call_raw`], with the error of a client.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline]
    pub unsafe fn call(client: &mut Client<'_>, index: usize, params: P) -> std::result::Result<(), CallError> {
        // SAFETY: the caller's.
        Self::settle(unsafe { Self::call_raw(client, index, params) })
    }

    /// [`Typed::call`], in a container whose calls are futures.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[cfg(feature = "async")]
    pub unsafe fn call_async<'c>(
        client: &'c mut Client<'_>,
        index: usize,
        params: P,
    ) -> Calling<'c, std::result::Result<(), CallError>>
    where
        P: 'c,
    {
        Box::pin(async move {
            if const { P::TYPE.has_handle() } {
                client.check_handles(index, &params).map_err(Fault::into)?;
            }
            // SAFETY: the caller's.
            let called =
                unsafe { client.call_async::<Carrier<P, N>, Carrier<(), 0>>(index, Carrier::new(params)).await };
            if const { P::TYPE.has_handle() } {
                client.end_lending();
            }
            Self::settle(called.map(|_| ()))
        })
    }

    /// What a client returns.
    #[inline]
    pub fn settle(result: std::result::Result<(), Fault>) -> std::result::Result<(), CallError> {
        match result {
            Ok(()) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }
}

impl<P: Lower + Send + Sync, T: Lift + Send + Sync, const N: usize, const M: usize> Typed<P, (T,), N, M> {
    /// Calls a function.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline]
    pub unsafe fn call_raw(client: &mut Client<'_>, index: usize, params: P) -> std::result::Result<T, Fault> {
        if const { P::TYPE.has_handle() } {
            client.check_handles(index, &params)?;
        }
        // SAFETY: the caller's.
        let result = unsafe { client.call::<Carrier<P, N>, Carrier<(T,), M>>(index, Carrier::new(params)) };
        if const { P::TYPE.has_handle() } {
            client.end_lending();
        }
        match result {
            Ok(Carrier { value: (result,), whose }) => {
                if const { T::TYPE.has_handle() } {
                    client.settle(whose);
                }
                Ok(result)
            }
            Err(fault) => Err(fault),
        }
    }

    /// [`Typed::call_raw`], with the error of a client.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline]
    pub unsafe fn call(
        client: &mut Client<'_>,
        index: usize,
        params: P,
    ) -> std::result::Result<T::Ok, CallError<T::Err>> {
        // SAFETY: the caller's.
        Self::settle(unsafe { Self::call_raw(client, index, params) })
    }

    /// [`Typed::call`], whose result is looked at where it is.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    pub unsafe fn look<O>(
        client: &mut Client<'_>,
        index: usize,
        params: P,
        see: impl FnOnce(&T::Seen) -> O,
    ) -> std::result::Result<O, CallError<T::Err>>
    where
        T: InPlace,
    {
        /// Gives the type of `see` a name.
        unsafe fn call<P, T, F, O, const N: usize, const M: usize>(
            client: &mut Client<'_>,
            index: usize,
            params: P,
            see: F,
        ) -> std::result::Result<O, CallError<T::Err>>
        where
            P: Lower + Send + Sync,
            T: InPlace + Send + Sync,
            F: FnOnce(&T::Seen) -> O,
        {
            if const { P::TYPE.has_handle() } {
                client.check_handles(index, &params).map_err(Fault::into)?;
            }
            // SAFETY: the caller's; what is looked at is of the type that the result has.
            let (called, made) = in_place::look::<T, F, O, _>(see, || unsafe {
                client.call::<Carrier<P, N>, Looked<T, F, O, M>>(index, Carrier::new(params))
            });
            if const { P::TYPE.has_handle() } {
                client.end_lending();
            }
            match (called, made) {
                (Err(fault), _) => Err(Fault::into(fault)),
                (Ok(_), Some(made)) => made.map_err(CallError::Guest),
                (Ok(_), None) => unreachable!("a result that was lifted was looked at"),
            }
        }

        // SAFETY: the caller's.
        unsafe { call::<P, T, _, O, N, M>(client, index, params, see) }
    }

    /// Looks at a result that is the host's own.
    pub fn look_at<O>(
        result: std::result::Result<T, Fault>,
        see: impl FnOnce(&T::Seen) -> O,
    ) -> std::result::Result<O, CallError<T::Err>>
    where
        T: InPlace,
    {
        Self::settle(result).map(|ok| see(T::seen(&ok)))
    }

    /// [`Typed::call`], in a container whose calls are futures.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[cfg(feature = "async")]
    pub unsafe fn call_async<'c>(
        client: &'c mut Client<'_>,
        index: usize,
        params: P,
    ) -> Calling<'c, std::result::Result<T::Ok, CallError<T::Err>>>
    where
        P: 'c,
        T: 'static,
    {
        Box::pin(async move {
            if const { P::TYPE.has_handle() } {
                client.check_handles(index, &params).map_err(Fault::into)?;
            }
            // SAFETY: the caller's.
            let called =
                unsafe { client.call_async::<Carrier<P, N>, Carrier<(T,), M>>(index, Carrier::new(params)).await };
            if const { P::TYPE.has_handle() } {
                client.end_lending();
            }
            Self::settle(called.map(|Carrier { value: (result,), whose }| {
                client.settle(whose);
                result
            }))
        })
    }

    /// What a client returns: the function's own error is told from its result.
    #[inline]
    pub fn settle(result: std::result::Result<T, Fault>) -> std::result::Result<T::Ok, CallError<T::Err>> {
        match result {
            Ok(result) => result.into_result().map_err(CallError::Guest),
            Err(fault) => Err(Fault::into(fault)),
        }
    }
}

/// A function as generated code provides it: arguments `A` of `N` flat values, results `R` of `M`, both tuples.
pub struct Provided<A, R, const N: usize, const M: usize>(PhantomData<(A, R)>);

impl<A, R, const N: usize, const M: usize> Provided<A, R, N, M>
where
    A: Lift + Send + Sync + 'static,
    R: Lower + Send + Sync + 'static,
{
    /// [`ProviderLinker::function`]
    pub fn link<P: 'static>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        function: impl Fn(&mut P, A) -> R + Send + Sync + 'static,
    ) -> std::result::Result<(), LinkError> {
        linker.function(index, move |provider: &mut P, args: Carrier<A, N>| {
            Carrier::<R, M>::new(function(provider, args.value))
        })
    }
}

impl<A, R, const N: usize, const M: usize> Provided<A, R, N, M>
where
    A: Lift + Send + Sync + 'static,
    R: Lower + Send + Sync + 'static,
{
    /// [`ProviderLinker::future`]
    pub fn link_future<P: Send + 'static>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        function: for<'p> fn(&'p mut P, A) -> HostFuture<'p, R>,
    ) -> std::result::Result<(), LinkError> {
        linker.future::<A, R, N, M>(index, function)
    }

    /// [`ProviderLinker::forward`]
    pub fn forward<I: ?Sized + GuestInterface, P: IsPeer>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        call: impl Fn(&mut Client<'_>, A) -> std::result::Result<R, Fault> + Send + Sync + 'static,
    ) -> std::result::Result<(), LinkError> {
        linker.forward::<I, _, _>(index, move |client: &mut Client<'_>, args: Carrier<A, N>| {
            call(client, args.value).map(Carrier::<R, M>::new)
        })
    }
}

/// What [`Typed`] is for types of which one is no WIT type. See `crate::codec`.
pub trait NoTyped<P> {
    /// Never reached.
    ///
    /// # Safety
    /// - None.
    unsafe fn call<A>(_: &mut Client<'_>, _: usize, _: P) -> A {
        const { no_codec::<P>() };
        unreachable!()
    }

    /// Never reached.
    ///
    /// # Safety
    /// - None.
    unsafe fn call_raw<A>(_: &mut Client<'_>, _: usize, _: P) -> std::result::Result<A, Fault> {
        const { no_codec::<P>() };
        unreachable!()
    }

    /// Never reached.
    ///
    /// # Safety
    /// - None.
    unsafe fn call_async<A>(_: &mut Client<'_>, _: usize, _: P) -> A {
        const { no_codec::<P>() };
        unreachable!()
    }

    /// Never reached.
    ///
    /// # Safety
    /// - None.
    unsafe fn look<A>(_: &mut Client<'_>, _: usize, _: P, _: impl Sized) -> A {
        const { no_codec::<P>() };
        unreachable!()
    }

    /// Never reached.
    fn look_at<A, B>(_: A, _: impl Sized) -> B {
        const { no_codec::<P>() };
        unreachable!()
    }

    /// Never reached.
    fn settle<A, B>(_: A) -> B {
        const { no_codec::<P>() };
        unreachable!()
    }

    /// Never reached.
    fn resolve(_: &mut Resolver<'_>, _: usize) -> std::result::Result<(), ResolveError> {
        const { no_codec::<P>() };
        unreachable!()
    }
}

impl<P, R, const N: usize, const M: usize> NoTyped<P> for Typed<P, R, N, M> {}

/// What [`Provided`] is for types of which one is no WIT type. See `crate::codec`.
pub trait NoProvided<A, R> {
    /// Never reached.
    fn link<P: 'static>(
        _: &mut ProviderLinker<'_, P>,
        _: usize,
        _: impl Fn(&mut P, A) -> R,
    ) -> std::result::Result<(), LinkError> {
        const { no_codec::<A>() };
        unreachable!()
    }

    /// Never reached.
    fn link_future<P: 'static>(
        _: &mut ProviderLinker<'_, P>,
        _: usize,
        _: for<'p> fn(&'p mut P, A) -> HostFuture<'p, R>,
    ) -> std::result::Result<(), LinkError> {
        const { no_codec::<A>() };
        unreachable!()
    }

    /// Never reached.
    fn forward<I: ?Sized, P>(
        _: &mut ProviderLinker<'_, P>,
        _: usize,
        _: impl Fn(&mut Client<'_>, A) -> std::result::Result<R, Fault>,
    ) -> std::result::Result<(), LinkError> {
        const { no_codec::<A>() };
        unreachable!()
    }
}

impl<A, R, const N: usize, const M: usize> NoProvided<A, R> for Provided<A, R, N, M> {}
