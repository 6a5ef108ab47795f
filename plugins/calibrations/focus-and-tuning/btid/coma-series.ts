import { type ImageShiftUnits, apply, inMicrometres, subtract, vector } from '../../../../core/base';
import { ImageShiftControl } from '../../../../core/optics';
import {
  type Bend,
  type MeasuredComa,
  type MeasuredTriple,
  type TiltSeries,
  type TiltTerm,
  bendPattern,
  bendTriples,
  measureBends,
  onSpecimen,
  approachDefocus,
  comaOfTriples,
  comaTriples,
  cubicTerms,
  fitTiltSeries,
  fitTiltSeriesTogether,
  measureComa,
  ringPattern,
  swingOf,
} from '../../../../core/tuning';
import { BtidImages, type Shot } from './btid-images';
import {
  type BtidRun,
  type PresentDefocus,
  type BtidPlace,
  type BtidUses,
  btidNeeds,
  milliradiansAt,
  presentDefocus,
  readoutAt,
  tuningDelays,
} from './btid-place';

/** Dependencies of everything that has to do with coma by beam tilt. */
export const comaNeeds = { ...btidNeeds, imageShift: ImageShiftControl };
/** Those devices and services as they are provided. */
export type ComaUses = BtidUses & { readonly imageShift: ImageShiftControl };

/** Plan of a measurement of coma. */
export interface ComaPlan {
  /** Greatest beam tilt. */
  readonly beamTilt: number;
  /** Micrometres. */
  readonly defocus: number;
  /** True for SerialEM's scheme, three images along either coil at each of four misalignments, to both sides. */
  readonly threeShots: boolean;
}

/** The plan as the user settings and the properties have it. */
export function comaPlan({ settings, userSettings }: BtidUses, defocus: number): ComaPlan {
  const own = userSettings.get('UsersComaTilt');
  const [beamTilt = 10] = settings.get('ComaParams');
  return { beamTilt: own > 0 ? own : beamTilt, defocus, threeShots: userSettings.get('BTIDThreeShots') };
}

/** Images of the whole measurement. */
export const comaImages = ({ beamTilt, threeShots }: ComaPlan): number =>
  threeShots ? 3 * comaTriples(beamTilt).length : ringPattern(beamTilt).length;

/** Share of the brightest image that each must have: below it the objective aperture cuts the tilted beam. */
const minBrightness = 0.5;
/** Images before each that it is compared with. */
const reach = { rings: 3, triples: 2 };
/** Multiple of the usual delay that the image shift needs to come to rest. */
const imageShiftDelay = 2;

/** Goes to zero image shift and to a defocus, where coma is measured, and returns the defocus before. Both are given back at the end of the run. */
export async function prepareComa(
  run: BtidRun,
  use: ComaUses,
  place: BtidPlace,
  plan: ComaPlan,
): Promise<PresentDefocus> {
  await run.preserve(use.scope.defocus, use.imageShift.net);
  run.restoreLater('camera', () => use.cameras.selected.stop());
  await use.imageShift.write(vector(0 as ImageShiftUnits, 0 as ImageShiftUnits), {
    delayFactor: imageShiftDelay,
    signal: run.signal,
  });
  run.operator.status('MEASURING DEFOCUS');
  const readout = await use.scope.defocus.read(run.signal);
  const present = await presentDefocus(run, use);
  const wanted = plan.defocus - (plan.threeShots ? 0 : liftOfFocus(use, place, plan));
  await approachDefocus(use, readoutAt(wanted, inMicrometres(readout), present.defocus), run.clock, run.signal);
  await run.clock.delay(tuningDelays(use).focus, run.signal);
  return present;
}

/**
 * Micrometres by which the greatest tilt takes an image towards overfocus along its direction. The images of both rings are compared with
 * each other, so the lens goes farther under focus by that: near focus their contrast would not be alike. Coma itself is the same.
 */
function liftOfFocus({ settings }: ComaUses, place: BtidPlace, { beamTilt }: ComaPlan): number {
  const [sphericalMillimetres] = settings.get('FFTZeroParams');
  const milliradians = beamTilt * milliradiansAt(place);
  return 3 * sphericalMillimetres * milliradians ** 2 * 1e-3;
}

/** Measures coma about the present beam tilt. */
export async function takeComa(
  run: BtidRun,
  place: BtidPlace,
  plan: ComaPlan,
  images: BtidImages,
): Promise<MeasuredComa> {
  const { beamTilt } = plan;
  const shot = (when: string, reached: number): Shot => ({
    when,
    title: 'Coma by beam tilt',
    reach: reached,
    minBrightness,
  });
  if (!plan.threeShots) {
    run.operator.status('TESTING MISALIGNMENTS');
    const series = await images.take(ringPattern(beamTilt), shot('on two rings of tilts', reach.rings));
    return measureComa([series], beamTilt, place.perPixel);
  }
  const measured: MeasuredTriple[] = [];
  const taken = [];
  for (const triple of comaTriples(beamTilt)) {
    const name = `${triple.sign < 0 ? '-' : '+'}${triple.off === 0 ? 'X' : 'Y'}`;
    run.operator.status(`TESTING ${name} MISALIGNMENT`);
    const series = await images.take(triple.tilts, shot(`at the misalignment ${name}`, reach.triples));
    taken.push(series);
    measured.push({ triple, swing: swingOf(fitTiltSeries(series)) });
  }
  // The drift and the misfit are those of all images together; only the matrices are as SerialEM makes them.
  const { misfit, drift } = fitTiltSeriesTogether(taken.map((series) => ({ series, terms: cubicTerms })));
  return { ...comaOfTriples(measured, beamTilt, place.perPixel), misfit, drift: apply(place.perPixel, drift) };
}

/** Images of one measurement of the present misalignment. */
export const bendImages = ({ beamTilt, threeShots }: ComaPlan): number =>
  threeShots ? 3 * bendTriples(beamTilt).length : bendPattern(beamTilt).length;

/** Measures the bends at the present beam tilt, by which a misalignment shows. */
export async function takeBends(
  run: BtidRun,
  place: BtidPlace,
  plan: ComaPlan,
  images: BtidImages,
): Promise<Pick<MeasuredComa, 'bends' | 'misfit'>> {
  const { beamTilt } = plan;
  run.operator.status('MEASURING COMA');
  const shot: Shot = {
    when: 'around the present beam tilt',
    title: 'Coma by beam tilt',
    base: place.base,
    reach: plan.threeShots ? reach.triples : reach.rings,
    minBrightness,
  };
  if (!plan.threeShots) return measureBends(await images.take(bendPattern(beamTilt), shot), beamTilt, place.perPixel);
  const taken: { readonly triple: ReturnType<typeof bendTriples>[number]; readonly series: TiltSeries }[] = [];
  for (const triple of bendTriples(beamTilt)) taken.push({ triple, series: await images.take(triple.tilts, shot) });
  const { misfit } = fitTiltSeriesTogether(taken.map(({ series }) => ({ series, terms: squareTerms })));
  const bend = (along: 0 | 1): Bend => {
    const swings = taken
      .filter(({ triple }) => triple.along === along)
      .map(({ series }) => swingOf(fitTiltSeries(series)));
    const [minus, plus] = [swings[0]!, swings[1]!];
    const variance = vector(
      minus.standardError.x ** 2 + plus.standardError.x ** 2,
      minus.standardError.y ** 2 + plus.standardError.y ** 2,
    );
    const { value, standardErrors } = onSpecimen(
      place.perPixel,
      [subtract(plus.shift, minus.shift), vector(0, 0)],
      [variance, vector(0, 0)],
      1,
    );
    return { value: vector(value.xpx, value.ypx), standardErrors: vector(standardErrors.xpx, standardErrors.ypx) };
  };
  return { bends: { x: bend(0), y: bend(1) }, misfit };
}

/** Products of tilts that three images along each coil, to both sides, distinguish. */
const squareTerms: readonly TiltTerm[] = [({ x }) => x, ({ y }) => y, ({ x }) => x * x, ({ y }) => y * y];
