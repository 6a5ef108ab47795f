const pool = new Map<string, Float32Array>();
/** Longer buffers than this are not worth their memory between renderings. */
const maxKeptLength = 1 << 23;

/**
 * A buffer of at least `length` zeros for use within one rendering, kept for the next one.
 * Rendering is synchronous, so no two renderings hold the same buffer.
 */
export function scratch(name: string, length: number): Float32Array {
  const kept = pool.get(name);
  if (kept && kept.length >= length && kept.length <= 4 * length) return kept.fill(0, 0, length);
  const fresh = new Float32Array(length);
  if (length <= maxKeptLength) pool.set(name, fresh);
  return fresh;
}
