//! The descriptors of the interfaces that one object provides.

use super::provides::Provides;
use super::served::Served;
use crate::__private::HasInterface;
use crate::descriptor::Descriptor;

/// The interfaces that `P` provides: one descriptor, or a tuple of up to four.
pub trait Descriptors<P> {
    #[doc(hidden)]
    fn served() -> ServedInterfaces;
}

#[doc(hidden)]
pub struct ServedInterfaces(pub(crate) Vec<Served>);

impl<I: ?Sized + HasInterface + 'static, P: Provides<I>> Descriptors<P> for Descriptor<I> {
    fn served() -> ServedInterfaces {
        ServedInterfaces(vec![Served::new::<I, P>()])
    }
}

macro_rules! descriptors {
    ($($name:ident)+) => {
        impl<P, $($name: Descriptors<P>),+> Descriptors<P> for ($($name,)+) {
            fn served() -> ServedInterfaces {
                let mut served = Vec::new();
                $(served.extend($name::served().0);)+
                ServedInterfaces(served)
            }
        }
    };
}

descriptors!(A);
descriptors!(A B);
descriptors!(A B C);
descriptors!(A B C D);
