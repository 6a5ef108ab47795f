//! The inner loops of the fit of Thon rings: plain functions on addresses in linear memory, for the TypeScript beside them.

mod assemble;
mod functions;
mod search;
mod sums;

use std::alloc::{alloc, dealloc, Layout};

/// Reserves `bytes` of linear memory, 16-byte aligned; returns 0 when there is not enough.
#[no_mangle]
pub unsafe extern "C" fn reserve(bytes: usize) -> *mut u8 {
    alloc(Layout::from_size_align_unchecked(bytes, 16))
}

/// Gives back what `reserve` returned, with the same size.
#[no_mangle]
pub unsafe extern "C" fn release(address: *mut u8, bytes: usize) {
    dealloc(address, Layout::from_size_align_unchecked(bytes, 16))
}
