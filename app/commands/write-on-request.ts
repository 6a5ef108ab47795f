import type { PreparedText } from '../../core/settings';
import { written } from '../property-writing';
import type { CommandContext } from './base/context';
import { confirmAtTerminal } from './base/terminal-answers';

/** Writes a change of the configuration that was shown, where `--yes` or the person at the terminal says so. @returns true when it was written */
export async function writeOnRequest(
  { output, configuration }: CommandContext,
  prepared: PreparedText,
  yes: boolean | undefined,
): Promise<boolean> {
  const wanted =
    yes ?? (!output.json && process.stdin.isTTY && (await confirmAtTerminal(`Write this into ${configuration}?`)));
  if (wanted) await prepared.write();
  output.remark(wanted ? written(configuration) : 'Nothing was written; add --yes to write it.');
  return wanted;
}
