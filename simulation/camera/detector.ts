import type { CameraArea } from '../base/frame';
import { logarithm } from '../base/functions';
import { Counting, type CountingEfficiency } from './counting';
import { guides, poissonTables, smallestNormalMean, stepsPerUnit, stride } from './poisson';
import { keyOf, normalQuantiles } from '../base/random';
import { copied, counts, kernels, room, table } from '../kernels';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { floor, sqrt } = Math;

/** The truth of a camera: how it really behaves. */
export interface CameraTruth {
  readonly index: number;
  readonly name: string;
  /** Unbinned pixels as the camera delivers them. */
  readonly width: number;
  readonly height: number;
  /** Counts per electron in linear readout. */
  readonly gain: number;
  /** Standard deviation in counts of a delivered pixel, linear readout only. */
  readonly readNoise: number;
  /** Counts of a delivered pixel without any electron, linear readout only. */
  readonly darkLevel: number;
  /** Standard deviation of the fixed additive pattern that a stale dark reference leaves, in counts of an unbinned pixel. */
  readonly fixedPatternDark: number;
  /** Standard deviation of the pixel gains, which gain normalization removes. */
  readonly gainVariation: number;
  /** Standard deviation of the fixed multiplicative pattern that a stale gain reference leaves, for an unbinned pixel. */
  readonly fixedPatternGain: number;
  /** Counts at which a delivered pixel saturates; never above 65535. */
  readonly saturation: number;
  /** Modulation transfer at the Nyquist frequency of an unbinned pixel, beyond that of the square pixel itself. */
  readonly mtfAtNyquist: number;
  /** Efficiency of counting by dose rate, by rising rate; without any every electron is counted, at the transfer above. */
  readonly counting: readonly CountingEfficiency[];
  /** Variance of the charge that one electron leaves over the square of its mean, linear readout only. */
  readonly chargeVariance: number;
  /** Delivered pixels on a side of a physical one: 2 where the pixels are those of super-resolution. */
  readonly pixelsPerPhysical: 1 | 2;
  /** 2 when super-resolution readout doubles the pixels of each axis. */
  readonly superResolutionFactor: 1 | 2;
  /** Counts at which a delivered pixel saturates within one read-out, linear readout only. */
  readonly saturationPerReadout: number;
  /** Seconds at the start of an exposure in which the camera sees nothing. */
  readonly deadTime: number;
  /** Timing of its exposures, in seconds. */
  readonly startup: StartupTruth;
  /** From one read-out of a sensor that runs freely to the next; exposures are whole numbers of them. 0 for one that is read when asked. */
  readonly readoutInterval: number;
  /** By which the last row of the sensor begins and ends its exposure after the first. */
  readonly rolling: number;
  readonly stem: boolean;
  /** True when it stands behind the energy filter, for which the column has lens settings of its own (EFTEM). */
  readonly behindFilter: boolean;
}

/** The truth of the time between the request and the exposure, in seconds. */
export interface StartupTruth {
  /** Mean start-up delay; undefined for that of the site's properties. */
  readonly delay: number | undefined;
  /** Added to either. */
  readonly error: number;
  /** The delays scatter evenly by so much to both sides. */
  readonly spread: number;
  /** Added to the built-in settling of the site's properties. */
  readonly builtInError: number;
}

/** The way a camera is read: sums of charge, or counted events. */
export type ReadMode = 'linear' | 'counting' | 'super-resolution';
/** The corrections of an image for what the detector adds. */
export type Processing = 'unprocessed' | 'dark subtracted' | 'gain normalized';

/** One exposure as the detector needs to know it. */
export interface DetectorExposure {
  readonly area: CameraArea;
  readonly pixelsPerPixel: number;
  readonly columns: number;
  /** Rows that are read at once. */
  readonly rows: number;
  readonly readMode: ReadMode;
  readonly processing: Processing;
  /** Number of times that the sensor is read out in it; once by default. */
  readonly readouts?: number;
  /** Key of the noise of this exposure. */
  readonly noise: number;
}

const largestCount = 65535;

/** A camera that receives electrons: gains, dark pattern, shot and read noise, saturation. */
export class Detector {
  private readonly gainKey: number;
  private readonly darkKey: number;
  private readonly staleKey: number;
  /** Undefined for a camera that counts every electron. */
  private readonly counting: Counting | undefined;

  constructor(
    readonly truth: CameraTruth,
    key: number,
  ) {
    this.gainKey = keyOf(key, truth.index, 1);
    this.darkKey = keyOf(key, truth.index, 2);
    this.staleKey = keyOf(key, truth.index, 3);
    this.counting = truth.counting.length > 0 ? new Counting(truth.counting) : undefined;
  }

  /** The way in which this detector counts in a read mode; undefined where it counts every electron, or adds up charge. */
  countingIn(readMode: ReadMode): Counting | undefined {
    return readMode === 'linear' ? undefined : this.counting;
  }

  /**
   * Standard deviation of the detector's own blur in unbinned pixels, as a Gaussian with its transfer at the Nyquist frequency; 0 where the
   * transfer is that of its counting.
   */
  blurIn(readMode: ReadMode): number {
    if (this.countingIn(readMode)) return 0;
    return sqrt(-2 * logarithm(this.truth.mtfAtNyquist)) / Math.PI;
  }

  /**
   * Reads an image, or some rows of it, out.
   * @param electrons mean number of electrons in each delivered pixel of these rows, `rows * columns` values
   * @param data where the counts of the whole image go, clipped at saturation
   * @param from the first row
   */
  read(electrons: Float32Array, exposure: DetectorExposure, data: Uint16Array, from = 0): void {
    const { truth } = this;
    const { columns, rows, pixelsPerPixel, noise } = exposure;
    const linear = exposure.readMode === 'linear';
    const gain = linear ? truth.gain : 1;
    const readNoise = linear ? truth.readNoise : 0;
    const chargeSpread = linear ? gain * sqrt(truth.chargeVariance) : 0;
    const averaging = Math.max(1, pixelsPerPixel);
    const gainSpread =
      exposure.processing === 'gain normalized' ? truth.fixedPatternGain / averaging : truth.gainVariation / averaging;
    const gainKey = exposure.processing === 'gain normalized' ? this.staleKey : this.gainKey;
    const darkSpread = linear ? truth.fixedPatternDark * averaging : 0;
    const dark = linear && exposure.processing === 'unprocessed' ? truth.darkLevel : 0;
    const readouts = linear ? (exposure.readouts ?? 1) : 1;
    const perReadout = linear ? truth.saturationPerReadout : largestCount;
    // One read-out is clipped as a whole; of several each is clipped before they are summed.
    const limit = Math.min(truth.saturation, readouts > 1 ? largestCount : perReadout, largestCount);
    const firstColumn = floor(exposure.area.left / pixelsPerPixel);
    const firstRow = floor(exposure.area.top / pixelsPerPixel) + from;
    const start = from * columns;
    const numbers = [gain, chargeSpread, gainSpread, darkSpread, dark, readNoise, limit];
    // Every row of the sensor has a key of its own, so that its pattern stays with the pixels whatever part is read.
    const places = [start, columns, rows, firstColumn, firstRow, noise, gainKey, this.darkKey];
    const caught = copied('electrons', electrons.subarray(0, rows * columns));
    const read = room('counts', 2 * rows * columns);
    kernels().read_out(
      caught,
      read,
      copied('readout', Float32Array.from([...numbers, smallestNormalMean, stepsPerUnit, readouts, perReadout])),
      copied('readout places', Int32Array.from([...places, stride, guides])),
      table('normal quantiles', normalQuantiles),
      table('poisson', poissonTables.cumulative),
      table('poisson starts', poissonTables.starts),
    );
    data.set(counts(read, rows * columns), start);
  }
}
