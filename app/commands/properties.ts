import { readFileSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { EucentricError, describePlace } from '../../core/base';
import { type Problem, exportProperties, importProperties, loadSettings } from '../../core/settings';
import { checkPlugins } from '../check-plugins';
import { exitCodes } from '../output';
import type { CommandContext } from './context';

/** `check [FILE]`: every problem of a configuration or a SerialEMproperties.txt, each with file:line:column. */
export async function checkCommand({ output, configuration }: CommandContext, file: string | undefined): Promise<number> {
  const { settings, problems } = loadSettings(file ?? configuration);
  const all = settings ? [...problems, ...checkPlugins(settings)] : problems;
  for (const problem of all) {
    output.emit({ ...problem, file: problem.place.file, line: problem.place.line, column: problem.place.column });
    output.print(describeProblem(problem));
  }
  const errors = all.filter((problem) => problem.severity === 'error').length;
  output.print(all.length === 0 ? `${file ?? configuration}: no problems` : `${errors} errors, ${all.length - errors} warnings`);
  return errors > 0 ? exitCodes.failed : exitCodes.done;
}

const describeProblem = ({ place, severity, message, hint, code }: Problem): string => `${describePlace(place)}: ${severity}: ${message} ${hint} [${code}]`;

/** `import PROPERTIES.txt [-o FILE.yaml]`: turns a properties file into a configuration; nothing is lost. */
export async function importCommand({ output }: CommandContext, file: string, options: { readonly output?: string }): Promise<number> {
  const { yaml, problems, unknownLines } = importProperties(readInput(file), file);
  for (const problem of problems) output.remark(describeProblem(problem));
  await deliver(output, yaml, options.output);
  output.emit({ event: 'result', file: options.output ?? null, problems, unknownLines, ...(options.output === undefined && { yaml }) });
  for (const line of unknownLines) output.remark(`This line is not known and was kept as it is: ${line}`);
  return exitCodes.done;
}

/** `export [-o FILE.txt]`: writes the configuration as SerialEMproperties.txt. */
export async function exportCommand({ output, configuration }: CommandContext, options: { readonly output?: string }): Promise<number> {
  const text = exportProperties(readInput(configuration), configuration);
  await deliver(output, text, options.output);
  output.emit({ event: 'result', file: options.output ?? null, ...(options.output === undefined && { text }) });
  return exitCodes.done;
}

async function deliver(output: CommandContext['output'], text: string, file: string | undefined): Promise<void> {
  if (file === undefined) return output.print(text.trimEnd());
  await writeFileAtomic(path.resolve(file), text);
  output.remark(`${file} written`);
}

/** Reads a file that was named on the command line; throws an error that names it. */
export function readInput(file: string): string {
  try {
    return readFileSync(file, 'latin1').includes('\0') ? refuse(file) : readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof EucentricError) throw error;
    throw new EucentricError({ code: 'command/unreadable-file', message: `${file} cannot be read: ${(error as Error).message}`, hint: 'Check the name and the rights of the file.', cause: error });
  }
}

function refuse(file: string): never {
  throw new EucentricError({ code: 'command/not-text', message: `${file} is not a text file.`, hint: 'Name the right file.' });
}
