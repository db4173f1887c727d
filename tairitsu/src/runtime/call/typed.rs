//! Functions of a guest, in the form in which generated code calls them.

#[cfg(feature = "async")]
use super::client::Calling;
use super::client::Client;
use super::interface::{ResolveError, Resolver};
use crate::codec::no_codec;
use crate::runtime::base::call_error::{CallError, Fault};
#[cfg(feature = "async")]
use crate::runtime::base::executor;
use crate::runtime::values::aside::Aside;
use crate::runtime::values::tuple::{Results, ValueTuple};
use crate::runtime::values::view::{self, Viewable, Viewed};
use std::marker::PhantomData;
use tairitsu_guest::abi::{Lift, Lower};

/// A called function. The parameters are the tuple `P`, with `N` flat values. The results are the tuple `R`, with `M`.
pub struct Typed<P, R, const N: usize, const M: usize>(PhantomData<(P, R)>);

impl<P: Lower, R: Results, const N: usize, const M: usize> Typed<P, R, N, M> {
    /// [`Resolver::function`]
    pub fn resolve(resolver: &mut Resolver<'_>, index: usize) -> Result<(), ResolveError> {
        resolver.function::<ValueTuple<P, N>, ValueTuple<R, M>>(index)
    }

    /// Calls the function.
    ///
    /// # Safety
    /// - The same as for [`Client::call`].
    #[inline]
    pub unsafe fn call_raw(client: &mut Client<'_>, index: usize, params: P) -> Result<R::Value, Fault> {
        if const { P::TYPE.can_grow() || R::TYPE.can_grow() } && client.is_bridged(index) {
            return Self::call_bridged(client, index, &params);
        }
        if const { P::TYPE.has_handle() } {
            client.check_handles(index, &params)?;
        }
        // SAFETY: the caller guarantees the same.
        let result = unsafe { client.call::<ValueTuple<P, N>, ValueTuple<R, M>>(index, ValueTuple::new(params)) };
        if const { P::TYPE.has_handle() } {
            client.end_lending();
        }
        match result {
            Ok(ValueTuple { value, whose }) => {
                if const { R::TYPE.has_handle() } {
                    client.settle(whose);
                }
                Ok(value.into_value())
            }
            Err(fault) => Err(fault),
        }
    }

    /// [`Typed::call_raw`], of a guest that is older or newer than the host.
    #[cold]
    fn call_bridged(client: &mut Client<'_>, index: usize, params: &P) -> Result<R::Value, Fault> {
        let result = client.call_bridged(index, Aside::lower(params))?;
        result.lift::<R>().map(R::into_value).map_err(|error| client.wrong(index, error))
    }

    /// [`Typed::call_raw`], with the error type of a client.
    ///
    /// # Safety
    /// - The same as for [`Client::call`].
    #[inline]
    pub unsafe fn call(client: &mut Client<'_>, index: usize, params: P) -> Result<R::Returned, CallError<R::Error>> {
        // SAFETY: the caller guarantees the same.
        Self::settle(unsafe { Self::call_raw(client, index, params) })
    }

    /// [`Typed::call`], in a container whose calls are futures.
    ///
    /// # Safety
    /// - The same as for [`Client::call`].
    #[cfg(feature = "async")]
    pub unsafe fn call_async<'c>(
        client: &'c mut Client<'_>,
        index: usize,
        params: P,
    ) -> Calling<'c, Result<R::Returned, CallError<R::Error>>>
    where
        P: 'c,
        R: 'static,
    {
        let params = ValueTuple::new(params);
        // SAFETY: the caller guarantees the same.
        Box::pin(async move { Self::settle(unsafe { Self::run_async(client, index, params) }.await) })
    }

    /// [`Typed::call_raw`], in a container whose calls are futures.
    ///
    /// # Safety
    /// - The same as for [`Client::call`].
    #[cfg(feature = "async")]
    pub unsafe fn call_raw_async<'c>(
        client: &'c mut Client<'_>,
        index: usize,
        params: P,
    ) -> Calling<'c, Result<R::Value, Fault>>
    where
        P: 'c,
        R: 'static,
    {
        // SAFETY: the caller guarantees the same.
        Box::pin(unsafe { Self::run_async(client, index, ValueTuple::new(params)) })
    }

    #[cfg(feature = "async")]
    async unsafe fn run_async(
        client: &mut Client<'_>,
        index: usize,
        params: ValueTuple<P, N>,
    ) -> Result<R::Value, Fault>
    where
        R: 'static,
    {
        if const { P::TYPE.can_grow() || R::TYPE.can_grow() } && client.is_bridged(index) {
            let result = client.call_bridged_async(index, Aside::lower(&params.value)).await?;
            return result.lift::<R>().map(R::into_value).map_err(|error| client.wrong(index, error));
        }
        if const { P::TYPE.has_handle() } {
            client.check_handles(index, &params.value)?;
        }
        // SAFETY: the caller guarantees the same.
        let called = unsafe { client.call_async::<ValueTuple<P, N>, ValueTuple<R, M>>(index, params).await };
        if const { P::TYPE.has_handle() } {
            client.end_lending();
        }
        called.map(|ValueTuple { value, whose }| {
            client.settle(whose);
            value.into_value()
        })
    }

    /// [`Typed::call_raw`] out of a default body. The body is no future, so that it waits for a call that is one.
    ///
    /// # Safety
    /// - The same as for [`Client::call`].
    pub unsafe fn call_in_default(client: &mut Client<'_>, index: usize, params: P) -> Result<R::Value, Fault>
    where
        R: 'static,
    {
        #[cfg(feature = "async")]
        if client.is_async() {
            // SAFETY: the caller guarantees the same.
            return executor::block_on(unsafe { Self::run_async(client, index, ValueTuple::new(params)) });
        }
        // SAFETY: the caller guarantees the same.
        unsafe { Self::call_raw(client, index, params) }
    }

    /// Turns the result of a call into a client's result. The function's own error becomes [`CallError::Guest`].
    #[inline]
    pub fn settle(result: Result<R::Value, Fault>) -> Result<R::Returned, CallError<R::Error>> {
        match result {
            Ok(value) => R::settle(value).map_err(CallError::Guest),
            Err(fault) => Err(fault.into()),
        }
    }
}

impl<P: Lower, T: Viewable + Lift, const N: usize, const M: usize> Typed<P, (T,), N, M> {
    /// [`Typed::call`], but `see` reads the result where it is in the guest's memory.
    ///
    /// # Safety
    /// - The same as for [`Client::call`].
    pub unsafe fn look<O>(
        client: &mut Client<'_>,
        index: usize,
        params: P,
        see: impl FnOnce(&T::Seen) -> O,
    ) -> Result<O, CallError<T::Err>> {
        if const { P::TYPE.can_grow() || T::TYPE.can_grow() } && client.is_bridged(index) {
            return Self::look_at(Self::call_bridged(client, index, &params), see);
        }

        /// Names the type of `see`.
        unsafe fn call<P, T, F, O, const N: usize, const M: usize>(
            client: &mut Client<'_>,
            index: usize,
            params: P,
            see: F,
        ) -> Result<O, CallError<T::Err>>
        where
            P: Lower,
            T: Viewable,
            F: FnOnce(&T::Seen) -> O,
        {
            if const { P::TYPE.has_handle() } {
                client.check_handles(index, &params).map_err(Fault::into)?;
            }
            // SAFETY: the caller guarantees the same. A `Viewed` of `T` has the type of the result in the component.
            let (called, made) = view::look::<T, F, O, _>(see, || unsafe {
                client.call::<ValueTuple<P, N>, Viewed<T, F, O, M>>(index, ValueTuple::new(params))
            });
            if const { P::TYPE.has_handle() } {
                client.end_lending();
            }
            match (called, made) {
                (Err(fault), _) => Err(Fault::into(fault)),
                (Ok(viewed), Some(made)) => {
                    client.settle(viewed.whose);
                    made.map_err(CallError::Guest)
                }
                (Ok(_), None) => unreachable!("a result that was lifted was looked at"),
            }
        }

        // SAFETY: the caller guarantees the same.
        unsafe { call::<P, T, _, O, N, M>(client, index, params, see) }
    }

    /// Passes a result to `see` that the host owns.
    pub fn look_at<O>(result: Result<T, Fault>, see: impl FnOnce(&T::Seen) -> O) -> Result<O, CallError<T::Err>> {
        Self::settle(result).map(|ok| see(T::seen(&ok)))
    }
}

/// Stands in for [`Typed`] if a parameter or the result is no WIT type. See `crate::codec`.
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
    unsafe fn call_raw<A>(_: &mut Client<'_>, _: usize, _: P) -> Result<A, Fault> {
        const { no_codec::<P>() };
        unreachable!()
    }

    /// Never reached.
    ///
    /// # Safety
    /// - None.
    unsafe fn call_in_default<A>(_: &mut Client<'_>, _: usize, _: P) -> Result<A, Fault> {
        const { no_codec::<P>() };
        unreachable!()
    }

    /// Never reached.
    ///
    /// # Safety
    /// - None.
    #[cfg(feature = "async")]
    unsafe fn call_raw_async<A>(_: &mut Client<'_>, _: usize, _: P) -> Calling<'static, Result<A, Fault>> {
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
    fn resolve(_: &mut Resolver<'_>, _: usize) -> Result<(), ResolveError> {
        const { no_codec::<P>() };
        unreachable!()
    }
}

impl<P, R, const N: usize, const M: usize> NoTyped<P> for Typed<P, R, N, M> {}
