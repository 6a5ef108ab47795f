import { type BeamShiftUnits, EucentricError, type Vector, counted, readable } from '../../../core/base';
import { BeamShift, Illumination, Scope } from '../../../core/devices';
import { spotShiftsOf } from '../../../core/illumination';
import { defineItem, value } from '../../../core/kernel';
import { Settings } from '../../../core/settings';
import { Calibrations, type MainRecords, put } from '../../../core/store';
import { letBeamBeCentred } from './beam-images/centring';
import { setSpot, usedSpots } from './beam-images/spot-change';

/** Keeps the beam shift with which the beam is centred at each spot size. */
export default defineItem({
  id: 'calibrations/beam-and-spot/spot-beam-shifts',
  needs: {
    scope: Scope,
    illumination: Illumination,
    beamShift: BeamShift,
    settings: Settings,
    calibrations: Calibrations,
  },
  not: ['stem'],
  questions: {
    dimmest: {
      kind: 'number',
      integer: true,
      why: 'All spot sizes from this one to the brightest one are calibrated.',
    },
  },
  results: {
    range: value.text('Range of magnification to which they belong: primary or secondary.'),
    spots: value.table('What centres the beam at each spot size.', {
      spot: value.quantity('Spot size.'),
      x: value.quantity('Beam shift in X.', { decimals: 4 }),
      y: value.quantity('Beam shift in Y.', { decimals: 4 }),
    }),
  },
  stores: ['SpotBeamShifts'],
  order: { step: 'beam', after: ['beam-shift'], holdsForDays: 180 },
  forecast: ({ illumination, beamShift, settings }) => ({
    images: 0,
    exposure: 0,
    duration: { least: 0, most: usedSpots({ illumination, settings }).length },
    moves: [
      { setting: illumination.spotSize, how: 'through the spot sizes' },
      { setting: beamShift.beamShift, how: 'as you centre the beam' },
    ],
    dependsOn: 'the dimmest spot size',
  }),
  async run(use, run) {
    const { scope, illumination, beamShift, settings, calibrations } = use;
    const lowest = settings.get('LowestSecondaryModeMag');
    const secondary = lowest > 0 && (await scope.magIndex.read(run.signal)) >= lowest;
    const range = secondary ? 'secondary' : 'primary';
    const dimFirst = [...usedSpots(use)].reverse();
    const [last, brightest] = [dimFirst[0]!, dimFirst.at(-1)!];
    const before = spotShiftsOf(calibrations, secondary);
    const dimEnd = before && (illumination.brightestSpotSize === 1 ? before.to : before.from);
    const dimmest = await run.ask('dimmest', {
      text: 'Dimmest spot size to calibrate',
      default: dimEnd !== undefined && dimFirst.includes(dimEnd) ? dimEnd : last,
      minimum: Math.min(last, brightest),
      maximum: Math.max(last, brightest),
    });
    const spots = dimFirst.slice(dimFirst.indexOf(dimmest));
    if (spots.length < 2) throw tooFew();
    // A change of spot size carries the beam by what is stored, so its shift is given back after the spot size.
    await run.preserve(beamShift.beamShift, illumination.spotSize);
    run.operator.status('CALIBRATING SPOT BEAM SHIFTS');
    const found: { spot: number; shift: Vector<BeamShiftUnits> }[] = [];
    for (const spot of spots) {
      run.operator.progress({ done: found.length, total: spots.length, text: `spot size ${spot}` });
      await setSpot(run, use, spot);
      const text = `Centre the beam at spot size ${spot}. End here keeps the spot sizes before this one.`;
      if (!(await letBeamBeCentred(run, text))) break;
      found.push({ spot, shift: await beamShift.beamShift.read(run.signal) });
    }
    const values = { range, spots: found.map(({ spot, shift }) => ({ spot, x: shift.x, y: shift.y })) };
    if (found.length < 2)
      return run.report({ summary: 'Too few spot sizes were centred; what was stored before stays.', values });
    const sorted = [...found].sort((a, b) => a.spot - b.spot);
    const [from, to] = [sorted[0]!.spot, sorted.at(-1)!.spot];
    for (const { spot, x, y } of values.spots)
      run.operator.log(`Spot size ${spot}: beam shift ${readable(x, 4)} ${readable(y, 4)}`);
    const summary = `Beam shifts kept for ${counted(found.length, 'spot size')}: the beam stays in place when the program changes between spot sizes ${from} and ${to}${lowest > 0 ? ` in the ${range} range of magnification` : ''}.`;
    run.operator.log(summary);
    const fresh = { from, to, shifts: sorted.map(({ shift }) => shift) };
    return run.accept({
      summary,
      values,
      changes: [
        put(
          'SpotBeamShifts',
          recordOf(
            secondary ? spotShiftsOf(calibrations, false) : fresh,
            secondary ? fresh : spotShiftsOf(calibrations, true),
          ),
        ),
      ],
    });
  },
});

type Shifts = NonNullable<ReturnType<typeof spotShiftsOf>>;

/** The record of the shifts in both ranges of magnification. */
function recordOf(primary: Shifts | undefined, secondary: Shifts | undefined): MainRecords['SpotBeamShifts'] {
  return {
    minimumSpot: primary?.from ?? 0,
    maximumSpot: primary?.to ?? 0,
    secondaryMinimumSpot: secondary?.from ?? 0,
    secondaryMaximumSpot: secondary?.to ?? 0,
    rows: [...(primary?.shifts ?? []), ...(secondary?.shifts ?? [])].map(({ x, y }) => ({ x, y })),
  };
}

const tooFew = (): EucentricError =>
  new EucentricError({
    code: 'spot-beam-shifts/too-few',
    message: 'At least two spot sizes are needed to measure the shift between them.',
    hint: 'Enter a spot size that is dimmer than the brightest one. Nothing was stored.',
  });
