//! The module's allocator: talc, over wasm memory that grows by large steps. Each step detaches every view that JavaScript has of the
//! memory, which costs more than a page that is not used yet.
#![allow(unsafe_code, reason = "an allocator hands out memory that nothing but it knows")]

use std::alloc::Layout;
use std::arch::wasm32::{memory_grow, memory_size};
use std::ptr::NonNull;

use talc::base::Talc;
use talc::base::binning::Binning;
use talc::cell::TalcSyncCell;
use talc::source::Source;
use talc::wasm::WasmBinning;

#[cfg(not(target_feature = "atomics"))]
#[global_allocator]
static ALLOCATOR: TalcSyncCell<WasmMemory, WasmBinning> = TalcSyncCell::new_wasm(WasmMemory { end: None });

/// A page of wasm memory, in bytes.
const PAGE: usize = 64 << 10;
/// The fewest pages that memory grows by: 1 MB.
const FEWEST: usize = 16;
/// By which part of itself memory grows at least.
const PART: usize = 8;
/// What the allocator needs besides what is asked for, at most, in bytes.
const OVERHEAD: usize = 256;

#[derive(Debug)]
struct WasmMemory {
    /// The end of what the allocator has.
    end: Option<NonNull<u8>>,
}

// SAFETY: it allocates nothing itself.
unsafe impl Source for WasmMemory {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        let needed = layout.size().saturating_add(layout.align() + OVERHEAD).div_ceil(PAGE);
        let mut pages = needed.max(FEWEST).max(memory_size::<0>() / PART);
        let mut base = memory_grow::<0>(pages);
        if base == usize::MAX {
            pages = needed;
            base = memory_grow::<0>(pages);
        }
        if base == usize::MAX {
            return Err(());
        }
        let top = (base + pages).saturating_mul(PAGE) as *mut u8;
        let base = (base * PAGE) as *mut u8;
        talc.source.end = match talc.source.end.filter(|end| end.as_ptr() == base) {
            // SAFETY: the memory from the end on has just come into being, and is nobody else's.
            Some(end) => Some(unsafe { talc.extend(end, top) }),
            // SAFETY: as above.
            None => unsafe { talc.claim(base, pages * PAGE) },
        };
        talc.source.end.map(|_| ()).ok_or(())
    }
}
