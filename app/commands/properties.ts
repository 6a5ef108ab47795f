import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EucentricError, describe, describePlace, counted } from '../../core/base';
import {
  type Problem,
  belowSections,
  encodeProperties,
  exportInLayout,
  exportProperties,
  importProperties,
  loadSettings,
  parseSettings,
  propertiesFileOf,
  textOfProperties,
} from '../../core/settings';
import { writeWhole } from '../../core/store';
import { checkPlugins } from '../check-plugins';
import { plainCamerasOf, siteSections, twinSections } from '../twin';
import { checkDrivenCameras } from '../undriven-cameras';
import { exitCodes } from '../output';
import { exampleConfigurations } from '../version';
import type { CommandContext } from './base/context';

/** `check [FILE]`: every problem of a configuration or a SerialEMproperties.txt, each with file:line:column. */
export async function checkCommand(
  { output, configuration }: CommandContext,
  file: string | undefined,
): Promise<number> {
  const { settings, problems } = loadSettings(file ?? configuration);
  const all = settings ? [...problems, ...checkPlugins(settings)] : problems;
  for (const problem of all) {
    output.emit({ ...problem, file: problem.place.file, line: problem.place.line, column: problem.place.column });
    output.print(describeProblem(problem));
  }
  const errors = all.filter((problem) => problem.severity === 'error').length;
  output.print(
    all.length === 0
      ? `${file ?? configuration}: no problems`
      : `${counted(errors, 'error')}, ${counted(all.length - errors, 'warning')}`,
  );
  return errors > 0 ? exitCodes.failed : exitCodes.done;
}

const describeProblem = ({ place, severity, message, hint, code }: Problem): string =>
  `${describePlace(place)}: ${severity}: ${message} ${hint} [${code}]`;

/** `import PROPERTIES.txt [-o FILE.yaml]`: turns a properties file into a configuration; nothing is lost. */
export async function importCommand(
  { output }: CommandContext,
  file: string,
  options: { readonly output?: string; readonly twin?: boolean },
): Promise<number> {
  const { yaml: imported, problems, unknownLines } = importProperties(readInput(file), file);
  const refused = problems.find(({ code }) => unreadable.has(code));
  if (refused) throw new EucentricError(refused);
  const { settings } = parseSettings(imported, file);
  const sections = options.twin ? twinSections(settings) : siteSections(settings);
  const folder = path.dirname(path.resolve(options.output ?? 'configuration.yaml'));
  const yaml = belowSections([...headLines(file, folder), sections].join('\n'), imported);
  const all = [...problems, ...checkDrivenCameras(parseSettings(yaml, options.output ?? file).settings)];
  for (const problem of all) output.remark(describeProblem(problem));
  if (options.twin) output.remark('No property gives the high tension: see voltageKilovolts in the configuration.');
  if (options.twin)
    for (const { index, name } of plainCamerasOf(settings))
      output.remark(
        `No plugin drives camera ${index} (${name}). The twin has a plain simulated camera of its size in its place: any area, linear, without frames.`,
      );
  await deliver(output, yaml, options.output);
  output.emit({
    event: 'result',
    file: options.output ?? null,
    problems: all,
    unknownLines,
    ...(options.output === undefined && { yaml }),
  });
  for (const line of unknownLines) output.remark(`This line is not known and was kept as it is: ${line}`);
  return exitCodes.done;
}

/** The first lines of an imported configuration: its schema, and the file from which it comes. */
function headLines(file: string, folder: string): readonly string[] {
  const from = (place: string): string => path.relative(folder, path.resolve(place)).split(path.sep).join('/');
  return [
    `# yaml-language-server: $schema=${from(path.join(exampleConfigurations, 'schema.json'))}`,
    '',
    '# Export keeps the order, the blanks and the comments of this file.',
    `properties-file: ${JSON.stringify(from(file))}`,
    '',
  ];
}

/** `export [-o FILE.txt]`: writes the configuration as SerialEMproperties.txt. */
export async function exportCommand(
  { output, configuration }: CommandContext,
  options: { readonly output?: string },
): Promise<number> {
  const content = readInput(configuration);
  const earlier = earlierProperties(content, configuration, options.output);
  const plain = exportProperties(content, configuration);
  const bytes = earlier ? exportInLayout(content, configuration, earlier) : encodeProperties(plain);
  // On a screen the text stays in its own code page; the file is in the one that SerialEM reads.
  const text = earlier ? textOfProperties(bytes) : plain;
  await deliver(output, text, options.output, bytes);
  output.emit({ event: 'result', file: options.output ?? null, ...(options.output === undefined && { text }) });
  return exitCodes.done;
}

/** The properties file whose layout is kept: the one that is replaced, or the one from which the configuration comes. */
function earlierProperties(
  content: Uint8Array,
  configuration: string,
  replaced: string | undefined,
): Buffer | undefined {
  const source = propertiesFileOf(content, configuration);
  const files = [replaced, source === undefined ? undefined : path.resolve(path.dirname(configuration), source)];
  const found = files.find((file) => file !== undefined && existsSync(file));
  return found === undefined ? undefined : readInput(found);
}

/** Prints a text, or writes it to the file that was named. */
export async function deliver(
  output: CommandContext['output'],
  text: string,
  file: string | undefined,
  bytes: Uint8Array = Buffer.from(text),
): Promise<void> {
  if (file === undefined) return output.print(text.trimEnd());
  await writeOutput(file, bytes);
  output.remark(`${file} written`);
}

/** Writes a file whole or not at all; throws `command/not-written`. */
export async function writeOutput(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeWhole(path.resolve(file), bytes);
  } catch (error) {
    throw new EucentricError({
      code: 'command/not-written',
      message: `${file} could not be written: ${describe((error as Error).cause ?? error)}.`,
      hint: 'Check that the folder exists and that you may write there.',
      cause: error,
    });
  }
}

/** Files of which nothing was read. */
const unreadable: ReadonlySet<string> = new Set(['settings/binary', 'settings/too-large', 'settings/not-properties']);

/** Reads a file that was named on the command line. Throws `command/unreadable-file`. */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new EucentricError({
      code: 'command/unreadable-file',
      message: `${file} cannot be read: ${reason}.`,
      hint: 'Check the name and the rights of the file.',
      cause: error,
    });
  }
}
