import { DebugKeys } from '../../../core/base';
import { defineItem } from '../../../core/kernel';

/** Sets the key letters that switch debugging output on. */
export default defineItem({
  id: 'calibrations/set-debug-output',
  needs: { keys: DebugKeys },
  script: 'SetDebugOutput',
  questions: {
    keys: {
      kind: 'text',
      why: 'Each letter adds lines to the log: 1 general, i image shift, a alignment, c calibrations, t delays, K sockets; 0 for none.',
    },
  },
  anytime: true,
  forecast: 'nothing',
  async run({ keys }, run) {
    const [given] = run.arguments;
    keys.set(
      given ?? (await run.ask('keys', { text: 'Key letters for debugging output (0 for none)', default: keys.get() })),
    );
    run.operator.log(keys.get() === '0' ? 'Debugging output is off.' : `Debugging output is on for ${keys.get()}.`);
  },
});
