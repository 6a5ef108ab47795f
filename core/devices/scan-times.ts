/** Times of a scan generator in microseconds, and the frequency of the mains in hertz where its lines wait for them. */
export interface ScanGenerator {
  /** Shortest time on a pixel, and the step of these times; 0 for any. */
  readonly shortestPixelTime: number;
  readonly pixelTimeStep: number;
  /** Of lines that wait for the mains. */
  readonly sync?: {
    readonly lineFrequency: number;
    /** From the last pixel of a line to the first of the next one. */
    readonly flyback: number;
    /** Time that is left before the mains, so that no line misses them. */
    readonly margin: number;
  };
}

/**
 * Time on a pixel in microseconds for a wanted one: not shorter than the generator takes, in its steps and, where lines wait for the mains,
 * such that a line takes whole periods of them.
 */
export function fittedPixelTime(
  { shortestPixelTime: least, pixelTimeStep: step, sync }: ScanGenerator,
  wanted: number,
  columns: number,
): number {
  const stepped = step > 0 ? Math.max(Math.ceil(least / step - 1e-9), Math.round(wanted / step)) * step : wanted;
  const pixelTime = Math.max(least, stepped);
  if (!sync) return pixelTime;
  const cycle = 1e6 / sync.lineFrequency;
  const rest = sync.flyback + sync.margin;
  const ofCycles = (count: number): number => (cycle * count - rest) / columns;
  let cycles = Math.max(1, Math.round((pixelTime * columns + rest) / cycle));
  while (ofCycles(cycles) < least) cycles++;
  return ofCycles(cycles);
}

/** Seconds on all pixels of a scan for a wanted time, as its generator can do it. */
export function fittedScanExposure(
  generator: ScanGenerator,
  wanted: number,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): number {
  const pixels = columns * rows;
  return (fittedPixelTime(generator, (wanted * 1e6) / pixels, columns) * pixels) / 1e6;
}
