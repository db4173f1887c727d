//! A running image.

use super::check::{self, Report, Wants};
use super::client::{Client, GuestInterface, Resolver, find_export};
use super::core_host::CoreHost;
use super::error::{CallError, Trap, message};
use super::info::{Handle, Shared};
use super::life::Status;
use super::restart::Backoff;
use super::state::{Slot, State};
use super::template::{CORE, Template};
use super::{ContainerBuilder, Error, Image};
use crate::core::GuestApi;
use crate::descriptor::Descriptor;
use std::any::TypeId;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::Store;
use wasmtime::component::{Func, Instance};

/// A running image: one store, one instance, its own state.
///
/// A trap ends it, and so does a limit: every later call returns [`CallError::Trapped`] with the first trap, until it is
/// restarted.
///
/// A call needs `&mut self`, and a provider has no way back to the container that calls it: no guest is ever
/// entered while it is in a call.
pub struct Container {
    template: Template,
    shared: Arc<Shared>,
    /// Nothing, after it was stopped.
    live: Option<Live>,
    /// The providers, meanwhile.
    kept: Vec<Slot>,
    /// The trap that ended it.
    first: Option<Trap>,
    backoff: Backoff,
}

struct Live {
    store: Store<State>,
    instance: Instance,
    /// The interfaces that were resolved so far.
    resolved: Vec<(TypeId, Box<[Option<Func>]>)>,
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

    /// Starts to build a container of an image, or a template of many.
    pub fn builder(image: &Image) -> ContainerBuilder {
        ContainerBuilder::new(image)
    }

    pub(super) fn start(template: Template, name: Option<&str>) -> Result<Self, Error> {
        let shared = template.enter(name);
        let mut container =
            Self { template, shared, live: None, kept: Vec::new(), first: None, backoff: Backoff::default() };
        container.open()?;
        Ok(container)
    }

    fn open(&mut self) -> Result<(), Error> {
        let (store, instance) = self.template.open(&self.shared, &mut self.kept)?;
        self.live = Some(Live { store, instance, resolved: Vec::new() });
        self.backoff.started(Instant::now());
        Ok(())
    }

    /// Frees the store, but for the providers.
    fn close(&mut self) {
        if let Some(live) = self.live.take() {
            self.kept = live.store.into_data().providers;
            self.shared.set_memory(0);
        }
    }

    /// The image that runs.
    pub fn image(&self) -> &Image {
        self.template.image()
    }

    /// The name that it has in a list.
    pub fn name(&self) -> &str {
        self.shared.name()
    }

    /// Where it is in its life.
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// The trap that ended it, if one has.
    pub fn first_trap(&self) -> Option<&Trap> {
        self.first.as_ref()
    }

    /// A hold on it from any thread.
    pub fn handle(&self) -> Handle {
        Handle { shared: self.shared.clone() }
    }

    /// Stops it, and frees what it holds. The providers stay until it is dropped, for a restart.
    pub fn stop(&mut self) {
        self.shared.stop();
        self.close();
    }

    /// Starts it anew, whatever it has come to: a fresh instance from the template, in which nothing has been called.
    /// Providers that were given by value stay as they are, and so do the handlers of the core world; those of
    /// a factory are made anew.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`]. The container is stopped then, and can be restarted again.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.backoff.reset();
        self.reopen()
    }

    fn reopen(&mut self) -> Result<(), Error> {
        self.close();
        self.first = None;
        self.shared.restart();
        self.open().inspect_err(|_| self.shared.stop())
    }

    /// How long it is until a container that has trapped may be restarted by its [`RestartPolicy`]; nothing for one
    /// that has not, or that is to stay as it is.
    ///
    /// [`RestartPolicy`]: crate::RestartPolicy
    pub fn restarts_in(&mut self) -> Option<Duration> {
        match self.shared.status() {
            Status::Trapped => self.backoff.wait(self.template.inner.restart, Instant::now()),
            _ => None,
        }
    }

    /// Restarts it if that is due, and looks whether it was stopped.
    fn revive(&mut self) -> Result<(), Error> {
        if self.restarts_in() == Some(Duration::ZERO) {
            self.backoff.restarting();
            self.reopen()?;
        }
        if self.shared.status() == Status::Stopped {
            self.close();
        }
        Ok(())
    }

    /// A typed client of an interface that the image exports. The functions are looked up and checked when it is
    /// asked for the first time.
    ///
    /// # Errors
    ///
    /// - [`Error::NoExport`] where the image does not export the interface.
    /// - [`Error::Exports`] where it exports the interface otherwise, with every difference.
    /// - [`Error::Stopped`] where it was stopped, and the errors of [`Template::spawn`] where it is restarted.
    pub fn guest<I: ?Sized + GuestInterface>(&mut self, _interface: Descriptor<I>) -> Result<I::Client<'_>, Error> {
        self.client::<I>().map(I::client)
    }

    pub(super) fn client<I: ?Sized + GuestInterface>(&mut self) -> Result<Client<'_>, Error> {
        if !matches!(self.shared.status(), Status::Running | Status::Created) {
            self.revive()?;
        }
        let Some(live) = &mut self.live else { return Err(Error::Stopped { container: self.shared.name().into() }) };
        let id = TypeId::of::<I>();
        let index = match live.resolved.iter().position(|(known, _)| *known == id) {
            Some(index) => index,
            None => {
                let functions = live.resolve::<I>(&self.template.inner.image)?;
                live.resolved.push((id, functions));
                live.resolved.len() - 1
            }
        };
        Ok(Client {
            store: &mut live.store,
            functions: &live.resolved[index].1,
            interface: I::INTERFACE,
            first: &mut self.first,
        })
    }

    /// Calls `init` of the core world's guest.
    ///
    /// # Errors
    ///
    /// [`CallError::Guest`] with what the guest says, [`CallError::Interface`] where the image does not
    /// export `tairitsu:core/guest-api`, and the errors of every call.
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

    fn core(&mut self, function: &str) -> Result<crate::core::GuestApiClient<'_>, CallError<String>> {
        self.guest(GuestApi).map_err(|error| match error {
            Error::Stopped { .. } => CallError::Stopped { function: format!("{}#{function}", GuestApi.id()) },
            error => CallError::Interface(Arc::new(error)),
        })
    }

    /// Sets what carries out the commands of the core world's guest. Until then every command is an error.
    pub fn on_execute(
        &mut self,
        handler: impl FnMut(&str, &str) -> Result<String, String> + Send + 'static,
    ) -> &mut Self {
        self.core_host(|host| host.on_execute = Some(Box::new(handler)));
        self
    }

    /// Sets what takes the log of the core world's guest. Until then it goes to `tracing`.
    pub fn on_log(&mut self, handler: impl FnMut(&str, &str) + Send + 'static) -> &mut Self {
        self.core_host(|host| host.on_log = Some(Box::new(handler)));
        self
    }

    fn core_host(&mut self, set: impl FnOnce(&mut CoreHost)) {
        let slots = match &mut self.live {
            Some(live) => &mut live.store.data_mut().providers,
            None => &mut self.kept,
        };
        let mut lease = slots.get_mut(CORE).map(Slot::lease);
        if let Some(Ok(host)) = lease.as_mut().map(|lease| lease.get()) {
            set(host);
        }
    }

    /// What the guest has written to standard output since this was called last, where that is captured.
    #[cfg(feature = "wasi")]
    pub fn take_stdout(&mut self) -> Vec<u8> {
        self.wasi().map(|wasi| wasi.stdout.take()).unwrap_or_default()
    }

    /// What the guest has written to standard error since this was called last, where that is captured.
    #[cfg(feature = "wasi")]
    pub fn take_stderr(&mut self) -> Vec<u8> {
        self.wasi().map(|wasi| wasi.stderr.take()).unwrap_or_default()
    }

    #[cfg(feature = "wasi")]
    fn wasi(&self) -> Option<&super::wasi::WasiState> {
        self.live.as_ref()?.store.data().wasi.as_ref()
    }
}

impl Live {
    fn resolve<I: ?Sized + GuestInterface>(&mut self, image: &Image) -> Result<Box<[Option<Func>]>, Error> {
        let interface = I::INTERFACE;
        let no_export = || Error::NoExport {
            interface: interface.id.into(),
            found: image.exports().into_iter().map(|export| export.id).collect(),
        };
        let Some((name, id)) = find_export(image, interface) else { return Err(no_export()) };
        let mut report = Report::default();
        let resolve = image.resolve();
        check::check(&mut report, Wants::Rust, interface, resolve, &resolve.interfaces[id]);
        if !report.is_empty() {
            return Err(Error::Exports { interface: interface.id.into(), report });
        }
        let Some(export) = self.instance.get_export_index(&mut self.store, None, name.as_str()) else {
            return Err(no_export());
        };
        let mut resolver =
            Resolver { store: &mut self.store, instance: self.instance, export, interface, functions: Vec::new() };
        match I::resolve(&mut resolver) {
            Ok(()) => Ok(resolver.functions.into_boxed_slice()),
            Err(error) => Err(Error::Link { interface: interface.id.into(), message: message(&error) }),
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        self.template.inner.image.machine().leave(&self.shared);
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Container")
            .field("name", &self.name())
            .field("image", self.image())
            .field("status", &self.status())
            .field("first_trap", &self.first)
            .finish()
    }
}
