import { inMicrometres, largestElement, optional, percentChange, readable, readableMatrix } from '../../../core/base';
import { AlphaSelector, BeamShift, Cameras, ProbeModeSelector, Scope, probeNumber } from '../../../core/devices';
import { type Forecast, type ItemRun, type Uses, defineItem, value } from '../../../core/kernel';
import { ImageAcquisition } from '../../../core/acquisition';
import { BeamControl, beamShiftMatrix, filedMagIndex, withoutAlpha } from '../../../core/illumination';
import { ImageShiftControl, Optics } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import { type CalibrationResult, Calibrations, type Change, put, remove } from '../../../core/store';
import { judge, misfit, plausibleMatrix, requireNotRefused } from '../../../core/judgement';
import { beamBeside } from './beam-images/beam-drawing';
import { beamErrors } from './beam-images/beam-errors';
import { beamSettling, trialExposure } from './beam-images/beam-image';
import { errorsOfQuotient } from './beam-images/displacement-fit';
import { refiningImages, takeRefiningSeries } from './beam-images/refining-series';
import { replacedBy } from './beam-images/stored-shifts';

const needs = {
  scope: Scope,
  cameras: Cameras,
  beamShift: BeamShift,
  imageShift: ImageShiftControl,
  optics: Optics,
  beam: BeamControl,
  acquisition: ImageAcquisition,
  calibrations: Calibrations,
  settings: Settings,
  probeModes: optional(ProbeModeSelector),
  alphas: optional(AlphaSelector),
};
const questions = {
  start: {
    kind: 'confirm',
    live: beamBeside('Trial'),
    why: 'The beam has to be whole in Trial images and near their middle, evenly bright and not saturated, on an empty place over the whole way.',
  },
  by: {
    kind: 'choice',
    choices: { centroid: 'centre of intensity', edge: 'edge' },
    why: 'The edge is more precise where it is seen all round; the centre of intensity serves for a beam below three quarters of the image with a soft edge.',
  },
  distance: {
    kind: 'number',
    unit: 'um',
    decimals: 1,
    minimum: 0.1,
    maximum: 100,
    why: 'The largest image shift to either side. The matrix is known the better, the farther the image is shifted.',
  },
} as const;
const results = {
  xpx: value.quantity('Beam shift in X that goes with a unit of image shift in X.'),
  xpy: value.quantity('Beam shift in X that goes with a unit of image shift in Y.'),
  ypx: value.quantity('Beam shift in Y that goes with a unit of image shift in X.'),
  ypy: value.quantity('Beam shift in Y that goes with a unit of image shift in Y.'),
  changePercent: value.quantity('Change of the matrix by the refinement.', { unit: '%', decimals: 2 }),
  residual: value.quantity('Largest displacement of the beam in the last round.', { unit: 'px' }),
  by: value.text('The way in which the beam was found: centroid or edge.'),
  images: value.quantity('Number of images.'),
};

/** Rounds after the first one, which goes half as far, or as far as the image is wide. */
const rounds = 3;
const firstShare = 0.5;
/** Distance in micrometres that is offered first. */
const usualDistance = 6;
/** Reading out an image, finding the beam in it and letting the image shift come to rest, in seconds. */
const perImage = 2.5;

/** Refines the calibration of beam shift with large image shifts, so that the beam stays in its place also far from the axis. */
export default defineItem({
  id: 'calibrations/beam-and-spot/refine-beam-shift',
  lowDoseArea: 'Trial',
  needs,
  not: ['stem'],
  questions,
  results,
  stores: ['BeamShiftCalibration'],
  order: { step: 'beam', after: ['beam-shift'], holdsForDays: 365 },
  unavailable: ({ scope }) =>
    scope.traits.keepsBeamAtImageShift ? 'needs a column whose beam has to be moved along with image shift' : undefined,
  forecast: (use) => forecast(use),
  run: (use, run) => measure(use, run),
});

function forecast({ cameras, beamShift, imageShift, settings }: Uses<typeof needs>): Forecast {
  const { exposure, driftSettling } = trialExposure(cameras.selected, settings);
  const images = refiningImages(rounds);
  const each = exposure + driftSettling;
  return {
    images,
    exposure: images * each,
    duration: images * (each + beamSettling + Math.max(cameras.selected.traits.startupDelay, perImage)),
    moves: [imageShift.net, { setting: beamShift.beamShift, how: 'along with image shift' }],
  };
}

async function measure(
  use: Uses<typeof needs>,
  run: ItemRun<typeof questions, typeof results>,
): Promise<CalibrationResult> {
  const { cameras, beamShift, imageShift, optics, beam, settings } = use;
  const { magIndex, camera } = run.here();
  const place = optics.at({ magIndex, camera });
  const toCamera = place.imageShiftToCamera?.matrix;
  const toSpecimen = place.imageShiftToSpecimen;
  const conditions = await beam.shiftConditions(run.signal);
  const stored = beamShiftMatrix(use, conditions);
  if (!toCamera || !toSpecimen || !stored || !place.pixelSize) throw beamErrors.noMatrix();
  await run.start(
    `Beam shift will be refined with ${refiningImages(rounds)} Trial images at large image shifts. Is the beam whole and centred in them, and is the specimen empty over the whole way?`,
  );
  const by = await run.ask('by', { text: 'How should the beam be found?', default: 'edge' });
  const distance = await run.ask('distance', { text: 'Largest image shift', default: usualDistance });
  const exposure = trialExposure(cameras.selected, settings);
  const { area } = exposure;
  const field = Math.min(area.right - area.left, area.bottom - area.top) * inMicrometres(place.pixelSize.value);
  // A change of image shift moves the beam as well, so beam shift is given back after it.
  await run.preserve(beamShift.beamShift, imageShift.net);
  run.restoreLater('camera', () => cameras.selected.stop());
  run.operator.status('REFINING BEAM SHIFT CAL');
  const first = Math.min(firstShare * distance, field);
  const distances = [first, ...Array.from({ length: rounds - 1 }, () => distance)];
  const plan = { exposure, magIndex, stored, toCamera, toSpecimen, by, distances };
  const { matrix, inverseFit, images, residual } = await takeRefiningSeries(run, use, plan);
  const standardErrors = errorsOfQuotient(matrix, inverseFit.standardErrors, matrix);
  const change = 'Let the column come to rest, go to an empty place, and refine again.';
  const judgement = judge(
    misfit({ ...inverseFit.misfit, what: 'Misfit of the places of the beam', change }),
    ...plausibleMatrix({ what: 'beam shift', matrix, standardErrors, doubtfulPercent: 0.5, change }),
  );
  requireNotRefused(judgement, 'refine-beam-shift/refused');
  const key = {
    magIndex: filedMagIndex(conditions),
    alpha: conditions.alpha ?? withoutAlpha,
    probe: probeNumber(conditions.probe),
  };
  const percent = (100 * largestElement(standardErrors)) / largestElement(matrix);
  run.operator.log(`Before: ${readableMatrix(stored)}.`);
  run.operator.log(`Refined: ${readableMatrix(matrix, standardErrors)}.`);
  return run.accept({
    summary: `Beam shift refined at ${place.magnification}x, by the ${by} of the beam, to ${readable(percent, 3)} %.`,
    values: { ...matrix, changePercent: percentChange(stored, matrix) ?? NaN, residual, by, images },
    standardErrors: { ...standardErrors },
    conditions: { magIndex, camera, binning: exposure.binning },
    quality: { ...judgement },
    changes: [
      ...replacedBy(use, { ...key, retain: 1 }, camera).map((old): Change =>
        remove('BeamShiftCalibration', { magIndex: old.magIndex, alpha: old.alpha, probe: old.probe }),
      ),
      put('BeamShiftCalibration', { ...key, ...matrix, retain: 1 }),
    ],
  });
}
