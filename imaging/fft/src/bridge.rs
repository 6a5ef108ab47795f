//! The WebAssembly layer of reduction and registration: addresses in, numbers out.

use crate::prepare::Band;
use crate::reduce::blocks;
use crate::register::{Engine, Frame, Options};
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::default());
    static SUMS: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Reduces whole blocks of pixels; `kind` 0 uint8, 1 uint16, 2 int16, 3 float32, 4 float64; `stride` in pixels.
#[wasm_bindgen]
pub fn reduce(
    kind: u32,
    source: usize,
    stride: usize,
    across: usize,
    down: usize,
    rows: usize,
    columns: usize,
    scale: f64,
    target: usize,
) {
    let target = target as *mut f32;
    SUMS.with_borrow_mut(|sums| unsafe {
        match kind {
            0 => blocks(source as *const u8, stride, across, down, rows, columns, scale, target, sums),
            1 => blocks(source as *const u16, stride, across, down, rows, columns, scale, target, sums),
            2 => blocks(source as *const i16, stride, across, down, rows, columns, scale, target, sums),
            3 => blocks(source as *const f32, stride, across, down, rows, columns, scale, target, sums),
            _ => blocks(source as *const f64, stride, across, down, rows, columns, scale, target, sums),
        }
    })
}

#[wasm_bindgen]
pub fn frame_new(rows: usize, columns: usize) -> usize {
    Box::into_raw(Box::new(Frame::new(rows, columns))) as usize
}

#[wasm_bindgen]
pub fn frame_free(frame: usize) {
    drop(unsafe { Box::from_raw(frame as *mut Frame) })
}

/// Where the binned pixels of a frame go.
#[wasm_bindgen]
pub fn frame_pixels(frame: usize) -> usize {
    unsafe { (*(frame as *mut Frame)).pixels.as_mut_ptr() as usize }
}

/// 0 when a filled frame can be registered, else the number of a failure.
#[wasm_bindgen]
pub fn frame_check(frame: usize) -> u32 {
    unsafe { (*(frame as *const Frame)).check() }
}

/// Registers two frames of one size. `options` holds 12 doubles in the order of `Options`, `result` room for 8:
/// shift x, y (binned pixels, Y down), correlation, overlap, standard errors x, y, zero peak ignored, rival.
/// Returns 0 or the number of a failure.
#[wasm_bindgen]
pub fn register(later: usize, reference: usize, options: usize, result: usize) -> u32 {
    // a frame compared with itself needs a twin, for both are written to
    let mut twin;
    let reference = if later == reference {
        twin = unsafe { (*(later as *const Frame)).twin() };
        &raw mut twin as usize
    } else {
        reference
    };
    let (later, reference) = unsafe { (&mut *(later as *mut Frame), &mut *(reference as *mut Frame)) };
    let values = unsafe { core::slice::from_raw_parts(options as *const f64, 12) };
    let options = Options {
        expected: [values[0], values[1]],
        trim: values[2],
        pad: values[3],
        taper: values[4],
        band: Band { high_pass_sigma: values[5], low_pass_radius: values[6], low_pass_sigma: values[7] },
        threshold: values[8],
        largest_peaks: values[9] as usize,
        ignore_zero: values[10] != 0.0,
        smallest_overlap: values[11],
    };
    match ENGINE.with_borrow_mut(|engine| engine.register(later, reference, &options)) {
        Err(failure) => failure as u32,
        Ok(found) => {
            let result = unsafe { core::slice::from_raw_parts_mut(result as *mut f64, 8) };
            result[0] = found.shift[0];
            result[1] = found.shift[1];
            result[2] = found.correlation;
            result[3] = found.overlap;
            result[4] = found.error[0];
            result[5] = found.error[1];
            result[6] = if found.zero_ignored { 1.0 } else { 0.0 };
            result[7] = found.rival;
            0
        }
    }
}

/// Gives back plans, filters and working memory of registrations.
#[wasm_bindgen]
pub fn forget() {
    ENGINE.with_borrow_mut(|engine| *engine = Engine::default());
}
