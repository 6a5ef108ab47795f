import type * as TerminalModule from '../../../plugins/terminal';
import type { OperatorPort } from '../../../core/kernel';

/** Somebody who can answer what no --answer answers; loaded only when there is a terminal. */
export function personAtTerminal(): OperatorPort {
  const { terminalPrompts } = require('../../plugins/terminal') as typeof TerminalModule;
  return { ...terminalPrompts(), log: () => {}, progress: () => {}, status: () => {}, image: () => {} };
}

/** Asks for yes or no; no is the default. */
export const confirmAtTerminal = async (text: string): Promise<boolean> =>
  (await personAtTerminal().ask(
    { kind: 'confirm', id: 'confirm', text, default: false },
    new AbortController().signal,
  )) as boolean;
