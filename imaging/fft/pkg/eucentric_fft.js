/* @ts-self-types="./eucentric_fft.d.ts" */

/**
 * Frees plans, filters and working memory of registrations.
 */
function forget() {
    wasm.forget();
}
exports.forget = forget;

/**
 * Columns `from..to` of the forward transform, in place.
 * @param {number} plane
 * @param {number} work
 * @param {number} data
 * @param {number} from
 * @param {number} to
 */
function forward_columns(plane, work, data, from, to) {
    wasm.forward_columns(plane, work, data, from, to);
}
exports.forward_columns = forward_columns;

/**
 * Rows `from..to` of the forward transform.
 * @param {number} plane
 * @param {number} work
 * @param {number} input
 * @param {number} output
 * @param {number} from
 * @param {number} to
 */
function forward_rows(plane, work, input, output, from, to) {
    wasm.forward_rows(plane, work, input, output, from, to);
}
exports.forward_rows = forward_rows;

/**
 * 0 when a filled frame can be registered, else the number of a failure.
 * @param {number} frame
 * @returns {number}
 */
function frame_check(frame) {
    const ret = wasm.frame_check(frame);
    return ret >>> 0;
}
exports.frame_check = frame_check;

/**
 * @param {number} frame
 */
function frame_free(frame) {
    wasm.frame_free(frame);
}
exports.frame_free = frame_free;

/**
 * @param {number} rows
 * @param {number} columns
 * @returns {number}
 */
function frame_new(rows, columns) {
    const ret = wasm.frame_new(rows, columns);
    return ret >>> 0;
}
exports.frame_new = frame_new;

/**
 * Address of the memory for the binned pixels of a frame.
 * @param {number} frame
 * @returns {number}
 */
function frame_pixels(frame) {
    const ret = wasm.frame_pixels(frame);
    return ret >>> 0;
}
exports.frame_pixels = frame_pixels;

/**
 * Columns `from..to` of the inverse transform, in place.
 * @param {number} plane
 * @param {number} work
 * @param {number} data
 * @param {number} from
 * @param {number} to
 */
function inverse_columns(plane, work, data, from, to) {
    wasm.inverse_columns(plane, work, data, from, to);
}
exports.inverse_columns = inverse_columns;

/**
 * Rows `from..to` of the inverse transform.
 * @param {number} plane
 * @param {number} work
 * @param {number} input
 * @param {number} output
 * @param {number} from
 * @param {number} to
 */
function inverse_rows(plane, work, input, output, from, to) {
    wasm.inverse_rows(plane, work, input, output, from, to);
}
exports.inverse_rows = inverse_rows;

/**
 * @param {number} plane
 */
function plane_free(plane) {
    wasm.plane_free(plane);
}
exports.plane_free = plane_free;

/**
 * Plans transforms of `rows` x `columns` planes (even columns).
 * @param {number} rows
 * @param {number} columns
 * @returns {number}
 */
function plane_new(rows, columns) {
    const ret = wasm.plane_new(rows, columns);
    return ret >>> 0;
}
exports.plane_new = plane_new;

/**
 * Reduces whole blocks of pixels; `kind` 0 uint8, 1 uint16, 2 int16, 3 float32, 4 float64; `stride` in pixels.
 * @param {number} kind
 * @param {number} source
 * @param {number} stride
 * @param {number} across
 * @param {number} down
 * @param {number} rows
 * @param {number} columns
 * @param {number} scale
 * @param {number} target
 */
function reduce(kind, source, stride, across, down, rows, columns, scale, target) {
    wasm.reduce(kind, source, stride, across, down, rows, columns, scale, target);
}
exports.reduce = reduce;

/**
 * All steps of a registration on one thread; returns 0 or the number of a failure.
 * @param {number} later
 * @param {number} reference
 * @param {number} options
 * @param {number} result
 * @returns {number}
 */
function register(later, reference, options, result) {
    const ret = wasm.register(later, reference, options, result);
    return ret >>> 0;
}
exports.register = register;

/**
 * Frees memory that `reserve` returned, with the same size.
 * @param {number} address
 * @param {number} bytes
 */
function release(address, bytes) {
    wasm.release(address, bytes);
}
exports.release = release;

/**
 * Reserves `bytes` of linear memory, 16-byte aligned; returns 0 when there is not enough.
 * @param {number} bytes
 * @returns {number}
 */
function reserve(bytes) {
    const ret = wasm.reserve(bytes);
    return ret >>> 0;
}
exports.reserve = reserve;

/**
 * Chooses the peak; returns 0 or the number of a failure.
 * @param {number} task
 * @returns {number}
 */
function task_choose(task) {
    const ret = wasm.task_choose(task);
    return ret >>> 0;
}
exports.task_choose = task_choose;

/**
 * Columns `from..to` of the correlation.
 * @param {number} task
 * @param {number} thread
 * @param {number} from
 * @param {number} to
 */
function task_columns(task, thread, from, to) {
    wasm.task_columns(task, thread, from, to);
}
exports.task_columns = task_columns;

/**
 * Ends a task. `result` has room for 8 doubles: shift x, y (binned pixels, Y down), correlation, overlap, standard errors x, y,
 * zero peak ignored, rival. It stays as it is when no peak was chosen.
 * @param {number} task
 * @param {number} result
 */
function task_end(task, result) {
    wasm.task_end(task, result);
}
exports.task_end = task_end;

/**
 * Number of rows that `task_rows` shares out.
 * @param {number} task
 * @returns {number}
 */
function task_height(task) {
    const ret = wasm.task_height(task);
    return ret >>> 0;
}
exports.task_height = task_height;

/**
 * Begins to register two frames of one size; `options` holds 12 doubles in the order of `Options`.
 * Returns a task, or 0 when the frames are too small to be trimmed.
 * @param {number} later
 * @param {number} reference
 * @param {number} options
 * @returns {number}
 */
function task_new(later, reference, options) {
    const ret = wasm.task_new(later, reference, options);
    return ret >>> 0;
}
exports.task_new = task_new;

/**
 * Transforms the overlap as sides `from..to` of two show it.
 * @param {number} task
 * @param {number} _thread
 * @param {number} from
 * @param {number} to
 */
function task_overlap(task, _thread, from, to) {
    wasm.task_overlap(task, _thread, from, to);
}
exports.task_overlap = task_overlap;

/**
 * Prepares sides `from..to` of two.
 * @param {number} task
 * @param {number} _thread
 * @param {number} from
 * @param {number} to
 */
function task_prepare(task, _thread, from, to) {
    wasm.task_prepare(task, _thread, from, to);
}
exports.task_prepare = task_prepare;

/**
 * Rows `from..to` of the correlation, after all of its columns.
 * @param {number} task
 * @param {number} thread
 * @param {number} from
 * @param {number} to
 */
function task_rows(task, thread, from, to) {
    wasm.task_rows(task, thread, from, to);
}
exports.task_rows = task_rows;

/**
 * Number of columns that `task_columns` shares out.
 * @param {number} task
 * @returns {number}
 */
function task_width(task) {
    const ret = wasm.task_width(task);
    return ret >>> 0;
}
exports.task_width = task_width;

/**
 * @param {number} work
 */
function work_free(work) {
    wasm.work_free(work);
}
exports.work_free = work_free;

/**
 * Working memory for one thread on one plane.
 * @param {number} plane
 * @returns {number}
 */
function work_new(plane) {
    const ret = wasm.work_new(plane);
    return ret >>> 0;
}
exports.work_new = work_new;

function __wbg_get_imports(memory) {
    const import0 = {
        __proto__: null,
        __wbindgen_init_externref_table: function() {
            const table = wasm.__wbindgen_externrefs;
            const offset = table.grow(4);
            table.set(0, undefined);
            table.set(offset + 0, undefined);
            table.set(offset + 1, null);
            table.set(offset + 2, true);
            table.set(offset + 3, false);
        },
        memory: memory || new WebAssembly.Memory({initial:17,maximum:65536}),
    };
    return {
        __proto__: null,
        "./eucentric_fft_bg.js": import0,
    };
}

const wasmPath = `${__dirname}/eucentric_fft_bg.wasm`;
const wasmBytes = require('fs').readFileSync(wasmPath);
const wasmModule = new WebAssembly.Module(wasmBytes);
const wasm = new WebAssembly.Instance(wasmModule, __wbg_get_imports()).exports;
wasm.__wbindgen_start();
