import { EucentricError, counted, optional, readable, withError } from '../../../core/base';
import { BeamShift, readProbeMode } from '../../../core/devices';
import { type Forecast, type ItemRun, type Uses, defineItem, value } from '../../../core/kernel';
import {
  BeamCalibrations,
  joinSpotBlocks,
  type SpotMeasurement,
  splitSpotBlocks,
  withSpotMeasurement,
} from '../../../core/illumination';
import { type CalibrationResult, type Change, put, remove, sidesOfSpots } from '../../../core/store';
import { aboveLimit, judge, requireNotRefused } from '../../../core/judgement';
import { type BareBeam, bareBeam } from '../../../imaging';
import { beamDevices } from './beam-images/beam-drawing';
import { linearTrialExposure, requireUnsaturated } from './beam-images/beam-image';
import { illuminationNeeds } from './beam-images/illumination-needs';
import { apertureQuestion, requestAperture } from './beam-images/request-aperture';
import { setSpot, usedSpots } from './beam-images/spot-change';

const needs = {
  ...illuminationNeeds,
  beam: BeamCalibrations,
  beamShift: optional(BeamShift),
};
const questions = {
  start: {
    kind: 'confirm',
    live: { set: 'Trial', devices: beamDevices },
    why: 'The beam has to cover Trial images at every spot size, on an empty place of the specimen, at about two thirds of saturation at the brightest one.',
  },
  brightest: {
    kind: 'number',
    integer: true,
    why: 'The ratios are given to this spot size.',
  },
  dimmest: {
    kind: 'number',
    integer: true,
    why: 'All spot sizes from the brightest one to this one are measured.',
  },
  partial: {
    kind: 'confirm',
    why: 'The column did not go to one of the spot sizes. Those measured before it can be kept, and replace an earlier calibration with more of them.',
  },
  aperture: apertureQuestion,
} as const;
const results = {
  spots: value.table('The density of the beam at each spot size.', {
    spot: value.quantity('Spot size.'),
    counts: value.quantity('Mean counts of the image.'),
    ratio: value.quantity('Density over that at the brightest spot size.', { decimals: 6 }),
    standardError: value.quantity(
      'Standard error of the ratio by the counts and by the level of the camera without light.',
      { decimals: 6 },
    ),
    intensity: value.quantity('Intensity that the column read back.', { decimals: 6 }),
  }),
  probe: value.text('Probe mode: micro or nano.'),
  side: value.text('Side of crossover: above or below.'),
  gunDrift: value.quantity(
    'Change of the beam current during the series, by a last image at the brightest spot size.',
    {
      unit: '%',
      decimals: 3,
    },
  ),
};

/** Counts by which the level of a camera without light may differ from 0 after its dark reference is subtracted. */
const darkError = 1;
/** Standard error of a ratio, as a share of it, above which it is left out. */
const maxError = 0.02;

/** Reading out an image and normalizing the condenser before it, in seconds. */
const perImage = 4;

/** Measures the density of the beam at each spot size over that at the brightest one. */
export default defineItem({
  id: 'calibrations/beam-and-spot/spot-intensity',
  needs,
  not: ['stem', 'low dose'],
  questions,
  results,
  stores: ['SpotIntensities', 'SpotCalAtC2Aperture', 'LastC2Aperture'],
  measures: ['spot intensity'],
  order: { step: 'beam', after: ['beam-crossover', 'beam-intensity'], holdsForDays: 180 },
  forecast: (use) => forecast(use),
  run: (use, run) => measure(use, run),
});

function forecast(use: Uses<typeof needs>): Forecast {
  const { cameras, illumination, beamShift } = use;
  const { exposure, driftSettling } = linearTrialExposure(cameras.selected, use.settings);
  const images = usedSpots(use).length + 1;
  const each = exposure + driftSettling;
  return {
    images: { least: 3, most: images },
    exposure: { least: 3 * each, most: images * each },
    duration: {
      least: 3 * (each + perImage),
      most: images * (each + cameras.selected.traits.startupDelay + perImage),
    },
    moves: [
      { setting: illumination.spotSize, how: 'through the spot sizes' },
      ...(beamShift ? [{ setting: beamShift.beamShift, how: 'by what is calibrated for the spot sizes' }] : []),
    ],
    dependsOn: 'the spot sizes that you choose',
  };
}

type SpotRun = ItemRun<typeof questions, typeof results>;

interface MeasuredSpot {
  readonly spot: number;
  readonly intensity: number;
  readonly cover: BareBeam;
}

async function measure(use: Uses<typeof needs>, run: SpotRun): Promise<CalibrationResult> {
  const { cameras, illumination, beamShift, normalization, probeModes, beam } = use;
  const { magIndex, camera } = run.here();
  await run.start(
    'Trial images will be taken at a series of spot sizes. Does the beam cover them at each, at about two thirds of saturation at the brightest one?',
  );
  const spots = await chooseSpots(use, run);
  run.restoreLater('condenser lenses', (signal) => normalization?.normalize('condenser', signal));
  // A change of spot size carries the beam along, so its beam shift is given back after the spot size.
  await run.preserve(...(beamShift ? [beamShift.beamShift] : []), illumination.spotSize);
  run.restoreLater('camera', () => cameras.selected.stop());
  run.operator.status('CALIBRATING SPOT INTENSITY');
  const measured: MeasuredSpot[] = [];
  for (const [done, spot] of spots.entries()) {
    run.operator.progress({ done, total: spots.length + 1, text: `spot size ${spot}` });
    const reached = await reach(use, run, spot, measured.length);
    if (!reached) break;
    measured.push(await measureSpot(use, run, spot));
  }
  const [first] = measured;
  if (!first || measured.length < 2) throw tooFew();
  // What the gun did meanwhile shows at the spot size with which the series began.
  await setSpot(run, use, first.spot, normalization);
  const again = await measureSpot(use, run, first.spot);
  const gunDrift = 100 * (again.cover.mean / first.cover.mean - 1);
  const driftError = (100 * Math.hypot(again.cover.standardError, first.cover.standardError)) / first.cover.mean;
  const hollows = measured.map(({ cover }) => hollowBeside(cover, first.cover));
  const judgement = judge(
    aboveLimit({
      kind: 'disagreement',
      what: 'Difference of the mean of an image from the middle of the beam, from one spot size to another',
      number: 100 * Math.max(...hollows),
      unit: '%',
      doubtfulAbove: 0.2,
      refusedAbove: 5,
      why: 'The beam is brighter or darker in its middle than around it, and has another width at each spot size, so the ratios are off by as much.',
      change: 'Spread the beam to several times the width of the image, or go to a higher magnification.',
    }),
    aboveLimit({
      kind: 'disagreement',
      what: 'Change of the beam current during the series',
      number: Math.max(0, Math.abs(gunDrift) - 3 * driftError),
      unit: '%',
      doubtfulAbove: 0.3,
      refusedAbove: 3,
      why: 'The gun was not steady, so the ratios are off by up to as much.',
      change: 'Wait until the emission is steady, and measure again.',
    }),
  );
  requireNotRefused(judgement, 'spot-intensity/unsteady');
  const probe = await readProbeMode(probeModes, run.signal);
  const side = beam.side({ spot: first.spot, probe, intensity: first.intensity });
  const all = measured.map(({ spot, intensity, cover }) => {
    const ratio = cover.mean / first.cover.mean;
    const shares = [cover, first.cover].map((each) => Math.hypot(each.standardError, darkError) / each.mean);
    // The brightest spot size is the measure of the others.
    const standardError = spot === first.spot ? 0 : ratio * Math.hypot(...shares, hollowBeside(cover, first.cover));
    return { spot, counts: cover.mean, ratio, standardError, intensity };
  });
  const rows = all.filter(({ ratio, standardError }) => standardError <= maxError * ratio);
  const dim = all.filter((row) => !rows.includes(row)).map(({ spot }) => spot);
  if (dim.length > 0)
    run.operator.log(
      `Left out, because the images have too few counts: spot size ${dim.join(', ')}. Take a longer Trial exposure for them, and start from a dimmer one.`,
    );
  if (rows.length < 2) throw tooFew();
  for (const { spot, ratio, standardError, intensity } of rows)
    run.operator.log(
      `Spot size ${spot}: ratio ${withError(ratio, standardError)}, intensity ${readable(intensity, 4)}`,
    );
  const { aperture, changes } = await requestAperture(run, use);
  const fresh: SpotMeasurement = {
    probe,
    aperture,
    spots: rows.map(({ spot, ratio, intensity }) => ({
      spot,
      ratio,
      intensity,
      crossover: beam.crossover({ spot, probe }) ?? 0,
    })),
  };
  return run.accept({
    summary: `Spot intensity calibrated for ${counted(rows.length, 'spot size')} in ${probe}probe, ${side} crossover.`,
    values: { spots: rows, probe, side, gunDrift },
    conditions: { magIndex, camera },
    quality: { ...judgement },
    changes: [...changes, ...storing(use, fresh, side)],
  });
}

/** Share by which the shape of the beam changes a ratio, as far as it stands out from the noise of both images. */
const hollowBeside = (one: BareBeam, other: BareBeam): number =>
  Math.max(0, Math.abs(one.hollow - other.hollow) - 2 * Math.hypot(one.hollowError, other.hollowError));

async function chooseSpots(use: Uses<typeof needs>, run: SpotRun): Promise<readonly number[]> {
  const used = usedSpots(use);
  const limits = { minimum: Math.min(...used), maximum: Math.max(...used) };
  const chosen = await run.askAll({
    brightest: { text: 'Brightest spot size', default: used[0]!, ...limits },
    dimmest: { text: 'Dimmest spot size', default: used.at(-1)!, ...limits },
  });
  const spots = used.slice(used.indexOf(chosen.brightest), used.indexOf(chosen.dimmest) + 1);
  if (spots.length < 2) throw tooFew();
  return spots;
}

/** Goes to a spot size; false where the column does not, and the operator keeps what was measured before. */
async function reach(use: Uses<typeof needs>, run: SpotRun, spot: number, done: number): Promise<boolean> {
  try {
    await setSpot(run, use, spot, use.normalization);
    return true;
  } catch (error) {
    if (!(error instanceof EucentricError) || error.code !== 'beam/spot-not-set' || done < 2) throw error;
    const text = `${error.message} Keep what was measured at ${counted(done, 'spot size')} before it?`;
    if (await run.ask('partial', { text, default: false })) return false;
    throw error;
  }
}

async function measureSpot(
  { cameras, acquisition, illumination, settings }: Uses<typeof needs>,
  run: SpotRun,
  spot: number,
): Promise<MeasuredSpot> {
  const title = `spot size ${spot}`;
  const image = await acquisition.take(linearTrialExposure(cameras.selected, settings), { signal: run.signal, title });
  const cover = bareBeam(image.frame.image);
  requireUnsaturated(title, image, cover);
  if (!cover.covered) throw notCovered(spot, cover.darkest);
  return { spot, intensity: await illumination.intensity.read(run.signal), cover };
}

/** The changes that store a measurement in place of that of the same probe mode and side. */
function storing(
  { calibrations, beam }: Uses<typeof needs>,
  fresh: SpotMeasurement,
  side: 'above' | 'below',
): readonly Change[] {
  const present = calibrations.records('SpotIntensities').all();
  const [apertures] = calibrations.records('SpotCalAtC2Aperture').all();
  const measurements = withSpotMeasurement(splitSpotBlocks(present, apertures), fresh, ({ probe, spots, aperture }) => {
    const [{ spot, intensity } = { spot: 0, intensity: 0 }] = spots;
    const now = beam.scale.throughAperture(intensity, { spot, probe }, aperture, beam.aperture);
    return beam.side({ spot, probe, intensity: now }) === side;
  });
  const joined = joinSpotBlocks(measurements);
  const kept = new Set(joined.blocks.map((block) => sidesOfSpots(block)));
  return [
    ...present
      .filter((block) => !kept.has(sidesOfSpots(block)))
      .map((block): Change => remove('SpotIntensities', block)),
    ...joined.blocks.map((block): Change => put('SpotIntensities', block)),
    ...(Object.values(joined.apertures).some((each) => each > 0) || apertures
      ? [put('SpotCalAtC2Aperture', joined.apertures)]
      : []),
  ];
}

const tooFew = (): EucentricError =>
  new EucentricError({
    code: 'spot-intensity/too-few',
    message: 'At least two spot sizes are needed for a ratio.',
    hint: 'Choose a dimmest spot size that is dimmer than the brightest one. Nothing was stored.',
  });
const notCovered = (spot: number, darkest: number): EucentricError =>
  new EucentricError({
    code: 'spot-intensity/not-covered',
    message: `At spot size ${spot} the beam does not cover the image: the darkest part has ${readable(100 * darkest, 0)} % of the usual brightness.`,
    hint: 'Spread and centre the beam so that it covers Trial images at every spot size, go to an empty place, and start again. Nothing was stored.',
  });
