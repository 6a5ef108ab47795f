import { EucentricError, service } from '../../base';

/** Administrator mode, without which calibrations cannot be saved. */
export interface Administrator {
  readonly on: boolean;
  /** True when the site allows it at all. */
  readonly allowed: boolean;
  set(on: boolean): void;
}
/** The token of Administrator mode. */
export const Administrator = service<Administrator>('Administrator');

/** Administrator mode as the property StartAsAdministrator sets it: 1 on from the start, 0 off, -1 never. */
export class AdministratorMode implements Administrator {
  private active: boolean;
  readonly allowed: boolean;

  constructor(startAsAdministrator = 0) {
    this.allowed = startAsAdministrator >= 0;
    this.active = startAsAdministrator > 0;
  }

  get on(): boolean {
    return this.active;
  }

  set(on: boolean): void {
    if (on && !this.allowed)
      throw new EucentricError({
        code: 'administrator/not-allowed',
        message: 'Administrator mode is switched off for this instrument.',
        hint: 'The property StartAsAdministrator is -1; ask the person responsible for the instrument to change it.',
      });
    this.active = on;
  }
}
