import type { CameraArea } from '../image/frame';
import { poisson, smallestNormalMean } from './poisson';
import { hash, highNormal, keyOf, lowNormal } from '../random';
import type { CameraTruth } from '../truth';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { floor, sqrt } = Math;

/** How a camera turns electrons into numbers: sums of charge, or counted events. */
export type Readout = 'linear' | 'counting' | 'super-resolution';
/** How far an image is corrected for what the detector adds. */
export type Processing = 'raw' | 'dark-subtracted' | 'gain-normalized';

/** What the detector needs to know of one exposure. */
export interface DetectorExposure {
  readonly area: CameraArea;
  readonly pixelsPerPixel: number;
  readonly columns: number;
  /** Rows that are read at once. */
  readonly rows: number;
  readonly readout: Readout;
  readonly processing: Processing;
  /** Key of the noise of this exposure. */
  readonly noise: number;
}

const largestCount = 65535;

/** A camera that receives electrons: gains, dark pattern, shot and read noise, saturation. */
export class Detector {
  private readonly gainKey: number;
  private readonly darkKey: number;
  private readonly staleKey: number;

  constructor(
    readonly truth: CameraTruth,
    key: number,
  ) {
    this.gainKey = keyOf(key, truth.index, 1);
    this.darkKey = keyOf(key, truth.index, 2);
    this.staleKey = keyOf(key, truth.index, 3);
  }

  /** Standard deviation of the detector's own blur in unbinned pixels, as a Gaussian with its transfer at the Nyquist frequency. */
  get blur(): number {
    return sqrt(-2 * Math.log(this.truth.mtfAtNyquist)) / Math.PI;
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
    const linear = exposure.readout === 'linear';
    const gain = linear ? truth.gain : 1;
    const readNoise = linear ? truth.readNoise : 0;
    const averaging = Math.max(1, pixelsPerPixel);
    const gainSpread =
      exposure.processing === 'gain-normalized' ? truth.fixedPatternGain / averaging : truth.gainVariation / averaging;
    const gainKey = exposure.processing === 'gain-normalized' ? this.staleKey : this.gainKey;
    const darkSpread = linear ? truth.fixedPatternDark * averaging : 0;
    const dark = linear && exposure.processing === 'raw' ? truth.darkLevel : 0;
    const limit = Math.min(truth.saturation, largestCount);
    const firstColumn = floor(exposure.area.left / pixelsPerPixel);
    const firstRow = floor(exposure.area.top / pixelsPerPixel) + from;
    const start = from * columns;
    for (let row = 0, at = 0; row < rows; row++) {
      // Every row of the sensor has a key of its own, so that its pattern stays with the pixels whatever part is read.
      const rowGain = hash(firstRow + row, gainKey);
      const rowDark = hash(firstRow + row, this.darkKey);
      for (let column = 0; column < columns; column++, at++) {
        const random = hash(start + at, noise);
        const mean = electrons[at]!;
        const caught =
          mean > smallestNormalMean ? floor(mean + sqrt(mean) * highNormal(random) + 0.5) : poisson(mean, random);
        let value = caught * gain;
        if (gainSpread > 0) value *= 1 + gainSpread * highNormal(hash(firstColumn + column, rowGain));
        if (darkSpread > 0) value += darkSpread * highNormal(hash(firstColumn + column, rowDark));
        value += dark + readNoise * lowNormal(random) + 0.5;
        data[start + at] = value < 0 ? 0 : value > limit ? limit : value;
      }
    }
  }
}
