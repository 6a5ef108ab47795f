import { z } from 'zod';
import { EucentricError } from '../../core/base';
import { definePlugin } from '../../core/kernel';

const options = z.strictObject({
  wire: z.enum(['simulated']).default('simulated').describe('How the column is reached; no wire to it is available in this version.'),
  model: z.string().min(1).default('JEOL').describe('What the column is called in messages and in the history of calibrations.'),
});

/** JEOL columns: known to the program, but without a wire to reach them. */
export default definePlugin<z.infer<typeof options>>({
  id: 'jeol',
  summary: 'JEOL columns: lenses, deflectors, alpha and stage.',
  options,
  apply(host) {
    host.connect(host.options.model, () =>
      Promise.reject(
        new EucentricError({
          code: 'plugin/wire-not-available',
          message: `${host.options.model} cannot be reached yet: the wire "${host.options.wire}" is not part of this version.`,
          hint: 'Take jeol out of "plugins:" in the configuration, or try the program on config/simulator.yaml.',
        }),
      ),
    );
  },
});
