import { DebugKeys } from '../../../core/base';
import { type MenuItem, type Run, menuItem } from '../../../core/kernel';

/** Sets the key letters that switch debugging output on. */
@menuItem({
  id: 'calibrations/administration/set-debug-output',
  menu: [],
  label: 'Set Debug Output',
  summary: 'Sets the key letters for debugging output.',
  anytime: true,
  touchesNothing: true,
  needs: [DebugKeys],
  script: 'SetDebugOutput',
  questions: [
    {
      id: 'keys',
      kind: 'text',
      summary:
        'Key letters: 1 general, i image shift, a alignment, c calibrations, t delays, K sockets...; 0 for none.',
    },
  ],
})
export default class SetDebugOutput implements MenuItem {
  constructor(private readonly keys: DebugKeys) {}

  async run(run: Run): Promise<void> {
    const given = run.arguments[0];
    const wanted =
      given ??
      (await run.operator.text({
        id: 'keys',
        text: 'Key letters for debugging output (0 for none)',
        default: this.keys.get(),
      }));
    this.keys.set(wanted);
    run.operator.log(
      this.keys.get() === '0' ? 'Debugging output is off.' : `Debugging output is on for ${this.keys.get()}.`,
    );
  }
}
