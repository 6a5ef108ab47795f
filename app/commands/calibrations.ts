import { type CameraIndex, EucentricError, type MagIndex } from '../../core/base';
import {
  CalibrationFile,
  type Calibrations,
  diffCalibrations,
  type HistoryEntry,
  isMainRecord,
  readCalibrationFile,
  showCalibrations,
} from '../../core/store';
import { exitCodes } from '../output';
import type { CommandContext } from './base/context';
import { writeOutput } from './properties';
import { saveIfChanged } from '../instrument/save-if-changed';

/** `calibrations show [FILE]`: everything that a calibration file holds; without a name the file of the configuration. */
export async function showCommand({ output, open }: CommandContext, file: string | undefined): Promise<number> {
  const content = file === undefined ? await present(output, open) : await readCalibrations(output, file);
  const shown = showCalibrations(content);
  // Each record says that no instrument was measured: programs read them one by one.
  const mark = content.simulated ? { simulated: true } : {};
  if (content.simulated) output.remark('These are values of a virtual microscope (simulated).');
  for (const record of shown.records) output.emit({ ...record, ...mark });
  for (const { line, text } of shown.kept) output.emit({ record: 'unknown', line, text });
  output.print(shown.table.trimEnd());
  return exitCodes.done;
}

/** `calibrations convert FILE -o OUT`: reads and writes a calibration file; untouched records stay as they are to the byte. */
export async function convertCommand(
  { output }: CommandContext,
  file: string,
  options: { readonly output: string; readonly canonical?: boolean },
): Promise<number> {
  const content = await readCalibrations(output, file);
  await writeOutput(options.output, content.render(options.canonical ? 'canonical' : 'preserve'));
  output.emit({ event: 'result', file: options.output });
  output.remark(`${options.output} written`);
  return exitCodes.done;
}

/** `calibrations diff A B`: what was added, removed and changed. */
export async function diffCommand({ output }: CommandContext, before: string, after: string): Promise<number> {
  const { differences, text } = diffCalibrations(
    await readCalibrations(output, before),
    await readCalibrations(output, after),
  );
  for (const difference of differences) output.emit(difference);
  output.print(text.trimEnd());
  return exitCodes.done;
}

/** The options of `calibrations history`. */
export interface HistoryCommandOptions {
  readonly ifChanged?: string;
  readonly item?: string;
  readonly restore?: string;
  readonly replaced?: boolean;
  readonly magIndex?: MagIndex;
  readonly camera?: CameraIndex;
  readonly anyway?: boolean;
}

/** `calibrations history`: what was measured when; with `--restore ID` one of the values is put back and saved. */
export async function historyCommand(
  { output, open }: CommandContext,
  options: HistoryCommandOptions,
): Promise<number> {
  await using instrument = await open();
  const { history, calibrations } = instrument;
  if (options.restore !== undefined) {
    // A console that is open would not know of it.
    instrument.lock();
    const { magIndex, camera, anyway, replaced } = options;
    const place = {
      ...(magIndex !== undefined && { magIndex }),
      ...(camera !== undefined && { camera }),
      ...(anyway && { anyway }),
    };
    const entry = await history.restore(options.restore, replaced ? 'replaced' : 'value', place);
    const saved = entry.changes.some((change) => 'record' in change)
      ? await savedTo(calibrations, entry, options.ifChanged)
      : undefined;
    const forSession = entry.changes.flatMap((change) => ('session' in change ? [change] : []));
    output.emit({ event: 'result', ...entry, ...(saved !== undefined && { path: saved }) });
    output.print(saved === undefined ? entry.summary : `${entry.summary} Saved to ${saved}.`);
    for (const { session, value } of forSession)
      output.print(
        `A value of this kind lasts for one session, and this command has none: restore it in the console, or enter "${session}: ${value}" in the configuration.`,
      );
    return exitCodes.done;
  }
  const entries = await history.list(options.item === undefined ? {} : { item: options.item });
  if (entries.length === 0)
    output.remark(
      options.item === undefined ? 'Nothing was measured yet.' : `There is no measurement of ${options.item}.`,
    );
  for (const entry of entries) {
    output.emit(entry);
    output.print(
      `${entry.id}  ${entry.when.slice(0, 16).replace('T', ' ')}  ${entry.who}  ${entry.simulated ? '(simulated) ' : ''}${entry.summary}${verdictOf(entry)}`,
    );
  }
  for (const damage of await history.damage()) output.remark(damage.message);
  return exitCodes.done;
}

/** The verdict of an entry as the list shows it; nothing for a good one. */
const verdictOf = ({ quality }: HistoryEntry): string =>
  quality?.verdict === undefined || quality.verdict === 'good' ? '' : ` [${quality.verdict}]`;

/** Saves what was restored; what is in the short-term files alone anybody may save. */
async function savedTo(
  calibrations: Calibrations,
  { changes }: HistoryEntry,
  ifChanged: string | undefined,
): Promise<string> {
  if (changes.some((change) => 'record' in change && isMainRecord(change.record)))
    return saveIfChanged(calibrations, ifChanged);
  return (await calibrations.saveShortTerm()).paths.join(' and ');
}

/** The calibrations that are in use; the file may differ from them. */
async function present(output: CommandContext['output'], open: CommandContext['open']): Promise<CalibrationFile> {
  await using instrument = await open();
  const inUse = instrument.session.unsavedInUse('start');
  if (inUse !== undefined) output.remark(inUse);
  return instrument.calibrations.file;
}

/** Reads a calibration file that was named on the command line; throws an error that says what is wrong with it. */
export async function readCalibrations(output: CommandContext['output'], file: string): Promise<CalibrationFile> {
  const { file: content, problems } = await readCalibrationFile(file);
  for (const problem of problems) output.remark(`${problem.severity}: ${problem.message} ${problem.hint}`);
  if (content) return content;
  const [first] = problems;
  throw new EucentricError({
    code: first?.code ?? 'store/unreadable',
    message: first?.message ?? `${file} cannot be read.`,
    hint: first?.hint ?? 'Name a calibration file.',
  });
}
