import type { BeamTilt, ProbeMode } from '../../../../core/devices';
import type { Optics } from '../../../../core/optics';
import type { Settings } from '../../../../core/settings';
import type { Calibrations } from '../../../../core/store';
import { milliradiansPerTiltUnit } from '../../../../core/tuning';
import type { UserSettings } from '../../../../core/user-settings';
import type { ComaPlan } from './coma-measurement';

/** Settings and calibrations by which coma is measured. */
export interface ComaPlanUses {
  readonly settings: Pick<Settings, 'get'>;
  readonly userSettings: Pick<UserSettings, 'get'>;
  readonly calibrations: Pick<Calibrations, 'records'>;
  readonly optics: Optics;
  readonly beamTilt: BeamTilt;
}

/** Choices of one run about a measurement of coma. */
export interface ComaChoices {
  readonly probe: ProbeMode;
  /** Convergence setting of a JEOL column. */
  readonly alpha?: number;
  /** Tilts along the diagonals as well; as the user setting says by default. */
  readonly full?: boolean;
}

/** Plan of a measurement of coma, as the user settings have it. */
export function comaPlan(use: ComaPlanUses, { probe, alpha, full }: ComaChoices): ComaPlan {
  const user = use.userSettings;
  const [usual = 10] = use.settings.get('ComaParams');
  const [own, other] = [user.get('CtfComaTilt'), user.get('UsersComaTilt')];
  const [sphericalAberration] = use.settings.get('FFTZeroParams');
  const conditions = { probe, ...(alpha !== undefined && { alpha }) };
  return {
    ...conditions,
    tilt: own > 0 ? own : other > 0 ? other : usual,
    full: full ?? user.get('CtfDoFullArray'),
    sphericalAberration,
    milliradians:
      unitOf(use.beamTilt.beamTilt.traits) === 'mrad'
        ? 1
        : milliradiansPerTiltUnit(use.calibrations, use.optics, conditions),
  };
}

/** Unit in which a setting counts, where it has one. */
const unitOf = (traits: object): unknown => ('unit' in traits ? traits.unit : undefined);
