//! The WebAssembly layer: plain functions on addresses in linear memory, for the TypeScript beside it.

pub mod bridge;
pub mod butterflies;
pub mod columns;
pub mod engine;
pub mod frame;
pub mod lanes;
pub mod line;
pub mod peaks;
pub mod plane;
pub mod prepare;
pub mod reduce;
pub mod refine;
pub mod register;
pub mod rows;
pub mod spectrum;

use plane::{Plane, Work};
use wasm_bindgen::prelude::wasm_bindgen;

/// Reserves `bytes` of linear memory, 16-byte aligned; returns 0 when there is not enough.
#[wasm_bindgen]
pub fn reserve(bytes: usize) -> usize {
    match std::alloc::Layout::from_size_align(bytes.max(16), 16) {
        Ok(layout) => unsafe { std::alloc::alloc(layout) as usize },
        Err(_) => 0,
    }
}

/// Frees memory that `reserve` returned, with the same size.
#[wasm_bindgen]
pub fn release(address: usize, bytes: usize) {
    if let Ok(layout) = std::alloc::Layout::from_size_align(bytes.max(16), 16) {
        unsafe { std::alloc::dealloc(address as *mut u8, layout) }
    }
}

/// Plans transforms of `rows` x `columns` planes (even columns).
#[wasm_bindgen]
pub fn plane_new(rows: usize, columns: usize) -> usize {
    Box::into_raw(Box::new(Plane::new(rows, columns))) as usize
}

#[wasm_bindgen]
pub fn plane_free(plane: usize) {
    drop(unsafe { Box::from_raw(plane as *mut Plane) })
}

/// Working memory for one thread on one plane.
#[wasm_bindgen]
pub fn work_new(plane: usize) -> usize {
    let plane = unsafe { &*(plane as *const Plane) };
    Box::into_raw(Box::new(plane.work())) as usize
}

#[wasm_bindgen]
pub fn work_free(work: usize) {
    drop(unsafe { Box::from_raw(work as *mut Work) })
}

/// Rows `from..to` of the forward transform.
#[wasm_bindgen]
pub fn forward_rows(plane: usize, work: usize, input: usize, output: usize, from: usize, to: usize) {
    unsafe {
        (*(plane as *const Plane)).forward_rows(input as *const f32, output as *mut f32, from, to, &mut *(work as *mut Work))
    }
}

/// Columns `from..to` of the forward transform, in place.
#[wasm_bindgen]
pub fn forward_columns(plane: usize, work: usize, data: usize, from: usize, to: usize) {
    let plane = unsafe { &*(plane as *const Plane) };
    unsafe { plane.forward_columns(data as *mut f32, from, to, plane.rows, &mut *(work as *mut Work)) }
}

/// Columns `from..to` of the inverse transform, in place.
#[wasm_bindgen]
pub fn inverse_columns(plane: usize, work: usize, data: usize, from: usize, to: usize) {
    let plane = unsafe { &*(plane as *const Plane) };
    unsafe { plane.inverse_columns(data as *mut f32, from, to, plane.rows, &mut *(work as *mut Work)) }
}

/// Rows `from..to` of the inverse transform.
#[wasm_bindgen]
pub fn inverse_rows(plane: usize, work: usize, input: usize, output: usize, from: usize, to: usize) {
    unsafe {
        (*(plane as *const Plane)).inverse_rows(input as *const f32, output as *mut f32, from, to, &mut *(work as *mut Work))
    }
}
