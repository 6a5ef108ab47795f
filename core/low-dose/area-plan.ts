import {
  type BeamShiftUnits,
  type BeamTiltUnits,
  type ImageShiftUnits,
  type MagIndex,
  type Matrix,
  type Metres,
  type Seconds,
  type Vector,
  add,
  apply,
  inverse,
  length,
  seconds,
  subtract,
} from '../base';
import type { LensGroup, ProbeMode } from '../devices';
import type { LowDoseArea, LowDoseAreaName, LowDoseSlit } from '../kernel';
import { lowDoseErrors } from './errors';

/** The settings of the column before it goes to an area. What it does not have is undefined. */
export interface PresentColumn {
  readonly magIndex: MagIndex;
  readonly imageShift: Vector<ImageShiftUnits>;
  readonly spotSize?: number;
  readonly intensity?: number;
  readonly alpha?: number;
  readonly probeMode?: ProbeMode;
}

/** Image shift that an area has put on, in units at the magnification at which it was written. */
export interface ImageShiftInForce {
  readonly units: Vector<ImageShiftUnits>;
  readonly magIndex: MagIndex;
  /** Matrix by which the image shift of the operator was changed, so that a high defocus leaves the same point in the centre. */
  readonly centring?: Matrix;
}

/**
 * Everything that an area has added to the column and takes off again when it is left. The numbers are those that were written: what a user or a
 * calibration changes meanwhile does not change what is in the column.
 */
export interface InForce {
  /** Micrometres. */
  readonly defocusOffset: number;
  readonly beamShiftOffset: Vector<BeamShiftUnits>;
  readonly beamTiltOffset: Vector<BeamTiltUnits>;
  /** Undefined where no area has written any: then the image stands where Record has it. */
  readonly imageShift?: ImageShiftInForce;
}

/** An area that is entered: where it stands and what it adds. */
export interface PlacedArea {
  readonly name: LowDoseAreaName;
  readonly area: LowDoseArea;
  /** Micrometres on the specimen from the optic axis. */
  readonly place: Vector;
  /** Image shift that comes to that, in units at the magnification of the area. */
  readonly shiftOffset: Vector;
  /** The magnification of those units; undefined for the one at which the area is entered. */
  readonly shiftOffsetAt?: MagIndex;
  /** Matrix for the image shift of the operator at its defocus; undefined where it stays as it is. */
  readonly centring?: Matrix;
  /** Micrometres that it adds to the defocus. */
  readonly defocusOffset: number;
}

/** Knowledge of the optics, and the choices of the user, by which a way is planned. */
export interface PlanContext {
  /** Micrometres on the specimen for one image-shift unit; undefined where nothing is calibrated. */
  readonly toSpecimen: (magIndex: MagIndex) => Matrix | undefined;
  readonly isLow: (magIndex: MagIndex) => boolean;
  /** True where the second one magnifies less. */
  readonly magnificationFalls: (from: MagIndex, to: MagIndex) => boolean;
  /** Converts an image shift to another magnification so that it moves the specimen equally far. */
  readonly transfer: (value: Vector<ImageShiftUnits>, from: MagIndex, to: MagIndex) => Vector<ImageShiftUnits>;
  /** The reason why an image shift cannot be; undefined where there is none. */
  readonly checkLimits: (value: Vector<ImageShiftUnits>, magIndex: MagIndex) => string | undefined;
  /** Normalizes the beam on the way: through the settings of View, or by running lenses through their cycle. */
  readonly normalizing?: { readonly view: LowDoseArea; readonly wait: Seconds } | { readonly lenses: LensGroup };
  readonly shiftsBeamTilt: boolean;
  /** True where the image shift of the operator is taken away while the magnification changes. */
  readonly changesAtZero?: boolean;
  /** Multiplies the delay after image shift in each area. */
  readonly delayFactor: (area: LowDoseAreaName) => number;
}

/** One step on the way to an area. */
export type AreaStep =
  | { readonly kind: 'magIndex'; readonly value: MagIndex }
  | { readonly kind: 'imageShift'; readonly value: Vector<ImageShiftUnits>; readonly delayFactor: number }
  | { readonly kind: 'spotSize' | 'intensity' | 'alphaSelector'; readonly value: number }
  | { readonly kind: 'condenserAperture' | 'objectiveAperture'; readonly value: Metres }
  | { readonly kind: 'probeMode'; readonly value: ProbeMode }
  | { readonly kind: 'defocus'; readonly by: number }
  | { readonly kind: 'beamShift'; readonly by: Vector<BeamShiftUnits> }
  | { readonly kind: 'beamTilt'; readonly by: Vector<BeamTiltUnits> }
  | { readonly kind: 'slit'; readonly value: LowDoseSlit }
  | { readonly kind: 'normalize'; readonly lenses: LensGroup }
  | { readonly kind: 'wait'; readonly time: Seconds };

/** Differences below this, in micrometres or units, are rounding. */
const roundingError = 1e-6;
/** Time that condenser lenses need after a change of magnification before the intensity is set. */
const pauseBeforeIntensity = seconds(0.1);
const isZero = (value: Vector): boolean => length(value) < roundingError;

/**
 * Plans the way from the present state of the column to an area: the steps in their order. Image shift goes first to a lower
 * magnification, and last to a higher one, so that the beam never sweeps over the place of interest; offsets of the area that is left are
 * taken off before magnification and probe mode change, and those of the new one are added after. Throws before anything moves where the
 * place cannot be reached or is not known.
 * @param from the area that is left, undefined for the first one, which is entered as if from Record; what is in use; and Record, where the image stands
 * while no area has shifted it
 * @returns the steps, and the image shift of the area that is in use after them
 */
export function planWay(
  present: PresentColumn,
  from: {
    readonly name: LowDoseAreaName | undefined;
    readonly inForce: InForce | undefined;
    readonly record: PlacedArea;
  },
  to: PlacedArea,
  context: PlanContext,
): {
  readonly steps: readonly AreaStep[];
  readonly imageShift: ImageShiftInForce;
  /** Net image shift in the area, before the column rounds it. */
  readonly net: Vector<ImageShiftUnits>;
} {
  const inForce = from.inForce ?? asInRecord(from.record);
  const { name, area } = to;
  const target: MagIndex = area.magIndex ?? present.magIndex;
  const changesMag = target !== present.magIndex;
  const probeMode = area.probeMode ?? present.probeMode;
  const changesProbe = present.probeMode !== undefined && probeMode !== present.probeMode;
  const crossesLow = context.isLow(target) !== context.isLow(present.magIndex);
  const crosses = crossesLow || changesProbe;

  const wanted = imageShiftIn(to, target, present, { inForce, record: from.record }, context);
  const reason = context.checkLimits(wanted.there, target);
  if (reason !== undefined) throw lowDoseErrors.outOfReach(name, reason);
  const movesImage = !isZero(subtract(wanted.here, present.imageShift));
  const higherAlpha = (area.alpha ?? 0) > (present.alpha ?? 0) && !changesMag;
  const lower = changesMag && context.magnificationFalls(present.magIndex, target);
  const shiftsFirst =
    movesImage &&
    from.name !== undefined &&
    ((lower && name !== 'Search') || from.name === 'Search' || higherAlpha) &&
    context.checkLimits(wanted.here, present.magIndex) === undefined;
  const delayFactor = context.delayFactor(name);

  const steps: AreaStep[] = [];
  const note = (step: AreaStep | undefined | false): void => {
    if (step) steps.push(step);
  };
  const normalizing = context.normalizing;
  const beamDiffers =
    (area.spotSize ?? present.spotSize) !== present.spotSize ||
    (area.intensity ?? present.intensity) !== present.intensity ||
    changesProbe ||
    (area.alpha ?? present.alpha) !== present.alpha;
  const normalizes = normalizing !== undefined && beamDiffers && name !== 'View' && name !== 'Search';
  if (normalizes && 'view' in normalizing && from.name !== undefined && from.name !== 'View') {
    const { view, wait } = normalizing;
    note(view.spotSize !== undefined && { kind: 'spotSize', value: view.spotSize });
    note(view.intensity !== undefined && { kind: 'intensity', value: view.intensity });
    note({ kind: 'wait', time: wait });
  }
  // Some columns lose image shift, or move the beam with it, when the magnification changes under it.
  const atZero = changesMag && context.changesAtZero && !isZero(wanted.centred);
  const before = shiftsFirst ? subtract(wanted.here, wanted.centred) : subtract(present.imageShift, wanted.added);
  const zeroFirst = atZero && context.checkLimits(before, present.magIndex) === undefined;
  note((shiftsFirst || zeroFirst) && { kind: 'imageShift', value: zeroFirst ? before : wanted.here, delayFactor });
  // Where range and probe mode stay, the offset changes once, by the difference.
  if (crosses) note(inForce.defocusOffset !== 0 && { kind: 'defocus', by: -inForce.defocusOffset });
  if (crosses) note(!isZero(inForce.beamShiftOffset) && { kind: 'beamShift', by: opposite(inForce.beamShiftOffset) });
  if (crosses && context.shiftsBeamTilt)
    note(!isZero(inForce.beamTiltOffset) && { kind: 'beamTilt', by: opposite(inForce.beamTiltOffset) });
  // There is no nanoprobe in low magnification, so that the probe mode follows on the way out of it.
  const probeLater = crossesLow && !context.isLow(target);
  const probe: AreaStep | undefined =
    changesProbe && probeMode !== undefined && !context.isLow(target)
      ? { kind: 'probeMode', value: probeMode }
      : undefined;
  if (!probeLater) note(probe);
  const alpha: AreaStep | undefined =
    area.alpha !== undefined && area.alpha !== present.alpha ? { kind: 'alphaSelector', value: area.alpha } : undefined;
  const alphaFirst = lower || context.isLow(target);
  if (alphaFirst) note(alpha);
  note(changesMag && { kind: 'magIndex', value: target });
  if (probeLater) note(probe);
  if (!alphaFirst) note(alpha);
  note(area.condenserAperture !== undefined && { kind: 'condenserAperture', value: area.condenserAperture });
  note(area.objectiveAperture !== undefined && { kind: 'objectiveAperture', value: area.objectiveAperture });
  note(area.spotSize !== undefined && { kind: 'spotSize', value: area.spotSize });
  const defocusChange = crosses ? to.defocusOffset : to.defocusOffset - inForce.defocusOffset;
  note(Math.abs(defocusChange) > roundingError && { kind: 'defocus', by: defocusChange });
  note(area.slit && { kind: 'slit', value: area.slit });
  if (area.intensity !== undefined) {
    note(changesMag && { kind: 'wait', time: pauseBeforeIntensity });
    note({ kind: 'intensity', value: area.intensity });
  }
  if (normalizes && 'lenses' in normalizing) note({ kind: 'normalize', lenses: normalizing.lenses });
  // Some columns change image shift with the magnification by themselves, so that it is written there in any case.
  const isThere = isZero(subtract(wanted.there, shiftsFirst ? wanted.here : present.imageShift));
  const ownFirst = zeroFirst && context.checkLimits(wanted.own, target) === undefined;
  note((changesMag || !isThere) && { kind: 'imageShift', value: ownFirst ? wanted.own : wanted.there, delayFactor });
  const beamShift = crosses ? area.beamShiftOffset : subtract(area.beamShiftOffset, inForce.beamShiftOffset);
  note(!isZero(beamShift) && { kind: 'beamShift', by: beamShift });
  const beamTilt = crosses ? area.beamTiltOffset : subtract(area.beamTiltOffset, inForce.beamTiltOffset);
  note(context.shiftsBeamTilt && !isZero(beamTilt) && { kind: 'beamTilt', by: beamTilt });
  note(ownFirst && { kind: 'imageShift', value: wanted.there, delayFactor });
  const imageShift = { units: wanted.own, magIndex: target, ...(to.centring && { centring: to.centring }) };
  return { steps, imageShift, net: wanted.there };
}

/** Offsets of a column that no area has touched yet: it stands as Record has it. */
const asInRecord = ({ area: { beamShiftOffset, beamTiltOffset } }: PlacedArea): InForce => ({
  defocusOffset: 0,
  beamShiftOffset,
  beamTiltOffset,
});

/** Image shift that an area adds to that of the operator, in units at a magnification. Throws `low-dose/no-matrix`. */
export function unitsOf(
  { name, place, shiftOffset, shiftOffsetAt }: Pick<PlacedArea, 'name' | 'place' | 'shiftOffset' | 'shiftOffsetAt'>,
  at: MagIndex,
  context: Pick<PlanContext, 'toSpecimen' | 'transfer'>,
): Vector<ImageShiftUnits> {
  const added = isZero(shiftOffset)
    ? (shiftOffset as Vector<ImageShiftUnits>)
    : context.transfer(shiftOffset as Vector<ImageShiftUnits>, shiftOffsetAt ?? at, at);
  if (isZero(place)) return added;
  const matrix = context.toSpecimen(at);
  const back = matrix && inverse(matrix);
  if (!back) throw lowDoseErrors.noMatrix(name);
  return add(added, apply(back, place) as Vector<ImageShiftUnits>);
}

/**
 * The image shift in an area: in units here, before the magnification changes, and there, after it; what the area itself puts on there; and what the operator has added
 * to the area that is left, as it would be in focus and as it is. That stays.
 */
function imageShiftIn(
  to: PlacedArea,
  target: MagIndex,
  { magIndex, imageShift }: PresentColumn,
  { inForce, record }: { readonly inForce: InForce; readonly record: PlacedArea },
  context: PlanContext,
): Record<'here' | 'there' | 'own' | 'centred' | 'added', Vector<ImageShiftUnits>> {
  const moved = (value: Vector<ImageShiftUnits>, from: MagIndex, at: MagIndex): Vector<ImageShiftUnits> =>
    from === at || isZero(value) ? value : context.transfer(value, from, at);
  const inFocus = (value: Vector<ImageShiftUnits>): Vector<ImageShiftUnits> => {
    const { centring, magIndex: at } = inForce.imageShift ?? {};
    const back = centring && inverse(centring);
    return back && at !== undefined
      ? moved(apply(back, moved(value, magIndex, at)) as typeof value, at, magIndex)
      : value;
  };
  const put = inForce.imageShift
    ? moved(inForce.imageShift.units, inForce.imageShift.magIndex, magIndex)
    : unitsOf(record, magIndex, context);
  const added = subtract(imageShift, put);
  const centred = inFocus(added);
  const own = unitsOf(to, target, context);
  return {
    here: add(centred, unitsOf(to, magIndex, context)),
    there: add(
      (to.centring
        ? apply(to.centring, moved(centred, magIndex, target))
        : moved(centred, magIndex, target)) as typeof own,
      own,
    ),
    own,
    centred,
    added,
  };
}

const opposite = <Unit extends number>({ x, y }: Vector<Unit>): Vector<Unit> => ({ x: -x as Unit, y: -y as Unit });
