import { z } from 'zod';
import { finite, finitePair } from '../../base/checks';
import { positive, signedFraction } from '../../base/options';
import { definePart } from '../../base/part';
import { origin, scaled, type PlaneVector } from '../../base/plane';

/** The truth of diffraction: the camera lengths of the column, in metres. */
export interface DiffractionTruth {
  readonly cameraLengths: readonly number[];
  /** Place in the list, from 1, at which the column starts. */
  readonly start: number;
  /** Share by which the true camera lengths exceed the listed ones. */
  readonly error: number;
  /** Metres of a pixel of each camera, by its index. */
  readonly pixels: ReadonlyMap<number, number>;
}

/** The camera lengths of a usual column, in millimetres. */
const usualLengths = [80, 100, 120, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000];
const usualStart = 800;
/** Micrometres of a pixel of a usual sensor. */
const usualPixel = 15;

/** The diffraction mode of the lenses below the specimen. In it a camera sees the pattern of the specimen, as large as the camera length makes it. */
export const diffraction = definePart({
  name: 'diffraction',
  options: {
    cameraLengthsMillimetres: z
      .array(positive)
      .min(1)
      .optional()
      .describe(
        'Camera lengths of the column in their order; those of CameraLengthTable, or those of a usual column by default.',
      ),
    cameraLengthError: signedFraction
      .default(0)
      .describe('Fraction by which the true camera lengths exceed the listed ones.'),
    cameraPixelMicrometres: positive
      .optional()
      .describe('Size of a pixel of the sensor of each camera; that of the properties by default, or 15.'),
  },
  draw: (random) => ({ cameraLengthError: random.between(-0.04, 0.04) }),
  truth(
    { cameraLengthsMillimetres, cameraLengthError, cameraPixelMicrometres },
    _random,
    { instrument },
  ): DiffractionTruth {
    const listed = instrument.cameraLengthsMillimetres ?? [];
    const lengths = cameraLengthsMillimetres ?? (listed.length > 0 ? listed : usualLengths);
    return {
      cameraLengths: lengths.map((length) => length / 1000),
      start: 1 + Math.max(0, lengths.indexOf(usualStart)),
      error: cameraLengthError,
      pixels: new Map(
        instrument.cameras.map(({ index, physicalPixelMicrometres }) => [
          index,
          1e-6 * (cameraPixelMicrometres ?? physicalPixelMicrometres ?? usualPixel),
        ]),
      ),
    };
  },
  start({ cameraLengths, start, error, pixels }) {
    let diffracts = false;
    let index = start;
    let shift: PlaneVector = origin;
    return {
      /** Unbinned pixels of a camera for a radian, and the direction of the direct beam in radians along the specimen; undefined in imaging. */
      pattern(camera: number): { readonly pixelsPerRadian: number; readonly shift: PlaneVector } | undefined {
        if (!diffracts) return undefined;
        const length = cameraLengths[index - 1]! * (1 + error);
        return { pixelsPerRadian: length / pixels.get(camera)!, shift: scaled(shift, 1e-3) };
      },
      commands: {
        /** Goes to diffraction, or back to imaging. */
        setDiffraction(on: boolean): void {
          diffracts = on;
        },
        /** Moves the pattern on the camera by milliradians along specimen X and Y. */
        setDiffractionShift(milliradians: PlaneVector): void {
          shift = finitePair('diffraction shift', milliradians);
        },
        /** Selects a camera length by its place in the list, from 1; a column stays at the last one for a place beyond it. */
        setCameraLengthIndex(place: number): void {
          index = Math.min(cameraLengths.length, Math.max(1, Math.round(finite('camera length index', place))));
        },
      },
      readings: () => ({
        diffracts,
        cameraLengthIndex: index,
        /** Metres. */
        cameraLength: cameraLengths[index - 1]!,
        /** Milliradians. */
        diffractionShift: shift,
      }),
    };
  },
});
