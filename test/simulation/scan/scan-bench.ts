import { buildTruth, simulatorOptions, VirtualMicroscope, type Exposure, type Instrument } from '../../../simulation';
import type { ExposureRequest } from '../../../simulation';
import { still } from '../bench';

/** Nanometres of an unbinned pixel at the mag indexes below. */
export const pixelNm = { 17: 2, 25: 0.2 } as const;

/** A scanning microscope whose image has specimen X along its lines. */
export const scanInstrument: Instrument = {
  magnifications: [
    { index: 4, magnification: 200, low: true },
    { index: 17, magnification: 2500, low: false },
  ],
  scannedMagnifications: [
    { index: 4, magnification: 200, low: true },
    { index: 17, magnification: 20000, low: false },
    { index: 25, magnification: 200000, low: false },
  ],
  cameras: [
    { index: 0, name: 'scan', width: 512, height: 512, stem: true },
    { index: 1, name: 'camera', width: 256, height: 256 },
  ],
  views: [
    { magIndex: 4, camera: 0, pixelSizeMicrometres: 0.2, rotationDegrees: 0 },
    { magIndex: 17, camera: 0, pixelSizeMicrometres: 0.002, rotationDegrees: 0 },
    { magIndex: 25, camera: 0, pixelSizeMicrometres: 0.0002, rotationDegrees: 0 },
    { magIndex: 17, camera: 1, pixelSizeMicrometres: 0.01, rotationDegrees: 0 },
  ],
  specimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
};

/** A microscope that scans, with a clock that the test turns. */
export interface ScanBench {
  readonly microscope: VirtualMicroscope;
  readonly clock: { seconds: number };
  /** A scan of a dwell time in microseconds. */
  readonly scan: (
    dwell: number,
    scan?: NonNullable<ExposureRequest['scan']>,
    more?: Partial<ExposureRequest>,
  ) => Exposure;
}

/**
 * A scanning microscope at mag index 17, still but for the options given. Where they say the current of the probe, the bright-field detector
 * is set to suit the dwell time.
 */
export function scanBench(options: Record<string, unknown> = {}, seed = 1): ScanBench {
  const clock = { seconds: 1000 };
  const truth = buildTruth(simulatorOptions.parse({ seed, ...still, ...options }), scanInstrument);
  const microscope = new VirtualMicroscope(truth, { seed, now: () => clock.seconds });
  microscope.setScanning(true);
  microscope.setMagnification(17);
  const fitted = options['probeCurrentPicoamperes'] !== undefined;
  return {
    microscope,
    clock,
    scan(dwell, scan = {}, more = {}) {
      const { area = { width: 512, height: 512 }, binning = 1 } = more;
      // The gain that suits the electrons of a pixel: a hundred times more from no contrast to full.
      const electrons = ((options['probeCurrentPicoamperes'] as number | undefined) ?? 100) * 6.2415 * dwell;
      const contrast = 0.5 + Math.log(20000 / (0.7 * 2 * electrons)) / Math.log(100);
      if (fitted) microscope.setStemDetector('BF', { contrast: Math.min(1, Math.max(0, contrast)) });
      const pixels = Math.floor(area.width / binning) * Math.floor(area.height / binning);
      return microscope.expose({ camera: 0, binning, ...more, exposure: pixels * dwell * 1e-6, scan });
    },
  };
}

/** A grating of lines across the scan, every `pitch` pixels at mag index 17, and nothing else. */
export const gratingOf = (pitch: number, angle = 0): Record<string, unknown> => ({
  specimen: 'cross-grating',
  contrast: 0,
  linesPerMillimetre: 1e6 / (pitch * pixelNm[17]),
  specimenAngleDegrees: angle,
  probeCurrentPicoamperes: 200,
  stemReadNoiseCounts: 0,
});

/** The means of the columns of an image. */
export function columnMeans({ data, width, height }: Exposure): Float64Array {
  const means = new Float64Array(width);
  data.forEach((value, at) => (means[at % width]! += value / height));
  return means;
}

/** Mean and standard deviation of numbers. */
export function spreadOf(values: ArrayLike<number>): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  let square = 0;
  for (let k = 0; k < values.length; k++) {
    sum += values[k]!;
    square += values[k]! * values[k]!;
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(Math.max(0, square / values.length - mean * mean)) };
}

/** Displacement of each line along itself in pixels, from the phase of a grating of a pitch, without steps of a whole pitch. */
export function lineShifts({ data, width, height }: Exposure, pitch: number): number[] {
  const whole = Math.floor(Math.floor(width / pitch) * pitch);
  const shifts: number[] = [];
  for (let row = 0; row < height; row++) {
    let real = 0;
    let imaginary = 0;
    for (let k = 0; k < whole; k++) {
      const window = 1 - Math.cos((2 * Math.PI * (k + 0.5)) / whole);
      const value = data[row * width + k]! * window;
      real += value * Math.cos((2 * Math.PI * k) / pitch);
      imaginary -= value * Math.sin((2 * Math.PI * k) / pitch);
    }
    const shift = (-Math.atan2(imaginary, real) * pitch) / (2 * Math.PI);
    const before = shifts.at(-1) ?? shift;
    shifts.push(shift - pitch * Math.round((shift - before) / pitch));
  }
  return shifts;
}
