import type { BuiltInPlugins } from '../core/kernel';

/** The plugins that come with the program. Each is loaded only when a site names it, so that nobody pays for a vendor they do not have. */
export const builtInPlugins: BuiltInPlugins = {
  fei: () => require('../plugins/fei'),
  jeol: () => require('../plugins/jeol'),
  hitachi: () => require('../plugins/hitachi'),
  'gatan-k2k3': () => require('../plugins/gatan-k2k3'),
  'falcon-ceta': () => require('../plugins/falcon-ceta'),
  simulator: () => require('../plugins/simulator'),
  calibrations: () => require('../plugins/calibrations'),
  terminal: () => require('../plugins/terminal'),
};
