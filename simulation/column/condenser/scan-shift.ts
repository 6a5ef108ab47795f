import { z } from 'zod';
import { byMagIndex, mapByMag } from '../../base/by-mag';
import { cosine, sine } from '../../base/functions';
import { scanningCameras, viewKey } from '../../base/instrument';
import { matrixRows, pair, positive } from '../../base/options';
import { definePart, type PerfectRecord } from '../../base/part';
import { matrixOf, multiplied, origin, scaled, transformed, vectorOf } from '../../base/plane';
import type { PlaneMatrix, PlaneVector } from '../../base/plane';
import { cameras } from '../../camera/cameras';
import { beamDeflection } from './beam-deflection';
import { magnification, seenPlaces } from '../lenses/magnification';
import { actionAt } from '../deflectors/shift-jumps';

/** The truth of the shift of a scanned image, which the deflectors above the specimen make. */
export interface ScanShiftTruth {
  /** Beam shift to the camera that scans, by `viewKey(magIndex, camera)`: unbinned pixels per beam-shift unit, Y up. */
  readonly toCamera: ReadonlyMap<string, PlaneMatrix>;
  /** Beam shift at which these deflectors do nothing in a scan, in beam-shift units. */
  readonly neutral: PlaneVector;
}

/**
 * The shift of a scanned image. The coils below the specimen do not move it: the probe is moved, and with it all that is scanned. The lenses that
 * form a probe are not those of a wide beam, so that its matrices are not those of beam shift.
 */
export const scanShift = definePart({
  name: 'scanShift',
  options: {
    scanShiftToSpecimen: matrixRows
      .default([
        [0.9511, 0.2043],
        [-0.1981, 0.9787],
      ])
      .describe(
        'Rows of the matrix from beam-shift units to micrometres by which they move a scan on the specimen, outside low magnification.',
      ),
    scanShiftToSpecimenLowMagnification: matrixRows
      .default([
        [1.0523, -0.1206],
        [0.1274, 1.0168],
      ])
      .describe(
        'Rows of the matrix from beam-shift units to micrometres by which they move a scan on the specimen, in low magnification.',
      ),
    scanShiftJumps: byMagIndex(z.tuple([positive, z.number()])).describe(
      'Boundaries at which the shift of a scan begins to act otherwise, as from nanoprobe to microprobe, by the first mag index of a scan beyond each: the factor, and the degrees counter-clockwise, against the matrices above.',
    ),
    neutralScanShift: pair
      .default([0, 0])
      .describe('Beam shift at which the deflectors do nothing in a scan, in beam-shift units; on JEOL columns.'),
  },

  draw(random) {
    const rows = (): [[number, number], [number, number]] => {
      const angle = random.between(-0.6, 0.6);
      const scale = random.between(0.85, 1.15);
      return [
        [scale * cosine(angle), -scale * sine(angle)],
        [scale * sine(angle), scale * cosine(angle) * random.between(0.97, 1.03)],
      ];
    };
    return {
      scanShiftToSpecimen: rows(),
      scanShiftToSpecimenLowMagnification: rows(),
      neutralScanShift: random.pair(5),
    };
  },

  truth(options, _random, { instrument, twin, truthOf }): ScanShiftTruth {
    const { scanned, table, views } = truthOf(magnification);
    const low = new Set((scanned ?? table).filter((each) => each.low).map(({ index }) => index));
    const jumps = mapByMag(options.scanShiftJumps, (jump) => jump);
    const regular = matrixOf(options.scanShiftToSpecimen);
    const lowMagnification = matrixOf(options.scanShiftToSpecimenLowMagnification);
    const scanning = scanningCameras(instrument);
    const toCamera = instrument.views
      .filter(({ camera }) => scanning.has(camera))
      .map(({ magIndex, camera, imageShiftToCamera }): [string, PlaneMatrix] => {
        const key = viewKey(magIndex, camera);
        const own = multiplied(actionAt(jumps, low, magIndex), low.has(magIndex) ? lowMagnification : regular);
        const derived = multiplied(views.get(key)!.specimenToCamera, own);
        return [key, (twin ? imageShiftToCamera : undefined) ?? derived];
      });
    return { toCamera: new Map(toCamera), neutral: vectorOf(options.neutralScanShift) };
  },

  start({ toCamera, neutral }, { of }) {
    const lenses = of(magnification);
    const coils = of(beamDeflection);
    return {
      imageDisplacement(time: number, camera: number): PlaneVector {
        const matrix = toCamera.get(viewKey(lenses.selected().index, camera));
        return matrix ? scaled(transformed(matrix, coils.reached(time)), -1) : origin;
      },
      readings: () => ({
        /** Beam-shift units at which the deflectors do nothing in a scan. */
        neutralScanShift: neutral,
      }),
    };
  },

  perfect: ({ toCamera }, context) =>
    context.truthOf(cameras).some(({ stem }) => stem)
      ? seenPlaces(context).flatMap(({ scanned, magIndex, camera, magnification: written, key }): PerfectRecord[] =>
          scanned
            ? [{ record: 'ImageShiftMatrix', magIndex, camera, ...toCamera.get(key)!, magnification: written }]
            : [],
        )
      : [],
});
