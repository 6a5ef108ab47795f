/** Simulated micrographs with their truth and their Cramer-Rao bound, written from formulas alone; nothing here uses imaging/ctf. */
export { type Bound, boundOf } from './bound';
export { drawTask, families, type Task } from './kinds';
export { render } from './render';
export type { Scene } from './scene';
