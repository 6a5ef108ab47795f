import { z } from 'zod';
import { finite } from '../../base/checks';
import { positive } from '../../base/options';
import { definePart } from '../../base/part';

/** The truth of diffraction: the camera lengths of the column, in metres. */
export interface DiffractionTruth {
  readonly cameraLengths: readonly number[];
  /** Place in the list, from 1, at which the column starts. */
  readonly start: number;
}

/** The camera lengths of a usual column, in millimetres. */
const usualLengths = [80, 100, 120, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000];
const usualStart = 800;

/** The diffraction mode of the lenses below the specimen. It changes what the column reports; images are those of imaging. */
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
  },
  truth({ cameraLengthsMillimetres }, _random, { instrument }): DiffractionTruth {
    const listed = instrument.cameraLengthsMillimetres ?? [];
    const lengths = cameraLengthsMillimetres ?? (listed.length > 0 ? listed : usualLengths);
    return {
      cameraLengths: lengths.map((length) => length / 1000),
      start: 1 + Math.max(0, lengths.indexOf(usualStart)),
    };
  },
  start({ cameraLengths, start }) {
    let diffracts = false;
    let index = start;
    return {
      commands: {
        /** Goes to diffraction, or back to imaging. */
        setDiffraction(on: boolean): void {
          diffracts = on;
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
      }),
    };
  },
});
