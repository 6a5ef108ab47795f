import { type Matrix, type Vector, largestElement, matrix, micrometres, scaleMatrix } from '../../../core/base';
import { AlphaSelector, type ProbeMode, ProbeModeSelector, Scope, readProbeMode } from '../../../core/devices';
import { UserSettings } from '../../../core/user-settings';
import { SimulatedTruth } from '../../../plugins/simulator';
import { type VirtualInstrumentUnderTest, runItem, virtualInstrument } from '../../../testing/virtual-instrument';
import type { CameraChange, Measured } from '../../harness/table';
import { randomNumbers } from '../random-numbers';
import { drawnColumn, trueWave } from '../tuning/tuning-world';

/** Ids of the two calibrations by beam-tilt-induced displacement. */
export const astigmatismByBtid = 'calibrations/focus-and-tuning/astigmatism-by-btid';
export const btidComaFree = 'calibrations/focus-and-tuning/old-coma-free-alignment/btid-coma-free-alignment';

/** A column with a camera at whose magnification images of the Focus set have half a nanometre a pixel. */
export interface BtidColumn {
  readonly configuration: string;
  readonly magIndex: number;
  /** Milliradians of a unit of beam tilt. */
  readonly unit: number;
}
/** A column of each vendor. */
export const btidColumns = {
  fei: { configuration: 'simulator.yaml', magIndex: 27, unit: 1 },
  jeol: { configuration: 'jeol-cryo-arm-k2.yaml', magIndex: 26, unit: 0.1 },
  hitachi: { configuration: 'hitachi-ht7700.yaml', magIndex: 26, unit: 0.1 },
} satisfies Readonly<Record<string, BtidColumn>>;

/** Greatest beam tilt for coma in milliradians, a little within the range of columns that count in percent. */
const comaTilt = 9.5;

/** Choices of a run in a drawn column. */
interface BtidChoices {
  readonly column?: BtidColumn;
  readonly camera?: CameraChange | undefined;
  /** Options of the virtual microscope besides what is drawn. */
  readonly simulator?: Readonly<Record<string, unknown>>;
  readonly threeShots?: boolean;
  readonly prepare?: (instrument: VirtualInstrumentUnderTest) => Promise<void> | void;
  readonly answers?: Readonly<Record<string, string>>;
}

/** Records of the truth of a place. */
function trueRecord(
  instrument: VirtualInstrumentUnderTest,
  name: string,
  magIndex: number,
  probe: ProbeMode,
): Readonly<Record<string, unknown>> {
  const { records } = instrument.kernel.registry.get(SimulatedTruth);
  const number = probe === 'micro' ? 1 : 0;
  const found = records.find(
    (each) => each.record === name && each['magIndex'] === magIndex && each['probe'] === number,
  );
  if (!found) throw new Error(`There is no true ${name} for mag index ${magIndex}.`);
  return found;
}

/** The probe mode of an instrument. */
const probeOf = ({ kernel: { registry } }: VirtualInstrumentUnderTest): Promise<ProbeMode> =>
  readProbeMode(registry.has(ProbeModeSelector) ? registry.get(ProbeModeSelector) : undefined);

/** Options of a drawn column whose specimen has contrast under focus, with a little drift. */
export function btidSimulator(
  seed: number,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const { specimen: _, carbonThicknessNm: __, ...drawn } = drawnColumn(seed);
  return {
    ...drawn,
    // Matrices on the specimen are as right as its rotation on the camera is known; that is left out here.
    rotationErrorDegrees: 0,
    electronsPerFieldPixelPerSecond: 100,
    phaseToAmplitudeContrast: 5,
    driftNmPerSecond: [0.1 + 0.05 * (seed % 3), -0.1],
    ...more,
  };
}

/** Gives an instrument the calibration of focus that all of this rests on, as it should be, and the beam tilts of the user. */
export async function prepareBtid(
  instrument: VirtualInstrumentUnderTest,
  {
    column = btidColumns.fei,
    threeShots = false,
    tiltShare = 1,
  }: Pick<BtidChoices, 'column' | 'threeShots'> & { readonly tiltShare?: number } = {},
): Promise<void> {
  const { registry } = instrument.kernel;
  if (registry.has(ProbeModeSelector)) await registry.get(ProbeModeSelector).probeMode.write('micro');
  const { record: _, ...curve } = trueRecord(
    instrument,
    'FocusCalibration',
    column.magIndex,
    await probeOf(instrument),
  );
  instrument.calibrations.records('FocusCalibration').put(curve as never);
  const user = registry.get(UserSettings);
  user.setForNow('AutofocusBeamTilt', (2 * tiltShare) / column.unit);
  user.setForNow('UsersAstigTilt', (3.2 * tiltShare) / column.unit);
  user.setForNow('UsersComaTilt', (comaTilt * tiltShare) / column.unit);
  user.setForNow('BTIDThreeShots', threeShots);
}

/** Gives an instrument the responses as they should be, for the tasks. */
export async function prepareBtidTasks(
  instrument: VirtualInstrumentUnderTest,
  column: BtidColumn = btidColumns.fei,
): Promise<void> {
  const probe = await probeOf(instrument);
  const { registry } = instrument.kernel;
  const alpha = registry.has(AlphaSelector) ? await registry.get(AlphaSelector).alpha.read() : undefined;
  for (const name of ['AstigmatismCalib', 'ComaCalib'] as const) {
    const { record: _, ...row } = trueRecord(instrument, name, column.magIndex, probe);
    instrument.calibrations.records(name).put({ ...row, ...(alpha !== undefined && { alpha }) } as never);
  }
}

/** A drawn column out of focus by up to two micrometres, prepared. */
export async function btidInstrument(seed: number, choices: BtidChoices = {}): Promise<VirtualInstrumentUnderTest> {
  const { column = btidColumns.fei, camera = (yaml) => yaml, simulator = {} } = choices;
  const instrument = await virtualInstrument({
    configuration: column.configuration,
    magIndex: column.magIndex,
    edit: camera,
    simulator: btidSimulator(seed, simulator),
  });
  await prepareBtid(instrument, choices);
  const next = randomNumbers(seed + 31);
  await instrument.kernel.registry.get(Scope).defocus.write(micrometres(3 * next() - 2));
  return instrument;
}

/** A matrix of a record by the beginning of the names of its fields. */
export const matrixOf = (record: Readonly<Record<string, unknown>>, name: string): Matrix =>
  matrix(
    record[`${name}Xpx`] as number,
    record[`${name}Xpy`] as number,
    record[`${name}Ypx`] as number,
    record[`${name}Ypy`] as number,
  );

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/** Root mean square of the differences of the elements, in percent of the largest true one. */
function percentOff(found: Matrix, truth: Matrix): number {
  const squares = elements.map((at) => (found[at] - truth[at]) ** 2);
  return (100 * Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / 4)) / largestElement(truth);
}

/** Runs a calibration in a drawn column and holds its matrices against the truth, each with what it states. */
export async function measureBtid(
  seed: number,
  item: string,
  { record, names }: { readonly record: string; readonly names: readonly string[] },
  choices: BtidChoices = {},
): Promise<Measured> {
  await using instrument = await btidInstrument(seed, choices);
  const { magIndex } = choices.column ?? btidColumns.fei;
  await choices.prepare?.(instrument);
  const { result, said } = await runItem(instrument, item, choices.answers ?? {}).catch((error: unknown) => ({
    result: undefined,
    said: [(error as { readonly code?: string }).code ?? String(error), String(error)],
  }));
  if (!result) return { errors: {}, verdict: said[0]!, notes: said.slice(1) };
  const truth = trueRecord(instrument, record, magIndex, await probeOf(instrument));
  // Matrices of coma grow with the square of the greatest tilt; those of astigmatism do not depend on it.
  const grown =
    record === 'ComaCalib' ? ((result.values['beamTilt'] as number) / (truth['beamTilt'] as number)) ** 2 : 1;
  const trueMatrix = (name: string): Matrix => scaleMatrix(matrixOf(truth, name), grown);
  const found = result.values;
  const errors = result.standardErrors;
  const each = (of: (name: string) => number): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, of(name)]));
  return {
    errors: {
      ...each((name) => percentOff(matrixOf(found, name), trueMatrix(name))),
      images: found['images'] as number,
      ...(found['meanChangePercent'] !== undefined && {
        meanChange: found['meanChangePercent'] as number,
        largestChange: found['largestChangePercent'] as number,
      }),
    },
    stated: each((name) => {
      const squares = elements.map((at) => matrixOf(errors, name)[at] ** 2);
      return (100 * Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / 4)) / largestElement(trueMatrix(name));
    }),
    verdict: result.quality?.verdict ?? 'without a verdict',
    notes: (result.quality?.reasons ?? []).map(({ what, number }) => `${what}: ${number}`),
  };
}

/** The matrices of the record of astigmatism, and of that of coma. */
export const astigmatismRecord = { record: 'AstigmatismCalib', names: ['focus', 'stigmatorX', 'stigmatorY'] } as const;
export const comaRecord = { record: 'ComaCalib', names: ['comaX', 'comaY'] } as const;

/** Length of a vector. */
const sizeOf = ({ x, y }: Vector): number => Math.hypot(x, y);

/** Ids of the two tasks. */
export const correctAstigmatism = 'calibrations/tasks/correct-astigmatism-by-btid';
export const comaFreeByBtid = 'calibrations/tasks/coma-free-alignment-by-btid';

/** Runs a task in a drawn column with the calibrations as they should be, and tells what it really leaves. */
export async function measureBtidTask(seed: number, task: string, choices: BtidChoices = {}): Promise<Measured> {
  await using instrument = await btidInstrument(seed, choices);
  await prepareBtidTasks(instrument, choices.column);
  await choices.prepare?.(instrument);
  const before = trueWave(instrument);
  const { result, said } = await runItem(instrument, task, choices.answers ?? {}).catch((error: unknown) => ({
    result: undefined,
    said: [(error as { readonly code?: string }).code ?? String(error), String(error)],
  }));
  const after = trueWave(instrument);
  const nanometres = (v: Vector): number => 1000 * sizeOf(v);
  const left = { astigmatism: nanometres(after.astigmatism), coma: nanometres(after.coma) };
  if (!result) return { errors: {}, verdict: said[0]!, notes: [...said.slice(1), `${JSON.stringify(left)} nm left`] };
  return {
    errors: {
      ...left,
      astigmatismBefore: nanometres(before.astigmatism),
      comaBefore: nanometres(before.coma),
      images: result.values['images'] as number,
      rounds: result.values['rounds'] as number,
    },
    verdict: result.quality?.verdict ?? 'without a verdict',
    notes: (result.quality?.reasons ?? []).map(({ what, number }) => `${what}: ${number}`),
  };
}

/** Takes the calibrated zero of focus to another defocus, in micrometres, as a calibration of another day may have it. */
export function shiftFocusCurve({ calibrations }: VirtualInstrumentUnderTest, by: number): void {
  const table = calibrations.records('FocusCalibration');
  table.replaceAll(
    table.all().map((row) => ({ ...row, rows: row.rows.map((level) => ({ ...level, defocus: level.defocus + by })) })),
  );
}
