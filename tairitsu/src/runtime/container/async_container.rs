//! Containers whose calls are futures.

use super::builder::ContainerBuilder;
use super::common::common_methods;
use super::container::{Container, Live, Origin, core_error};
use super::template::Template;
use crate::core_world::GuestApi;
use crate::descriptor::Descriptor;
use crate::runtime::base::call_error::CallError;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::Trap;
use crate::runtime::call::client::Client;
use crate::runtime::call::interface::{AsyncGuestInterface, GuestInterface};
use crate::runtime::engine::machine::Asyncness;
use crate::runtime::image::image::Image;
use crate::runtime::ledger::handle::Handle;
use crate::runtime::ledger::observe::Spawn;
use crate::runtime::ledger::shared::Shared;
use crate::runtime::ledger::status::Status;
use crate::runtime::store::resources::{Leaks, warn_of};
use crate::runtime::store::state::{self, State};
use crate::runtime::store::watch::Watch;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Instrument;
use wasmtime::Store;
use wasmtime::component::Instance;

/// A [`Template`] for containers whose calls are futures. Made by [`ContainerBuilder::prepare_async`]. Cheap to clone,
/// safe to share.
#[derive(Clone, Debug)]
pub struct AsyncTemplate {
    template: Template,
}

impl ContainerBuilder {
    /// Links and checks, and makes a template for any number of containers whose calls are futures.
    ///
    /// # Errors
    ///
    /// - Those of [`ContainerBuilder::prepare`].
    /// - [`Error::SharedAsync`] if a provider that containers share has an `async fn`.
    pub fn prepare_async(self) -> Result<AsyncTemplate, Error> {
        Ok(AsyncTemplate { template: self.template_of_many(Asyncness::Yes)? })
    }

    /// Links, checks and instantiates one container whose calls are futures.
    ///
    /// # Errors
    ///
    /// - Those of [`ContainerBuilder::prepare_async`], except [`Error::ProvidedByValue`].
    /// - Those of [`AsyncTemplate::spawn`].
    pub async fn build_async(self) -> Result<AsyncContainer, Error> {
        AsyncTemplate { template: self.template(Asyncness::Yes)? }.spawn().await
    }
}

impl AsyncTemplate {
    /// Starts a container: a store, an instance, and its providers.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`].
    pub async fn spawn(&self) -> Result<AsyncContainer, Error> {
        self.start(None).await
    }

    /// [`AsyncTemplate::spawn`], with a name for this container.
    ///
    /// # Errors
    ///
    /// Those of [`Template::spawn`].
    pub async fn spawn_named(&self, name: &str) -> Result<AsyncContainer, Error> {
        self.start(Some(name)).await
    }

    async fn start(&self, name: Option<&str>) -> Result<AsyncContainer, Error> {
        let template = self.template.clone();
        let container = Container::closed(Origin::Image(template.clone()), template.enter(name));
        let mut container = AsyncContainer { container, template };
        container.open(true).await?;
        Ok(container)
    }

    /// The image.
    pub fn image(&self) -> &Image {
        self.template.image()
    }
}

/// A [`Container`] whose calls are futures. Made by [`ContainerBuilder::build_async`] and [`AsyncTemplate::spawn`].
///
/// A call runs on the thread that polls its future. Guest code that runs for long yields after each 10 ms, so that
/// other tasks can run.
///
/// Any executor can poll the futures, with one exception. A guest's WASI is wasmtime's, and its files, sockets and
/// timers are built on tokio. The deadline of a call bounds the time that the call waits, too. [`Handle::stop`] ends a
/// waiting call at once.
///
/// **If a call's future is dropped** before it is done, the container ends as after a trap. The guest cannot go on in
/// the middle of a call. The container is then [`Status::Trapped`], [`AsyncContainer::first_trap`] says so, and the
/// container can be restarted. The call's pending waits are dropped with the future. A future that was never polled has
/// begun nothing.
///
/// A provider's function runs on the polling thread, and other tasks wait meanwhile. An `async fn` lets them run.
///
/// ```no_run
/// use tairitsu::{CallError, Container, Error, Image};
///
/// #[tairitsu::guest]
/// trait Counter {
///     fn count(&mut self) -> u32;
/// }
///
/// async fn count_twice(image: &Image) -> Result<u32, Box<dyn std::error::Error>> {
///     let mut container = Container::builder(image).build_async().await?;
///     container.guest(Counter)?.count().await?;
///     Ok(container.guest(Counter)?.count().await?)
/// }
/// # fn main() {}
/// ```
pub struct AsyncContainer {
    container: Container,
    template: Template,
}

impl AsyncContainer {
    /// A typed client of an interface that the image exports. The client's calls are futures.
    ///
    /// The functions are looked up and checked when a container of the template is first asked for the interface.
    ///
    /// If the image is older than the trait, the trait's default bodies serve the functions that it lacks. A default body
    /// is host code and no future. It runs on the polling thread, and waits there for the functions that it calls.
    ///
    /// # Errors
    ///
    /// - Those of [`Container::guest`].
    pub fn guest<I: ?Sized + AsyncGuestInterface>(
        &mut self,
        _interface: Descriptor<I>,
    ) -> Result<I::AsyncClient<'_>, Error> {
        self.container.resolved::<I>().map(I::async_client)
    }

    /// Restarts the container, if it has trapped and its [`RestartPolicy`] allows a restart now. Returns whether it
    /// did.
    ///
    /// A container whose calls are not futures does this by itself when it is asked for a client.
    ///
    /// [`RestartPolicy`]: crate::RestartPolicy
    ///
    /// # Errors
    ///
    /// Those of [`AsyncContainer::restart`].
    pub async fn revive(&mut self) -> Result<bool, Error> {
        let due = self.container.restarts_in() == Some(Duration::ZERO);
        if due {
            self.container.backoff.restarting();
            warn_of(&self.container.close());
            if let Err(error) = self.open(false).await {
                self.container.backoff.failed(Instant::now());
                return Err(error);
            }
            self.container.revived();
        }
        Ok(due)
    }

    /// Calls `init` of the core world's guest.
    ///
    /// # Errors
    ///
    /// Those of [`Container::init`].
    pub async fn init(&mut self) -> Result<(), CallError<String>> {
        self.core("init")?.init().await
    }

    /// Has the core world's guest handle a command.
    ///
    /// # Errors
    ///
    /// Those of [`Container::init`].
    pub async fn handle_command(&mut self, command: &str, payload: &str) -> Result<String, CallError<String>> {
        self.core("handle-command")?.handle_command(command, payload).await
    }

    fn core(&mut self, function: &str) -> Result<crate::core_world::GuestApiAsyncClient<'_>, CallError<String>> {
        self.guest(GuestApi).map_err(|error| core_error(error, function))
    }

    pub(super) fn container_mut(&mut self) -> &mut Container {
        &mut self.container
    }

    /// The template, and the part that others see.
    pub(super) fn parts(&self) -> (AsyncTemplate, Arc<Shared>) {
        (AsyncTemplate { template: self.template.clone() }, self.container.shared.clone())
    }

    /// A client for a linked container. Restarts the container if that is due.
    pub(super) async fn client<I: ?Sized + GuestInterface>(&mut self) -> Result<Client<'_>, Error> {
        if !matches!(self.status(), Status::Running | Status::Created) {
            self.revive().await?;
        }
        self.container.resolved::<I>()
    }

    /// Starts the container anew, in any status. See [`Container::restart`].
    ///
    /// # Errors
    ///
    /// - Those of [`AsyncTemplate::spawn`].
    ///
    /// After an error, the container is stopped and can be restarted again. The same holds if the future is dropped.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.container.backoff.reset();
        self.reopen().await
    }

    async fn reopen(&mut self) -> Result<(), Error> {
        self.container.clear();
        self.open(true).await
    }

    /// Starts the guest. After an error, the container is stopped if `stop` says so.
    async fn open(&mut self, stop: bool) -> Result<(), Error> {
        let spawn = Spawn::begin(&self.container.shared);
        let result = self.start_guest(stop).instrument(spawn.span.clone()).await;
        spawn.end(&result);
        result
    }

    async fn start_guest(&mut self, stop: bool) -> Result<(), Error> {
        let Container { shared, kept, .. } = &mut self.container;
        let store = self.template.store(shared, kept).inspect_err(|_| {
            if stop {
                shared.stop();
            }
        })?;
        let mut opening = Opening { store: Some(store), container: &mut self.container, stop };
        let Some(store) = &mut opening.store else { return Ok(()) };
        store.data_mut().yields = true;
        state::arm(store);
        let watch = Watch(store.data().time.clone());
        match watch.over(self.template.inner.instance.instantiate_async(store)).await {
            Ok(instance) => {
                opening.done(instance);
                Ok(())
            }
            Err(error) => Err(self.template.not_instantiated(&error)),
        }
    }

    /// The image that runs.
    pub fn image(&self) -> &Image {
        self.template.image()
    }

    fn common(&self) -> &Container {
        &self.container
    }

    fn common_mut(&mut self) -> &mut Container {
        &mut self.container
    }

    common_methods!();
}

impl fmt::Debug for AsyncContainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AsyncContainer").field(&self.container).finish()
    }
}

/// An instantiation that runs. If it does not finish, the container gets its providers back. `stop` says whether it is
/// stopped then, too.
struct Opening<'c> {
    store: Option<Store<State>>,
    container: &'c mut Container,
    stop: bool,
}

impl Opening<'_> {
    fn done(mut self, instance: Instance) {
        if let Some(store) = self.store.take() {
            self.container.opened(Live::wasm(store, instance));
        }
    }
}

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        if let Some(store) = self.store.take() {
            self.container.kept = store.into_data().providers;
            if self.stop {
                self.container.shared.stop();
            }
        }
    }
}
