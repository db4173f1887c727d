//! A running image.

use super::check::{self, Report, Wants};
use super::client::{Client, GuestInterface, Resolver, find_export};
use super::error::{CallError, Trap, message};
use super::provider::{Link, Provided, Provides};
use super::{Error, Image};
use crate::__private::HasInterface;
use crate::core::{GuestApi, HostApi};
use crate::descriptor::Descriptor;
use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;
use wasmtime::Store;
use wasmtime::component::{Func, Instance, Linker};
use wit_parser::WorldItem;

/// A running image: one store, one instance, its own state.
///
/// A trap ends it: every later call returns [`CallError::Trapped`] with the first trap.
pub struct Container {
    store: Store<State>,
    instance: Instance,
    image: Image,
    /// The interfaces that were resolved so far.
    resolved: Vec<(TypeId, Box<[Func]>)>,
    trapped: Option<Trap>,
}

/// What a container is built of.
pub struct ContainerBuilder {
    image: Image,
    provided: Vec<Provided>,
}

/// The data of a container's store.
pub(super) struct State {
    providers: Vec<Box<dyn Any + Send>>,
    #[cfg(feature = "wasi")]
    pub(super) wasi: Option<super::wasi::Wasi>,
}

impl State {
    /// The provider at that place.
    #[inline]
    pub(super) fn provider<P: 'static>(&mut self, index: usize) -> wasmtime::Result<&mut P> {
        self.providers
            .get_mut(index)
            .and_then(|provider| provider.downcast_mut())
            .ok_or_else(|| wasmtime::Error::msg("a provider is not where it was linked"))
    }
}

/// The place of the core world's host among the providers.
const CORE: usize = 0;

impl ContainerBuilder {
    /// Provides an interface. What `provider` provides is known from its type, which has one
    /// `#[tairitsu::host]` impl; with more of them, use [`ContainerBuilder::provide_as`].
    #[must_use]
    pub fn provide<I: ?Sized + HasInterface + 'static, P: Provides<I>>(mut self, provider: P) -> Self {
        self.provided.push(Provided { value: Box::new(provider), links: vec![Link::new::<I, P>()] });
        self
    }

    /// Provides the interfaces that are named: one, or a tuple of up to four, all of them by the one object.
    ///
    /// ```ignore
    /// builder.provide_as((Journal, Clock), services)
    /// ```
    #[must_use]
    pub fn provide_as<D: Descriptors<P>, P: Send + 'static>(mut self, _interfaces: D, provider: P) -> Self {
        self.provided.push(Provided { value: Box::new(provider), links: D::links().0 });
        self
    }

    /// Links, checks and instantiates.
    ///
    /// # Errors
    ///
    /// - [`Error::Imports`] with every function that the image imports and nobody provides, or provides with
    ///   another type.
    /// - [`Error::ProvidedTwice`], [`Error::Link`], [`Error::Instantiate`].
    pub fn build(self) -> Result<Container, Error> {
        let Self { image, mut provided } = self;
        for (i, link) in provided.iter().flat_map(|provided| &provided.links).enumerate() {
            let others = provided.iter().flat_map(|provided| &provided.links).skip(i + 1);
            for other in others {
                if check::same_track(link.interface.id, other.interface.id) {
                    return Err(Error::ProvidedTwice { interface: other.interface.id.into() });
                }
            }
        }
        // The core world's host is always there for `on_execute` and `on_log`, and linked unless somebody
        // else provides the interface.
        let has_core = provided
            .iter()
            .flat_map(|provided| &provided.links)
            .any(|link| check::same_track(link.interface.id, HostApi.id()));
        let links = if has_core { Vec::new() } else { vec![Link::new::<dyn HostApi, CoreHost>()] };
        provided.insert(CORE, Provided { value: Box::new(CoreHost::default()), links });

        check_imports(&image, &provided)?;

        let engine = image.component().engine();
        let mut linker = Linker::new(engine);
        let mut providers = Vec::with_capacity(provided.len());
        for (i, Provided { value, links }) in provided.into_iter().enumerate() {
            for link in links {
                link.link(&mut linker, i)?;
            }
            providers.push(value);
        }
        let state = State {
            providers,
            #[cfg(feature = "wasi")]
            wasi: super::wasi::link(&mut linker, &image)?,
        };
        let mut store = Store::new(engine, state);
        let instance = linker
            .instantiate(&mut store, image.component())
            .map_err(|error| Error::Instantiate { message: message(&error) })?;
        Ok(Container { store, instance, image, resolved: Vec::new(), trapped: None })
    }
}

/// Reports every import that nobody provides, and every one that is provided with another type.
fn check_imports(image: &Image, provided: &[Provided]) -> Result<(), Error> {
    let resolve = image.resolve();
    let mut report = Report::default();
    for (key, item) in &image.world().imports {
        let name = resolve.name_world_key(key);
        match item {
            WorldItem::Interface { id, .. } => {
                let wanted = &resolve.interfaces[*id];
                let link = provided
                    .iter()
                    .flat_map(|provided| &provided.links)
                    .find(|link| check::same_track(link.interface.id, &name));
                match link {
                    Some(link) => check::check(&mut report, Wants::Component, link.interface, resolve, wanted),
                    None if is_wasi(&name) => {}
                    None => {
                        let missing = wanted.functions.values().map(|f| check::missing(&name, resolve, f));
                        report.missing.extend(missing);
                    }
                }
            }
            WorldItem::Function(function) => report.missing.push(check::missing("", resolve, function)),
            WorldItem::Type { .. } => {}
        }
    }
    if report.is_empty() { Ok(()) } else { Err(Error::Imports { report }) }
}

#[cfg(feature = "wasi")]
use super::wasi::is_wasi;

#[cfg(not(feature = "wasi"))]
fn is_wasi(_: &str) -> bool {
    false
}

impl Container {
    /// Runs an image with nothing provided but the core world's host.
    ///
    /// # Errors
    ///
    /// Those of [`ContainerBuilder::build`].
    pub fn new(image: &Image) -> Result<Self, Error> {
        Self::builder(image).build()
    }

    /// Starts to build a container of an image.
    pub fn builder(image: &Image) -> ContainerBuilder {
        ContainerBuilder { image: image.clone(), provided: Vec::new() }
    }

    /// The image that runs.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// A typed client of an interface that the image exports. The functions are looked up and checked when it is
    /// asked for the first time.
    ///
    /// # Errors
    ///
    /// - [`Error::NoExport`] where the image does not export the interface.
    /// - [`Error::Exports`] where it exports the interface otherwise, with every difference.
    pub fn guest<I: ?Sized + GuestInterface>(&mut self, _interface: Descriptor<I>) -> Result<I::Client<'_>, Error> {
        let id = TypeId::of::<I>();
        let index = match self.resolved.iter().position(|(known, _)| *known == id) {
            Some(index) => index,
            None => {
                let functions = self.resolve::<I>()?;
                self.resolved.push((id, functions));
                self.resolved.len() - 1
            }
        };
        Ok(I::client(Client {
            store: &mut self.store,
            functions: &self.resolved[index].1,
            interface: I::INTERFACE,
            trapped: &mut self.trapped,
        }))
    }

    fn resolve<I: ?Sized + GuestInterface>(&mut self) -> Result<Box<[Func]>, Error> {
        let interface = I::INTERFACE;
        let no_export = |image: &Image| Error::NoExport {
            interface: interface.id.into(),
            found: image.exports().into_iter().map(|export| export.id).collect(),
        };
        let Some((name, id)) = find_export(&self.image, interface) else {
            return Err(no_export(&self.image));
        };
        let mut report = Report::default();
        let resolve = self.image.resolve();
        check::check(&mut report, Wants::Rust, interface, resolve, &resolve.interfaces[id]);
        if !report.is_empty() {
            return Err(Error::Exports { interface: interface.id.into(), report });
        }
        let Some(export) = self.instance.get_export_index(&mut self.store, None, name.as_str()) else {
            return Err(no_export(&self.image));
        };
        let mut resolver =
            Resolver { store: &mut self.store, instance: self.instance, export, interface, functions: Vec::new() };
        match I::resolve(&mut resolver) {
            Ok(()) => Ok(resolver.functions.into_boxed_slice()),
            Err(error) => Err(Error::Link { interface: interface.id.into(), message: message(&error) }),
        }
    }

    /// Calls `init` of the core world's guest.
    ///
    /// # Errors
    ///
    /// [`CallError::Guest`] with what the guest says, [`CallError::Interface`] where the image does not
    /// export `tairitsu:core/guest-api`, and the errors of every call.
    pub fn init(&mut self) -> Result<(), CallError<String>> {
        self.core()?.init()
    }

    /// Has the core world's guest handle a command.
    ///
    /// # Errors
    ///
    /// Those of [`Container::init`].
    pub fn handle_command(&mut self, command: &str, payload: &str) -> Result<String, CallError<String>> {
        self.core()?.handle_command(command, payload)
    }

    fn core(&mut self) -> Result<crate::core::GuestApiClient<'_>, CallError<String>> {
        self.guest(GuestApi).map_err(|error| CallError::Interface(Arc::new(error)))
    }

    /// Sets what carries out the commands of the core world's guest. Until then every command is an error.
    pub fn on_execute(
        &mut self,
        handler: impl FnMut(&str, &str) -> Result<String, String> + Send + 'static,
    ) -> &mut Self {
        if let Ok(host) = self.store.data_mut().provider::<CoreHost>(CORE) {
            host.on_execute = Some(Box::new(handler));
        }
        self
    }

    /// Sets what takes the log of the core world's guest. Until then it goes to `tracing`.
    pub fn on_log(&mut self, handler: impl FnMut(&str, &str) + Send + 'static) -> &mut Self {
        if let Ok(host) = self.store.data_mut().provider::<CoreHost>(CORE) {
            host.on_log = Some(Box::new(handler));
        }
        self
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Container").field("image", &self.image).field("trapped", &self.trapped).finish()
    }
}

impl fmt::Debug for ContainerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interfaces: Vec<_> =
            self.provided.iter().flat_map(|provided| &provided.links).map(|link| link.interface.id).collect();
        f.debug_struct("ContainerBuilder").field("image", &self.image).field("provides", &interfaces).finish()
    }
}

/// The names of interfaces that `P` provides: a descriptor, or a tuple of up to four.
pub trait Descriptors<P> {
    #[doc(hidden)]
    fn links() -> Links;
}

#[doc(hidden)]
pub struct Links(Vec<Link>);

impl<I: ?Sized + HasInterface + 'static, P: Provides<I>> Descriptors<P> for Descriptor<I> {
    fn links() -> Links {
        Links(vec![Link::new::<I, P>()])
    }
}

macro_rules! descriptors {
    ($($name:ident)+) => {
        impl<P, $($name: Descriptors<P>),+> Descriptors<P> for ($($name,)+) {
            fn links() -> Links {
                let mut links = Vec::new();
                $(links.extend($name::links().0);)+
                Links(links)
            }
        }
    };
}

descriptors!(A);
descriptors!(A B);
descriptors!(A B C);
descriptors!(A B C D);

type OnExecute = Box<dyn FnMut(&str, &str) -> Result<String, String> + Send>;
type OnLog = Box<dyn FnMut(&str, &str) + Send>;

/// The core world's host, made of two closures.
#[derive(Default)]
struct CoreHost {
    on_execute: Option<OnExecute>,
    on_log: Option<OnLog>,
}

#[tairitsu::host]
impl HostApi for CoreHost {
    fn execute(&mut self, command: &str, payload: &str) -> Result<String, String> {
        match &mut self.on_execute {
            Some(handler) => handler(command, payload),
            None => Err(format!("the host carries out no commands, `{command}` neither")),
        }
    }

    fn log(&mut self, level: &str, message: &str) {
        if let Some(handler) = &mut self.on_log {
            return handler(level, message);
        }
        match level {
            "error" => tracing::error!(target: "tairitsu::guest", "{message}"),
            "warn" => tracing::warn!(target: "tairitsu::guest", "{message}"),
            "debug" => tracing::debug!(target: "tairitsu::guest", "{message}"),
            "trace" => tracing::trace!(target: "tairitsu::guest", "{message}"),
            _ => tracing::info!(target: "tairitsu::guest", level, "{message}"),
        }
    }
}
