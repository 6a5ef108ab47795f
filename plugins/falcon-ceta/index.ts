import { z } from 'zod';
import { EucentricError } from '../../core/base';
import { definePlugin } from '../../core/kernel';

const options = z.strictObject({
  wire: z.enum(['simulated']).default('simulated').describe('How the cameras are reached; no wire to them is available in this version.'),
});

/** Falcon and Ceta cameras of FEI and Thermo Fisher columns: known to the program, but without a wire to reach them. */
export default definePlugin<z.infer<typeof options>>({
  id: 'falcon-ceta',
  summary: 'Falcon and Ceta cameras of FEI and Thermo Fisher columns.',
  options,
  apply(host) {
    host.connect('Falcon and Ceta cameras', () =>
      Promise.reject(
        new EucentricError({
          code: 'plugin/wire-not-available',
          message: `Falcon and Ceta cameras cannot be reached yet: the wire "${host.options.wire}" is not part of this version.`,
          hint: 'Take falcon-ceta out of "plugins:" in the configuration, or use a camera that can be reached, such as one of gatan-k2k3.',
        }),
      ),
    );
  },
});
