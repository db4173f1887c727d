//! An image with everything that its containers share, linked and checked once.

use crate::core_world::HostApi;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::restart::RestartPolicy;
use crate::runtime::base::track::same_track;
use crate::runtime::base::trap::message;
use crate::runtime::call::client::Bridges;
use crate::runtime::image::image::Image;
use crate::runtime::ledger::shared::Shared;
use crate::runtime::provide::core_host::CoreHost;
use crate::runtime::provide::served::Served;
use crate::runtime::provide::source::{Provided, Source, served, slots};
use crate::runtime::store::resolution::Resolutions;
use crate::runtime::store::slot::Slot;
use crate::runtime::store::stack;
use crate::runtime::store::state::{self, State};
use crate::runtime::store::terms::Terms;
use std::fmt;
use std::sync::Arc;
use wasmtime::component::{ComponentExportIndex, Instance, InstancePre};
use wasmtime::{PoolConcurrencyLimitError, Store};

/// Everything that containers of one kind share. Made by
/// [`ContainerBuilder::prepare`](crate::ContainerBuilder::prepare), which links and checks. [`Template::spawn`] does
/// neither. Cheap to clone, safe to share.
///
/// ```
/// # fn main() -> Result<(), tairitsu::Error> {
/// use tairitsu::{Container, Registry, Status};
///
/// let registry = Registry::new();
/// let image = registry.register_image("empty:v1", b"\0asm\x0d\0\x01\0")?;
/// let template = Container::builder(&image).name("worker").prepare()?;
/// let containers = [template.spawn()?, template.spawn()?];
/// assert!(containers.iter().all(|container| container.status() == Status::Created));
/// assert_eq!(registry.containers().len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Template {
    pub(crate) inner: Arc<TemplateInner>,
}

/// Where an image exports each function of an interface.
#[derive(Default)]
pub(crate) struct Exports {
    /// `None` for an optional function that the image lacks.
    pub(super) functions: Box<[Option<ComponentExportIndex>]>,
    pub(super) bridges: Bridges,
}

pub(crate) struct TemplateInner {
    pub(crate) image: Image,
    pub(crate) terms: Arc<Terms>,
    pub(crate) instance: InstancePre<State>,
    pub(crate) provided: Vec<Provided>,
    pub(crate) restart: RestartPolicy,
    pub(crate) resolutions: Resolutions<Exports>,
    pub(crate) name: Option<String>,
}

impl Template {
    /// The image.
    pub fn image(&self) -> &Image {
        &self.inner.image
    }

    pub(crate) fn enter(&self, name: Option<&str>) -> Arc<Shared> {
        let TemplateInner { image, name: usual, .. } = &*self.inner;
        image.machine().enter(name.or(usual.as_deref()), image.name())
    }

    /// Makes a store with an instance. `kept` holds the container's providers from before a restart.
    ///
    /// Providers that the container keeps move from `kept` to the store. If the instantiation fails, the providers move
    /// back.
    pub(crate) fn open(&self, shared: &Arc<Shared>, kept: &mut Vec<Slot>) -> Result<(Store<State>, Instance), Error> {
        stack::check(self.image().machine().stack).map_err(|left| Error::Instantiate { message: left.to_string() })?;
        let mut store = self.store(shared, kept)?;
        state::arm(&mut store);
        match state::within(&mut store, |store| self.inner.instance.instantiate(store)) {
            Ok(instance) => Ok((store, instance)),
            Err(error) => {
                *kept = store.into_data().providers;
                Err(self.not_instantiated(&error))
            }
        }
    }

    /// The error of a failed instantiation.
    pub(crate) fn not_instantiated(&self, error: &wasmtime::Error) -> Error {
        match self.image().machine().pool {
            Some(containers) if error.is::<PoolConcurrencyLimitError>() => Error::PoolFull { containers },
            _ => Error::Instantiate { message: message(error) },
        }
    }

    /// Makes a store with everything except an instance.
    pub(crate) fn store(&self, shared: &Arc<Shared>, kept: &mut Vec<Slot>) -> Result<Store<State>, Error> {
        let inner = &*self.inner;
        let mut store = State::store(&inner.terms, shared);
        #[cfg(feature = "wasi")]
        if let Terms { wasi: Some(wasi), limits, .. } = &*inner.terms
            && !wasi.can_wait()
        {
            store.data_mut().wasi = Some(wasi.open(limits, shared)?);
        }
        store.data_mut().providers = slots(&inner.provided, kept)?;
        Ok(store)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interfaces: Vec<_> = served(&self.inner.provided).map(|served| served.interface.id).collect();
        f.debug_struct("Template")
            .field("image", &self.inner.image)
            .field("provides", &interfaces)
            .field("limits", &self.inner.terms.limits)
            .finish()
    }
}

/// The index of the core world's host among the providers.
pub(crate) const CORE: usize = 0;

/// Adds the core world's host to the providers. Fails if an interface is provided twice. A provider without types may serve
/// the core world's host, too.
pub(crate) fn complete(mut provided: Vec<Provided>, is_core_untyped: bool) -> Result<Vec<Provided>, Error> {
    for (i, one) in served(&provided).enumerate() {
        for other in served(&provided).skip(i + 1) {
            if same_track(one.interface.id, other.interface.id) {
                return Err(Error::ProvidedTwice { interface: other.interface.id.into() });
            }
        }
    }
    // The core world's host is always there for `on_execute` and `on_log`. It is linked unless another provider serves
    // its interface.
    let has_core = is_core_untyped || served(&provided).any(|served| same_track(served.interface.id, HostApi.id()));
    let core = if has_core { Vec::new() } else { vec![Served::new::<dyn HostApi, CoreHost>()] };
    let source = Source::Kept(|| Box::new(CoreHost::default()));
    provided.insert(CORE, Provided { source, served: core });
    Ok(provided)
}
