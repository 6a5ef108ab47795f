import { counted, optional, readable, withError } from '../../../core/base';
import { BeamShift, type ProbeMode, Screen, ScreenCurrent, readProbeMode } from '../../../core/devices';
import { type Forecast, type ItemRun, type Uses, defineItem, value } from '../../../core/kernel';
import { BeamCalibrations, BeamControl } from '../../../core/illumination';
import { type CalibrationResult, type Change, put } from '../../../core/store';
import { aboveLimit, judge, requireNotRefused } from '../../../core/judgement';
import { beamBeside } from './beam-images/beam-drawing';
import { beamSettling, trialExposure } from './beam-images/beam-image';
import { illuminationNeeds } from './beam-images/illumination-needs';
import { apertureQuestion, requestAperture } from './beam-images/request-aperture';
import { setSpot, usedSpots } from './beam-images/spot-change';
import { crossoverErrors } from './crossover/crossover-errors';
import { type Propagation, propagate } from './crossover/crossover-propagation';
import { type DiameterSight, maxSearchImages, searchCrossover } from './crossover/crossover-search';
import { cameraSight, screenSight } from './crossover/diameter-sights';

const needs = {
  ...illuminationNeeds,
  beam: BeamControl,
  stored: BeamCalibrations,
  beamShift: optional(BeamShift),
  screen: optional(Screen),
  screenCurrent: optional(ScreenCurrent),
};
const questions = {
  start: {
    kind: 'confirm',
    why: 'The specimen has to be at the eucentric height and in focus, at about 100000x for the way by hand. For the search the beam has to be whole in Trial images.',
  },
  way: {
    kind: 'choice',
    choices: {
      'by hand': 'I bring the beam to crossover',
      search: 'search with the camera',
      'screen current': 'search by the screen current',
    },
    why: 'The search measures the diameter of the beam on both sides of crossover. The beam gets at most four times as bright as it is now, and is blanked while the lens passes crossover. The screen current serves where no camera can be used, and only while the beam is wider than the screen: take a high magnification.',
  },
  aperture: apertureQuestion,
} as const;
const results = {
  crossovers: value.table('The intensity of crossover at each spot size.', {
    spot: value.quantity('Spot size.'),
    intensity: value.quantity('Intensity of crossover, 0 to 1.', { decimals: 6 }),
    before: value.quantity('The value that it replaces.', { decimals: 6, optional: true }),
    standardError: value.quantity('Standard error, where it was searched for.', { decimals: 6, optional: true }),
  }),
  probe: value.text('Probe mode: micro or nano.'),
  shiftedTables: value.quantity('Number of intensity tables that were shifted with it.'),
  unshiftedTables: value.quantity('Number of intensity tables that a shift would take out of the range of intensity.'),
  shiftedSpots: value.quantity('Number of spot ratios whose intensity was shifted with it.'),
  shiftedHighFocus: value.quantity('Number of calibrations at high defocus that were shifted with it.'),
  shiftedParallel: value.quantity('Number of intensities of parallel illumination that were shifted with it.'),
};

/** Reading out an image and finding the beam in it, in seconds. */
const perImage = 1;

/** Keeps the intensity of crossover at each spot size, by hand or by a search, and shifts what was measured with an earlier one. */
export default defineItem({
  id: 'calibrations/beam-and-spot/beam-crossover',
  needs,
  not: ['stem'],
  questions,
  results,
  stores: [
    'CrossoverIntensity',
    'CrossCalAtC2Aperture',
    'BeamIntensityTable',
    'SpotIntensities',
    'HighFocusMagCal',
    'HighFocusISCal',
    'ParallelIllum',
    'LastC2Aperture',
  ],
  measures: ['crossover'],
  order: { step: 'beam', holdsForDays: 180 },
  forecast: (use) => forecast(use),
  run: (use, run) => measure(use, run),
});

function forecast(use: Uses<typeof needs>): Forecast {
  const { cameras, illumination, beamShift, scope } = use;
  const { exposure, driftSettling } = trialExposure(cameras.selected, use.settings);
  const spots = usedSpots(use).length;
  const each = exposure + driftSettling;
  const images = spots * maxSearchImages;
  return {
    images: { least: 0, most: images },
    exposure: { least: 0, most: images * each },
    duration: { least: 0, most: images * (each + beamSettling + cameras.selected.traits.startupDelay + perImage) },
    moves: [
      { setting: illumination.spotSize, how: 'through the spot sizes' },
      { setting: illumination.intensity, how: 'to crossover and, in a search, beyond it' },
      ...(beamShift ? [{ setting: beamShift.beamShift, how: 'to keep the beam in the middle' }] : []),
      { setting: scope.beamBlanked, how: 'while the lens passes crossover in a search' },
      ...(use.screen && use.screenCurrent
        ? [{ setting: use.screen.screenDown, how: 'down for a search by its current' }]
        : []),
    ],
    dependsOn: 'whether you bring the beam to crossover or let it be searched for',
  };
}

type CrossoverRun = ItemRun<typeof questions, typeof results>;
const ways = {
  'by hand': 'brought there by hand',
  search: 'found by a search',
  'screen current': 'found by the current on the screen',
} as const;

/** The way to see the diameter in a search. Throws `beam-crossover/no-screen-current`. */
async function sightOf(
  use: Uses<typeof needs>,
  run: CrossoverRun,
  way: 'search' | 'screen current',
): Promise<DiameterSight> {
  const { cameras, settings, screen, screenCurrent } = use;
  if (way === 'search')
    return cameraSight(
      run,
      { acquisition: use.acquisition, beam: use.beam },
      trialExposure(cameras.selected, settings),
    );
  if (!screen || !screenCurrent) throw crossoverErrors.noScreenCurrent();
  await run.preserve(screen.screenDown);
  await screen.screenDown.write(true, run.signal);
  return screenSight(run, screenCurrent);
}

interface Crossover {
  readonly spot: number;
  readonly intensity: number;
  readonly standardError?: number;
  /** Difference of the two sides of a search in standard errors. */
  readonly disagreement?: number;
}

async function measure(use: Uses<typeof needs>, run: CrossoverRun): Promise<CalibrationResult> {
  const { cameras, scope, illumination, beamShift, normalization, probeModes, stored } = use;
  const { magIndex, camera } = run.here();
  await run.start(
    'The crossover of each spot size will be kept. Is the specimen at the eucentric height and in focus, at a high magnification?',
  );
  const way = await run.ask('way', { text: 'Who brings the beam to crossover?', default: 'by hand' });
  run.restoreLater('condenser lenses', (signal) => normalization?.normalize('condenser', signal));
  await run.preserve(
    ...(beamShift ? [beamShift.beamShift] : []),
    illumination.intensity,
    illumination.spotSize,
    scope.beamBlanked,
  );
  run.restoreLater('camera', () => cameras.selected.stop());
  run.operator.status('CALIBRATING BEAM CROSSOVER');
  const probe = await readProbeMode(probeModes, run.signal);
  const found = way === 'by hand' ? await byHand(use, run) : await searchAll(use, run, await sightOf(use, run, way));
  const judgement = judge(
    ...found.map(({ spot, disagreement }) =>
      disagreement === undefined
        ? undefined
        : aboveLimit({
            kind: 'disagreement',
            what: `Spot size ${spot}: difference of the slopes of the beam diameter on both sides of crossover`,
            number: disagreement,
            unit: 'standard errors',
            doubtfulAbove: 6,
            refusedAbove: 40,
            why: 'Both sides should spread the beam alike. Another lens, an aperture that cuts the beam or a strong astigmatism of the condenser bends the line.',
            change:
              'Correct the condenser astigmatism, centre the condenser aperture, and search again, or bring the beam to crossover by hand.',
          }),
    ),
  );
  requireNotRefused(judgement, 'beam-crossover/refused');
  const { aperture, changes } = await requestAperture(run, { ...use, beam: stored });
  const intensities = new Map(found.map(({ spot, intensity }) => [spot, intensity]));
  const hasProbeModes = probeModes !== undefined;
  const propagation = propagate(
    { calibrations: use.calibrations, scale: stored.scale },
    { probe, hasProbeModes, aperture, intensities },
  );
  report(run, propagation);
  const rows = found.map(({ spot, intensity, standardError }) => {
    const before = stored.crossover({ spot, probe });
    return {
      spot,
      intensity,
      ...(before !== undefined && { before }),
      ...(standardError !== undefined && { standardError }),
    };
  });
  return run.accept({
    summary: `Crossover kept for ${counted(found.length, 'spot size')} in ${probe}probe, ${ways[way]}.`,
    values: {
      crossovers: rows,
      probe,
      shiftedTables: propagation.shiftedTables,
      unshiftedTables: propagation.outOfRange.length,
      shiftedSpots: propagation.shiftedSpots,
      shiftedHighFocus: propagation.shiftedHighFocus,
      shiftedParallel: propagation.shiftedParallel,
    },
    conditions: { magIndex, camera },
    quality: { ...judgement },
    changes: [...changes, ...storing(use, { probe, aperture, intensities }), ...propagation.changes],
  });
}

/** The operator brings the beam to crossover at one spot size after the other, until one is left out. */
async function byHand(use: Uses<typeof needs>, run: CrossoverRun): Promise<readonly Crossover[]> {
  const { illumination } = use;
  const spots = [...usedSpots(use)].sort((a, b) => a - b);
  const found: Crossover[] = [];
  for (const [done, spot] of spots.entries()) {
    run.operator.progress({ done, total: spots.length, text: `spot size ${spot}` });
    await setSpot(run, use, spot);
    const pressed = await run.letOperatorAct(
      `Spot size ${spot}: adjust the intensity until the beam is smallest. "End here" keeps the spot sizes before this one.`,
      ['At crossover', 'End here'],
      beamBeside('View'),
    );
    if (pressed === 'End here') break;
    const intensity = await illumination.intensity.read(run.signal);
    run.operator.log(`Spot size ${spot}: crossover at intensity ${readable(intensity, 5)}.`);
    found.push({ spot, intensity });
  }
  if (found.length === 0) throw crossoverErrors.nothingKept();
  return found;
}

/** Searches at each spot size, from the present one on to either side, each from as far from crossover as the one before it. */
async function searchAll(
  use: Uses<typeof needs>,
  run: CrossoverRun,
  sight: DiameterSight,
): Promise<readonly Crossover[]> {
  const { illumination } = use;
  const begin = await illumination.intensity.read(run.signal);
  const present = await illumination.spotSize.read(run.signal);
  const used = [...usedSpots(use)].sort((a, b) => a - b);
  const upwards = used.filter((spot) => spot > present);
  const downwards = used.filter((spot) => spot < present).reverse();
  const found = new Map<number, Crossover>();
  const total = used.length;
  const searchAt = async (spot: number, from: number): Promise<number> => {
    run.operator.progress({ done: found.size, total, text: `spot size ${spot}` });
    await setSpot(run, use, spot, use.normalization);
    await illumination.intensity.write(from, run.signal);
    const { intensity, standardError, disagreement } = await searchCrossover(run, use, sight, `spot size ${spot}`);
    run.operator.log(`Spot size ${spot}: crossover at intensity ${withError(intensity, standardError)}.`);
    found.set(spot, { spot, intensity, standardError, disagreement });
    return intensity;
  };
  if (!used.includes(present)) throw crossoverErrors.unusedSpot(present);
  const first = await searchAt(present, begin);
  const away = begin - first;
  for (const spots of [upwards, downwards]) {
    let crossover = first;
    for (const spot of spots) crossover = await searchAt(spot, crossover + away);
  }
  return [...found.values()].sort((a, b) => a.spot - b.spot);
}

function storing(
  { calibrations, stored }: Uses<typeof needs>,
  {
    probe,
    aperture,
    intensities,
  }: { readonly probe: ProbeMode; readonly aperture: number; readonly intensities: ReadonlyMap<number, number> },
): readonly Change[] {
  const [apertures] = calibrations.records('CrossCalAtC2Aperture').all();
  const before = apertures?.[probe] ?? 0;
  const rows = calibrations.records('CrossoverIntensity').all();
  const other = probe === 'micro' ? 'nano' : 'micro';
  const measured = [...intensities].map(([spot, intensity]): Change => {
    const row = rows.find((each) => each.spot === spot);
    return put('CrossoverIntensity', { spot, micro: 0, nano: 0, [other]: row?.[other] ?? 0, [probe]: intensity });
  });
  if (aperture === 0 || aperture === before)
    return aperture === 0 && before === 0
      ? measured
      : [...measured, ...(aperture === 0 ? [noted(apertures, probe, 0)] : [])];
  // One aperture stands for all spot sizes: those that were not measured are converted to it.
  const converted = rows
    .filter((row) => !intensities.has(row.spot) && row[probe] > 0)
    .map((row): Change => {
      const intensity = stored.scale.throughAperture(row[probe], { spot: row.spot, probe }, before, aperture);
      return put('CrossoverIntensity', { ...row, [probe]: intensity }, { sessionMeasured: false });
    });
  return [...measured, ...converted, noted(apertures, probe, aperture)];
}

const noted = (
  apertures: { readonly micro: number; readonly nano: number } | undefined,
  probe: ProbeMode,
  aperture: number,
): Change => put('CrossCalAtC2Aperture', { micro: 0, nano: 0, ...apertures, [probe]: aperture });

function report(run: CrossoverRun, propagation: Propagation): void {
  for (const problem of propagation.outOfRange) run.operator.log(problem);
  const { shiftedTables, shiftedSpots, shiftedHighFocus, shiftedParallel, outOfRange } = propagation;
  const shifted = [
    ...(shiftedTables > 0 ? [counted(shiftedTables, 'intensity table')] : []),
    ...(shiftedSpots > 0 ? [counted(shiftedSpots, 'spot ratio')] : []),
    ...(shiftedHighFocus > 0
      ? [counted(shiftedHighFocus, 'calibration at high defocus', 'calibrations at high defocus')]
      : []),
    ...(shiftedParallel > 0
      ? [counted(shiftedParallel, 'intensity of parallel illumination', 'intensities of parallel illumination')]
      : []),
  ];
  if (shifted.length > 0) run.operator.log(`Shifted by the change of crossover: ${shifted.join(', ')}.`);
  if (outOfRange.length > 0)
    run.operator.log(
      'The intensity tables and spot ratios were not shifted, since a table would leave the range of intensity. Measure Beam Intensity again.',
    );
}
