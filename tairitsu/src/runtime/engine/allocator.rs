//! Room for a number of containers that is reserved once, and handed out again.

use crate::runtime::base::limits::{INSTANCES, MEMORIES, TABLE_ELEMENTS, TABLES as MOST_TABLES};
use wasmtime::PoolingAllocationConfig;

/// Tables of a container, on average: a guest has one, and what made it a component another.
const TABLES: u32 = 4;

/// What a place keeps of the memory that was used in it, in bytes: to have it cleared is cheaper than to have it
/// given back and asked for again.
const RESIDENT: usize = 2 << 20;

/// Whether wasmtime can reserve addresses here without using them up.
pub(crate) fn is_supported() -> bool {
    cfg!(all(target_pointer_width = "64", any(unix, windows)))
}

/// Whether that is why a component cannot be had. wasmtime has no type for it; a test holds its text to this.
pub(crate) fn is_too_small(message: &str) -> bool {
    message.contains("does not fit in pooling allocator") || message.contains("in the pooling allocator")
}

/// How wasmtime is to reserve that.
pub(crate) fn places(containers: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(containers)
        .total_memories(containers)
        .total_tables(containers.saturating_mul(TABLES))
        .table_elements(TABLE_ELEMENTS)
        // Nothing is reserved for these: they are as many, and as large, as they are without a pool.
        .total_core_instances(containers.saturating_mul(INSTANCES as u32))
        .max_memories_per_module(MEMORIES as u32)
        .max_tables_per_module(MOST_TABLES as u32)
        .max_core_instance_size(1 << 30)
        .max_component_instance_size(1 << 30);
    // Calls are synchronous, and need no stack of their own.
    #[cfg(feature = "wasi")]
    pool.total_stacks(0);
    // Where the system cannot tell which pages were written to, all that is kept would have to be cleared.
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.linear_memory_keep_resident(RESIDENT).table_keep_resident(RESIDENT);
        pool.pagemap_scan(wasmtime::Enabled::Yes);
    }
    pool
}
