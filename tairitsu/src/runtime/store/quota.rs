//! The memory and tables of a store, and their limits.

use crate::runtime::base::cause::Cause;
use crate::runtime::base::limits::{INSTANCES, Limits, MEMORIES, TABLE_ELEMENTS, TABLES};
use crate::runtime::ledger::shared::Shared;
use std::sync::Arc;
use wasmtime::ResourceLimiter;

/// The memory and tables of a store, and their limits. wasmtime asks the quota before a memory or a table grows.
pub(crate) struct Quota {
    memory: usize,
    max_memory: usize,
    elements: usize,
    max_elements: usize,
    /// A table's maximum that is at least this large comes from the pool, and not from the guest.
    place_elements: usize,
    /// How much the growth of memory under way adds. It is subtracted again if the growth fails.
    growing: usize,
    shared: Arc<Shared>,
}

impl Quota {
    pub(crate) fn new(limits: &Limits, is_pooled: bool, shared: Arc<Shared>) -> Self {
        Self {
            memory: 0,
            max_memory: limits.memory,
            elements: 0,
            max_elements: limits.tables,
            place_elements: if is_pooled { TABLE_ELEMENTS } else { usize::MAX },
            growing: 0,
            shared,
        }
    }

    /// How many bytes the memories may still grow.
    pub(crate) fn left(&self) -> usize {
        self.max_memory.saturating_sub(self.memory)
    }
}

impl ResourceLimiter for Quota {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            // This limit is the guest's own, so the guest handles the failure.
            self.growing = 0;
            return Ok(false);
        }
        let growth = desired.saturating_sub(current);
        let sum = self.memory.saturating_add(growth);
        if sum > self.max_memory {
            return Err(Cause::Memory { limit: self.max_memory }.into());
        }
        (self.memory, self.growing) = (sum, growth);
        self.shared.set_memory(sum);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory -= std::mem::take(&mut self.growing);
        self.shared.set_memory(self.memory);
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum && maximum < self.place_elements) {
            return Ok(false);
        }
        let growth = desired.saturating_sub(current);
        let sum = self.elements.saturating_add(growth);
        if sum > self.max_elements {
            return Err(Cause::Table { limit: self.max_elements }.into());
        }
        self.elements = sum;
        Ok(true)
    }

    /// Gives nothing back. wasmtime also calls this for a growth that it refused without asking, and a guest chooses the size
    /// of that growth.
    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        Ok(())
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}
