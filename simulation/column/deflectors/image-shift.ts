import { z } from 'zod';
import { cameras } from '../../camera/cameras';
import { finitePair } from '../../base/checks';
import { cosine, sine } from '../../base/functions';
import { viewKey } from '../../base/instrument';
import { byMagIndex, drawnByMag, mapByMag } from '../../base/by-mag';
import { fraction, matrixRows, notNegative, positive, signedFraction } from '../../base/options';
import { definePart, type PerfectRecord, type RecordContext } from '../../base/part';
import {
  inverted,
  matrixOf,
  multiplied,
  origin,
  scaled,
  transformed,
  type PlaneMatrix,
  type PlaneVector,
} from '../../base/plane';
import { magnification, seenPlaces, type OffsetsByMag } from '../lenses/magnification';
import { actionAt } from './shift-jumps';
import { SettlingVector, type SettlingTerm } from '../../base/settling';

/** The truth of the image shift: how it acts, and how it follows its setting. */
export interface ImageShiftTruth {
  /** Image shift to camera by `viewKey(magIndex, camera)`: unbinned pixels per image-shift unit, Y up. */
  readonly toCamera: ReadonlyMap<string, PlaneMatrix>;
  readonly settling: readonly SettlingTerm[];
  /** The same in the low-magnification range. */
  readonly lowMagnificationSettling: readonly SettlingTerm[];
  /** Fraction of each step that arrives only with the next one, however long one waits. */
  readonly hysteresis: number;
  /** True when the beam stays on the camera when the image is shifted (a beam-coupled shift), at all magnifications but those below; otherwise it goes with the image. */
  readonly carriesBeam: boolean;
  /** Mag indexes at which it goes with the image nevertheless. */
  readonly leavesBeamAt: ReadonlySet<number>;
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
        'Rows of the matrix from image-shift units to micrometres on the specimen when the column works for the energy filter, outside low magnification; the same as without by default.',
      ),
    imageShiftJumps: byMagIndex(z.tuple([positive, z.number()])).describe(
      'Boundaries at which image shift begins to act otherwise, by the first mag index beyond each: the factor, and the degrees counter-clockwise, against the matrices above; up to the next boundary, or the end of low magnification.',
    ),
    imageShiftScaleSpread: fraction
      .default(0)
      .describe('Standard deviation of the scale of image shift from one magnification to the next, as a fraction.'),
    imageShiftRotationSpreadDegrees: notNegative
      .default(0)
      .describe('Standard deviation of the direction of image shift from one magnification to the next.'),
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
      .optional()
      .describe(
        'Whether the beam follows the image shift by itself, so that it stays on the camera; as columns of the maker do by default: that of FEI yes, of JEOL no, of Hitachi where HitachiDoesBSforISflags says so.',
      ),
  },

  draw(random) {
    const rows = (): [[number, number], [number, number]] => {
      const angle = random.between(-0.4, 0.4);
      const scale = random.between(0.93, 1.07);
      const skew = random.between(-0.02, 0.02);
      const [along, across] = [scale * cosine(angle), scale * sine(angle)];
      return [
        [along, -across + skew],
        [across + skew, along * random.between(0.98, 1.02)],
      ];
    };
    return {
      imageShiftToSpecimen: rows(),
      imageShiftToSpecimenLowMagnification: rows(),
      imageShiftSettlingFraction: random.between(0.005, 0.03),
      imageShiftSettlingSeconds: random.between(0.1, 0.6),
      imageShiftHysteresis: 0.0005 * random.normal(),
      imageShiftSettlingFractionLowMagnification: random.between(0.003, 0.02),
      imageShiftSettlingSecondsLowMagnification: random.between(0.1, 0.6),
      // Constant but for the errors of calibrations on most columns; jumps stand in the properties of a site, so that they are not drawn.
      imageShiftScaleSpread: random.between(0, 0.002),
      imageShiftRotationSpreadDegrees: random.between(0, 0.05),
    };
  },

  truth(options, random, { instrument, twin, truthOf }): ImageShiftTruth {
    const { table, views } = truthOf(magnification);
    const low = new Set(table.filter((each) => each.low).map(({ index }) => index));
    const filtered = new Set(instrument.cameras.filter(({ behindFilter }) => behindFilter).map(({ index }) => index));
    const regularRows = options.imageShiftToSpecimen;
    const jumps = mapByMag(options.imageShiftJumps, (jump) => jump);
    const own = drawnByMag(table, random, (each) => ({
      scale: 1 + options.imageShiftScaleSpread * each.normal(),
      turn: options.imageShiftRotationSpreadDegrees * each.normal(),
    }));
    /** The way in which one magnification differs from the matrix of its range. */
    const change = (magIndex: number): PlaneMatrix => actionAt(jumps, low, magIndex, own.get(magIndex));
    const toSpecimen = (magIndex: number, camera: number): PlaneMatrix => {
      const rows = low.has(magIndex)
        ? options.imageShiftToSpecimenLowMagnification
        : ((filtered.has(camera) ? options.imageShiftToSpecimenEftem : undefined) ?? regularRows);
      return multiplied(change(magIndex), matrixOf(rows));
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
      carriesBeam: options.imageShiftCarriesBeam ?? true,
      leavesBeamAt: new Set(
        options.imageShiftCarriesBeam === undefined
          ? table.filter(({ beamFollowsImageShift = true }) => !beamFollowsImageShift).map(({ index }) => index)
          : [],
      ),
    };
  },

  start(truth, { now, of, truthOf }) {
    const { toCamera, settling, lowMagnificationSettling, hysteresis, carriesBeam, leavesBeamAt } = truth;
    const value = new SettlingVector();
    const lenses = of(magnification);
    const onCamera = (time: number, camera: number): PlaneVector => {
      // A scan is moved by the deflectors above the specimen, not by these coils.
      if (truthOf(cameras).some(({ index, stem }) => index === camera && stem)) return origin;
      const matrix = toCamera.get(viewKey(lenses.selected().index, camera));
      const view = lenses.view(camera);
      return matrix && view ? scaled(transformed(multiplied(view.lensChange, matrix), value.at(time)), -1) : origin;
    };
    return {
      imageDisplacement: onCamera,
      beamImageDisplacement: (time: number, camera: number) =>
        carriesBeam && !leavesBeamAt.has(lenses.selected().index) ? origin : onCamera(time, camera),
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

  perfect({ toCamera }, context) {
    const imaged = seenPlaces(context).filter(({ scanned }) => !scanned);
    const matrices = imaged.map(({ magIndex, camera, magnification: written, key }): PerfectRecord => {
      return { record: 'ImageShiftMatrix', magIndex, camera, ...toCamera.get(key)!, magnification: written };
    });
    return [...matrices, ...offsetRecords(toCamera, context)];
  },
});

/**
 * The image shift that centres again what the offset of a mag index moves away. Only differences between mag indexes can be measured;
 * these are what is stored when the zero is set where the image is not displaced.
 */
function offsetRecords(toCamera: ReadonlyMap<string, PlaneMatrix>, context: RecordContext): readonly PerfectRecord[] {
  const { imageOffsets, imageOffsetsEftem, views } = context.truthOf(magnification);
  const places = seenPlaces(context).filter(({ scanned }) => !scanned);
  const recordsOf = (offsets: OffsetsByMag, eftem: boolean): readonly PerfectRecord[] => {
    const inMode = context.truthOf(cameras).filter(({ behindFilter }) => behindFilter === eftem);
    const byMag = [...offsets].filter(([, { x, y }]) => x !== 0 || y !== 0).sort(([a], [b]) => a - b);
    return byMag.flatMap(([magIndex, offset]): PerfectRecord[] => {
      const place = places.find(
        (each) => each.magIndex === magIndex && inMode.some(({ index }) => index === each.camera),
      );
      if (!place) return [];
      const seen = transformed(views.get(place.key)!.specimenToCamera, offset);
      const shift = scaled(transformed(inverted(toCamera.get(place.key)!), seen), -1);
      return [{ record: 'ImageShiftOffsets', magIndex, eftem: Number(eftem), ...shift }];
    });
  };
  return [...recordsOf(imageOffsets, false), ...recordsOf(imageOffsetsEftem, true)];
}
