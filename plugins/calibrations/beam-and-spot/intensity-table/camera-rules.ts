import type { CameraSettings, Settings } from '../../../../core/settings';

/** Limits within which a camera measures the density of the beam. */
export interface IntensityRules {
  /** Seconds. */
  readonly minExposure: number;
  readonly maxExposure: number;
  /** Mean counts of an image. */
  readonly minCounts: number;
  readonly maxCounts: number;
  /** Ratio of the densities of neighbouring points. */
  readonly spacing: number;
  /** First change of intensity. */
  readonly increment: number;
  /** True for a camera at which a lower magnification is better than a longer exposure. */
  readonly favoursMagnification: boolean;
}

type CameraRules = Pick<
  IntensityRules,
  'minExposure' | 'maxExposure' | 'minCounts' | 'maxCounts' | 'favoursMagnification'
>;

/** Numbers of K2Type and FEICameraType. */
const [k2Summit, k3] = [1, 3];
const [ceta, falcon4, falcon4i] = [3, 5, 6];

/** Cameras that count electrons, read in linear mode here; their limits do not follow the properties. */
const counting: CameraRules = {
  ...{ minExposure: 0.1, maxExposure: 0.4, minCounts: 10_000, maxCounts: 30_000 },
  favoursMagnification: true,
};
const cetaRules: CameraRules = {
  ...{ minExposure: 0.1, maxExposure: 3, minCounts: 2000, maxCounts: 30_000 },
  favoursMagnification: true,
};
/** A Ceta-D, which saturates early. */
const cetaD: CameraRules = { ...cetaRules, minCounts: 500, maxCounts: 5000 };
const falconRules: CameraRules = { ...cetaRules, minCounts: 1000 };

/** Counts below which the level of a camera without light, which differs from 0 by up to one count, is a part of some tenths of a percent. */
export const minUsefulCounts = 500;

/** The limits for a camera: those of its make, or those that the site has entered. */
export function intensityRules(settings: Pick<Settings, 'get' | 'has'>, camera: CameraSettings): IntensityRules {
  const entered: CameraRules = {
    minExposure: settings.get('BeamCalMinExposure'),
    maxExposure: settings.get('BeamCalMaxExposure'),
    minCounts: settings.get('BeamCalMinCounts'),
    maxCounts: settings.get('BeamCalMaxCounts'),
    favoursMagnification: settings.get('BeamCalFavorMagChanges'),
  };
  const rules = rulesOf(settings, camera, entered);
  return {
    ...rules,
    minCounts: Math.max(minUsefulCounts, rules.minCounts),
    spacing: settings.get('BeamCalSpacingFactor'),
    increment: settings.get('BeamCalInitialIncrement'),
  };
}

function rulesOf(settings: Pick<Settings, 'has'>, camera: CameraSettings, entered: CameraRules): CameraRules {
  const k2Type = camera.get('K2Type');
  if ((k2Type === k2Summit || k2Type === k3) && camera.get('CountsPerElectron') > 0) return counting;
  const ofMake = ruleOfFeiCamera(camera);
  if (!ofMake) return entered;
  // What a site has entered is meant for its camera.
  return {
    minExposure: settings.has('BeamCalMinExposure') ? entered.minExposure : ofMake.minExposure,
    maxExposure: settings.has('BeamCalMaxExposure') ? entered.maxExposure : ofMake.maxExposure,
    minCounts: settings.has('BeamCalMinCounts') ? entered.minCounts : ofMake.minCounts,
    maxCounts: settings.has('BeamCalMaxCounts') ? entered.maxCounts : ofMake.maxCounts,
    favoursMagnification: settings.has('BeamCalFavorMagChanges')
      ? entered.favoursMagnification
      : ofMake.favoursMagnification,
  };
}

function ruleOfFeiCamera(camera: CameraSettings): CameraRules | undefined {
  const type = camera.get('FEICameraType');
  if (type === ceta) return /ceta-?d/i.test(camera.name) ? cetaD : cetaRules;
  return type === falcon4 || type === falcon4i ? falconRules : undefined;
}
