import type { BeamInImage } from '../../../../imaging';
import {
  type CameraIndex,
  type MagIndex,
  determinant,
  inMicrometres,
  magIndex as asMagIndex,
  readable,
  scale,
  seconds,
} from '../../../../core/base';
import type { Cameras, Exposure, Illumination, LensNormalization, Scope } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import type { ImageAcquisition } from '../../../../core/acquisition';
import {
  approachIntensity,
  type BeamCalibrations,
  type BeamControl,
  type BeamPlace,
  type BeamShiftSources,
  beamShiftToCamera,
} from '../../../../core/illumination';
import type { Optics } from '../../../../core/optics';
import type { Settings } from '../../../../core/settings';
import { beamBeside } from '../beam-images/beam-drawing';
import { beamSettling, lookForBeam } from '../beam-images/beam-image';
import { sizeErrors } from './size-errors';

/** Dependencies of the series of diameters. */
export interface SizeUses {
  readonly scope: Pick<Scope, 'magIndex'>;
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly illumination: Pick<Illumination, 'intensity'>;
  readonly acquisition: ImageAcquisition;
  readonly control: BeamControl;
  readonly beam: Pick<BeamCalibrations, 'crossover'>;
  readonly optics: Optics;
  readonly settings: Settings;
  readonly calibrations: BeamShiftSources['calibrations'];
  readonly normalization: LensNormalization | undefined;
}

/** A diameter of the beam at an intensity as read back. */
export interface MeasuredSize {
  readonly intensity: number;
  /** Micrometres, with the standard error of the fit of its edge. */
  readonly diameter: number;
  readonly error: number;
  readonly magIndex: MagIndex;
}

/** Conditions of the series. */
export interface SizePlan {
  readonly place: BeamPlace;
  readonly crossover: number;
  /** Factor from the first diameter to the last one. */
  readonly factor: number;
  readonly exposure: Exposure;
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
}

/** Intensities that are set. */
const range = { low: 0.02, high: 0.98 };
/** Shares of the shorter side of the image: the largest beam, that for which a magnification is chosen, and the sizes from which a beam is adjusted. */
const share = { largest: 0.9, chosen: 0.8, tooLarge: 1.05, tooSmall: 0.75 };
/** Factor by which the beam has to get wider from one diameter to the next. */
const minFactor = 1.2;
/** Seconds after a normalization, and after a change of magnification. */
const afterNormalization = seconds(3);
const magnificationDelay = seconds(1);
const names = ['first', 'second', 'third'] as const;

/** Least and most images of a series in which everything is seen at once. */
export const sizeImages = { least: 6, most: 9 };

/** Measures the diameter of the beam at three intensities, each farther from crossover, at lower magnifications where the field asks for it. */
export async function measureSizes(run: Run, use: SizeUses, plan: SizePlan): Promise<readonly MeasuredSize[]> {
  const { place, crossover, factor, exposure } = plan;
  const { area, binning } = exposure;
  const side = Math.min(area.right - area.left, area.bottom - area.top);
  const fieldAt = (magIndex: MagIndex): number => side * pixelAt(use, magIndex, plan.camera);
  const measured: MeasuredSize[] = [];
  let { magIndex } = plan;
  let target: number | undefined;
  for (const [step, which] of names.entries()) {
    run.operator.progress({ done: 2 * step, total: sizeImages.least, text: `${which} diameter` });
    const before = measured.at(-1);
    const pixel = pixelAt(use, magIndex, plan.camera);
    const look = async (title: string): Promise<BeamInImage> =>
      (await lookForBeam(run, use.acquisition, exposure, title)).beam;
    const sizeOf = (beam: BeamInImage): number => 2 * (beam.outline?.radius ?? NaN) * binning * pixel;
    const seen = async (): Promise<MeasuredSize> => {
      const first = await look(`${which} diameter, to centre`);
      if (!first.outline || first.verdict === 'saturated' || first.verdict === 'not there') throw notSeen(which, first);
      await use.control.moveByPixels(scale(first.outline.centre, -binning), run.signal);
      await run.clock.delay(beamSettling, run.signal);
      const field = fieldAt(magIndex);
      const rough = sizeOf(first);
      if (before && target !== undefined) {
        const small = rough < share.tooSmall * field && rough < 0.97 * target;
        if (rough > share.tooLarge * field || small) {
          const aim = small ? Math.min(target, share.largest * field) : share.largest * field;
          const now = await use.illumination.intensity.read(run.signal);
          const slope = (now - before.intensity) / (rough - before.diameter);
          const intensity = clamped(before.intensity + slope * (aim - before.diameter));
          await setIntensity(run, use, { ...place, intensity });
        }
      }
      const beam = await look(`${which} diameter`);
      if (beam.verdict !== 'inside' || !beam.outline) throw notSeen(which, beam);
      const diameter = sizeOf(beam);
      if (!before && diameter > share.largest * field) throw sizeErrors.startTooLarge((100 * diameter) / field);
      const intensity = await use.illumination.intensity.read(run.signal);
      const error = 2 * beam.outline.radiusError * binning * pixel;
      return { intensity, diameter, error, magIndex };
    };
    const found = await retried(run, which, seen);
    if (before && found.diameter < minFactor * before.diameter)
      throw found.diameter <= before.diameter
        ? sizeErrors.notWider(before.diameter, found.diameter)
        : sizeErrors.noRange(before.diameter);
    run.operator.log(
      `The ${which} diameter: ${readable(found.diameter)} um, error of the fit ${readable(found.error)} um.`,
    );
    measured.push(found);
    if (step === names.length - 1) break;
    const start = measured[0]!.diameter;
    target = start * (step === 0 ? Math.sqrt(factor) : factor);
    let intensity = clamped(crossover + ((found.intensity - crossover) * target) / found.diameter);
    const reachable = (found.diameter * (intensity - crossover)) / (found.intensity - crossover);
    if (reachable < minFactor * found.diameter) throw sizeErrors.noRange(found.diameter);
    const wanted = target;
    target = Math.min(target, reachable);
    const next = fieldFor(use, plan, { from: magIndex, size: target, fieldAt });
    if (next === undefined && step === 0) throw sizeErrors.noWiderField();
    const lowest = next ?? lowestOf(use, plan);
    if (next === undefined) target = Math.min(target, share.chosen * fieldAt(lowest));
    if (target < minFactor * found.diameter) throw sizeErrors.noWiderField();
    if (target < 0.999 * wanted)
      run.operator.log(
        `The ${names[step + 1]} diameter will be ${readable(target)} um instead of ${readable(wanted)} um: ${next === undefined ? 'no field outside low magnification is wider' : 'the range of intensity ends there'}.`,
      );
    intensity = clamped(crossover + ((found.intensity - crossover) * target) / found.diameter);
    requireCalibrated(use, plan, lowest, await use.control.shiftConditions(run.signal));
    if (lowest !== magIndex) {
      await use.scope.magIndex.write(lowest, run.signal);
      magIndex = lowest;
      await run.clock.delay(magnificationDelay, run.signal);
    }
    await setIntensity(run, use, { ...place, intensity });
  }
  return measured;
}

const clamped = (intensity: number): number => Math.min(range.high, Math.max(range.low, intensity));

/** Sets an intensity so that what the lens remembers does not matter: it comes from crossover, and is normalized on a column that can do so. */
export async function setIntensity(
  run: Pick<Run, 'signal' | 'clock'>,
  use: Pick<SizeUses, 'illumination' | 'beam' | 'normalization'>,
  place: BeamPlace,
): Promise<void> {
  await approachIntensity(run, use, place);
  await use.normalization?.normalize('condenser', run.signal);
  await run.clock.delay(afterNormalization, run.signal);
}

/** A beam that cannot be measured, with the reason; the operator may mend it and measure again. */
class NotSeen extends Error {}

const notSeen = (which: string, { why, verdict }: BeamInImage): NotSeen =>
  new NotSeen(why || `The beam of the ${which} diameter is ${verdict}.`);

/** Measures, and lets the operator mend what hinders it, as often as he likes. Nothing that was measured before is lost. */
async function retried(run: Run, which: string, measure: () => Promise<MeasuredSize>): Promise<MeasuredSize> {
  for (;;)
    try {
      return await measure();
    } catch (error) {
      if (!(error instanceof NotSeen)) throw error;
      const pressed = await run.letOperatorAct(
        `The ${which} diameter cannot be measured: ${error.message} Centre the beam, with its whole edge in the image, on an empty place; then measure again.`,
        ['Measure again', 'Give up'],
        beamBeside('Trial'),
      );
      if (pressed === 'Give up') throw sizeErrors.givenUp(which, error.message);
    }
}

/** Micrometres of an unbinned pixel. Throws where it is not known. */
function pixelAt({ optics }: SizeUses, magIndex: MagIndex, camera: CameraIndex): number {
  const place = optics.at({ magIndex, camera });
  if (!place.pixelSize) throw sizeErrors.notCalibrated('pixel size', place.magnification);
  return inMicrometres(place.pixelSize.value);
}

/** The magnifications outside low magnification from a highest one down. */
const downwards = (
  { optics, cameras, settings }: SizeUses,
  { magIndex }: { readonly magIndex: MagIndex },
): readonly MagIndex[] =>
  optics.magnifications
    .indexes(cameras.selected.traits)
    .filter((each) => each <= magIndex && each >= asMagIndex(settings.get('LowestMModeMagIndex')))
    .reverse();

const lowestOf = (use: SizeUses, plan: SizePlan): MagIndex => downwards(use, plan).at(-1) ?? plan.magIndex;

/** The first magnification, from the present one down, that has a field for a diameter. */
const fieldFor = (
  use: SizeUses,
  plan: SizePlan,
  wish: { readonly from: MagIndex; readonly size: number; readonly fieldAt: (magIndex: MagIndex) => number },
): MagIndex | undefined =>
  downwards(use, { ...plan, magIndex: wish.from }).find((each) => share.chosen * wish.fieldAt(each) >= wish.size);

/** Throws where the beam could not be centred at a magnification. */
export function requireCalibrated(
  { optics, calibrations, settings }: Pick<SizeUses, 'optics' | 'calibrations' | 'settings'>,
  { camera }: Pick<SizePlan, 'camera'>,
  magIndex: MagIndex,
  conditions: Awaited<ReturnType<BeamControl['shiftConditions']>>,
): void {
  const toCamera = beamShiftToCamera({ calibrations, optics, settings }, { ...conditions, magIndex });
  if (!toCamera || determinant(toCamera) === 0)
    throw sizeErrors.notCalibrated('effect of beam shift', optics.at({ magIndex, camera }).magnification);
}
