/* tslint:disable */
/* eslint-disable */

/**
 * Frees plans, filters and working memory of registrations.
 */
export function forget(): void;

/**
 * Columns `from..to` of the forward transform, in place.
 */
export function forward_columns(plane: number, work: number, data: number, from: number, to: number): void;

/**
 * Rows `from..to` of the forward transform.
 */
export function forward_rows(plane: number, work: number, input: number, output: number, from: number, to: number): void;

/**
 * 0 when a filled frame can be registered, else the number of a failure.
 */
export function frame_check(frame: number): number;

export function frame_free(frame: number): void;

export function frame_new(rows: number, columns: number): number;

/**
 * Address of the memory for the binned pixels of a frame.
 */
export function frame_pixels(frame: number): number;

/**
 * Columns `from..to` of the inverse transform, in place.
 */
export function inverse_columns(plane: number, work: number, data: number, from: number, to: number): void;

/**
 * Rows `from..to` of the inverse transform.
 */
export function inverse_rows(plane: number, work: number, input: number, output: number, from: number, to: number): void;

export function plane_free(plane: number): void;

/**
 * Plans transforms of `rows` x `columns` planes (even columns).
 */
export function plane_new(rows: number, columns: number): number;

/**
 * Reduces whole blocks of pixels; `kind` 0 uint8, 1 uint16, 2 int16, 3 float32, 4 float64; `stride` in pixels.
 */
export function reduce(kind: number, source: number, stride: number, across: number, down: number, rows: number, columns: number, scale: number, target: number): void;

/**
 * All steps of a registration on one thread; returns 0 or the number of a failure.
 */
export function register(later: number, reference: number, options: number, result: number): number;

/**
 * Frees memory that `reserve` returned, with the same size.
 */
export function release(address: number, bytes: number): void;

/**
 * Reserves `bytes` of linear memory, 16-byte aligned; returns 0 when there is not enough.
 */
export function reserve(bytes: number): number;

/**
 * Chooses the peak; returns 0 or the number of a failure.
 */
export function task_choose(task: number): number;

/**
 * Columns `from..to` of the correlation.
 */
export function task_columns(task: number, thread: number, from: number, to: number): void;

/**
 * Ends a task. `result` has room for 8 doubles: shift x, y (binned pixels, Y down), correlation, overlap, standard errors x, y,
 * zero peak ignored, rival. It stays as it is when no peak was chosen.
 */
export function task_end(task: number, result: number): void;

/**
 * Number of rows that `task_rows` shares out.
 */
export function task_height(task: number): number;

/**
 * Begins to register two frames of one size; `options` holds 12 doubles in the order of `Options`.
 * Returns a task, or 0 when the frames are too small to be trimmed.
 */
export function task_new(later: number, reference: number, options: number): number;

/**
 * Transforms the overlap as sides `from..to` of two show it.
 */
export function task_overlap(task: number, _thread: number, from: number, to: number): void;

/**
 * Prepares sides `from..to` of two.
 */
export function task_prepare(task: number, _thread: number, from: number, to: number): void;

/**
 * Rows `from..to` of the correlation, after all of its columns.
 */
export function task_rows(task: number, thread: number, from: number, to: number): void;

/**
 * Number of columns that `task_columns` shares out.
 */
export function task_width(task: number): number;

export function work_free(work: number): void;

/**
 * Working memory for one thread on one plane.
 */
export function work_new(plane: number): number;
