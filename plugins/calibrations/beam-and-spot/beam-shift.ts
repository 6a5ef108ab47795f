import {
  EucentricError,
  counted,
  determinant,
  firstColumn,
  inMicrometres,
  length,
  readable,
  readableMatrix,
} from '../../../core/base';
import { BeamShift, Cameras, Scope, probeNumber } from '../../../core/devices';
import { type Forecast, type Run, type Uses, defineItem, value } from '../../../core/kernel';
import { ImageAcquisition } from '../../../core/acquisition';
import { BeamControl, filedMagIndex, withoutAlpha } from '../../../core/illumination';
import { Optics } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import { type CalibrationResult, Calibrations, type Change, put, remove } from '../../../core/store';
import { beamBeside } from './beam-images/beam-drawing';
import { beamErrors } from './beam-images/beam-errors';
import { beamSettling, trialExposure } from './beam-images/beam-image';
import { type ShiftMeasurement, judgeShift, moreLight, roundsLeft, wantedPercent } from './beam-images/shift-judgement';
import { replacedBy } from './beam-images/stored-shifts';
import { seriesImages, takeShiftSeries } from './beam-images/shift-series';

const needs = {
  scope: Scope,
  cameras: Cameras,
  beamShift: BeamShift,
  optics: Optics,
  beam: BeamControl,
  acquisition: ImageAcquisition,
  calibrations: Calibrations,
  settings: Settings,
};

/** Share of the shorter side of the image by which the first steps move the beam. */
const firstMove = 0.03;
/** Share of the error that a series aims at up to which it counts as reached. */
const maxOverAim = 1.2;
/** Reading out an image and finding the beam in it, in seconds. */
const perImage = 1;

/** Measures how beam shift moves the beam on the camera, from images of a small spot, and relates it to image shift. */
export default defineItem({
  id: 'calibrations/beam-and-spot/beam-shift',
  lowDoseArea: 'Trial',
  needs,
  not: ['stem'],
  questions: {
    start: {
      kind: 'confirm',
      live: beamBeside('Trial'),
      why: 'The whole beam has to be in Trial images, condensed to less than half of their width, near the middle, evenly bright and not saturated, on an empty place of the specimen.',
    },
    doubtful: {
      kind: 'confirm',
      why: 'Something moved or hid the beam that the calibration does not know. Keep the result only if you know what it was.',
    },
  },
  results: {
    xpx: value.quantity('Beam shift in X that goes with a unit of image shift in X.'),
    xpy: value.quantity('Beam shift in X that goes with a unit of image shift in Y.'),
    ypx: value.quantity('Beam shift in Y that goes with a unit of image shift in X.'),
    ypy: value.quantity('Beam shift in Y that goes with a unit of image shift in Y.'),
    beamToCamera: value.matrix('Unbinned pixels by which a unit of beam shift moves the beam.', {
      unit: 'px per unit',
    }),
    diameter: value.quantity('Diameter of the beam.', { unit: 'um', decimals: 3, optional: true }),
    by: value.text('The way in which the beam was found: centroid or edge.'),
    driftX: value.quantity('Steady drift of the beam along camera X.', { unit: 'px/s' }),
    driftY: value.quantity('Steady drift of the beam along camera Y.', { unit: 'px/s' }),
    images: value.quantity('Number of images.'),
  },
  stores: ['BeamShiftCalibration'],
  measures: ['beam shift'],
  order: { step: 'beam', after: ['image-shift'], holdsForDays: 365 },
  forecast: (use) => forecast(use),
  run: (use, run) => measure(use, run),
});

function forecast({ cameras, beamShift, settings }: Uses<typeof needs>): Forecast {
  const { exposure, driftSettling } = trialExposure(cameras.selected, settings);
  const { least, most } = seriesImages;
  const each = exposure + driftSettling;
  const duration = each + beamSettling + cameras.selected.traits.startupDelay + perImage;
  return {
    images: { least, most },
    exposure: { least: least * each, most: most * each },
    duration: { least: least * duration, most: most * duration },
    moves: [{ setting: beamShift.beamShift, how: 'by up to a sixth of the image' }],
    dependsOn: 'whether the first steps move the beam by enough, and how many counts the images have',
  };
}

async function measure(use: Uses<typeof needs>, run: Run): Promise<CalibrationResult> {
  const { cameras, beamShift, optics, beam, acquisition, settings } = use;
  const { magIndex, camera } = run.here();
  const place = optics.at({ magIndex, camera });
  refuseBetweenModes(use, magIndex);
  const toCamera = place.imageShiftToCamera?.matrix;
  if (!toCamera || determinant(toCamera) === 0) throw beamErrors.noImageShift();
  const exposure = trialExposure(cameras.selected, settings);
  await run.start(
    `Beam shift will be calibrated with ${seriesImages.least} Trial images, or more where they have few counts. Is the beam whole in them, condensed to less than half of their width, in the middle and not saturated?`,
  );
  await run.preserve(beamShift.beamShift);
  run.restoreLater('camera', () => cameras.selected.stop());
  run.operator.status('CALIBRATING BEAM SHIFT');
  const { area, binning } = exposure;
  const side = Math.min(area.right - area.left, area.bottom - area.top);
  const known = await beam.shiftToCamera(run.signal);
  const pixel = place.pixelSize && inMicrometres(place.pixelSize.value);
  // Without a calibration a unit of beam shift is taken for a micrometre.
  const perUnit = known ? length(firstColumn(known)) : 1 / (pixel ?? 1);
  const firstStep = (firstMove * side) / perUnit;
  const series = await takeShiftSeries(run, { beamShift, acquisition }, exposure, firstStep, roundsLeft);
  const found = judgeShift(series, { toCamera, binning });
  await askAboutDoubts(run, found);
  const at = await beam.shiftConditions(run.signal);
  const key = { magIndex: filedMagIndex(at), alpha: at.alpha ?? withoutAlpha, probe: probeNumber(at.probe) };
  const size = series[0]!.beam.outline;
  run.operator.log(`Beam shift for a unit of image shift: ${readableMatrix(found.matrix, found.standardErrors)}.`);
  if (found.percent > maxOverAim * wantedPercent)
    run.operator.log(
      `${counted(series.length, 'image')} did not bring the error down to ${wantedPercent} %: it is ${readable(found.percent, 3)} %. ${moreLight}`,
    );
  const { drift } = found.fit;
  return run.accept({
    summary: `Beam shift calibrated at ${place.magnification}x, by the ${found.by === 'outline' ? 'edge' : 'centroid'} of the beam, to ${readable(found.percent, 3)} %.`,
    values: {
      ...found.matrix,
      beamToCamera: found.beamToCamera,
      ...(size && pixel !== undefined && { diameter: 2 * size.radius * binning * pixel }),
      by: found.by === 'outline' ? 'edge' : 'centroid',
      driftX: drift.x * binning,
      driftY: drift.y * binning,
      images: series.length,
    },
    standardErrors: { ...found.standardErrors },
    conditions: { magIndex, camera, binning },
    quality: { ...found.judgement },
    changes: [
      ...replacedBy(use, { ...key, retain: 0 }, camera).map((old): Change =>
        remove('BeamShiftCalibration', { magIndex: old.magIndex, alpha: old.alpha, probe: old.probe }),
      ),
      put('BeamShiftCalibration', { ...key, ...found.matrix, retain: 0 }),
    ],
  });
}

/** Asks whether a doubtful result should be kept. */
async function askAboutDoubts(run: Run, { judgement: { verdict, reasons } }: ShiftMeasurement): Promise<void> {
  if (verdict !== 'doubtful') return;
  for (const { what, why } of reasons) run.operator.log(`${what}: ${why}`);
  const text = 'The result is doubtful, for the reasons in the log. Keep it anyway?';
  if (!(await run.operator.confirm({ id: 'doubtful', text, default: false }))) throw beamErrors.notKept();
}

/** Between the ends of low magnification with and without the energy filter nothing tells to which range a calibration belongs. */
function refuseBetweenModes({ cameras, settings }: Uses<typeof needs>, magIndex: number): void {
  const [regular, filtered] = [settings.get('LowestMModeMagIndex'), settings.get('LowestEFTEMNonLMIndex')];
  if (!cameras.selected.traits.behindFilter || filtered <= 0) return;
  if (magIndex < Math.min(regular, filtered) || magIndex >= Math.max(regular, filtered)) return;
  throw new EucentricError({
    code: 'beam-shift/between-modes',
    message:
      'This magnification is low magnification with the energy filter only or without it only, so a calibration made here would be used for the wrong one.',
    hint: `Go below mag index ${Math.min(regular, filtered)} for a calibration of low magnification, or to ${Math.max(regular, filtered)} and above.`,
  });
}
