//! The WebAssembly layer of reduction and registration: addresses in, numbers out.

use crate::engine::Engine;
use crate::frame::{Failure, Frame};
use crate::prepare::Band;
use crate::reduce::blocks;
use crate::register::{Options, Task};
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

/// Address of the memory for the binned pixels of a frame.
#[wasm_bindgen]
pub fn frame_pixels(frame: usize) -> usize {
    unsafe { (*(frame as *mut Frame)).pixels.as_mut_ptr() as usize }
}

/// 0 when a filled frame can be registered, else the number of a failure.
#[wasm_bindgen]
pub fn frame_check(frame: usize) -> u32 {
    unsafe { (*(frame as *const Frame)).check().map_or(0, |failure| failure as u32) }
}

unsafe fn options_at(address: usize) -> Options {
    let values = core::slice::from_raw_parts(address as *const f64, 12);
    Options {
        expected: [values[0], values[1]],
        trim: values[2],
        pad: values[3],
        taper: values[4],
        band: Band { high_pass_sigma: values[5], low_pass_radius: values[6], low_pass_sigma: values[7] },
        threshold: values[8],
        largest_peaks: values[9] as usize,
        ignore_zero: values[10] != 0.0,
        smallest_overlap: values[11],
    }
}

unsafe fn task_at(address: usize) -> &'static mut Task {
    &mut *(address as *mut Task)
}

/// Begins to register two frames of one size; `options` holds 12 doubles in the order of `Options`.
/// Returns a task, or 0 when the frames are too small to be trimmed.
#[wasm_bindgen]
pub fn task_new(later: usize, reference: usize, options: usize) -> usize {
    let task = ENGINE.with_borrow_mut(|engine| unsafe {
        Task::new(engine, later as *mut Frame, reference as *mut Frame, options_at(options))
    });
    task.map_or(0, |task| Box::into_raw(Box::new(task)) as usize)
}

/// Prepares sides `from..to` of two.
#[wasm_bindgen]
pub fn task_prepare(task: usize, _thread: usize, from: usize, to: usize) {
    (from..to).for_each(|side| unsafe { task_at(task).prepare(side) });
}

/// Number of columns that `task_columns` shares out.
#[wasm_bindgen]
pub fn task_width(task: usize) -> usize {
    unsafe { task_at(task).size().1 }
}

/// Number of rows that `task_rows` shares out.
#[wasm_bindgen]
pub fn task_height(task: usize) -> usize {
    unsafe { task_at(task).size().0 }
}

/// Columns `from..to` of the correlation.
#[wasm_bindgen]
pub fn task_columns(task: usize, thread: usize, from: usize, to: usize) {
    unsafe { task_at(task).correlate_columns(thread, from, to) }
}

/// Rows `from..to` of the correlation, after all of its columns.
#[wasm_bindgen]
pub fn task_rows(task: usize, thread: usize, from: usize, to: usize) {
    unsafe { task_at(task).correlate_rows(thread, from, to) }
}

/// Chooses the peak; returns 0 or the number of a failure.
#[wasm_bindgen]
pub fn task_choose(task: usize) -> u32 {
    ENGINE.with_borrow_mut(|engine| unsafe { task_at(task).choose(engine) }).map_or_else(|failure| failure as u32, |()| 0)
}

/// Transforms the overlap as sides `from..to` of two show it.
#[wasm_bindgen]
pub fn task_overlap(task: usize, _thread: usize, from: usize, to: usize) {
    (from..to).for_each(|side| unsafe { task_at(task).transform_overlap(side) });
}

/// Ends a task. `result` has room for 8 doubles: shift x, y (binned pixels, Y down), correlation, overlap, standard errors x, y,
/// zero peak ignored, rival. It stays as it is when no peak was chosen.
#[wasm_bindgen]
pub fn task_end(task: usize, result: usize) {
    let task = unsafe { Box::from_raw(task as *mut Task) };
    if let Some(found) = ENGINE.with_borrow_mut(|engine| task.end(engine)) {
        let result = unsafe { core::slice::from_raw_parts_mut(result as *mut f64, 8) };
        result[..2].copy_from_slice(&found.shift);
        result[2..4].copy_from_slice(&[found.correlation, found.overlap]);
        result[4..6].copy_from_slice(&found.error);
        result[6..].copy_from_slice(&[if found.zero_ignored { 1.0 } else { 0.0 }, found.rival]);
    }
}

/// All steps of a registration on one thread; returns 0 or the number of a failure.
#[wasm_bindgen]
pub fn register(later: usize, reference: usize, options: usize, result: usize) -> u32 {
    let task = task_new(later, reference, options);
    if task == 0 {
        return Failure::NoOverlap as u32;
    }
    task_prepare(task, 0, 0, 2);
    task_columns(task, 0, 0, task_width(task));
    task_rows(task, 0, 0, task_height(task));
    let failure = task_choose(task);
    task_overlap(task, 0, 0, 2);
    task_end(task, result);
    failure
}

/// Frees plans, filters and working memory of registrations.
#[wasm_bindgen]
pub fn forget() {
    ENGINE.with_borrow_mut(|engine| *engine = Engine::default());
}
