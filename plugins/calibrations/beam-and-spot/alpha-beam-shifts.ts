import {
  type BeamShiftUnits,
  type BeamTiltUnits,
  EucentricError,
  type Vector,
  counted,
  readable,
} from '../../../core/base';
import { AlphaSelector, BeamShift, BeamTilt, readBack } from '../../../core/devices';
import { defineItem, value } from '../../../core/kernel';
import { Settings } from '../../../core/settings';
import { Calibrations, type Change, put, remove } from '../../../core/store';
import { letBeamBeCentred } from './beam-images/centring';

/** More alphas than any file holds. */
const maxAlphas = 10;
const records = ['AlphaBeamShifts', 'AlphaBeamTilts'] as const;

/** Keeps the beam shift and the beam tilt with which the beam is centred and straight at each alpha. */
export default defineItem({
  id: 'calibrations/beam-and-spot/alpha-beam-shifts',
  needs: {
    alphas: AlphaSelector,
    beamShift: BeamShift,
    beamTilt: BeamTilt,
    settings: Settings,
    calibrations: Calibrations,
  },
  questions: {
    count: {
      kind: 'number',
      integer: true,
      minimum: 0,
      maximum: maxAlphas,
      why: 'The alphas from the first one to this one are calibrated. 0 removes the calibration.',
    },
  },
  results: {
    alphas: value.table('What centres the beam at each alpha.', {
      alpha: value.quantity('Alpha as the column shows it.'),
      shiftX: value.quantity('Beam shift in X.', { decimals: 4 }),
      shiftY: value.quantity('Beam shift in Y.', { decimals: 4 }),
      tiltX: value.quantity('Beam tilt in X.', { decimals: 4 }),
      tiltY: value.quantity('Beam tilt in Y.', { decimals: 4 }),
    }),
  },
  stores: records,
  order: { step: 'beam', after: ['beam-shift'], holdsForDays: 180 },
  forecast: ({ alphas, beamShift, beamTilt, settings }) => ({
    images: 0,
    exposure: 0,
    duration: { least: 0, most: settings.get('NumberOfAlphas') + 1 },
    moves: [
      { setting: alphas.alpha, how: 'through the alphas' },
      { setting: beamShift.beamShift, how: 'as you centre the beam' },
      { setting: beamTilt.beamTilt, how: 'as you align the beam' },
    ],
    dependsOn: 'the number of alphas',
  }),
  async run({ alphas, beamShift, beamTilt, settings, calibrations }, run) {
    const before = calibrations.records('AlphaBeamShifts').all();
    const most = Math.min(maxAlphas, settings.get('NumberOfAlphas'));
    const count = await run.ask('count', {
      text: 'Number of alphas to calibrate (0 removes the calibration)',
      default: before.length || most,
      maximum: most,
    });
    if (count === 0) {
      if (before.length === 0)
        return run.report({ summary: 'There is no calibration of alphas.', values: { alphas: [] } });
      return run.accept({
        summary: 'The beam shifts and tilts by alpha were removed.',
        values: { alphas: [] },
        changes: beyond(calibrations, 0),
      });
    }
    // The beam is carried along when alpha goes back, so shift and tilt come back after it.
    await run.preserve(beamShift.beamShift, beamTilt.beamTilt, alphas.alpha);
    run.operator.status('CALIBRATING ALPHA BEAM SHIFTS');
    const found: { shift: Vector<BeamShiftUnits>; tilt: Vector<BeamTiltUnits> }[] = [];
    let ended: string | undefined;
    for (let alpha = 0; alpha < count; alpha++) {
      run.operator.progress({ done: alpha, total: count, text: `alpha ${alpha + 1}` });
      await alphas.alpha.write(alpha, run.signal);
      try {
        await readBack(alphas.alpha, alpha, { signal: run.signal });
      } catch (error) {
        if (!(error instanceof EucentricError) || error.code !== 'setting/not-held') throw error;
        ended = `The column does not go to alpha ${alpha + 1}`;
        break;
      }
      const centred = await letBeamBeCentred(
        run,
        `Centre the beam at alpha ${alpha + 1}, and adjust the beam tilt if it needs it. End here keeps the alphas before this one.`,
        [BeamShift, BeamTilt],
      );
      if (!centred) {
        ended = `Ended at alpha ${alpha + 1}`;
        break;
      }
      found.push({
        shift: await beamShift.beamShift.read(run.signal),
        tilt: await beamTilt.beamTilt.read(run.signal),
      });
    }
    if (ended !== undefined) run.operator.log(`${ended}; ${counted(found.length, 'alpha')} before it.`);
    const rows = found.map(({ shift, tilt }, alpha) => ({
      alpha: alpha + 1,
      shiftX: shift.x,
      shiftY: shift.y,
      tiltX: tilt.x,
      tiltY: tilt.y,
    }));
    if (found.length === 0)
      return run.report({
        summary: 'No alpha was calibrated; what was stored before stays.',
        values: { alphas: rows },
      });
    for (const { alpha, shiftX, shiftY, tiltX, tiltY } of rows)
      run.operator.log(
        `Alpha ${alpha}: beam shift ${readable(shiftX, 4)} ${readable(shiftY, 4)}, beam tilt ${readable(tiltX, 4)} ${readable(tiltY, 4)}`,
      );
    return run.accept({
      summary: `Beam shift and beam tilt kept for ${counted(found.length, 'alpha')}.`,
      values: { alphas: rows },
      changes: [
        ...beyond(calibrations, found.length),
        ...found.flatMap(({ shift, tilt }, alpha): Change[] => [
          put('AlphaBeamShifts', { alpha, x: shift.x, y: shift.y }),
          put('AlphaBeamTilts', { alpha, x: tilt.x, y: tilt.y }),
        ]),
      ],
    });
  },
});

/** The changes that remove what is stored for the alphas from one on, the last one first. */
const beyond = (calibrations: Pick<Calibrations, 'records'>, from: number): readonly Change[] =>
  records.flatMap((record) =>
    calibrations
      .records(record)
      .all()
      .filter(({ alpha }) => alpha >= from)
      .sort((a, b) => b.alpha - a.alpha)
      .map(({ alpha }) => remove(record, { alpha })),
  );
