import { z } from 'zod';
import { cameras } from '../camera/cameras';
import { finitePair } from '../base/checks';
import { viewKey } from '../base/instrument';
import { matrixRows, positive, signedFraction } from '../base/options';
import { definePart, type PerfectRecord } from '../base/part';
import {
  enlarged,
  inverted,
  matrixOf,
  multiplied,
  origin,
  scaled,
  transformed,
  type PlaneMatrix,
  type PlaneVector,
} from '../base/plane';
import { magnification, type MagnificationTruth } from './magnification';
import { SettlingVector, type SettlingTerm } from './settling';

/** The truth of the image shift: how it acts, and how it follows its setting. */
export interface ImageShiftTruth {
  /** Image shift to camera by `viewKey(magIndex, camera)`: unbinned pixels per image-shift unit, Y up. */
  readonly toCamera: ReadonlyMap<string, PlaneMatrix>;
  readonly settling: readonly SettlingTerm[];
  /** The same in the low-magnification range. */
  readonly lowMagnificationSettling: readonly SettlingTerm[];
  /** Fraction of each step that arrives only with the next one, however long one waits. */
  readonly hysteresis: number;
  /** True when the beam stays on the camera when the image is shifted (a beam-coupled shift); otherwise it goes with the image. */
  readonly carriesBeam: boolean;
}

/** The image-shift deflectors below the specimen. */
export const imageShift = definePart({
  name: 'imageShift',
  options: {
    imageShiftToSpecimen: matrixRows
      .default([
        [0.9343, -0.2916],
        [0.2865, 0.9879],
      ])
      .describe('Rows of the matrix from image-shift units to micrometres on the specimen, outside low magnification.'),
    imageShiftToSpecimenLowMagnification: matrixRows
      .default([
        [1.0246, 0.1872],
        [-0.1778, 0.9702],
      ])
      .describe('Rows of the matrix from image-shift units to micrometres on the specimen, in low magnification.'),
    imageShiftToSpecimenEftem: matrixRows
      .optional()
      .describe(
        'Rows of the matrix from image-shift units to micrometres on the specimen when the column works for the energy filter, outside low magnification; the same as without where nothing is said.',
      ),
    imageShiftSettlingFraction: signedFraction
      .default(0.02)
      .describe('Fraction of an image shift that has not arrived at once.'),
    imageShiftSettlingSeconds: positive
      .default(0.3)
      .describe('Seconds in which the missing part of an image shift falls to 1/e.'),
    imageShiftFurtherSettling: z
      .array(z.tuple([signedFraction, positive]))
      .default([])
      .describe(
        'More parts of an image shift that arrive late, outside low magnification: the fraction of each and the seconds in which it falls to 1/e.',
      ),
    imageShiftHysteresis: signedFraction
      .default(0)
      .describe('Fraction of an image shift that arrives only with the next one, however long one waits.'),
    imageShiftSettlingFractionLowMagnification: signedFraction
      .default(0.01)
      .describe('As imageShiftSettlingFraction, in low magnification.'),
    imageShiftSettlingSecondsLowMagnification: positive
      .default(0.3)
      .describe('As imageShiftSettlingSeconds, in low magnification.'),
    imageShiftCarriesBeam: z
      .boolean()
      .default(true)
      .describe('Whether the beam follows the image shift by itself, so that it stays on the camera.'),
  },

  truth(options, _random, { instrument, twin, truthOf }): ImageShiftTruth {
    const { table, views } = truthOf(magnification);
    const low = new Set(table.filter((each) => each.low).map(({ index }) => index));
    const filtered = new Set(instrument.cameras.filter(({ behindFilter }) => behindFilter).map(({ index }) => index));
    const regularRows = options.imageShiftToSpecimen;
    const toSpecimen = (magIndex: number, camera: number): PlaneMatrix => {
      if (low.has(magIndex)) return matrixOf(options.imageShiftToSpecimenLowMagnification);
      return matrixOf((filtered.has(camera) ? options.imageShiftToSpecimenEftem : undefined) ?? regularRows);
    };
    const toCamera = instrument.views.map(({ magIndex, camera, imageShiftToCamera }): [string, PlaneMatrix] => {
      const key = viewKey(magIndex, camera);
      const derived = multiplied(views.get(key)!.specimenToCamera, toSpecimen(magIndex, camera));
      return [key, (twin ? imageShiftToCamera : undefined) ?? derived];
    });
    return {
      toCamera: new Map(toCamera),
      settling: [
        { fraction: options.imageShiftSettlingFraction, timeConstant: options.imageShiftSettlingSeconds },
        ...options.imageShiftFurtherSettling.map(([fraction, timeConstant]) => ({ fraction, timeConstant })),
      ],
      hysteresis: options.imageShiftHysteresis,
      lowMagnificationSettling: [
        {
          fraction: options.imageShiftSettlingFractionLowMagnification,
          timeConstant: options.imageShiftSettlingSecondsLowMagnification,
        },
      ],
      carriesBeam: options.imageShiftCarriesBeam,
    };
  },

  start(truth, { now, of }) {
    const { toCamera, settling, lowMagnificationSettling, hysteresis, carriesBeam } = truth;
    const value = new SettlingVector();
    const lenses = of(magnification);
    const onCamera = (time: number, camera: number): PlaneVector => {
      const matrix = toCamera.get(viewKey(lenses.selected().index, camera));
      const view = lenses.view(camera);
      return matrix && view ? scaled(transformed(enlarged(matrix, view.misfit), value.at(time)), -1) : origin;
    };
    return {
      imageDisplacement: onCamera,
      beamImageDisplacement: (time: number, camera: number) => (carriesBeam ? origin : onCamera(time, camera)),
      commands: {
        /** Sets the net image shift in its units; the lens follows with its settling time. */
        setImageShift(shift: PlaneVector): void {
          const terms = lenses.selected().low ? lowMagnificationSettling : settling;
          value.set(finitePair('image shift', shift), now(), terms, hysteresis);
        },
      },
      readings: () => ({
        /** Image-shift units as set, not as reached. */
        imageShift: value.setting,
      }),
      recorded: (time: number) => ({
        /** Image-shift units as set and as reached. */
        imageShift: value.setting,
        imageShiftReached: value.at(time),
      }),
    };
  },

  perfect: ({ toCamera }, { instrument, truthOf }) => {
    const magnifications = truthOf(magnification);
    const matrices = magnifications.table.flatMap(({ index: magIndex, magnification: film }) =>
      truthOf(cameras).flatMap(({ index: camera }): PerfectRecord[] => {
        const matrix = toCamera.get(viewKey(magIndex, camera));
        const view = instrument.views.find((each) => each.magIndex === magIndex && each.camera === camera);
        return matrix
          ? [{ record: 'ImageShiftMatrix', magIndex, camera, ...matrix, magnification: view?.magnification ?? film }]
          : [];
      }),
    );
    return [...matrices, ...offsetRecords(magnifications, toCamera, truthOf(cameras))];
  },
});

/**
 * The image shift that brings back what the offset of a mag index takes from the centre. Only differences between mag indexes can be measured;
 * these are what is stored when the zero is set where the image is not displaced.
 */
function offsetRecords(
  { imageOffsets, imageOffsetsEftem, views }: MagnificationTruth,
  toCamera: ReadonlyMap<string, PlaneMatrix>,
  cameras: readonly { readonly index: number; readonly behindFilter: boolean }[],
): readonly PerfectRecord[] {
  const modes = [
    { eftem: 0, offsets: imageOffsets },
    { eftem: 1, offsets: imageOffsetsEftem },
  ];
  return modes.flatMap(({ eftem, offsets }) =>
    [...offsets]
      .sort(([a], [b]) => a - b)
      .flatMap(([magIndex, offset]): PerfectRecord[] => {
        const camera = cameras.find(
          ({ index, behindFilter }) => Number(behindFilter) === eftem && views.has(viewKey(magIndex, index)),
        );
        if (!camera || (offset.x === 0 && offset.y === 0)) return [];
        const key = viewKey(magIndex, camera.index);
        const seen = transformed(views.get(key)!.specimenToCamera, offset);
        const { x, y } = scaled(transformed(inverted(toCamera.get(key)!), seen), -1);
        return [{ record: 'ImageShiftOffsets', magIndex, eftem, x, y }];
      }),
  );
}
