/* tslint:disable */
/* eslint-disable */
export const frame_check: (a: number) => number;
export const frame_free: (a: number) => void;
export const frame_new: (a: number, b: number) => number;
export const frame_pixels: (a: number) => number;
export const plane_new: (a: number, b: number) => number;
export const reduce: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => void;
export const register: (a: number, b: number, c: number, d: number) => number;
export const work_free: (a: number) => void;
export const reserve: (a: number) => number;
export const forget: () => void;
export const release: (a: number, b: number) => void;
export const forward_columns: (a: number, b: number, c: number, d: number, e: number) => void;
export const inverse_columns: (a: number, b: number, c: number, d: number, e: number) => void;
export const plane_free: (a: number) => void;
export const work_new: (a: number) => number;
export const forward_rows: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
export const inverse_rows: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_start: () => void;
