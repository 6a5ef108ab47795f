/** Uses of working memory; each has its own. */
export type ScratchName = 'pixels' | 'later' | 'earlier' | 'difference' | 'alongX' | 'alongY' | 'plane';

const buffers = new Map<ScratchName, Float32Array>();

/**
 * Working memory for this number of values, which holds until the same is asked for again. New arrays for each comparison would keep the
 * garbage collector busier than the comparison.
 */
export function scratch(name: ScratchName, length: number): Float32Array {
  let buffer = buffers.get(name);
  if (buffer === undefined || buffer.length < length) {
    buffer = new Float32Array(length);
    buffers.set(name, buffer);
  }
  return buffer.subarray(0, length);
}
