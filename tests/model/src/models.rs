//! Properties that hold in every order. A thread that waits for something that never comes is a deadlock, which the
//! scheduler reports.

use crate::broadcast::{Hub, Received, Subscription};
use crate::living::Living;
use crate::names::Names;
use crate::status::{Life, Status};
use shuttle::thread;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The number of orders for each model. Half of them are random. The other half change threads seldom, which finds
/// faults that need one particular order.
const ORDERS: usize = 1_000;

fn every_order(model: impl Fn() + Send + Sync + 'static) {
    let model = Arc::new(model);
    let again = model.clone();
    shuttle::check_random(move || model(), ORDERS / 2);
    shuttle::check_pct(move || again(), ORDERS / 2, 3);
}

fn join(threads: impl IntoIterator<Item = thread::JoinHandle<()>>) {
    // All threads are started before the first is waited for.
    let threads: Vec<_> = threads.into_iter().collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Everything that was sent so far.
fn drain(subscription: &Subscription<Change>) -> Vec<Change> {
    let mut changes = Vec::new();
    while let Ok(received) = subscription.try_recv() {
        match received {
            Received::Value(change) => changes.push(change),
            Received::Lost(count) => panic!("{count} were lost of a queue that has room"),
        }
    }
    changes
}

/// A name, its old value, and its new value.
type Change = (u8, Option<u32>, Option<u32>);

#[derive(Default)]
struct Registry {
    names: Names<u8, u32>,
    hub: Arc<Hub<Change>>,
}

impl Registry {
    fn add(&self, name: u8, value: u32) -> bool {
        self.names.add(name, &value, || self.hub.send(|| (name, None, Some(value))))
    }

    fn put(&self, name: u8, value: u32) -> Option<u32> {
        self.names.put(name, value, |old| self.hub.send(|| (name, old.copied(), Some(value))))
    }

    fn remove(&self, name: u8) -> Option<u32> {
        self.names.remove(&name, |_| true, |old| self.hub.send(|| (name, Some(*old), None)))
    }

    fn get(&self, name: u8) -> Option<u32> {
        self.names.read(|map| map.get(&name).copied())
    }
}

#[test]
fn a_free_name_goes_to_one() {
    every_order(|| {
        let registry = Arc::new(Registry::default());
        let threads: Vec<_> = (0..3)
            .map(|value| {
                let registry = registry.clone();
                thread::spawn(move || registry.add(1, value))
            })
            .collect();
        let won: Vec<bool> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let winner = won.iter().position(|won| *won).unwrap();
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        assert_eq!(registry.get(1), Some(winner as u32));
    });
}

#[test]
fn a_name_that_is_replaced_always_has_an_image() {
    every_order(|| {
        let registry = Arc::new(Registry::default());
        registry.put(1, 0);
        let (writer, reader) = (registry.clone(), registry.clone());
        let writer = thread::spawn(move || {
            for value in 1..4 {
                assert_eq!(writer.put(1, value), Some(value - 1));
            }
        });
        let reader = thread::spawn(move || {
            let mut last = 0;
            for _ in 0..4 {
                let found = reader.get(1).unwrap();
                assert!(found >= last, "{found} after {last}");
                last = found;
            }
        });
        join([writer, reader]);
    });
}

/// The events come in the order of the changes. A reader that follows from the start can rebuild the map.
#[test]
fn changes_are_told_in_their_order() {
    every_order(|| {
        let registry = Arc::new(Registry::default());
        let changes = registry.hub.subscribe(64);
        join((0..3).map(|thread| {
            let registry = registry.clone();
            thread::spawn(move || match thread {
                0 => {
                    registry.add(1, 10);
                    registry.remove(1);
                }
                1 => {
                    registry.put(1, 20);
                    registry.put(2, 21);
                }
                _ => {
                    registry.remove(1);
                    registry.add(2, 30);
                }
            })
        }));
        let mut map = BTreeMap::new();
        for (name, old, new) in drain(&changes) {
            assert_eq!(map.remove(&name), old, "of name {name}");
            map.extend(new.map(|new| (name, new)));
        }
        assert_eq!(map, registry.names.read(|map| map.iter().map(|(name, value)| (*name, *value)).collect()));
    });
}

/// A reader that subscribes and then looks finds the name in the map, or in an event.
#[test]
fn there_is_no_gap_between_a_list_and_what_follows() {
    every_order(|| {
        let registry = Arc::new(Registry::default());
        let adder = registry.clone();
        let adder = thread::spawn(move || {
            adder.add(1, 10);
        });
        let changes = registry.hub.subscribe(64);
        let was_there = registry.get(1).is_some();
        join([adder]);
        assert!(was_there || !drain(&changes).is_empty());
    });
}

#[test]
fn nobody_is_lost_from_the_living() {
    every_order(|| {
        let living = Arc::new(Living::default());
        let kept = living.enter(|id| id);
        let comes_and_goes = |rounds| {
            let living = living.clone();
            thread::spawn(move || {
                for _ in 0..rounds {
                    let mine = living.enter(|id| id);
                    assert!(living.list().contains(&mine));
                    living.leave(*mine);
                    assert!(!living.list().contains(&mine));
                }
            })
        };
        let comers = [comes_and_goes(2), comes_and_goes(2)];
        let list = living.list();
        assert!(list.contains(&kept) && list.is_sorted() && list.len() <= 3, "{list:?}");
        join(comers);
        assert_eq!(living.list(), [kept]);
    });
}

/// How a life has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Stopped,
    Trapped,
}

#[test]
fn who_waits_is_woken_by_the_first_end() {
    every_order(|| {
        let life = Arc::new(Life::<End>::new());
        let waiters: Vec<_> = (0..2)
            .map(|_| {
                let life = life.clone();
                thread::spawn(move || life.wait(None).unwrap())
            })
            .collect();
        let (trapper, stopper) = (life.clone(), life.clone());
        let trapper = thread::spawn(move || {
            trapper.run(|| {});
            trapper.trap(End::Trapped, || {});
        });
        let stopper = thread::spawn(move || stopper.stop(End::Stopped, || {}));
        join([trapper, stopper]);
        for waiter in waiters {
            waiter.join().unwrap();
        }
        assert_eq!(life.status(), Status::Stopped, "a stop is the last word");
        assert_eq!(life.wait(None), Some(End::Stopped));
    });
}

/// A restart by the policy does not undo a stop from another thread.
#[test]
fn a_stop_outlives_a_restart_by_the_policy() {
    every_order(|| {
        let life = Arc::new(Life::<End>::new());
        let (owner, stopper) = (life.clone(), life.clone());
        let owner = thread::spawn(move || {
            owner.run(|| {});
            owner.trap(End::Trapped, || {});
            owner.revive(|| {});
        });
        let stopper = thread::spawn(move || stopper.stop(End::Stopped, || {}));
        join([owner, stopper]);
        assert_eq!(life.status(), Status::Stopped);
    });
}

/// Whatever two threads do, the events describe one life: each change starts from the status that the change before
/// has led to.
#[test]
fn a_life_is_told_in_its_order() {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Told {
        Started,
        Trapped,
        Stopped,
        Restarted,
    }
    every_order(|| {
        let life = Arc::new(Life::<End>::new());
        let hub = Arc::new(Hub::default());
        let told = hub.subscribe(64);
        let (owner, owners) = (life.clone(), hub.clone());
        let owner = thread::spawn(move || {
            for _ in 0..2 {
                owner.run(|| owners.send(|| Told::Started));
                owner.trap(End::Trapped, || owners.send(|| Told::Trapped));
                owner.restart(|| owners.send(|| Told::Restarted));
            }
        });
        let (stopper, stoppers) = (life.clone(), hub.clone());
        let stopper = thread::spawn(move || stopper.stop(End::Stopped, || stoppers.send(|| Told::Stopped)));
        join([owner, stopper]);
        let mut status = Status::Created;
        while let Ok(Received::Value(event)) = told.try_recv() {
            status = match (status, event) {
                (Status::Created, Told::Started) => Status::Running,
                (Status::Running, Told::Trapped) => Status::Trapped,
                (Status::Created | Status::Running | Status::Trapped, Told::Stopped) => Status::Stopped,
                (_, Told::Restarted) => Status::Created,
                (status, event) => panic!("{event:?} of one that is {status}"),
            };
        }
        assert_eq!(status, life.status());
    });
}

/// Each value is received once and in order, or is counted as lost. The end wakes the reader.
#[test]
fn every_value_is_received_or_counted() {
    every_order(|| {
        let hub = Arc::new(Hub::default());
        let subscription = hub.subscribe(2);
        let reader = thread::spawn(move || {
            let (mut seen, mut lost, mut last) = (0, 0, [None; 2]);
            while let Ok(received) = subscription.recv(None) {
                match received {
                    Received::Value((sender, n)) => {
                        let last: &mut Option<u64> = &mut last[sender];
                        assert!(last.is_none_or(|last| n > last), "{n} after {last:?}");
                        *last = Some(n);
                        seen += 1;
                    }
                    Received::Lost(count) => lost += count,
                }
            }
            assert_eq!(seen + lost, 6);
        });
        let senders: Vec<_> = (0..2)
            .map(|sender| {
                let hub = hub.clone();
                thread::spawn(move || (0..3).for_each(|n| hub.send(|| (sender, n))))
            })
            .collect();
        join(senders);
        drop(hub);
        join([reader]);
    });
}

/// Readers come and go while another thread sends.
#[test]
fn a_reader_that_leaves_is_in_nobodys_way() {
    every_order(|| {
        let hub = Arc::new(Hub::default());
        let sender = hub.clone();
        let sender = thread::spawn(move || (0..3).for_each(|n| sender.send(|| n)));
        let others = hub.clone();
        let leaver = thread::spawn(move || drop(others.subscribe(1)));
        let subscription = hub.subscribe(8);
        join([sender, leaver]);
        hub.send(|| 3);
        drop(hub);
        let mut last = None;
        while let Ok(received) = subscription.recv(None) {
            last = Some(received);
        }
        assert_eq!(last, Some(Received::Value(3)));
    });
}
