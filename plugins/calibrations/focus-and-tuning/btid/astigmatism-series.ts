import { type Metres, type Vector, add, inMicrometres, scale, subtract } from '../../../../core/base';
import type { ObjectiveStigmator } from '../../../../core/devices';
import {
  type ConditionSwings,
  type LensCondition,
  type MeasuredAstigmatism,
  type TiltSeries,
  alongCoils,
  approachDefocus,
  cornerPattern,
  crossedConditions,
  fitTiltSeries,
  measureAstigmatism,
  measureDisplacement,
  responseOfSwings,
  sixConditions,
  swingOf,
  threeShots,
} from '../../../../core/tuning';
import { approachedStigmator, requireStigmatorRange } from '../../shared/ctf-images/approach';
import type { BtidImages, Shot } from './btid-images';
import { type BtidRun, type BtidPlace, type BtidUses, readoutAt, tuningDelays } from './btid-place';

/** Plan of a measurement of the response. */
export interface AstigmatismSeriesPlan {
  readonly beamTilt: number;
  /** Change of the stigmator to either side. */
  readonly stigmatorStep: number;
  /** Middle of the defocus values and their distance, in micrometres. */
  readonly defocus: number;
  readonly defocusRange: number;
  /** True for SerialEM's scheme, three images along either coil under each condition. */
  readonly threeShots: boolean;
}

/** Smallest share of the brightest image that each must have: astigmatism needs no aperture in. */
const minBrightness = 0.7;

/** Images under one condition by either scheme. */
const [cornerImages, shotImages] = [4, 6];
/** Images of the whole measurement. */
export const astigmatismImages = (byThreeShots: boolean): number => 6 * (byThreeShots ? shotImages : cornerImages);

/** Dependencies of the measurement. */
export type AstigmatismUses = BtidUses & { readonly stigmator: ObjectiveStigmator };

const conditionsOf = ({ threeShots: byThreeShots, defocusRange, stigmatorStep }: AstigmatismSeriesPlan) =>
  (byThreeShots ? sixConditions : crossedConditions)(defocusRange, stigmatorStep);

/** Throws before anything is done where the stigmator would leave its range. */
export function requireReachable(plan: AstigmatismSeriesPlan, stigmator: Vector): void {
  for (const each of conditionsOf(plan)) requireStigmatorRange(add(stigmator, each.stigmator));
}

/** Measures the response under all conditions. The stigmator and the defocus are left as they come last. */
export async function takeAstigmatism(
  run: BtidRun,
  use: AstigmatismUses,
  given: {
    readonly place: BtidPlace;
    readonly plan: AstigmatismSeriesPlan;
    readonly images: BtidImages;
    /** Defocus of the specimen and its value on the column at the start. */
    readonly present: number;
    readonly readout: Metres;
    readonly stigmator: Vector;
    /** Told after each condition. */
    readonly show: (conditions: readonly LensCondition[], series: readonly (readonly TiltSeries[])[]) => void;
  },
): Promise<MeasuredAstigmatism> {
  const { place, plan, images, present, readout, stigmator, show } = given;
  const { beamTilt } = plan;
  const conditions = conditionsOf(plan);
  const coils = approachedStigmator(use.stigmator.objectiveStigmator, run, use.settings);
  const held: LensCondition[] = [];
  const taken: (readonly TiltSeries[])[] = [];
  const delays = tuningDelays(use);
  let before: LensCondition | undefined;
  for (const [turn, condition] of conditions.entries()) {
    run.operator.status(statusOf(condition));
    const target = readoutAt(plan.defocus + condition.defocus, inMicrometres(readout), present);
    const last = held.at(-1);
    let defocus = last?.defocus ?? 0;
    if (before?.defocus !== condition.defocus) {
      const arrived = await approachDefocus(use, target, run.clock, run.signal);
      defocus = condition.defocus + inMicrometres(arrived) - inMicrometres(target);
      await run.clock.delay(delays.focus, run.signal);
    }
    const set =
      last && before && same(before.stigmator, condition.stigmator)
        ? last.stigmator
        : subtract(await coils.goTo(add(stigmator, condition.stigmator), run.signal), stigmator);
    held.push({ defocus, stigmator: set });
    before = condition;
    const shot: Shot = {
      when: inWords(plan.defocus, condition),
      title: 'Astigmatism by beam tilt',
      reach: plan.threeShots ? 2 : 3,
      minBrightness,
      expected: expectedFrom(taken, held),
    };
    const patterns = plan.threeShots
      ? alongCoils.map((along) => threeShots(scale(along, beamTilt)))
      : [cornerPattern(beamTilt, turn)];
    const series: TiltSeries[] = [];
    for (const pattern of patterns) series.push(await images.take(pattern, shot));
    taken.push(series);
    show(held, taken);
  }
  return analyse(held, taken, plan, place);
}

/** Images of one measurement of the present astigmatism by either scheme: two squares, or three images in each of three directions. */
export const presentImages = (byThreeShots: boolean): number => (byThreeShots ? 9 : 8);

/** Measures the displacement under the present condition of the lens. */
export async function takeDisplacement(
  images: BtidImages,
  { perPixel }: BtidPlace,
  { beamTilt, threeShots: byThreeShots }: Pick<AstigmatismSeriesPlan, 'beamTilt' | 'threeShots'>,
  when: string,
): Promise<Pick<MeasuredAstigmatism, 'middle' | 'misfit' | 'drift'>> {
  const shot: Shot = { when, title: 'Astigmatism by beam tilt', reach: byThreeShots ? 2 : 3, minBrightness };
  const [x, y] = [alongCoils[0]!, alongCoils[1]!];
  const patterns = byThreeShots
    ? [x, scale(add(x, y), Math.SQRT1_2), y].map((along) => threeShots(scale(along, beamTilt)))
    : [0, 1].map((turn) => cornerPattern(beamTilt, turn));
  const series: TiltSeries[] = [];
  for (const pattern of patterns) series.push(await images.take(pattern, shot));
  return measureDisplacement(series, perPixel);
}

/** The response by the scheme of the plan. */
function analyse(
  held: readonly LensCondition[],
  taken: readonly (readonly TiltSeries[])[],
  { threeShots: byThreeShots, beamTilt }: AstigmatismSeriesPlan,
  { perPixel }: BtidPlace,
): MeasuredAstigmatism {
  if (!byThreeShots)
    return measureAstigmatism(
      held.map((condition, at) => ({ condition, series: taken[at]![0]! })),
      perPixel,
    );
  const swings = held.map((condition, at) => {
    const [x, y] = taken[at]!.map((series) => swingOf(fitTiltSeries(series)));
    return { condition, swings: { x: x!, y: y! } satisfies ConditionSwings };
  });
  // The drift and the misfit are those of all images together; only the matrices are as SerialEM makes them.
  const together = taken.flatMap((series, at) => series.map((each) => ({ condition: held[at]!, series: each })));
  const { misfit, drift, driftError } = measureAstigmatism(together, perPixel);
  return { ...responseOfSwings(swings, beamTilt, perPixel), misfit, drift, driftError };
}

const same = (one: Vector, other: Vector): boolean => one.x === other.x && one.y === other.y;

const statusOf = ({ stigmator: { x, y } }: LensCondition): string =>
  x === 0 && y === 0
    ? 'VARYING DEFOCUS'
    : x !== 0 && y !== 0
      ? 'VARYING BOTH STIGMATORS'
      : x === 0
        ? 'VARYING Y STIGMATOR'
        : 'VARYING X STIGMATOR';

const signed = (value: number): string => (value > 0 ? `+${value}` : String(value));
function inWords(middle: number, { defocus, stigmator: { x, y } }: LensCondition): string {
  const focus = `at ${(middle + defocus).toFixed(1)} um`;
  return x === 0 && y === 0 ? focus : `${focus} with the stigmator at ${signed(x)}, ${signed(y)}`;
}

/**
 * The place at a tilt that the two values of defocus let expect at their middle. Near focus the shifts are small, and a pattern of the
 * camera would be taken for the specimen without it.
 */
function expectedFrom(
  taken: readonly (readonly TiltSeries[])[],
  held: readonly LensCondition[],
): ((tilt: Vector) => Vector) | undefined {
  const linear = [({ x }: Vector) => x, ({ y }: Vector) => y];
  const both = taken.slice(0, 2).map((series) => {
    const fits = series.map((each, at) => fitTiltSeries(each, { terms: series.length > 1 ? [linear[at]!] : linear }));
    return fits.flatMap(({ displacements }) => displacements);
  });
  const [low, high] = both;
  if (!low || !high) return undefined;
  const wanted = held[taken.length]!.defocus;
  const share = (wanted - held[0]!.defocus) / (held[1]!.defocus - held[0]!.defocus);
  const [x, y] = low.map((each, at) => add(scale(each, 1 - share), scale(high[at]!, share)));
  return (tilt) => add(scale(x!, tilt.x), scale(y!, tilt.y));
}
