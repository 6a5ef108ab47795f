import {
  type Vector,
  add,
  apply,
  cameraIndex,
  length,
  magIndex as asMagIndex,
  micrometres,
  normalizeDegrees,
  product,
  rotation,
  scale,
  scaleMatrix,
  subtract,
} from '../../../core/base';
import { ProbeModeSelector, Scope } from '../../../core/devices';
import { Calibrations } from '../../../core/store';
import { UserSettings } from '../../../core/user-settings';
import { type FocusCurve, defocusOf } from '../../../core/tuning';
import {
  type VirtualInstrumentUnderTest,
  runItem,
  trueImageShift,
  virtualInstrument,
} from '../../../testing/virtual-instrument';
import type { CameraChange, Measured } from '../../harness/table';
import { randomNumbers } from '../random-numbers';

/** Ids of the two items that calibrate autofocus. */
export const autofocus = 'calibrations/focus-and-tuning/autofocus';
export const extendedAutofocus = 'calibrations/focus-and-tuning/extended-autofocus';

/** A column with a camera, and the places at which autofocus is calibrated on it. */
export interface FocusColumn {
  readonly configuration: string;
  readonly magIndexes: readonly number[];
  /** Milliradians of a unit of beam tilt. */
  readonly unit: number;
}

/** A column of each vendor. */
export const focusColumns = {
  fei: { configuration: 'simulator.yaml', magIndexes: [24, 25, 26], unit: 1 },
  jeol: { configuration: 'jeol-cryo-arm-k2.yaml', magIndexes: [22, 23, 24], unit: 0.1 },
  hitachi: { configuration: 'hitachi-ht7700.yaml', magIndexes: [23, 24, 25], unit: 0.1 },
} satisfies Readonly<Record<string, FocusColumn>>;

/** A world in which focus is measured: none of it is in the properties. */
export interface FocusWorld {
  readonly column: FocusColumn;
  readonly magIndex: number;
  /** Beam tilt to one side in milliradians, and the direction of the user setting. */
  readonly tilt: number;
  readonly direction: 0 | 1 | 2 | 3;
  /** Micrometres by which the start is out of focus. */
  readonly start: number;
  /** Milliradians on the specimen for a unit of the first and of the second coil. */
  readonly coils: readonly [Vector, Vector];
  readonly comaFree: Vector;
  /** Complex, nanometres for a milliradian. */
  readonly pivot: Vector;
  /** Complex, nanometres. */
  readonly astigmatism: Vector;
  readonly coma: Vector;
  readonly threefold: Vector;
  /** Millimetres. */
  readonly sphericalAberration: number;
  /** Shares and degrees by which the image grows and turns for a micrometre of underfocus. */
  readonly growth: number;
  readonly turn: number;
  /** Options of the virtual microscope besides. */
  readonly simulator: Readonly<Record<string, unknown>>;
}

/** A world as real columns show them, drawn from a seed. */
export function drawFocusWorld(seed: number, column: FocusColumn): FocusWorld {
  const next = randomNumbers(seed + 71);
  const between = (low: number, high: number): number => low + (high - low) * next();
  const pair = (size: number): Vector => ({ x: between(-size, size), y: between(-size, size) });
  const angle = between(-180, 180);
  const coil = (degrees: number): Vector => scale(apply(rotation(degrees), { x: 1, y: 0 }), between(0.9, 1.1));
  return {
    column,
    magIndex: column.magIndexes[seed % column.magIndexes.length]!,
    tilt: between(1.4, 2.6),
    direction: (seed % 4) as 0 | 1 | 2 | 3,
    start: between(-2, 2),
    coils: [coil(angle), coil(angle + 90 + between(-3, 3))],
    comaFree: pair(0.7),
    pivot: pair(0.8),
    astigmatism: pair(100),
    coma: pair(300),
    threefold: pair(200),
    sphericalAberration: between(1.2, 2.7),
    growth: 0,
    turn: 0,
    simulator: {
      seed,
      pixelScaleError: between(-0.03, 0.03),
      rotationErrorDegrees: between(-3, 3),
      driftNmPerSecond: [between(-0.3, 0.3), between(-0.3, 0.3)],
      defocusHysteresisNm: between(0, 80),
      electronsPerFieldPixelPerSecond: 100,
      phaseToAmplitudeContrast: 5,
    },
  };
}

/** An instrument of a world, out of focus by its start. */
export async function focusInstrument(
  world: FocusWorld,
  camera: CameraChange = (yaml) => yaml,
): Promise<VirtualInstrumentUnderTest> {
  const { column, coils, simulator } = world;
  const instrument = await virtualInstrument({
    configuration: column.configuration,
    magIndex: world.magIndex,
    edit: camera,
    simulator: {
      beamTiltToSpecimen: [
        [coils[0].x, coils[1].x],
        [coils[0].y, coils[1].y],
      ],
      comaFreeAxisMilliradians: [world.comaFree.x, world.comaFree.y],
      pivotErrorNmPerMilliradian: [world.pivot.x, world.pivot.y],
      astigmatismNm: [world.astigmatism.x, world.astigmatism.y],
      comaNm: [world.coma.x, world.coma.y],
      threefoldAstigmatismNm: [world.threefold.x, world.threefold.y],
      sphericalAberrationMillimetres: world.sphericalAberration,
      highDefocusScalePerMicrometre: world.growth,
      highDefocusRotationDegreesPerMicrometre: world.turn,
      imageShiftToSpecimen: [
        [1, 0],
        [0, 1],
      ],
      ...simulator,
    },
  });
  const user = instrument.kernel.registry.get(UserSettings);
  user.setForNow('AutofocusBeamTilt', world.tilt / column.unit);
  user.setForNow('BeamTiltDirection', world.direction);
  await instrument.kernel.registry.get(Scope).defocus.write(micrometres(world.start));
  return instrument;
}

const root = Math.SQRT1_2;
const directions = [
  { x: 1, y: 0 },
  { x: root, y: root },
  { x: 0, y: 1 },
  { x: -root, y: root },
] as const;
const times = (a: Vector, b: Vector): Vector => ({ x: a.x * b.x - a.y * b.y, y: a.x * b.y + a.y * b.x });
const conjugate = ({ x, y }: Vector): Vector => ({ x, y: -y });

/** Displacement on the specimen in nanometres of the image at a tilt in milliradians; complex numbers for vectors, and a lens that is out of focus by micrometres. */
function displacement(world: FocusWorld, defocus: number, tilt: Vector): Vector {
  const off = subtract(tilt, world.comaFree);
  const square = off.x ** 2 + off.y ** 2;
  // Micrometres times milliradians are nanometres; the others are in nanometres and get the powers of a milliradian.
  return [
    scale(off, defocus + 1e-3 * world.sphericalAberration * square),
    scale(times(world.astigmatism, conjugate(off)), 1e-3),
    scale(conjugate(world.coma), 2e-6 * square),
    scale(times(world.coma, times(off, off)), 1e-6),
    scale(times(world.threefold, times(conjugate(off), conjugate(off))), 1e-6),
    times(world.pivot, tilt),
  ].reduce(add);
}

/** The true displacement between the two tilts at a focus of the lens, in unbinned pixels for a unit of tilt. */
export function trueSwing(
  world: FocusWorld,
  instrument: VirtualInstrumentUnderTest,
  defocus: number,
  tiltShare = 1,
): Vector {
  const { coils, direction, column, tilt } = world;
  const way = directions[direction];
  const tilted = scale(add(scale(coils[0], way.x), scale(coils[1], way.y)), tilt * tiltShare);
  const swing = subtract(displacement(world, defocus, scale(tilted, -1)), displacement(world, defocus, tilted));
  // Image shift acts on the specimen one to one, so its matrix is that of the specimen.
  const toCamera = product(
    rotation(-world.turn * defocus),
    scaleMatrix(trueImageShift(instrument, world.magIndex), 1 - world.growth * defocus),
  );
  return scale(apply(toCamera, swing), (1e-3 * column.unit) / (tilt * tiltShare));
}

/** Focus of the lens, in micrometres, at which the true curve is nearest to no displacement. */
export function trueZero(world: FocusWorld, instrument: VirtualInstrumentUnderTest): number {
  let [low, high] = [-20, 20];
  const away = (at: number): number => length(trueSwing(world, instrument, at));
  for (let round = 0; round < 100; round++) {
    const [one, other] = [low + 0.382 * (high - low), low + 0.618 * (high - low)];
    if (away(one) < away(other)) high = other;
    else low = one;
  }
  return (low + high) / 2;
}

const angleOf = ({ x, y }: Vector): number => (Math.atan2(y, x) * 180) / Math.PI;

/** The slope of the line through displacements at levels. */
function regression(levels: readonly number[], at: (level: number) => Vector): Vector {
  const mean = levels.reduce((sum, each) => sum + each, 0) / levels.length;
  const squares = levels.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return levels.map((each) => scale(at(each), (each - mean) / squares)).reduce(add);
}

/** Range and levels of the calibration in a world. */
export interface CalibratedRange {
  readonly range: number;
  readonly levels: number;
  readonly offset?: number;
}

/** Errors of the calibration of autofocus in a world against its truth. */
export async function measureFocusCalibration(
  world: FocusWorld,
  { range, levels, offset = 0 }: CalibratedRange,
  camera?: CameraChange,
  {
    extended,
    item = extended ? extendedAutofocus : autofocus,
    prepare,
    answers = {},
  }: {
    readonly item?: string;
    /** Lowest and highest sparse level, for Extended Autofocus. */
    readonly extended?: {
      readonly lowest: number;
      readonly highest: number;
      readonly interval: number;
      readonly tiltFactor: number;
    };
    readonly prepare?: (instrument: VirtualInstrumentUnderTest) => Promise<void> | void;
    readonly answers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Measured> {
  await using instrument = await focusInstrument(world, camera);
  const { registry } = instrument.kernel;
  // A column that counts in steps holds the nearest one.
  const start = (await registry.get(Scope).defocus.read()) * 1e6;
  const user = registry.get(UserSettings);
  user.setForNow('FocusCalRange', range);
  user.setForNow('FocusCalLevels', levels);
  user.setForNow('FocusCalOffset', offset);
  if (extended) {
    user.setForNow('ExtendedCalLowest', extended.lowest);
    user.setForNow('ExtendedCalHighest', extended.highest);
    user.setForNow('ExtendedCalInterval', extended.interval);
    user.setForNow('ExtendedCalTiltFactor', extended.tiltFactor);
  }
  await prepare?.(instrument);
  const { result, said } = await runItem(instrument, item, answers).catch((error: unknown) => ({
    result: undefined,
    said: [(error as { readonly code?: string }).code ?? String(error), String(error)],
  }));
  if (!result) return { errors: {}, verdict: said[0]!, notes: said.slice(1) };
  const values = result.values as unknown as FoundCalibration;
  const errors = result.standardErrors as unknown as Record<string, number>;
  const planned = Array.from({ length: levels }, (_, at) => start + offset - range / 2 + (range * at) / (levels - 1));
  const truth = regression(planned, (level) => trueSwing(world, instrument, level));
  const zero = trueZero(world, instrument);
  const found: Vector = { x: values.slopeX, y: values.slopeY };
  const curve: FocusCurve = {
    levels: values.curve.map(({ defocus, shiftX, shiftY }) => ({
      defocus: micrometres(defocus),
      shift: { x: shiftX, y: shiftY },
    })),
  };
  /** Error in micrometres of the defocus that the curve gives for the displacement at a focus of the lens. */
  const offAt = (level: number, tiltShare = 1): number => {
    const answer = defocusOf(curve, trueSwing(world, instrument, level, tiltShare))!;
    return answer.defocus * 1e6 - (level - zero);
  };
  const off = Array.from({ length: 49 }, (_, at) => offAt(planned[0]! + (range * at) / 48));
  const sparse = extended && {
    // Half a level to both sides of the change of the tilt.
    joint: [-1, 1].map((side) => offAt(planned[0]! + side, side < 0 ? extended.tiltFactor : 1)),
    lowest: offAt(start + extended.lowest, extended.tiltFactor),
    far: offAt(start + extended.lowest + 50, extended.tiltFactor),
  };
  const back = await registry.get(Scope).defocus.read();
  return {
    errors: {
      percent: 100 * (length(found) / length(truth) - 1),
      degrees: normalizeDegrees(angleOf(found) - angleOf(truth)),
      presentDefocus: values.presentDefocus - (start - zero),
      curve: Math.max(...off.map(Math.abs)),
      lostLevels: values.lostLevels,
      ...(sparse && { jump: sparse.joint[1]! - sparse.joint[0]!, lowest: sparse.lowest, far: sparse.far }),
    },
    stated: {
      percent: (100 * errors['slope']!) / values.slope,
      degrees: errors['slopeDirection']!,
      presentDefocus: errors['presentDefocus']!,
    },
    verdict: result.quality?.verdict ?? 'without a verdict',
    ...(Math.abs(back * 1e6 - start) > 1e-6 && { faults: ['the defocus is not back'] }),
  };
}

/** Values of a focus calibration that are held against the truth. */
interface FoundCalibration {
  readonly slopeX: number;
  readonly slopeY: number;
  readonly slope: number;
  readonly presentDefocus: number;
  readonly lostLevels: number;
  readonly curve: readonly { readonly defocus: number; readonly shiftX: number; readonly shiftY: number }[];
}

/** Puts the true curve of a world into the calibrations, at levels around focus. */
export async function storeTrueCurve(
  world: FocusWorld,
  instrument: VirtualInstrumentUnderTest,
  { range, levels }: CalibratedRange,
): Promise<void> {
  const { registry } = instrument.kernel;
  const zero = trueZero(world, instrument);
  const at = Array.from({ length: levels }, (_, index) => zero - range / 2 + (range * index) / (levels - 1));
  const slope = regression(at, (level) => trueSwing(world, instrument, level));
  const probe = await registry.get(ProbeModeSelector).probeMode.read();
  registry
    .get(Calibrations)
    .records('FocusCalibration')
    .put({
      magIndex: asMagIndex(world.magIndex),
      camera: cameraIndex(0),
      direction: world.direction,
      probe: probe === 'micro' ? 1 : 0,
      alpha: -999,
      slopeX: slope.x,
      slopeY: slope.y,
      beamTilt: world.tilt / world.column.unit,
      rows: at.map((level) => {
        const { x, y } = trueSwing(world, instrument, level);
        return { defocus: level - zero, shiftX: x, shiftY: y };
      }),
    });
}
