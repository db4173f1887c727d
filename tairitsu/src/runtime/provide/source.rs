//! The providers of a container, and where they come from.

use super::served::Served;
use crate::runtime::base::caught::caught;
use crate::runtime::base::load_error::Error;
use crate::runtime::ledger::waits::Possession;
use crate::runtime::store::slot::{SharedProvider, Slot};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A provider, and the interfaces that it provides.
pub(crate) struct Provided {
    pub(crate) source: Source,
    pub(crate) served: Vec<Served>,
}

/// Where a container's provider comes from.
pub(crate) enum Source {
    /// The given object, for the one container that takes it. Nobody waits for the lock: a template with such a
    /// provider has one container.
    Value(Mutex<Option<Box<dyn Any + Send>>>),
    /// Every container has its own object, and keeps the object when it restarts.
    Kept(fn() -> Box<dyn Any + Send>),
    /// Every container has its own object, and gets a new object when it restarts.
    Factory(Box<dyn Fn() -> Box<dyn Any + Send> + Send + Sync>),
    /// All containers share this object.
    Shared(Arc<SharedProvider>),
}

impl Provided {
    pub(crate) fn value<P: Send + 'static>(served: Vec<Served>, provider: P) -> Self {
        Self { source: Source::Value(Mutex::new(Some(Box::new(provider)))), served }
    }

    pub(crate) fn factory<P: Send + 'static>(
        served: Vec<Served>,
        make: impl Fn() -> P + Send + Sync + 'static,
    ) -> Self {
        Self { source: Source::Factory(Box::new(move || Box::new(make()))), served }
    }

    pub(crate) fn shared<P: Send + 'static>(served: Vec<Served>, provider: Arc<Mutex<P>>) -> Self {
        let name = served.first().map(|served| served.interface.id).unwrap_or_default();
        let possession = possession_of(&provider, name);
        Self { source: Source::Shared(Arc::new(SharedProvider { provider, possession })), served }
    }

    /// Makes a new slot. Returns `None` if a container keeps its provider.
    pub(crate) fn make(&self) -> Result<Option<Slot>, Error> {
        match &self.source {
            Source::Value(_) | Source::Kept(_) => Ok(None),
            Source::Factory(factory) => match caught(factory) {
                Ok(provider) => Ok(Some(Slot::Own(provider))),
                Err(message) => Err(Error::Factory { interface: self.interface(), message }),
            },
            Source::Shared(provider) => Ok(Some(Slot::Shared(provider.clone()))),
        }
    }

    /// Takes a provider that the container keeps from now on. A provider that was given by value can be taken once.
    pub(crate) fn take(&self) -> Result<Slot, Error> {
        let taken = match &self.source {
            Source::Value(provider) => provider.lock().unwrap_or_else(PoisonError::into_inner).take(),
            Source::Kept(make) => Some(make()),
            Source::Factory(_) | Source::Shared(_) => None,
        };
        taken.map(Slot::Own).ok_or_else(|| Error::ProvidedByValue { interface: self.interface() })
    }

    /// The id of the first interface.
    pub(crate) fn interface(&self) -> String {
        self.served.first().map(|served| served.interface.id.into()).unwrap_or_default()
    }
}

/// The possession of a provider that any number of builders may have been given.
fn possession_of<P: Send + 'static>(provider: &Arc<Mutex<P>>, interface: &str) -> Arc<Possession> {
    static KNOWN: Mutex<BTreeMap<usize, Weak<Possession>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    // A possession lives as long as its provider is shared. So an address stands for one provider.
    known.retain(|_, possession| possession.strong_count() > 0);
    let address = Arc::as_ptr(provider).addr();
    known.get(&address).and_then(Weak::upgrade).unwrap_or_else(|| {
        let possession = Possession::new(format!("the provider of `{interface}`"));
        known.insert(address, Arc::downgrade(&possession));
        possession
    })
}

/// The interfaces of all providers.
pub(crate) fn served(provided: &[Provided]) -> impl Iterator<Item = &Served> {
    provided.iter().flat_map(|provided| &provided.served)
}

/// Returns a container's providers. `kept` holds the providers from before a restart. Providers that a container keeps
/// are taken from `kept`.
pub(crate) fn slots(provided: &[Provided], kept: &mut Vec<Slot>) -> Result<Vec<Slot>, Error> {
    // Factories run first, because they can fail. A failure leaves `provided` and `kept` as they were.
    let made = provided.iter().map(Provided::make).collect::<Result<Vec<_>, _>>()?;
    let mut kept = std::mem::take(kept).into_iter().map(Some).collect::<Vec<_>>();
    let taken = made.into_iter().zip(provided).enumerate().map(|(i, (made, provided))| match made {
        Some(slot) => Ok(slot),
        None => match kept.get_mut(i).and_then(Option::take) {
            Some(slot) => Ok(slot),
            None => provided.take(),
        },
    });
    taken.collect()
}
