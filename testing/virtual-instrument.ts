import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Instrument, type InstrumentOptions, createInstrument, exampleConfigurations } from '../app';
import { type Matrix, inverse, magIndex as asMagIndex, matrixAngle, product, subtract } from '../core/base';
import { Cameras, Scope } from '../core/devices';
import { ScriptedOperator } from '../core/kernel';
import type { CalibrationResult } from '../core/store';
import { SimulatedTruth } from '../plugins/simulator';

/** Choices of a test about its virtual instrument. */
export interface VirtualInstrumentOptions extends Partial<InstrumentOptions> {
  /** The path of a configuration, or the name of one that comes with the program; the virtual Krios by default. */
  readonly configuration?: string;
  /** Changes the text of the configuration. */
  readonly edit?: (yaml: string) => string;
  readonly magIndex?: number;
}

/** An instrument for a test, with the folder of its configuration and the lines of its log. */
export interface VirtualInstrumentUnderTest extends Instrument {
  readonly folder: string;
  readonly lines: string[];
}

/** A connected virtual instrument with an empty folder for its calibrations, which goes away with it. */
export async function virtualInstrument({
  edit,
  magIndex,
  ...options
}: VirtualInstrumentOptions = {}): Promise<VirtualInstrumentUnderTest> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
  const lines: string[] = [];
  const original = configurationFile(options.configuration ?? 'simulator.yaml');
  const configuration = path.join(folder, path.basename(original));
  writeFileSync(configuration, (edit ?? ((text: string) => text))(readFileSync(original, 'utf8')));
  const instrument = await createInstrument({
    log: ({ text }) => void lines.push(text),
    calibrationDirectory: path.join(folder, 'calibrations'),
    ...options,
    configuration,
  });
  await instrument.connect(new AbortController().signal);
  if (magIndex !== undefined) await instrument.kernel.registry.get(Scope).magIndex.write(asMagIndex(magIndex));
  const dispose = instrument[Symbol.asyncDispose].bind(instrument);
  return Object.assign(instrument, {
    folder,
    lines,
    [Symbol.asyncDispose]: async () => {
      await dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** Path of a configuration that is given by its path, or by its name when it comes with the program. */
const configurationFile = (given: string): string =>
  path.basename(given) === given ? path.join(exampleConfigurations, given) : path.resolve(given);

/** Outcome of a run in a test: its result, what it said and the ids of the questions that it asked. */
export interface RunUnderTest {
  readonly result: CalibrationResult | undefined;
  readonly said: string[];
  readonly asked: string[];
}

/** Runs an item with prepared answers, every other question taking its default. */
export async function runItem(
  instrument: Instrument,
  item: string,
  answers: Readonly<Record<string, string>> = {},
): Promise<RunUnderTest> {
  const said: string[] = [];
  const operator = new ScriptedOperator(answers, { defaults: true });
  const port = Object.assign(operator, { log: (text: string) => void said.push(text) });
  const result = await instrument.runner.run(item, { port });
  return { result, said, asked: operator.asked.map(({ id }) => id) };
}

/** The true matrix from image shift to the selected camera at a mag index. */
export const trueImageShift = (instrument: Instrument, magIndex: number): Matrix =>
  trueMatrix(instrument, 'ImageShiftMatrix', magIndex);
/** The true matrix from the stage to the selected camera at a mag index, in pixels for one micrometre. */
export const trueStage = (instrument: Instrument, magIndex: number): Matrix =>
  trueMatrix(instrument, 'StageToCameraMatrix', magIndex);

function trueMatrix(instrument: Instrument, name: string, magIndex: number): Matrix {
  const { registry } = instrument.kernel;
  const camera = registry.get(Cameras).selected.traits.index;
  const record = registry
    .get(SimulatedTruth)
    .records.find((each) => each.record === name && each['magIndex'] === magIndex && each['camera'] === camera);
  if (!record) throw new Error(`There is no truth for mag index ${magIndex}.`);
  return record as unknown as Matrix;
}

/** Difference of a measured matrix from the true one: the largest element of their quotient less one in percent, and the angle in degrees. */
export function matrixError(measured: Matrix, truth: Matrix): { readonly percent: number; readonly degrees: number } {
  const quotient = product(measured, inverse(truth)!);
  const { xpx, xpy, ypx, ypy } = quotient;
  const off = subtract({ x: xpx, y: ypy }, { x: 1, y: 1 });
  return {
    percent: 100 * Math.max(Math.abs(off.x), Math.abs(off.y), Math.abs(xpy), Math.abs(ypx)),
    degrees: Math.abs(matrixAngle(quotient).angle),
  };
}
