//! An image with all that its containers have, linked and checked once.

use super::check::{self, MissingImport, Report, Wants};
use super::client::GuestInterface;
use super::container::Origin;
use super::error::message;
use super::handle::{ProvidesResource, ResourceOf, has_handles};
use super::info::Shared;
use super::link::{Peer, SharedContainer};
use super::pool::TABLE_ELEMENTS;
use super::provider::{self, Descriptors, Link, Place, Provided, Provides, Source, link_denied, links};
use super::resolution::Resolutions;
use super::state::{self, Slot, State};
use super::{Container, Error, Image, Limits, Policy, Pool, RestartPolicy};
use crate::__private::HasInterface;
use crate::descriptor::Descriptor;
use std::fmt;
use std::sync::{Arc, Mutex};
use wasmtime::component::{Instance, InstancePre, Linker, LinkerInstance, ResourceType};
use wasmtime::{PoolConcurrencyLimitError, Store};
use wit_parser::{Resolve, TypeDefKind, WorldItem};

/// Everything that containers of one kind have in common. Made by [`ContainerBuilder::prepare`], which links and
/// checks; [`Template::spawn`] does neither. Cheap to clone, safe to share.
#[derive(Clone)]
pub struct Template {
    pub(super) inner: Arc<TemplateInner>,
}

pub(super) struct TemplateInner {
    pub(super) image: Image,
    pub(super) instance: InstancePre<State>,
    provided: Vec<Provided>,
    pub(super) limits: Limits,
    pub(super) restart: RestartPolicy,
    pub(super) resolutions: Resolutions,
    name: Option<String>,
    /// Where the image imports it.
    #[cfg(feature = "wasi")]
    pub(super) wasi: Option<super::Wasi>,
}

/// Whether calls are futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asyncness {
    No,
    #[cfg_attr(not(feature = "async"), allow(dead_code, reason = "nothing is"))]
    Yes,
}

/// What containers are built of.
pub struct ContainerBuilder {
    image: Image,
    provided: Vec<Provided>,
    policy: Policy,
    limits: Limits,
    restart: RestartPolicy,
    name: Option<String>,
    /// The first container that it cannot be linked to.
    unlinkable: Option<Error>,
    #[cfg(feature = "wasi")]
    wasi: super::Wasi,
}

impl ContainerBuilder {
    pub(super) fn new(image: &Image) -> Self {
        Self {
            image: image.clone(),
            provided: Vec::new(),
            policy: Policy::default(),
            limits: Limits::default(),
            restart: RestartPolicy::default(),
            name: None,
            unlinkable: None,
            #[cfg(feature = "wasi")]
            wasi: super::Wasi::default(),
        }
    }

    /// Provides an interface to the one container that is built of this. What `provider` provides is known from
    /// its type, which has one `#[tairitsu::host]` impl; with more of them, use [`ContainerBuilder::provide_as`].
    ///
    /// A template has any number of containers, so that [`ContainerBuilder::prepare`] refuses a provider that there is one
    /// of: use [`ContainerBuilder::provide_with`] or [`ContainerBuilder::provide_shared`]. A container that restarts
    /// keeps the provider as it is.
    #[must_use]
    pub fn provide<I: ?Sized + HasInterface + 'static, P: Provides<I>>(mut self, provider: P) -> Self {
        self.provided.push(Provided::value(vec![Link::new::<I, P>()], provider));
        self
    }

    /// Provides the interfaces that are named: one, or a tuple of up to four, all of them by the one object.
    ///
    /// ```ignore
    /// builder.provide_as((Journal, Clock), services)
    /// ```
    #[must_use]
    pub fn provide_as<D: Descriptors<P>, P: Send + 'static>(mut self, _interfaces: D, provider: P) -> Self {
        self.provided.push(Provided::value(D::links().0, provider));
        self
    }

    /// Provides an interface by an object that is made anew for every container, and for every restart of one.
    ///
    /// ```ignore
    /// builder.provide_with(|| Log::default())
    /// ```
    #[must_use]
    pub fn provide_with<I: ?Sized + HasInterface + 'static, P: Provides<I>>(
        mut self,
        make: impl Fn() -> P + Send + Sync + 'static,
    ) -> Self {
        self.provided.push(Provided::factory(vec![Link::new::<I, P>()], make));
        self
    }

    /// [`ContainerBuilder::provide_with`], for the interfaces that are named.
    #[must_use]
    pub fn provide_with_as<D: Descriptors<P>, P: Send + 'static>(
        mut self,
        _interfaces: D,
        make: impl Fn() -> P + Send + Sync + 'static,
    ) -> Self {
        self.provided.push(Provided::factory(D::links().0, make));
        self
    }

    /// Provides an interface by one object that all containers share, and the caller too if he keeps it. It is locked
    /// for each call to it, and a container waits while another one has it. After a panic in it, it goes on as
    /// it is.
    #[must_use]
    pub fn provide_shared<I: ?Sized + HasInterface + 'static, P: Provides<I>>(
        mut self,
        provider: Arc<Mutex<P>>,
    ) -> Self {
        self.provided.push(Provided::shared(vec![Link::new::<I, P>()], provider));
        self
    }

    /// [`ContainerBuilder::provide_shared`], for the interfaces that are named.
    #[must_use]
    pub fn provide_shared_as<D: Descriptors<P>, P: Send + 'static>(
        mut self,
        _interfaces: D,
        provider: Arc<Mutex<P>>,
    ) -> Self {
        self.provided.push(Provided::shared(D::links().0, provider));
        self
    }

    /// Provides a resource whose values are of type `T`: guests can make some, by the functions of it that have no `self`, and call
    /// those that they are given. Values of other types that implement the resource's trait can be given to guests too.
    #[must_use]
    pub fn resource<T: ProvidesResource>(mut self) -> Self {
        let source = Source::Kept(|| Box::new(ResourceOf::<T>::new()));
        self.provided.push(Provided { source, links: vec![Link::resource::<T>()] });
        self
    }

    /// Provides an interface by another container, whose guest exports it: guests call guests. All containers that are built of
    /// this call the one other. Each has its own policy and limits; the caller's deadline runs on while it waits for
    /// the other, and the other's own ends what the other does.
    ///
    /// An interface with resources in it cannot be linked: they are of one container.
    ///
    /// A guest is not entered while it is in a call: where containers are linked in a ring, the call that would enter one
    /// again is [`CallError::Linked`], and so is one whose container is busy for too long.
    ///
    /// [`CallError::Linked`]: crate::CallError::Linked
    #[must_use]
    pub fn link<I: ?Sized + GuestInterface>(mut self, interface: Descriptor<I>, other: &SharedContainer) -> Self {
        self.unlinkable = self.unlinkable.or(other.cannot_serve(interface));
        if has_handles(I::INTERFACE) {
            let message = "resources are of one container, and do not cross from one to another".into();
            self.unlinkable = self.unlinkable.or(Some(Error::Link { interface: interface.id().into(), message }));
        }
        let other = other.clone();
        self.provided.push(Provided::factory(vec![Link::peer::<I>()], move || Peer(other.clone())));
        self
    }

    /// What may be imported. By default everything that is provided.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// What may be used up. See there for the defaults.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What is granted through WASI. By default nothing.
    #[cfg(feature = "wasi")]
    #[must_use]
    pub fn wasi(mut self, wasi: super::Wasi) -> Self {
        self.wasi = wasi;
        self
    }

    /// What becomes of a container that has trapped. By default nothing.
    #[must_use]
    pub fn restart(mut self, restart: RestartPolicy) -> Self {
        self.restart = restart;
        self
    }

    /// The containers' name in a list. By default it is the image's, and a number.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Links and checks, and makes the template of any number of containers.
    ///
    /// # Errors
    ///
    /// - [`Error::Imports`] with every function that the image imports and nobody provides, or provides with
    ///   another type, or that is denied.
    /// - [`Error::NoExport`] and [`Error::Exports`] of a container that is to be linked.
    /// - [`Error::ProvidedByValue`] for a provider that there is only one of.
    /// - [`Error::ProvidedTwice`], [`Error::Link`].
    /// - [`Error::TooLarge`] for an image that begins beyond its limits, and [`Error::FuelNotCounted`].
    /// - [`Error::PoolPlace`] for more table elements than a place in the registry's pool has.
    /// - [`Error::Grant`] for a directory that cannot be opened.
    pub fn prepare(self) -> Result<Template, Error> {
        self.template_of_many(Asyncness::No)
    }

    pub(super) fn template_of_many(self, asyncness: Asyncness) -> Result<Template, Error> {
        if let Some(provided) = self.provided.iter().find(|provided| matches!(provided.source, Source::Value(_))) {
            return Err(Error::ProvidedByValue { interface: provided.interface() });
        }
        let template = self.template(asyncness)?;
        // A directory that is not there is better known now.
        #[cfg(feature = "wasi")]
        if let Some(wasi) = &template.inner.wasi {
            wasi.open(&template.inner.limits)?;
        }
        Ok(template)
    }

    /// Links, checks and instantiates one container.
    ///
    /// # Errors
    ///
    /// Those of [`ContainerBuilder::prepare`], but for [`Error::ProvidedByValue`], and those of [`Template::spawn`].
    pub fn build(self) -> Result<Container, Error> {
        self.template(Asyncness::No)?.spawn()
    }

    pub(super) fn template(self, asyncness: Asyncness) -> Result<Template, Error> {
        let Self { image, provided, policy, limits, restart, name, unlinkable, .. } = self;
        if let Some(error) = unlinkable {
            return Err(error);
        }
        image.check()?;
        if limits.fuel.is_some() && !image.machine().fuel {
            return Err(Error::FuelNotCounted);
        }
        if image.machine().pool.is_some() && limits.tables > TABLE_ELEMENTS {
            let message = format!("a limit of {} table elements, where a table has {TABLE_ELEMENTS}", limits.tables);
            return Err(Error::PoolPlace { message });
        }
        if asyncness == Asyncness::Yes && image.machine().pool.is_some() {
            let message =
                "calls that are futures, which need a stack each, where a pool has none: use another registry".into();
            return Err(Error::PoolPlace { message });
        }
        check_size(&image, &limits)?;
        let provided = provider::complete(provided)?;
        if let (Asyncness::Yes, Some(link)) = (asyncness, links(&provided).find(|link| link.is_peer)) {
            return Err(Error::LinkedAsync { interface: link.interface.id.into() });
        }
        check_imports(&image, &provided, &policy)?;

        let mut linker = Linker::new(image.component().engine());
        let imported: Vec<_> = image.world().imports.keys().map(|key| image.resolve().name_world_key(key)).collect();
        for (i, Provided { links, source }) in provided.iter().enumerate() {
            for link in links {
                let id = link.interface.id;
                let imported = || imported.iter().filter(|imported| check::same_track(id, imported));
                // Whoever imports it by whatever version has the one function, so that one denial is enough.
                let is_denied = |function: &str| imported().any(|imported| policy.denies(imported, id, function));
                let is_shared = matches!(source, Source::Shared(_));
                link.link(&mut linker, &Place { provider: i, is_shared, asyncness, is_denied: &is_denied })?;
            }
        }
        link_what_is_denied(&mut linker, &image, &provided)?;
        #[cfg(feature = "wasi")]
        let wasi = match super::wasi::is_imported(&image) {
            true => {
                super::wasi::link(&mut linker, &image, &policy, asyncness)?;
                Some(self.wasi)
            }
            false => None,
        };
        let instance = linker
            .instantiate_pre(image.component())
            .map_err(|error| Error::Link { interface: "imports".into(), message: message(&error) })?;
        Ok(Template {
            inner: Arc::new(TemplateInner {
                image,
                instance,
                provided,
                limits,
                restart,
                resolutions: Resolutions::default(),
                name,
                #[cfg(feature = "wasi")]
                wasi,
            }),
        })
    }
}

/// Whether the image's largest memory and table are within the limits. What they are together is seen when they are
/// made.
fn check_size(image: &Image, limits: &Limits) -> Result<(), Error> {
    let Some(resources) = image.component().resources_required() else { return Ok(()) };
    let memory = resources.max_initial_memory_size.unwrap_or(0).saturating_mul(65_536);
    let table = resources.max_initial_table_size.unwrap_or(0);
    for (unit, limit, found) in [("bytes of memory", limits.memory, memory), ("table elements", limits.tables, table)] {
        if found > limit as u64 {
            return Err(Error::TooLarge { unit, limit: limit as u64, found });
        }
    }
    Ok(())
}

/// Reports every import that nobody provides, every one that is provided with another type, and every one that is
/// denied.
fn check_imports(image: &Image, provided: &[Provided], policy: &Policy) -> Result<(), Error> {
    let resolve = image.resolve();
    let mut report = Report::default();
    for (key, item) in &image.world().imports {
        let name = resolve.name_world_key(key);
        match item {
            WorldItem::Interface { id, .. } => {
                let wanted = &resolve.interfaces[*id];
                let link = links(provided).find(|link| check::same_track(link.interface.id, &name));
                let served = match link {
                    Some(link) => link.interface.id.to_string(),
                    None if is_wasi(&name) => wasi_id(&name),
                    None => name.clone(),
                };
                let denied: Vec<_> =
                    wanted.functions.keys().filter(|function| policy.denies(&name, &served, function)).collect();
                if policy.refuses() {
                    report.denied.extend(denied.iter().map(|function| format!("{name}#{function}")));
                }
                match link {
                    Some(link) => check::check(&mut report, Wants::Component, link.interface, resolve, wanted),
                    None if is_wasi(&name) => {}
                    None => {
                        let missing = wanted.functions.values().filter(|function| !denied.contains(&&function.name));
                        report.missing.extend(missing.map(|function| check::missing(&name, resolve, function)));
                        let resources = wanted
                            .types
                            .iter()
                            .filter(|(_, id)| matches!(resolve.types[**id].kind, TypeDefKind::Resource));
                        let missing = resources.filter(|(resource, _)| {
                            !policy.denies(&name, &served, &format!("[resource-drop]{resource}"))
                        });
                        report.missing.extend(missing.map(|(resource, _)| MissingImport {
                            interface: name.clone(),
                            function: resource.clone(),
                            expected: "resource".into(),
                        }));
                    }
                }
            }
            WorldItem::Function(function) if policy.denies(&function.name, &function.name, &function.name) => {
                if policy.refuses() {
                    report.denied.push(function.name.clone());
                }
            }
            WorldItem::Function(function) => report.missing.push(check::missing("", resolve, function)),
            WorldItem::Type { .. } => {}
        }
    }
    if report.is_empty() { Ok(()) } else { Err(Error::Imports { report }) }
}

/// Links what nobody provides, of which [`check_imports`] has found that it is denied.
fn link_what_is_denied(linker: &mut Linker<State>, image: &Image, provided: &[Provided]) -> Result<(), Error> {
    let resolve = image.resolve();
    for (key, item) in &image.world().imports {
        let name = resolve.name_world_key(key);
        let fail = |error: wasmtime::Error| Error::Link { interface: name.clone(), message: message(&error) };
        match item {
            WorldItem::Interface { id, .. } => {
                let is_linked = links(provided).any(|link| check::same_track(link.interface.id, &name));
                if !is_linked && !is_wasi(&name) {
                    let instance = &mut linker.instance(&name).map_err(fail)?;
                    link_denied_interface(instance, &name, resolve, *id).map_err(fail)?;
                }
            }
            WorldItem::Function(function) => link_denied(&mut linker.root(), "", &function.name).map_err(fail)?,
            WorldItem::Type { .. } => {}
        }
    }
    Ok(())
}

/// A resource of an interface of which nothing can be called.
struct Nothing;

fn link_denied_interface(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    resolve: &Resolve,
    id: wit_parser::InterfaceId,
) -> wasmtime::Result<()> {
    for (ty, id) in &resolve.interfaces[id].types {
        if matches!(resolve.types[*id].kind, TypeDefKind::Resource) {
            linker.resource(ty, ResourceType::host::<Nothing>(), |_, _| Ok(()))?;
        }
    }
    resolve.interfaces[id].functions.keys().try_for_each(|function| link_denied(linker, name, function))
}

#[cfg(feature = "wasi")]
use super::wasi::{is_wasi, provided_id as wasi_id};

#[cfg(not(feature = "wasi"))]
fn is_wasi(_: &str) -> bool {
    false
}

#[cfg(not(feature = "wasi"))]
fn wasi_id(id: &str) -> String {
    id.into()
}

impl Template {
    /// Starts a container: a store, an instance, and its providers.
    ///
    /// # Errors
    ///
    /// - [`Error::Instantiate`] where the component's start traps or takes too long, where it needs more than its limits
    ///   at once, or where the platform has no room for it.
    /// - [`Error::PoolFull`] where the registry has a [pool](crate::RegistryBuilder::pooling), and no place left in it.
    /// - [`Error::Factory`] where a factory panics, [`Error::Grant`] where a directory has gone.
    pub fn spawn(&self) -> Result<Container, Error> {
        Container::start(Origin::Image(self.clone()), self.enter(None))
    }

    /// [`Template::spawn`], with a name of its own.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`].
    pub fn spawn_named(&self, name: &str) -> Result<Container, Error> {
        Container::start(Origin::Image(self.clone()), self.enter(Some(name)))
    }

    /// Keeps so many containers warm: spawned, and not called. The first of them are spawned before this returns, and the
    /// others by a thread, as they are taken.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`], and [`Error::Engine`] where there is no thread to spare.
    pub fn pool(&self, size: usize) -> Result<Pool, Error> {
        Pool::new(self, size)
    }

    /// The image.
    pub fn image(&self) -> &Image {
        &self.inner.image
    }

    pub(super) fn enter(&self, name: Option<&str>) -> Arc<Shared> {
        let TemplateInner { image, name: usual, .. } = &*self.inner;
        image.machine().enter(name.or(usual.as_deref()), image.name())
    }

    /// A store with an instance in it. `kept` are the providers of the same container in its life before; those that
    /// are given by value are taken from there, and are back there if it fails.
    pub(super) fn open(&self, shared: &Arc<Shared>, kept: &mut Vec<Slot>) -> Result<(Store<State>, Instance), Error> {
        let mut store = self.store(shared, kept)?;
        state::arm(&mut store);
        match self.inner.instance.instantiate(&mut store) {
            Ok(instance) => Ok((store, instance)),
            Err(error) => {
                *kept = store.into_data().providers;
                Err(self.not_instantiated(&error))
            }
        }
    }

    /// Why there is no instance.
    pub(super) fn not_instantiated(&self, error: &wasmtime::Error) -> Error {
        match self.image().machine().pool {
            Some(containers) if error.is::<PoolConcurrencyLimitError>() => Error::PoolFull { containers },
            _ => Error::Instantiate { message: message(error) },
        }
    }

    /// A store with everything in it but an instance.
    pub(super) fn store(&self, shared: &Arc<Shared>, kept: &mut Vec<Slot>) -> Result<Store<State>, Error> {
        let inner = &*self.inner;
        let mut store = State::store(self, shared);
        #[cfg(feature = "wasi")]
        if let Some(wasi) = inner.wasi.as_ref().filter(|wasi| !wasi.can_wait()) {
            store.data_mut().wasi = Some(wasi.open(&inner.limits)?);
        }
        store.data_mut().providers = provider::slots(&inner.provided, kept)?;
        Ok(store)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interfaces: Vec<_> = links(&self.inner.provided).map(|link| link.interface.id).collect();
        f.debug_struct("Template")
            .field("image", &self.inner.image)
            .field("provides", &interfaces)
            .field("limits", &self.inner.limits)
            .finish()
    }
}

impl fmt::Debug for ContainerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interfaces: Vec<_> = links(&self.provided).map(|link| link.interface.id).collect();
        f.debug_struct("ContainerBuilder")
            .field("image", &self.image)
            .field("provides", &interfaces)
            .field("policy", &self.policy)
            .field("limits", &self.limits)
            .finish()
    }
}
