import {
  type MagIndex,
  counted,
  inMicrometres,
  magIndex as asMagIndex,
  milliseconds,
  readable,
} from '../../../core/base';
import { probeNumber } from '../../../core/devices';
import { type Forecast, type ItemRun, type Run, type Uses, defineItem, value } from '../../../core/kernel';
import { BeamCalibrations, BeamControl, type BeamPlace, approachIntensity } from '../../../core/illumination';
import { ImageShiftControl, Optics } from '../../../core/optics';
import { type CalibrationResult, type Change, put, remove } from '../../../core/store';
import { aboveLimit, judge, requireNotRefused } from '../../../core/judgement';
import { beamDevices } from './beam-images/beam-drawing';
import { trialExposure } from './beam-images/beam-image';
import { illuminationNeeds } from './beam-images/illumination-needs';
import { apertureQuestion, requestAperture } from './beam-images/request-aperture';
import { type IntensityRules, intensityRules } from './intensity-table/camera-rules';
import { DensityShots, MagnificationSteps } from './intensity-table/density-shots';
import { intensityErrors } from './intensity-table/intensity-errors';
import { type MeasuredTable, measureTable } from './intensity-table/table-series';

const needs = {
  ...illuminationNeeds,
  optics: Optics,
  imageShift: ImageShiftControl,
  control: BeamControl,
  beam: BeamCalibrations,
};
const questions = {
  start: {
    kind: 'confirm',
    live: { set: 'Trial', devices: beamDevices },
    why: 'No specimen, the right side of crossover, the highest magnification and the brightest beam that you want, spread so that it just covers the camera. Brightness zoom and links of the magnification must be off.',
  },
  aperture: apertureQuestion,
} as const;
const results = {
  points: value.table('The density of the beam against intensity, from the brightest point.', {
    density: value.quantity('Counts of an unbinned pixel and second, referred to the first magnification.'),
    intensity: value.quantity('Intensity that the column read back.', { decimals: 6 }),
    tries: value.quantity('Number of images until the density was right.'),
    standardError: value.quantity(
      'Standard error of the density by the counts, with that of the changes of conditions before it.',
      { unit: '%', decimals: 3 },
    ),
  }),
  spot: value.quantity('Spot size.'),
  probe: value.text('Probe mode: micro or nano.'),
  side: value.text('Side of crossover: above or below.'),
  fold: value.quantity('Factor by which the density changes over the table.'),
  images: value.quantity('Number of images.'),
  gunDrift: value.quantity(
    'Change of the beam current during the series, by an image under the conditions of the start.',
    {
      unit: '%',
      decimals: 2,
    },
  ),
};

/** Points and images of a table, at least and at most, and seconds of one. */
const expected = { least: 10, most: 400, perImage: 2.5 };
/** Records of tables and points that a file of SerialEM holds; a new one needs room. */
const maxTables = 150;
const maxPoints = 0.9 * 4500;

/** Measures the density of the beam against intensity for one spot size, on one side of crossover. */
export default defineItem({
  id: 'calibrations/beam-and-spot/beam-intensity',
  needs,
  not: ['stem', 'low dose'],
  questions,
  results,
  stores: ['BeamIntensityTable', 'LastC2Aperture'],
  measures: ['beam intensity'],
  order: { step: 'beam', after: ['beam-crossover'], holdsForDays: 180 },
  forecast: (use) => forecast(use),
  run: (use, run) => measure(use, run),
});

function rulesOf({ cameras, settings }: Uses<typeof needs>): IntensityRules {
  const { index } = cameras.selected.traits;
  return intensityRules(
    settings,
    settings.cameras.find((each) => each.index === index)!,
  );
}

function forecast(use: Uses<typeof needs>): Forecast {
  const { scope, illumination, imageShift } = use;
  const { minExposure, maxExposure } = rulesOf(use);
  const { least, most, perImage } = expected;
  return {
    images: { least, most },
    exposure: { least: least * minExposure, most: most * maxExposure },
    duration: { least: least * perImage, most: most * (perImage + maxExposure) },
    moves: [
      { setting: illumination.intensity, how: 'away from crossover' },
      { setting: scope.magIndex, how: 'down, outside low magnification' },
      imageShift.net,
      scope.absoluteFocus,
    ],
    dependsOn: 'how far the beam is spread at the start',
  };
}

async function measure(
  use: Uses<typeof needs>,
  run: ItemRun<typeof questions, typeof results>,
): Promise<CalibrationResult> {
  const { cameras, scope, illumination, imageShift, optics, beam, normalization, settings } = use;
  const { magIndex, camera } = run.here();
  const place = await use.control.place(run.signal);
  const side = beam.side(place);
  requireRoom(use, place);
  await run.start(openingText(use, place, side));
  const begin = await use.control.place(run.signal);
  if (beam.side(begin) !== side || begin.spot !== place.spot) throw intensityErrors.sideChanged();
  // A change of magnification may change intensity, image shift and focus, so these come back after it.
  await run.preserve(scope.absoluteFocus, imageShift.net, illumination.intensity, scope.magIndex);
  run.restoreLater('camera', () => cameras.selected.stop());
  run.operator.status('CALIBRATING BEAM INTENSITY');
  await illumination.intensity.write(begin.intensity, run.signal);
  await normalization?.normalize('condenser', run.signal);
  // The first point is reached from the side from which all others are.
  await approachIntensity(run, use, begin);
  const rules = rulesOf(use);
  const trial = trialExposure(cameras.selected, settings);
  const useTrial = settings.get('BeamCalUseTrialSettling');
  const shots = new DensityShots(run, { ...use, camera: cameras.selected }, rules, {
    magIndex,
    driftSettling: useTrial ? trial.driftSettling : (0 as typeof trial.driftSettling),
    ...(useTrial && trial.shutter && { shutter: trial.shutter }),
  });
  const range = await shots.take('range');
  if (range.counts > rules.maxCounts) throw intensityErrors.tooBright(range.counts, rules.maxCounts);
  await shots.brighten(range);
  shots.keepAsFirst();
  const start = await shots.take('brightest point');
  if (!start.covered) throw intensityErrors.notCovered(start.darkest);
  // All other points are compared with this one.
  const first = { ...start, ...(await shots.averaged(start)) };
  const { hollow, hollowError } = await shots.hollow('shape of the beam');
  const lowest = asMagIndex(settings.get('LowestMModeMagIndex'));
  const table = await measureTable(run, {
    shots,
    steps: new MagnificationSteps(optics, cameras.selected, lowest, first.density),
    rules,
    illumination,
    beam,
    place: begin,
    first,
    start: begin.intensity,
    crossover: beam.crossover(begin),
    needed: neededChange(use, magIndex),
    hollow: Math.max(0, Math.abs(hollow) - 2 * hollowError),
    changeDelay: milliseconds(settings.get('BeamCalChangeDelay')),
    backTo: magIndex,
    scope,
  });
  return store(use, run, { table, place: begin, side, magIndex, camera, images: shots.taken });
}

/** The share of the density at which a table ends: what the largest field needs, and a reserve beyond it. */
function neededChange({ cameras, optics, settings }: Uses<typeof needs>, magIndex: MagIndex): number {
  const { traits } = cameras.selected;
  const pixelAt = (index: MagIndex): number => {
    const pixel = optics.at({ magIndex: index, camera: traits.index }).pixelSize;
    return pixel ? inMicrometres(pixel.value) : NaN;
  };
  const side = Math.min(traits.width, traits.height);
  const regular = optics.magnifications.indexes(traits).filter((index) => index >= settings.get('LowestMModeMagIndex'));
  const wide = regular.filter((index) => side * pixelAt(index) >= settings.get('BeamCalMinField')).at(-1) ?? regular[0];
  const ratio = wide === undefined ? 1 : Math.min(1, (pixelAt(magIndex) / pixelAt(wide)) ** 2);
  return ratio / settings.get('BeamCalExtraRangeNeeded');
}

interface Finished {
  readonly table: MeasuredTable;
  readonly place: BeamPlace;
  readonly side: 'above' | 'below';
  readonly magIndex: MagIndex;
  readonly camera: ReturnType<Run['here']>['camera'];
  readonly images: number;
}

async function store(
  use: Uses<typeof needs>,
  run: ItemRun<typeof questions, typeof results>,
  { table, place, side, magIndex, camera, images }: Finished,
): Promise<CalibrationResult> {
  const { beam, calibrations } = use;
  const { points, gunDrift, driftError, closed, shapeError } = table;
  const judgement = judge(
    aboveLimit({
      kind: 'disagreement',
      what: 'Change of the mean of an image against the middle of the beam while it spreads, over the whole table',
      number: 100 * shapeError,
      unit: '%',
      doubtfulAbove: 0.4,
      refusedAbove: 10,
      why: 'The beam is brighter or darker in its middle than around it, so that the densities are off by as much at the dim end.',
      change:
        'Centre the condenser aperture, and start with a beam of several times the width of the image, or at a higher magnification.',
    }),
    aboveLimit({
      kind: 'disagreement',
      what: 'Change of the beam current during the series',
      number: Math.max(0, Math.abs(gunDrift) - 3 * driftError),
      unit: '%',
      doubtfulAbove: 0.3,
      refusedAbove: 6,
      why: 'The gun was not steady, so the densities are off by up to as much.',
      change: 'Wait until the emission is steady, and measure again.',
    }),
  );
  requireNotRefused(judgement, 'beam-intensity/unsteady');
  const fold = points[0]!.density / points.at(-1)!.density;
  const { aperture, changes } = await requestAperture(run, use);
  const probe = probeNumber(place.probe);
  const row = {
    ...{ magIndex, spot: place.spot, flags: closed ? closedAtDimEnd : 0, crossover: beam.crossover(place) ?? 0 },
    ...{ aperture, probe },
    rows: [...points].reverse().map(({ density, intensity }) => ({ counts: density, intensity })),
  };
  const sideOf = (other: { readonly rows: readonly { readonly intensity: number }[] }): string => {
    const mean = other.rows.reduce((sum, { intensity }) => sum + intensity, 0) / other.rows.length;
    return beam.side({ ...place, intensity: mean });
  };
  const replaced = calibrations
    .records('BeamIntensityTable')
    .all()
    .filter((each) => each.spot === place.spot && each.probe === probe && each.magIndex !== magIndex)
    .filter((each) => sideOf(each) === side);
  const summary = `Beam intensity calibrated for spot size ${place.spot} in ${place.probe}probe, ${side} crossover: ${counted(points.length, 'point')} over a factor of ${readable(fold, 1)}.`;
  return run.accept({
    summary,
    values: {
      points: points.map(({ density, intensity, tries, error }) => ({
        density,
        intensity,
        tries,
        standardError: 100 * error,
      })),
      spot: place.spot,
      probe: place.probe,
      side,
      fold,
      images,
      gunDrift,
    },
    conditions: { magIndex, camera },
    quality: { ...judgement },
    changes: [
      ...changes,
      ...replaced.map((each): Change => remove('BeamIntensityTable', each)),
      put('BeamIntensityTable', row),
    ],
  });
}

/** The flag of a table beyond whose dim end nothing may be extrapolated. */
const closedAtDimEnd = 2;

function openingText(use: Uses<typeof needs>, place: BeamPlace, side: 'above' | 'below'): string {
  const { beam } = use;
  const known = beam.crossover(place) !== undefined;
  const replaces = beam.tables(place, side).length > 0;
  const where = known
    ? ` The beam is ${side} crossover${replaces ? '; the table that there is on this side will be replaced' : ''}.`
    : ' Crossover is not calibrated at this spot size, so intensity will be increased.';
  return `Beam intensity will be calibrated at spot size ${place.spot}.${where} Is there no specimen, and does the beam just cover the camera at the highest magnification and brightest beam that you want?`;
}

function requireRoom({ calibrations, beam }: Uses<typeof needs>, place: BeamPlace): void {
  const tables = calibrations.records('BeamIntensityTable').all();
  const points = tables.reduce((sum, { rows }) => sum + rows.length, 0);
  const replaces = beam.tables(place, beam.side(place)).length > 0;
  if (!replaces && (tables.length >= maxTables || points > maxPoints))
    throw intensityErrors.noRoom(tables.length, points);
}
