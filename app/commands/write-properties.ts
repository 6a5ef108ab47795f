import { describeChange, newestSuggestions, prepareChange } from '../property-writing';
import { exitCodes } from '../output';
import type { CommandContext } from './base/context';
import { writeOnRequest } from './write-on-request';

/** `properties write`: shows what calibrations have found for the configuration and it does not hold yet, and writes it on request. */
export async function writePropertiesCommand(
  context: CommandContext,
  options: { readonly item?: string; readonly yes?: boolean },
): Promise<number> {
  const { output, open, configuration } = context;
  await using instrument = await open();
  const entries = await instrument.history.list(options.item === undefined ? {} : { item: options.item });
  const change = await prepareChange(
    configuration,
    newestSuggestions(entries.flatMap(({ propertySuggestions }) => propertySuggestions ?? [])),
  );
  if (!change) {
    output.emit({ event: 'result', file: configuration, written: false, suggestions: [], diff: '' });
    output.print(`${configuration} holds everything that was found.`);
    return exitCodes.done;
  }
  for (const line of describeChange(change)) output.print(line);
  const isWritten = await writeOnRequest(context, change, options.yes);
  output.emit({
    event: 'result',
    file: configuration,
    written: isWritten,
    suggestions: change.suggestions,
    diff: change.diff,
  });
  return exitCodes.done;
}
