import { z } from 'zod';
import { NeutralImageShift, Scope, Stage, VirtualInstrument } from '../../core/devices';
import { type PluginHost, definePlugin } from '../../core/kernel';
import { imageShiftToBeamShift } from '../../core/optics';
import { Calibrations } from '../../core/store';
import { type HitachiColumn, hitachiColumn } from './column';
import { HitachiProtocol } from './protocol';
import { HitachiScope } from './scope';
import { HitachiStage } from './stage';
import type { HitachiTransport } from './transport';

const options = z.strictObject({
  wire: z.enum(['simulated']).default('simulated').describe('How the column is reached: "simulated" drives the virtual microscope of the simulator plugin.'),
  model: z.string().min(1).default('Hitachi').describe('What the column is called in messages and in the history of calibrations.'),
});
type Options = z.infer<typeof options>;

// Loaded only when a site uses it, so that nobody pays for the wire of somebody else.
const wires: Readonly<Record<Options['wire'], (host: PluginHost<Options>, column: HitachiColumn) => HitachiTransport>> = {
  simulated: (host, column) => {
    const { SimulatedHitachiWire } = require('./simulated-wire') as typeof import('./simulated-wire');
    return new SimulatedHitachiWire(() => host.need(VirtualInstrument).microscope, host.clock, column);
  },
};

/** Hitachi columns: lenses, coils, screen and stage. */
export default definePlugin<Options>({
  id: 'hitachi',
  summary: 'Hitachi columns: lenses, coils, screen and stage.',
  options,
  apply(host) {
    const { settings, clock } = host;
    const column = hitachiColumn(settings, host.options.model);
    const transport = wires[host.options.wire](host, column);
    const protocol = new HitachiProtocol(transport, clock);
    const scope = new HitachiScope(protocol, column, {
      clock,
      imageToBeam: ({ index, range }) => {
        const calibrations = host.find(Calibrations);
        const comparable = new Set(column.magnifications.filter((each) => each.range === range).map((each) => each.index));
        return calibrations && imageShiftToBeamShift(calibrations, index, (other) => comparable.has(other));
      },
    });
    host.provide(Scope, scope);
    host.provide(NeutralImageShift, scope);
    host.provide(Stage, new HitachiStage(protocol, column, clock));
    host.connect(column.model, async (signal) => {
      await transport.open(signal);
      await scope.start();
      return () => transport.close();
    });
  },
});
