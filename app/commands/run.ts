import { type CameraIndex, EucentricError, type MagIndex, describe, throwIfStopped } from '../../core/base';
import { Cameras, Scope } from '../../core/devices';
import { ScriptedOperator, itemMeasuring } from '../../core/kernel';
import { takeImage } from '../../core/acquisition';
import { CalibrationFindings, findingWithRedo } from '../../core/consistency';
import type { ParameterSetName } from '../../core/settings';
import { RunReporter, exitCodes, reporting } from '../output';
import type { CommandContext } from './base/context';
import { stopSignals } from './base/stopping';
import { personAtTerminal } from './base/terminal-answers';

/** The options of `run`. */
export interface RunCommandOptions {
  readonly answer?: readonly string[];
  readonly defaults?: boolean;
  readonly seed?: number;
  readonly script?: boolean;
  readonly save?: boolean;
  readonly ifChanged?: string;
  readonly magIndex?: MagIndex;
  readonly camera?: CameraIndex;
  readonly take?: ParameterSetName;
}

/** `run ID...`: runs items one after the other and reports what happens; Ctrl-C stops and leaves the microscope as it was, and so does a terminal that is closed. */
export async function runCommand(
  { output, open }: CommandContext,
  items: readonly string[],
  options: RunCommandOptions,
): Promise<number> {
  const answers = parseAnswers(options.answer ?? []);
  await using instrument = await open({
    ...(options.seed !== undefined && { seed: options.seed, savedCalibrationsOnly: true }),
  });
  const { session, runner } = instrument;
  // Names are looked up before anything is connected, so that a slip of the pen costs nothing.
  // What cannot be saved is said before the first exposure. An item of the list may switch Administrator mode on.
  const ids = items.map((item) => instrument.kernel.menu.find(item).id);
  if (options.save)
    await instrument.calibrations.checkSaving({
      administratorLater: ids.includes('calibrations/administrator'),
      changed: options.ifChanged !== undefined,
    });
  const starting = new AbortController();
  const stop = (): void => {
    starting.abort();
    runner.stop();
  };
  for (const signal of stopSignals) process.on(signal, stop);
  try {
    await instrument.connect(starting.signal);
    const reporter = new RunReporter(output);
    const person = !output.json && process.stdin.isTTY ? personAtTerminal() : undefined;
    const answering = new ScriptedOperator(answers, {
      defaults: options.defaults ?? false,
      ...(person && { otherwise: person }),
    });
    const port = reporting(reporter, answering);
    instrument.onImage((image) => reporter.image(image));
    if (options.camera !== undefined) await session.find(Cameras)?.select(options.camera, starting.signal);
    if (options.magIndex !== undefined) await session.find(Scope)?.magIndex.write(options.magIndex, starting.signal);
    if (options.take) await takeImage(session, options.take, starting.signal);
    try {
      for (const item of items) {
        throwIfStopped(starting.signal);
        const result = await session.run(item, { port, fromScript: options.script ?? false });
        const { id } = instrument.kernel.menu.find(item);
        const doubts = session.find(CalibrationFindings)?.of(id) ?? [];
        const itemOf = itemMeasuring(session.menu());
        reporter.result(
          result,
          id,
          doubts.map((doubt) => findingWithRedo(doubt, itemOf)),
        );
      }
    } catch (error) {
      // What the items before it measured is kept, as it would be had each been run by itself.
      await instrument.finish().catch((reason: unknown) => instrument.log.warn(describe(reason)));
      throw error;
    }
    await instrument.finish({ save: options.save ?? false, ifChanged: options.ifChanged });
    const kept = session.unsavedInUse('end');
    if (kept !== undefined) output.remark(kept);
    for (const id of answering.unusedAnswers) output.remark(`The answer to "${id}" was not asked for.`);
    return exitCodes.done;
  } finally {
    for (const signal of stopSignals) process.off(signal, stop);
  }
}

function parseAnswers(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1)
        throw new EucentricError({
          code: 'command/bad-answer',
          message: `"${text}" is not of the form question=value.`,
          hint: 'Write --answer \'question id=value\'; "menu --json --verbose" lists the question ids.',
        });
      return [text.slice(0, at).trim(), text.slice(at + 1)];
    }),
  );
}
