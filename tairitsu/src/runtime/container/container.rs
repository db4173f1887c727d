//! A container: a running image, or a native guest.

use super::builder::ContainerBuilder;
use super::common::common_methods;
use super::template::{CORE, Exports, Template, TemplateInner};
use crate::core_world::GuestApi;
use crate::descriptor::Descriptor;
use crate::runtime::ages::calls;
use crate::runtime::ages::compare::{self, Compared, Wants};
use crate::runtime::base::call_error::CallError;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::restart::{Backoff, RestartPolicy};
use crate::runtime::base::trap::{Trap, message};
use crate::runtime::call::client::{Bridged, Bridges, Client, Target};
use crate::runtime::call::fault;
use crate::runtime::call::interface::{GuestInterface, Resolver};
use crate::runtime::call::native_guest;
use crate::runtime::call::native_template::NativeTemplate;
use crate::runtime::dynamic::function::Function;
use crate::runtime::engine::machine::Asyncness;
use crate::runtime::image::image::Image;
use crate::runtime::ledger::handle::Handle;
use crate::runtime::ledger::observe::{Names, Spawn};
use crate::runtime::ledger::shared::Shared;
use crate::runtime::ledger::status::Status;
use crate::runtime::provide::core_host::CoreHost;
use crate::runtime::store::resources::{Leaks, warn_of};
use crate::runtime::store::slot::Slot;
use crate::runtime::store::stack;
use crate::runtime::store::state::{self, State};
use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::Store;
use wasmtime::component::{Func, Instance};

/// A running image: one store, one instance, its own state.
///
/// A trap or a limit ends the container. Until the container is restarted, every later call returns
/// [`CallError::Trapped`] with the first trap.
///
/// A call needs `&mut self`, and a provider has no way back to the container that calls it. So no guest is entered
/// while it is in a call.
///
/// ```
/// #[tairitsu::guest]
/// trait Counter {
///     fn count(&mut self) -> u32;
/// }
///
/// #[derive(Default)]
/// struct Tally(u32);
///
/// #[tairitsu::guest]
/// impl Counter for Tally {
///     fn count(&mut self) -> u32 {
///         self.0 += 1;
///         self.0
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Of an image it is `Container::builder(&image).build()`, and the calls are the same.
/// let mut container = tairitsu::Container::native::<Tally>().build()?;
/// container.guest(Counter)?.count()?;
/// assert_eq!(container.guest(Counter)?.count()?, 2);
/// # Ok(())
/// # }
/// ```
pub struct Container {
    pub(super) origin: Origin,
    pub(crate) shared: Arc<Shared>,
    /// `None` before the guest starts, and after the container was stopped.
    pub(super) live: Option<Live>,
    /// The providers, while `live` is `None`.
    pub(crate) kept: Vec<Slot>,
    /// The trap that ended it.
    pub(super) first: Option<Trap>,
    pub(crate) backoff: Backoff,
}

/// The template that a container was made from.
#[derive(Clone)]
pub(crate) enum Origin {
    Image(Template),
    /// A native guest.
    Native(Arc<NativeTemplate>),
}

impl Origin {
    pub(crate) fn image(&self) -> Option<&Image> {
        match self {
            Origin::Image(template) => Some(template.image()),
            Origin::Native(_) => None,
        }
    }

    pub(super) fn restart(&self) -> RestartPolicy {
        match self {
            Origin::Image(template) => template.inner.restart,
            Origin::Native(native) => native.restart,
        }
    }
}

pub(crate) enum Live {
    Wasm(Wasm),
    Native(native_guest::Live),
}

impl Live {
    pub(crate) fn wasm(store: Store<State>, instance: Instance) -> Self {
        Live::Wasm(Wasm { store, instance, resolved: Vec::new(), named: HashMap::new() })
    }
}

pub(crate) struct Wasm {
    store: Store<State>,
    instance: Instance,
    /// The interfaces that were resolved so far, with their functions.
    resolved: Vec<(TypeId, Functions)>,
    /// The functions that were called by name so far, by their index among the image's functions.
    named: HashMap<usize, Option<Func>>,
}

/// The functions of an interface in one instance.
struct Functions {
    functions: Box<[Option<Func>]>,
    /// Those that are called by bridges.
    bridged: Option<Bridged>,
}

impl Functions {
    fn new(mut functions: Box<[Option<Func>]>, bridges: &Bridges) -> Self {
        if bridges.is_empty() {
            return Self { functions, bridged: None };
        }
        let bridged = functions.iter_mut().zip(&**bridges).map(|(function, bridge)| match bridge {
            Some(_) => function.take(),
            None => None,
        });
        let bridged = bridged.collect();
        Self { functions, bridged: Some(Bridged { functions: bridged, bridges: bridges.clone() }) }
    }
}

impl Template {
    /// Starts a container: a store, an instance, and its providers.
    ///
    /// # Errors
    ///
    /// - [`Error::Instantiate`] if the component's start traps or takes too long. The same error if the component needs
    ///   more than its limits at once, or if the platform has no room for it.
    /// - [`Error::PoolFull`] if the registry has a [pool](crate::RegistryBuilder::pooling) with no place left.
    /// - [`Error::Factory`] if a factory panics.
    /// - [`Error::Grant`] if a directory is gone.
    pub fn spawn(&self) -> Result<Container, Error> {
        Container::start(Origin::Image(self.clone()), self.enter(None))
    }

    /// [`Template::spawn`], with a name for this container.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`].
    pub fn spawn_named(&self, name: &str) -> Result<Container, Error> {
        Container::start(Origin::Image(self.clone()), self.enter(Some(name)))
    }
}

impl ContainerBuilder {
    /// Links, checks and instantiates one container.
    ///
    /// # Errors
    ///
    /// - Those of [`ContainerBuilder::prepare`], except [`Error::ProvidedByValue`].
    /// - Those of [`Template::spawn`].
    pub fn build(self) -> Result<Container, Error> {
        self.template(Asyncness::No)?.spawn()
    }
}

impl Container {
    /// Runs an image with one provider: the core world's host.
    ///
    /// # Errors
    ///
    /// Those of [`ContainerBuilder::build`].
    pub fn new(image: &Image) -> Result<Self, Error> {
        Self::builder(image).build()
    }

    /// Starts to build a container of an image, or a template for many containers.
    pub fn builder(image: &Image) -> ContainerBuilder {
        ContainerBuilder::of_image(image)
    }

    pub(crate) fn start(origin: Origin, shared: Arc<Shared>) -> Result<Self, Error> {
        let mut container = Self::closed(origin, shared);
        container.open()?;
        Ok(container)
    }

    /// A container in which nothing runs yet.
    pub(crate) fn closed(origin: Origin, shared: Arc<Shared>) -> Self {
        Self { origin, shared, live: None, kept: Vec::new(), first: None, backoff: Backoff::default() }
    }

    fn open(&mut self) -> Result<(), Error> {
        let spawn = Spawn::begin(&self.shared);
        let result = spawn.span.in_scope(|| self.start_guest());
        spawn.end(&result);
        result
    }

    fn start_guest(&mut self) -> Result<(), Error> {
        let live = match &self.origin {
            Origin::Image(template) => {
                let (store, instance) = template.open(&self.shared, &mut self.kept)?;
                Live::wasm(store, instance)
            }
            Origin::Native(native) => Live::Native(native.open(&self.shared, &mut self.kept)?),
        };
        self.opened(live);
        Ok(())
    }

    pub(crate) fn opened(&mut self, live: Live) {
        self.live = Some(live);
        self.backoff.started(Instant::now());
    }

    /// Frees the store, but for the providers. Returns what was held of resources that have crossed.
    pub(super) fn close(&mut self) -> Leaks {
        let leaks;
        (self.kept, leaks) = match self.live.take() {
            Some(Live::Wasm(wasm)) => {
                let mut state = wasm.store.into_data();
                (std::mem::take(&mut state.providers), state.close_resources())
            }
            Some(Live::Native(native)) => (native.into_providers(), Leaks::default()),
            None => return Leaks::default(),
        };
        self.shared.set_memory(0);
        leaks
    }

    /// The image that runs. `None` for a native guest.
    pub fn image(&self) -> Option<&Image> {
        self.origin.image()
    }

    fn common(&self) -> &Container {
        self
    }

    fn common_mut(&mut self) -> &mut Container {
        self
    }

    common_methods!();

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Has the guest drop what the host has dropped of its resources, which it does anyway before its next call.
    ///
    /// # Errors
    ///
    /// Those of any call, because the guest's destructors run.
    pub fn drop_resources(&mut self) -> Result<(), CallError> {
        let Some(Live::Wasm(wasm)) = &mut self.live else { return Ok(()) };
        if !wasm.store.data().has_to_drop() {
            return Ok(());
        }
        let function = String::from("[resource-drop]");
        match (self.shared.status(), &self.first) {
            (Status::Created | Status::Running, _) => {}
            (Status::Trapped, Some(first)) => return Err(CallError::Trapped { function, first: first.clone() }),
            (Status::Trapped | Status::Stopped, _) => return Err(CallError::Stopped { function }),
        }
        let limit = wasm.store.data().machine().stack;
        if let Err(left) = stack::check(limit) {
            let trap = Trap::new(function, wasmtime::Error::msg(left.to_string()));
            return Err(CallError::Stack { limit, trap });
        }
        state::arm(&mut wasm.store);
        state::within(&mut wasm.store, state::drop_resources)
            .map_err(|error| fault::fault(&self.shared, Some(&mut wasm.store), function, error, &mut self.first).into())
    }

    /// Starts the container anew, in any status. The new instance comes from the template, and nothing has been called
    /// in it.
    ///
    /// Providers that were given by value stay as they are, and so do the handlers of the core world. A factory makes
    /// its provider anew.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`]. After an error, the container is stopped and can be restarted again.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.backoff.reset();
        self.reopen()
    }

    fn reopen(&mut self) -> Result<(), Error> {
        self.clear();
        self.open().inspect_err(|_| self.shared.stop())
    }

    /// Forgets the container's previous run, so that the container can be opened anew.
    pub(crate) fn clear(&mut self) {
        warn_of(&self.close());
        self.first = None;
        self.shared.restart();
    }

    /// Restarts it if that is due. After an error it is still trapped, so that its policy tries again.
    pub(super) fn revive(&mut self) -> Result<(), Error> {
        if self.restarts_in() == Some(Duration::ZERO) {
            self.backoff.restarting();
            warn_of(&self.close());
            if let Err(error) = self.open() {
                self.backoff.failed(Instant::now());
                return Err(error);
            }
            self.revived();
        }
        Ok(())
    }

    /// Forgets the trap, after a restart by the policy.
    pub(crate) fn revived(&mut self) {
        self.first = None;
        self.shared.revive();
    }

    /// A typed client of an interface that the image exports.
    ///
    /// The functions are looked up and checked when a container of the template is first asked for the interface.
    ///
    /// # Errors
    ///
    /// - [`Error::NoExport`] if the image does not export the interface.
    /// - [`Error::Exports`] with every difference, if the image exports the interface with other functions or types.
    /// - [`Error::Link`] if wasmtime finds a function of another type.
    /// - [`Error::Stopped`] if the container was stopped.
    /// - The errors of [`Template::spawn`], if the container is restarted. Its [`RestartPolicy`] tries again after the next
    ///   wait. Until then, [`Error::NotRestarted`].
    pub fn guest<I: ?Sized + GuestInterface>(&mut self, _interface: Descriptor<I>) -> Result<I::Client<'_>, Error> {
        self.client::<I>().map(I::client)
    }

    pub(crate) fn client<I: ?Sized + GuestInterface>(&mut self) -> Result<Client<'_>, Error> {
        if !matches!(self.shared.status(), Status::Running | Status::Created) {
            self.revive()?;
        }
        self.resolved::<I>()
    }

    /// A client of the guest that runs now. Does not restart the container.
    pub(crate) fn resolved<I: ?Sized + GuestInterface>(&mut self) -> Result<Client<'_>, Error> {
        if self.shared.status() == Status::Stopped {
            warn_of(&self.close());
        }
        let first = &mut self.first;
        let target = match (&self.origin, &mut self.live) {
            (Origin::Image(template), Some(Live::Wasm(wasm))) => {
                let (store, Functions { functions, bridged }) = wasm.functions::<I>(template)?;
                Target::Wasm { store, functions, bridged: bridged.as_ref() }
            }
            (Origin::Native(native), Some(Live::Native(guest))) => {
                Target::Native { guest, export: native.export::<I>()?, shared: &self.shared }
            }
            _ if self.shared.status() == Status::Trapped => {
                return Err(Error::NotRestarted { container: self.shared.name().into() });
            }
            _ => return Err(Error::Stopped { container: self.shared.name().into() }),
        };
        Ok(Client { target, names: Names::Interface(I::INTERFACE), first })
    }

    /// Calls `init` of the core world's guest.
    ///
    /// # Errors
    ///
    /// - [`CallError::Guest`] with the guest's own error.
    /// - [`CallError::Interface`] if the image does not export `tairitsu:core/guest-api`.
    /// - The errors of every call.
    pub fn init(&mut self) -> Result<(), CallError<String>> {
        self.core("init")?.init()
    }

    /// Has the core world's guest handle a command.
    ///
    /// # Errors
    ///
    /// Those of [`Container::init`].
    pub fn handle_command(&mut self, command: &str, payload: &str) -> Result<String, CallError<String>> {
        self.core("handle-command")?.handle_command(command, payload)
    }

    fn core(&mut self, function: &str) -> Result<crate::core_world::GuestApiClient<'_>, CallError<String>> {
        self.guest(GuestApi).map_err(|error| core_error(error, function))
    }

    pub(super) fn core_host(&mut self, set: impl FnOnce(&mut CoreHost)) {
        let slots = match &mut self.live {
            Some(Live::Wasm(wasm)) => &mut wasm.store.data_mut().providers[..],
            Some(Live::Native(native)) => native.providers(),
            None => &mut self.kept[..],
        };
        if let Some(host) = slots.get_mut(CORE).and_then(Slot::own).and_then(|host| host.downcast_mut()) {
            set(host);
        }
    }

    #[cfg(feature = "wasi")]
    pub(super) fn wasi(&self) -> Option<&crate::runtime::store::grants::WasiState> {
        match &self.live {
            Some(Live::Wasm(wasm)) => wasm.store.data().wasi.as_deref(),
            _ => None,
        }
    }
}

/// The error for a function of the core world that could not be called.
pub(crate) fn core_error(error: Error, function: &str) -> CallError<String> {
    match error {
        Error::Stopped { .. } => CallError::Stopped { function: format!("{}#{function}", GuestApi.id()) },
        error => CallError::Interface(Arc::new(error)),
    }
}

impl Wasm {
    /// The functions of an interface in this instance.
    ///
    /// The positions of the functions in the image are the same for all containers of the template. The same holds for
    /// their types, except resources: each instance has its own. A resource is checked whenever a handle is lowered.
    fn functions<I: ?Sized + GuestInterface>(
        &mut self,
        template: &Template,
    ) -> Result<(&mut Store<State>, &Functions), Error> {
        let id = TypeId::of::<I>();
        let index = match self.resolved.iter().position(|(known, _)| *known == id) {
            Some(index) => index,
            None => {
                let TemplateInner { image, resolutions, .. } = &*template.inner;
                let exports = match resolutions.get(id) {
                    Some(exports) => exports,
                    None => resolutions.keep(id, self.resolve::<I>(image)?),
                };
                let Exports { functions, bridges } = exports;
                let functions =
                    functions.iter().map(|export| self.instance.get_func(&mut self.store, export.as_ref()?));
                self.resolved.push((id, Functions::new(functions.collect(), bridges)));
                self.resolved.len() - 1
            }
        };
        Ok((&mut self.store, &self.resolved[index].1))
    }

    /// One function of the image, for a call by name.
    pub(super) fn named(&mut self, index: usize, function: &Function) -> (&mut Store<State>, &[Option<Func>]) {
        let Self { store, instance, named, .. } = self;
        let func = named.entry(index).or_insert_with(|| {
            let interface = match &*function.interface {
                "" => None,
                interface => Some(instance.get_export_index(&mut *store, None, interface)?),
            };
            let export = instance.get_export_index(&mut *store, interface.as_ref(), &function.name)?;
            instance.get_func(&mut *store, export)
        });
        (store, std::slice::from_ref(func))
    }

    /// Looks up an interface, and checks it against the image.
    fn resolve<I: ?Sized + GuestInterface>(&mut self, image: &Image) -> Result<Exports, Error> {
        let interface = I::INTERFACE;
        let no_export = || Error::NoExport {
            interface: interface.id.into(),
            found: image.exports().into_iter().map(|export| export.id).collect(),
        };
        let Some((name, id)) = compare::find_export(image, interface) else { return Err(no_export()) };
        let mut compared = Compared::default();
        let (resolve, found) = (image.resolve(), &image.resolve().interfaces[id]);
        compare::compare(&mut compared, Wants::Rust, interface, resolve, &name, found);
        let Compared { report, plans, .. } = compared;
        if !report.is_empty() {
            return Err(Error::Exports { interface: interface.id.into(), report });
        }
        let bridges: Bridges = calls::bridges(interface, plans, resolve, &name, found);
        let Some(export) = self.instance.get_export_index(&mut self.store, None, name.as_str()) else {
            return Err(no_export());
        };
        let (instance, functions) = (self.instance, Vec::new());
        let mut resolver = Resolver { store: &mut self.store, instance, export, interface, bridges, functions };
        match I::resolve(&mut resolver) {
            Ok(()) => Ok(Exports { functions: resolver.functions.into(), bridges: resolver.bridges }),
            Err(error) => Err(Error::Link { interface: interface.id.into(), message: message(&error) }),
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        match &self.origin {
            Origin::Image(template) => template.image().machine().leave(&self.shared),
            Origin::Native(_) => self.shared.stop(),
        }
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Container")
            .field("name", &self.name())
            .field("image", &self.image())
            .field("status", &self.status())
            .field("first_trap", &self.first)
            .finish()
    }
}
