//! The native runtime: registry, image, container.
//!
//! Each folder is a room. From the top: `container`, `ages`, `dynamic`, `call`, `wasi`, `image`, `provide`, `values`, `store`, `engine`,
//! `ledger`, `base`. A room uses only the rooms below it. `tests/e2e/rooms.rs` fails on a path that leads up.

mod ages;
mod base;
mod call;
mod container;
mod dynamic;
mod engine;
mod image;
mod ledger;
mod provide;
mod store;
mod values;
#[cfg(feature = "wasi")]
mod wasi;

/// What generated code names.
pub(crate) mod generated {
    pub use super::base::call_error::Fault;
    #[cfg(feature = "async")]
    pub use super::call::client::Calling;
    pub use super::call::client::Client;
    pub use super::call::defaults::{Defaults, StaticDefaults};
    #[cfg(feature = "async")]
    pub use super::call::interface::AsyncGuestInterface;
    pub use super::call::interface::{GuestInterface, ResolveError, Resolver};
    pub use super::call::native_host::{with_native_host, with_native_makers};
    pub use super::call::native_template::{Exports, NativeExport};
    pub use super::call::typed::{NoTyped, Typed};
    #[cfg(feature = "async")]
    pub use super::container::async_shared::{IsAsyncPeer, forwarded};
    pub use super::container::link::{
        ForwardedFunction, ForwardedInterface, IsPeer, NoForwardedFunction, collect_calls,
    };
    pub use super::provide::function::{NoProvidedFunction, ProvidedFunction};
    pub use super::provide::linker::{LinkError, ProviderLinker};
    pub use super::provide::provides::{Provides, ProvidesResource, ResourceOf};
    pub use super::values::view::{ShownAs, Viewable};
}

/// What the module `tairitsu::compatibility` has.
pub(crate) mod contracts {
    pub use super::base::report::{Bridge, How};
    pub use super::image::contracts::between::between;
    pub use super::image::contracts::changes::{Change, ChangeKind, Changes, Verdict, VersionTooLow};
    pub use super::image::contracts::contract::Contract;
}

pub(crate) use base::executor;

pub use ages::compatibility::Compatibility;
pub use base::backtrace::Backtrace;
pub use base::bad_handle::BadHandle;
pub use base::call_error::{CallError, Called};
pub use base::limits::Limits;
pub use base::load_error::Error;
pub use base::policy::{OnDenied, Policy};
pub use base::reference::Reference;
pub use base::report::{Difference, MissingImport, Report};
pub use base::restart::RestartPolicy;
pub use base::trap::Trap;
pub use base::value_error::{Position, ValueError};
#[cfg(feature = "async")]
pub use call::interface::AsyncGuestInterface;
pub use call::interface::GuestInterface;
#[cfg(feature = "async")]
pub use container::async_container::{AsyncContainer, AsyncTemplate};
#[cfg(feature = "async")]
pub use container::async_pool::AsyncPool;
#[cfg(feature = "async")]
pub use container::async_shared::{SharedAsyncContainer, SharedAsyncContainerGuard};
pub use container::builder::{ContainerBuilder, ImageGuest};
pub use container::container::Container;
pub use container::link::{ForwardedInterface, SharedContainer, SharedContainerGuard};
pub use container::native::{NativeBuilder, NativeGuest};
pub use container::pool::{Pool, PoolStats};
pub use container::registry::{Registry, RegistryBuilder};
pub use container::template::Template;
pub use dynamic::function::{Function, Param};
pub use dynamic::value::{Fields, Value};
pub use dynamic::value_type::{
    EnumType, FlagsType, ListType, Member, Members, OptionType, RecordType, ResourceType, ResultType, TupleType,
    ValueType, VariantType,
};
pub use engine::cache::{Cache, CacheStats};
pub use image::image::{Image, Interfaces};
#[cfg(feature = "async")]
pub use ledger::events::EventStream;
pub use ledger::events::{Event, Events, Subject};
pub use ledger::handle::Handle;
pub use ledger::info::{ContainerInfo, Ending};
pub use ledger::status::Status;
pub use provide::descriptors::Descriptors;
pub use provide::provides::{Provides, ProvidesResource};
#[cfg(feature = "wasi")]
pub use store::grants::Wasi;
#[cfg(feature = "wasi")]
pub use store::output::Output;
pub use store::resources::Leaks;
pub use values::guest_handle::Handle as ValueHandle;
