import { realpathSync } from 'node:fs';
import path from 'node:path';
import { EucentricError } from '../core/base';
import type { Operator } from '../core/kernel';
import { editProperties, missingChanges, type PreparedText, textOfBytes, unifiedDiff } from '../core/settings';
import { FileOnDisk, type PropertySuggestion } from '../core/store';
import { defaultConfiguration } from './default-configuration';

/** Values that calibrations suggest for the configuration, worked out and not yet written. */
export interface PreparedChange extends PreparedText {
  /** The suggestions that the file does not contain yet. */
  readonly suggestions: readonly PropertySuggestion[];
}

/**
 * Works out what a configuration looks like with the values that calibrations suggest; undefined when it holds them all.
 * Throws `properties/example`, `properties/no-file`, or what keeps the file from being read or edited; the file is left alone then.
 */
export async function prepareChange(
  configuration: string,
  suggestions: readonly PropertySuggestion[],
): Promise<PreparedChange | undefined> {
  let missing: readonly PropertySuggestion[] = [];
  const prepared = await prepareText(configuration, (text) => {
    missing = missingChanges(text, configuration, suggestions);
    return editProperties(text, configuration, missing);
  });
  return prepared && { ...prepared, suggestions: missing };
}

/**
 * Works out what a configuration looks like after an edit; undefined where it changes nothing. Throws `properties/example`, `properties/no-file`,
 * or what keeps the file from being read or edited; the file is left alone then.
 */
export async function prepareText(
  configuration: string,
  edit: (text: string) => string,
): Promise<PreparedText | undefined> {
  if (isExample(configuration)) {
    throw new EucentricError({
      code: 'properties/example',
      message: 'The virtual microscope that comes with the program is an example and is never changed.',
      hint: `Copy ${defaultConfiguration()}, and name the copy with --config.`,
    });
  }
  const file = new FileOnDisk(configuration);
  const bytes = await file.read();
  if (!bytes)
    throw new EucentricError({
      code: 'properties/no-file',
      message: `The configuration ${configuration} is not there any more.`,
      hint: 'Put it back or name another with --config.',
    });
  const { text, encode } = textOfBytes(bytes, configuration);
  const edited = edit(text);
  if (edited === text) return undefined;
  return {
    diff: unifiedDiff(text, edited, path.basename(configuration)),
    write: async () => {
      try {
        await file.write(encode(edited));
      } catch (error) {
        if (!(error instanceof EucentricError && error.code === 'store/changed-on-disk')) throw error;
        throw new EucentricError({
          code: 'properties/changed-meanwhile',
          message: `${configuration} was changed after the difference was shown. Nothing was written.`,
          hint: 'Ask for the difference again; it is then made from what is there now.',
          cause: error,
        });
      }
    },
  };
}

/** Shows what an item's result would change in the configuration, and writes it when the operator wants so. Returns the file that was written. */
export async function offerProperties(
  configuration: string,
  suggestions: readonly PropertySuggestion[],
  operator: Pick<Operator, 'confirm' | 'log'>,
): Promise<string | undefined> {
  if (isExample(configuration)) return undefined;
  const change = await prepareChange(configuration, suggestions);
  if (!change) return undefined;
  const lines = describeChange(change);
  for (const line of lines) operator.log(line);
  const text = `Write ${change.suggestions.length === 1 ? 'this value' : `these ${change.suggestions.length} values`} into ${path.basename(configuration)}?`;
  const agreed = await operator.confirm({
    id: 'write-properties',
    text,
    lines,
    default: false,
    offer: true,
    administratorOnly:
      'An administrator has to write the configuration: with an answer to this question, or later with "eucentric properties write", which takes what the history keeps.',
  });
  if (!agreed) return undefined;
  await change.write();
  operator.log(written(configuration));
  return configuration;
}

/** Message after the writing, with the time when it takes effect. */
export const written = (configuration: string): string =>
  `${configuration} was written; the previous file is kept as ${path.basename(configuration).replace(/\.[^.]*$/, '')}.bak. The new values are used from the next start.`;

/** A change in words, and then line by line. */
export const describeChange = ({ suggestions, diff }: PreparedChange): readonly string[] => [
  'For the configuration:',
  ...suggestions.map((each) => `  ${describeSuggestion(each)}`),
  ...diff.split('\n'),
];

function describeSuggestion({ property, camera, row, value, standardError, what, unit }: PropertySuggestion): string {
  const where = `${camera === undefined ? '' : ` of camera ${camera}`}${row === undefined ? '' : ` at mag index ${row}`}`;
  const error = standardError === undefined ? '' : ` +- ${Number(standardError.toPrecision(2))}`;
  return `${property}${where}: ${what} ${value}${error}${unit === '' ? '' : ` ${unit}`}`;
}

/** The newest of the suggestions that are about the same place, the oldest given first. */
export function newestSuggestions(suggestions: readonly PropertySuggestion[]): readonly PropertySuggestion[] {
  // Values of a list stand beside each other; all others take the place of what was there.
  const key = ({ property, camera, row, field, value }: PropertySuggestion): string =>
    JSON.stringify([property, camera, row, field, property === 'OtherShiftBoundaries' ? value : undefined]);
  return [...new Map(suggestions.map((each) => [key(each), each])).values()];
}

function isExample(configuration: string): boolean {
  const real = (file: string): string => {
    try {
      return realpathSync(file);
    } catch {
      return path.resolve(file);
    }
  };
  return real(configuration) === real(defaultConfiguration());
}
