//! The pool: room for a number of containers, which is reserved once and used again and again.

use crate::runtime::base::limits::{INSTANCES, MEMORIES, TABLE_ELEMENTS, TABLES as MOST_TABLES};
use wasmtime::PoolingAllocationConfig;

/// Tables per container, on average. A guest has one table, and the code that makes it a component has another.
const TABLES: u32 = 4;

/// The bytes of used memory that a place in the pool keeps. Clearing kept memory is cheaper than giving it back to the
/// system and asking for it again.
const RESIDENT: usize = 2 << 20;

/// Whether wasmtime can reserve many addresses on this platform without running out of them.
pub(crate) fn is_supported() -> bool {
    cfg!(all(target_pointer_width = "64", any(unix, windows)))
}

/// Whether the engine's message says that a component does not fit the pool. wasmtime has no error type for this, so a
/// test pins the text.
pub(crate) fn is_too_small(message: &str) -> bool {
    message.contains("does not fit in pooling allocator") || message.contains("in the pooling allocator")
}

/// The configuration of a pool for this many containers.
pub(crate) fn places(containers: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(containers)
        .total_memories(containers)
        // A heap is in a memory's place.
        .total_gc_heaps(containers)
        .total_tables(containers.saturating_mul(TABLES))
        .table_elements(TABLE_ELEMENTS)
        // These values reserve nothing. They allow as many items, and as large ones, as without a pool.
        .total_core_instances(containers.saturating_mul(INSTANCES as u32))
        .max_memories_per_module(MEMORIES as u32)
        .max_tables_per_module(MOST_TABLES as u32)
        .max_core_instance_size(1 << 30)
        .max_component_instance_size(1 << 30);
    // A call that is a future has a stack of its own, and a container has one call at a time.
    #[cfg(feature = "async")]
    pool.total_stacks(containers);
    #[cfg(all(feature = "wasi", not(feature = "async")))]
    pool.total_stacks(0);
    // Without this scan, the system cannot tell which pages were written to. Then all kept memory would have to be
    // cleared.
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.linear_memory_keep_resident(RESIDENT).table_keep_resident(RESIDENT);
        pool.pagemap_scan(wasmtime::Enabled::Yes);
    }
    pool
}
