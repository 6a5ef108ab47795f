import {
  type BeamTiltUnits,
  type Chart,
  type PlotTile,
  type Vector,
  add,
  length,
  readable,
  scale,
  subtract,
  vector,
  vectorChart,
} from '../../../../core/base';
import { type Evidence, aboveLimit, belowLimit, misfit } from '../../../../core/judgement';
import type { ProbeMode } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import type { ApproachedCoils } from './approach';
import type { CtfImages, RingGoal } from './ctf-images';
import { ctfImageErrors } from './ctf-image-errors';
import type { RingMeasurement } from './ring-measurement';
import { type TableauFit, type TiltedRings, fitTableau } from './tilt-tableau';

/** Plan of a measurement of coma. */
export interface ComaPlan {
  /** Probe mode, and the convergence setting of a JEOL column. */
  readonly probe: ProbeMode;
  readonly alpha?: number;
  /** Tilt to each side, in the unit of the column. */
  readonly tilt: number;
  /** True for tilts along both diagonals as well. */
  readonly full: boolean;
  /** Spherical aberration in millimetres. */
  readonly sphericalAberration: number;
  /** Milliradians of a unit of beam tilt where they are known. */
  readonly milliradians: number | undefined;
}

/** Alignment of the beam at one place, with the images that show it. */
export interface MeasuredComa {
  readonly fit: TableauFit;
  readonly images: readonly TiltedRings[];
}

/** Images of each tilt: one where it is strong, more where it is weak. */
const goal: RingGoal = { least: 1, most: 4, astigmatismError: 0.0015, defocusError: 0.0012 };

/** Directions of the tilts in their order. The middle comes first and last, so that a drift of the focus shows. */
const axes: readonly Vector[] = [vector(-1, 0), vector(1, 0), vector(0, -1), vector(0, 1)];
const diagonals: readonly Vector[] = [vector(-1, -1), vector(1, 1), vector(-1, 1), vector(1, -1)].map((each) =>
  scale(each, Math.SQRT1_2),
);

/** Number of images of a measurement, when each is taken once. */
export const imagesOfComa = ({ full }: Pick<ComaPlan, 'full'>): number =>
  2 + axes.length + (full ? diagonals.length : 0);

/**
 * Measures how far the beam is from the axis free of coma, from the rings of images with the beam tilted to several sides of a base.
 * The beam is left at the base. Throws `ctf-images/no-tableau` where the rings do not follow the tilts.
 */
export async function measureComa(
  run: Pick<Run, 'signal' | 'clock' | 'plot' | 'operator'>,
  images: CtfImages,
  coils: ApproachedCoils<BeamTiltUnits>,
  base: Vector<BeamTiltUnits>,
  plan: ComaPlan,
): Promise<MeasuredComa> {
  const directions = [vector(0, 0), ...axes, ...(plan.full ? diagonals : []), vector(0, 0)];
  const taken: TiltedRings[] = [];
  const tiles: PlotTile[] = [];
  let { milliradians } = plan;
  for (const [at, direction] of directions.entries()) {
    const tilt = scale(direction, plan.tilt);
    const what = length(tilt) === 0 ? 'Beam not tilted' : `Beam tilted by ${inWords(tilt)}`;
    run.operator.progress({ done: at, total: directions.length, text: what });
    const held = await coils.goTo(add(base, tilt as Vector<BeamTiltUnits>), run.signal);
    const expected = images.defocus + expectedChange(tilt, { ...plan, milliradians });
    const rings = await images.measure(what, goal, expected);
    milliradians ??= length(tilt) > 0 ? unitFrom(rings.defocus - taken[0]!.rings.defocus, tilt, plan) : undefined;
    taken.push({ tilt: subtract(held, base), time: run.clock.now(), rings });
    run.plot(tableauPlot(taken));
    const [column, row] = [Math.round(direction.x) + 1, 1 - Math.round(direction.y)];
    tiles.push(...images.tile({ column, row, label: labelOf(rings) }));
    // The middle is shown as it is at the end.
    run.plot({
      kind: 'image',
      id: 'tableau',
      title: 'Tilt tableau',
      tiles: tiles.slice(at === directions.length - 1 ? 1 : 0),
    });
  }
  const fit = fitTableau(taken);
  if (!fit) throw ctfImageErrors.noTableau();
  return { fit, images: taken };
}

/** Change of the mean defocus by a tilt, towards overfocus, in micrometres; NaN where nobody knows what a unit of tilt is. */
function expectedChange(
  tilt: Vector,
  { sphericalAberration, milliradians }: Pick<ComaPlan, 'sphericalAberration' | 'milliradians'>,
): number {
  if (length(tilt) === 0) return 0;
  return 2 * 1000 * sphericalAberration * (length(tilt) * (milliradians ?? NaN) * 1e-3) ** 2;
}

/** Milliradians of a unit of tilt by the change of the defocus that it made. */
const unitFrom = (change: number, tilt: Vector, { sphericalAberration }: ComaPlan): number =>
  (1000 * Math.sqrt(Math.max(0, change) / (2000 * sphericalAberration))) / length(tilt);

/** Underfocus in micrometres for tilts of which nothing is known, and at most. */
const [usualDefocus, maxDefocus] = [0.6, 3];
/** Underfocus in micrometres that tilts need besides, so that their images still show rings. */
export function defocusForTilts(plan: ComaPlan): number {
  const change = expectedChange(vector(plan.tilt, 0), plan);
  return Number.isNaN(change) ? usualDefocus : Math.min(maxDefocus, change);
}

const labelOf = ({ defocus, astigmatism }: RingMeasurement): string =>
  `${readable(defocus, 2)} um, astigmatism ${readable(2 * length(astigmatism), 2)} um`;

const inWords = ({ x, y }: Vector): string => `${Number(x.toFixed(2))}, ${Number(y.toFixed(2))}`;

/** Astigmatism at the place of each tilt: arrows with twice the angle of the image. */
function tableauPlot(taken: readonly TiltedRings[]): Chart {
  const most = Math.max(1e-6, ...taken.map(({ rings }) => length(rings.astigmatism)));
  const reach = Math.max(1e-6, ...taken.map(({ tilt }) => length(tilt)));
  return vectorChart(
    {
      id: 'tilt-tableau',
      title: 'Tilt tableau: astigmatism at each beam tilt, at twice its angle',
      x: 'Beam tilt X, units of the column',
      y: 'Beam tilt Y, units of the column',
    },
    [
      {
        name: `Astigmatism, ${(2 * most).toFixed(2)} um the longest`,
        from: taken.map(({ tilt }) => tilt),
        vectors: taken.map(({ rings }) => scale(rings.astigmatism, (0.5 * reach) / most)),
      },
    ],
  );
}

/** Change of the astigmatism in micrometres between tilts below which they are too small, and the largest error in milliradians. */
const [minChange, bestChange] = [0.05, 0.4];
const errorLimits = { doubtful: 0.03, refused: 0.2 };
/** Factor between the effect of the tilts and that of an aligned column with the spherical aberration of the properties. */
const scaleLimits = { doubtful: 1.5, refused: 3 };
/** Angle between the effects of both coils in degrees. */
const angleLimits = { doubtful: 70, refused: 45 };
/** Largest change of the focus in nanometres for each second. */
const maxFocusDrift = 2;

const rest = 'Wait until specimen and lenses are at rest, and repeat it at a place with more carbon.';

/** Evidence for and against a measurement of coma. */
export function comaEvidence({ fit, images }: MeasuredComa, plan: ComaPlan): readonly Evidence[] {
  const effect = fit.milliradiansFor(plan.sphericalAberration);
  const unit = plan.milliradians ?? 1;
  const error = Math.max(fit.standardErrors.x * effect.x, fit.standardErrors.y * effect.y);
  const [middle] = images;
  const change = Math.max(
    ...images.map(({ rings }) => 2 * length(subtract(rings.astigmatism, middle!.rings.astigmatism))),
  );
  return [
    belowLimit({
      kind: 'weak signal',
      what: 'Change of the astigmatism by the tilts',
      number: change,
      unit: 'um',
      refusedBelow: minChange,
      why: 'The tilts change the rings too little.',
      change: `Set CtfComaTilt to ${readable(plan.tilt * Math.min(5, Math.sqrt(bestChange / Math.max(0.001, change))), 1)}.`,
    }),
    aboveLimit({
      kind: 'uncertain',
      what: 'Standard error of the misalignment',
      number: error,
      unit: 'mrad',
      doubtfulAbove: errorLimits.doubtful,
      refusedAbove: errorLimits.refused,
      why: 'The alignment is known too poorly.',
      change: `${rest} A longer exposure or all nine tilts (CtfDoFullArray) make the error smaller.`,
    }),
    plan.milliradians === undefined
      ? undefined
      : (['x', 'y'] as const).map((axis) =>
          aboveLimit({
            kind: 'implausible',
            what: `Effect of beam tilt ${axis.toUpperCase()}: factor from the expected one`,
            number: Math.max(effect[axis] / unit, unit / effect[axis]),
            unit: '',
            doubtfulAbove: scaleLimits.doubtful,
            refusedAbove: scaleLimits.refused,
            why: 'The rings change more or less with the tilt than the spherical aberration allows: a fit is wrong, or the beam does not tilt as it says.',
            change: rest,
          }),
        ),
    belowLimit({
      kind: 'implausible',
      what: 'Angle between the effects of both tilts',
      number: Math.min(fit.angle, 180 - fit.angle),
      unit: 'degrees',
      doubtfulBelow: angleLimits.doubtful,
      refusedBelow: angleLimits.refused,
      why: 'The two tilts should act at right angles.',
      change: rest,
    }),
    aboveLimit({
      kind: 'pattern',
      what: 'Change of the focus during the series',
      number: Math.abs(fit.focusDrift),
      unit: 'nm/s',
      doubtfulAbove: maxFocusDrift,
      why: 'The specimen moves in height, which was fitted as a steady change.',
      change: 'Wait until the specimen is at rest.',
    }),
    misfit({ ...fit.misfit, what: 'Misfit of the tilt tableau', change: rest }),
  ];
}
