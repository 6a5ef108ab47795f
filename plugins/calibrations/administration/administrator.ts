import { Administrator, type MenuItem, type Run, menuItem } from '../../../core/kernel';

/** Toggles Administrator mode, without which nothing can be saved. */
@menuItem({
  id: 'calibrations/administration/administrator',
  menu: [],
  label: 'Administrator',
  summary: 'Switches Administrator mode, in which calibrations can be saved.',
  kind: 'toggle',
  anytime: true,
  administratorOnly: true,
  touchesNothing: true,
  needs: [Administrator],
})
export default class AdministratorToggle implements MenuItem {
  constructor(private readonly administrator: Administrator) {}

  unavailable(): string | undefined {
    return this.administrator.allowed ? undefined : 'the property StartAsAdministrator is -1';
  }

  checked(): boolean {
    return this.administrator.on;
  }

  async run(run: Run): Promise<void> {
    this.administrator.set(!this.administrator.on);
    run.operator.log(`Administrator mode is ${this.administrator.on ? 'on: calibrations can be saved' : 'off'}.`);
  }
}
