//! Providers without types, among the imports of an image.

use super::imports::is_wasi;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::policy::Policy;
use crate::runtime::base::track::same_track;
use crate::runtime::base::trap::message;
use crate::runtime::dynamic::provider::{DynamicProvider, provider_of};
use crate::runtime::engine::machine::Asyncness;
use crate::runtime::image::image::Image;
use crate::runtime::provide::source::{Provided, served};
use crate::runtime::store::state::State;
use wasmtime::component::Linker;

/// Fails if an interface is provided twice.
pub(super) fn check(provided: &[Provided], untyped: &[DynamicProvider]) -> Result<(), Error> {
    for (i, one) in untyped.iter().enumerate() {
        let is_typed = served(provided).any(|served| same_track(served.interface.id, &one.interface));
        if is_typed || provider_of(&untyped[i + 1..], &one.interface).is_some() {
            return Err(Error::ProvidedTwice { interface: one.interface.to_string() });
        }
    }
    Ok(())
}

/// Links the imports that have a provider without types.
pub(super) fn link(
    linker: &mut Linker<State>,
    image: &Image,
    untyped: &[DynamicProvider],
    policy: &Policy,
    asyncness: Asyncness,
) -> Result<(), Error> {
    if untyped.is_empty() {
        return Ok(());
    }
    for function in image.imported_functions() {
        let interface = function.interface.clone();
        let Some(provider) = provider_of(untyped, &interface) else { continue };
        let whole = if interface.is_empty() { &function.name } else { &interface };
        let is_denied = policy.denies(whole, whole, &function.name);
        let fail = |error: wasmtime::Error| Error::Link { interface: whole.to_string(), message: message(&error) };
        linker.allow_shadowing(is_wasi(&interface));
        let linked = match interface.is_empty() {
            true => provider.link(&mut linker.root(), function.clone(), asyncness, is_denied),
            false => match linker.instance(&interface) {
                Ok(mut instance) => provider.link(&mut instance, function.clone(), asyncness, is_denied),
                Err(error) => Err(error),
            },
        };
        linker.allow_shadowing(false);
        linked.map_err(fail)?;
    }
    Ok(())
}
