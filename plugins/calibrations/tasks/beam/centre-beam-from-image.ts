import {
  type Matrix,
  type Vector,
  add,
  firstColumn,
  inMicrometres,
  length,
  readable,
  scale,
  secondColumn,
} from '../../../../core/base';
import { ImageAcquisition } from '../../../../core/acquisition';
import { BeamShift, Cameras, pairStep } from '../../../../core/devices';
import { BeamControl, noBeamShift } from '../../../../core/illumination';
import { type TaskRun, type Uses, defineTask, value } from '../../../../core/kernel';
import { Optics } from '../../../../core/optics';
import { Settings } from '../../../../core/settings';
import type { CalibrationResult } from '../../../../core/store';
import { beamSettling, lookForBeam, trialExposure } from '../../beam-and-spot/beam-images/beam-image';
import { centringErrors } from './centring-errors';
import { type CentredBy, placeOfBeam } from './place-of-beam';

const needs = {
  cameras: Cameras,
  beamShift: BeamShift,
  control: BeamControl,
  optics: Optics,
  acquisition: ImageAcquisition,
  settings: Settings,
};
const questions = {
  by: {
    kind: 'choice',
    choices: { best: 'whichever is known better', centroid: 'centre of intensity', edge: 'edge' },
    why: 'The edge also serves where a part of the beam lies outside of the image or something lies in the beam; the centre of intensity needs the whole, even beam.',
  },
  limit: {
    kind: 'number',
    decimals: 2,
    minimum: 0.01,
    maximum: 10,
    why: 'In widths of the camera field. What lies farther away is taken for something else than the beam.',
  },
} as const;
const results = {
  offBefore: value.vector('Place of the beam from the middle of the image before, in unbinned pixels.', { unit: 'px' }),
  off: value.vector('Place of the beam from the middle of the last image, in unbinned pixels.', { unit: 'px' }),
  moved: value.quantity('Distance by which the beam was moved, in unbinned pixels.', { unit: 'px', decimals: 1 }),
  movedOnSpecimen: value.quantity('The same on the specimen.', { unit: 'um', decimals: 3, optional: true }),
  diameter: value.quantity('Diameter of the beam.', { unit: 'um', decimals: 3, optional: true }),
  by: value.text('The way in which the beam was found last: centroid or edge.'),
  images: value.quantity('Number of images.'),
};
type CentringRun = TaskRun<typeof questions, typeof results>;

/** Most images; each one after the first checks the move before it. */
const maxImages = 5;
/** Share of the shorter side of an image, and pixels, to which the beam is centred at least. */
const tolerance = 0.003;
const minTolerance = 0.5;
/** Standard errors of the place within which it may differ from the middle. */
const errorFactor = 3;
/** Share of a distance that a move may leave. One from a part of the edge may leave more. */
const maxLeft = 0.5;
const maxLeftByPart = 0.8;
/** Argument of the script command at and below which the limit is the usual one. */
const usualLimitArgument = -9;
/** Seconds of reading out an image and finding the beam in it. */
const perImage = 1;

/** Centres the beam by beam shift, from where Trial images show it, and measures again. */
export default defineTask({
  id: 'calibrations/tasks/centre-beam-from-image',
  lowDoseArea: 'Trial',
  needs,
  not: ['stem'],
  script: 'AutoCenterBeam',
  changes: ({ beamShift }) => [beamShift.beamShift],
  questions,
  results,
  forecast: ({ cameras, settings, beamShift }) => {
    const { exposure, driftSettling } = trialExposure(cameras.selected, settings);
    const each = exposure + driftSettling;
    const { startupDelay } = cameras.selected.traits;
    return {
      images: { least: 1, most: maxImages },
      exposure: { least: each, most: maxImages * each },
      duration: { least: each, most: maxImages * (each + beamSettling + startupDelay + perImage) },
      moves: [{ setting: beamShift.beamShift, how: 'to the middle of the image, where it stays' }],
      dependsOn: 'how far the beam is from the middle',
    };
  },
  run: (use, run) => centre(use, run),
});

async function centre(use: Uses<typeof needs>, run: CentringRun): Promise<CalibrationResult> {
  const { cameras, control, acquisition, optics, settings } = use;
  const { traits } = cameras.selected;
  const toCamera = await control.shiftToCamera(run.signal);
  if (!toCamera) throw noBeamShift();
  const { magIndex, camera } = run.here();
  const size = optics.at({ magIndex, camera }).pixelSize;
  const pixel = size && inMicrometres(size.value);
  const { by, limit } = await wishes(run, { field: Math.max(traits.width, traits.height), pixel });
  run.restoreLater('camera', () => cameras.selected.stop());
  run.operator.status('CENTRING BEAM');
  const exposure = trialExposure(cameras.selected, settings);
  const { area, binning } = exposure;
  const side = Math.min(area.right - area.left, area.bottom - area.top);
  const allowed = Math.max(minTolerance * binning, tolerance * side, halfStep(use.beamShift, toCamera));
  let moved: Vector = { x: 0, y: 0 };
  let offBefore: Vector | undefined;
  let last: { readonly distance: number; readonly whole: boolean } | undefined;
  for (let images = 1; ; images++) {
    run.operator.progress({ done: images - 1, total: maxImages, text: 'finding the beam' });
    const title = `beam ${images}`;
    const { beam } = await lookForBeam(run, acquisition, exposure, title);
    const place = placeOfBeam(beam, by, title);
    const off = scale(place.centre, binning);
    const error = binning * length(place.standardErrors);
    const distance = length(off);
    offBefore ??= off;
    run.operator.log(
      `Image ${images}: the ${place.by} of the beam lies ${inWords(distance, pixel)} from the middle${place.whole ? '' : '; a part of it is outside of the image'}.`,
    );
    if (place.whole && distance <= Math.max(allowed, errorFactor * error)) {
      const way = length(moved);
      const summary = `The beam was moved by ${inWords(way, pixel)} and lies ${inWords(distance, pixel)} from the middle of the image.`;
      return run.report({
        summary,
        values: {
          ...{ offBefore, off, moved: way, by: place.by, images },
          ...(pixel !== undefined && { movedOnSpecimen: way * pixel }),
          ...(pixel !== undefined && beam.outline && { diameter: 2 * beam.outline.radius * binning * pixel }),
        },
        standardErrors: { off: scale(place.standardErrors, binning) },
        conditions: { magIndex, camera, binning },
      });
    }
    if (last && distance > (last.whole ? maxLeft : maxLeftByPart) * last.distance)
      throw centringErrors.notFollowing(inWords(last.distance, pixel), inWords(distance, pixel));
    if (images === maxImages) throw centringErrors.notReached(maxImages, inWords(distance, pixel));
    const next = add(moved, scale(off, -1));
    if (length(next) > limit) throw centringErrors.tooFar(inWords(length(next), pixel), inWords(limit, pixel));
    await control.moveByPixels(scale(off, -1), run.signal);
    await run.clock.delay(beamSettling, run.signal);
    moved = next;
    last = { distance, whole: place.whole };
  }
}

/** Unbinned pixels by which the beam stays off where the column goes in steps: half a step along both axes. */
function halfStep({ beamShift: { traits } }: BeamShift, toCamera: Matrix): number {
  const { x, y } = pairStep(traits) ?? { x: 0, y: 0 };
  return (length(scale(firstColumn(toCamera), x)) + length(scale(secondColumn(toCamera), y))) / 2;
}

/** A length on the camera in words, on the specimen where the pixel size is known. */
const inWords = (pixels: number, pixel: number | undefined): string =>
  pixel === undefined ? `${readable(pixels, 1)} pixels` : `${readable(pixels * pixel, 3)} um`;

/** The way of finding the beam, and the largest move in unbinned pixels, by the arguments or by asking. */
async function wishes(
  run: CentringRun,
  { field, pixel }: { readonly field: number; readonly pixel: number | undefined },
): Promise<{ readonly by: CentredBy; readonly limit: number }> {
  const [most, smaller] = run.arguments;
  if (smaller !== undefined && Number(smaller) !== 0) throw centringErrors.notSmaller();
  if (most === undefined && run.fromScript) return { by: 'best', limit: field };
  if (most === undefined) {
    const answers = await run.askAll({
      by: { text: 'By which part of the beam is it centred?', default: 'best' },
      limit: { text: 'Farthest move, in widths of the field', default: 1 },
    });
    return { by: answers.by, limit: answers.limit * field };
  }
  const given = Number(most);
  if (!Number.isFinite(given)) throw centringErrors.badLimit(most);
  if (given === 0 || given <= usualLimitArgument) return { by: 'best', limit: field };
  if (given < 0) return { by: 'best', limit: -given * field };
  if (pixel === undefined) throw centringErrors.noPixelSize();
  return { by: 'best', limit: given / pixel };
}
