import type { BuiltInPlugins } from '../core/kernel';

/** The plugins that come with the program. Each is loaded only when a site names it, so that nobody pays for a vendor they do not have. */
export const builtInPlugins: BuiltInPlugins = {
  fei: (): unknown => require('../plugins/fei'),
  jeol: (): unknown => require('../plugins/jeol'),
  hitachi: (): unknown => require('../plugins/hitachi'),
  'gatan-k2k3': (): unknown => require('../plugins/gatan-k2k3'),
  'falcon-ceta': (): unknown => require('../plugins/falcon-ceta'),
  serialem: (): unknown => require('../plugins/serialem'),
  simulator: (): unknown => require('../plugins/simulator'),
  calibrations: (): unknown => require('../plugins/calibrations'),
  console: (): unknown => require('../plugins/console'),
  terminal: (): unknown => require('../plugins/terminal'),
};
