import { definePlugin, OperatorConsole } from '../../core/kernel';
import { TerminalConsole } from './terminal-console';

export { type Prompts, terminalPrompts } from './prompting';

/** The operator's place in a terminal: the menu, runs with progress and log, and STOP on one key. */
export default definePlugin({
  id: 'terminal',
  summary: 'Operator console in a terminal.',
  apply(host) {
    host.provide(OperatorConsole, new TerminalConsole());
  },
});
