import { confirmAtTerminal } from './terminal-answers';
import { describeChange, newestSuggestions, prepareChange, written } from '../property-writing';
import { exitCodes } from '../output';
import type { CommandContext } from './context';

/** `properties write`: shows what calibrations have found for the configuration and it does not hold yet, and writes it on request. */
export async function writePropertiesCommand(
  { output, open, configuration }: CommandContext,
  options: { readonly item?: string; readonly yes?: boolean },
): Promise<number> {
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
  const wanted =
    options.yes ??
    (!output.json && process.stdin.isTTY && (await confirmAtTerminal(`Write this into ${configuration}?`)));
  if (wanted) await change.write();
  output.emit({
    event: 'result',
    file: configuration,
    written: wanted,
    suggestions: change.suggestions,
    diff: change.diff,
  });
  output.remark(wanted ? written(configuration) : 'Nothing was written; add --yes to write it.');
  return exitCodes.done;
}
