import { magIndex } from '../../core/base';
import { z } from 'zod';
import { Stage, VirtualInstrument } from '../../core/devices';
import { type PluginHost, definePlugin } from '../../core/kernel';
import { imageShiftToBeamShift, stepsOfBaseFocus } from '../../core/optics';
import { Calibrations } from '../../core/store';
import { type HitachiColumn, hitachiColumn } from './column';
import { hitachiDevices } from './devices';
import { HitachiProtocol } from './protocol';
import { HitachiOpticsDevices } from './optics-devices';
import { HitachiScope } from './scope';
import { HitachiStage } from './stage';
import type { HitachiTransport } from './transport';

const options = z.strictObject({
  wire: z
    .enum(['simulated', 'tcp', 'replay'])
    .default('simulated')
    .describe(
      'How the column is reached: "simulated" drives the virtual microscope of the simulator plugin; "tcp" speaks to the external control of the column; "replay" plays back what --record wrote.',
    ),
  recording: z
    .string()
    .min(1)
    .optional()
    .describe('File that --record wrote (wire: replay), named from the folder of this file.'),
  host: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Address of the column (wire: tcp). Without it, the property HitachiIPaddress, 192.168.10.1 if not entered.',
    ),
  port: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('Port of the column (wire: tcp). Without it, the property HitachiPort, 12050 if not entered.'),
  connectTimeoutSeconds: z
    .number()
    .positive()
    .max(600)
    .default(5)
    .describe('Seconds to wait for the connection (wire: tcp).'),
  answerTimeoutSeconds: z
    .number()
    .positive()
    .max(600)
    .default(10)
    .describe('Seconds to wait for the answer to a line.'),
  model: z
    .string()
    .min(1)
    .default('Hitachi')
    .describe('What the column is called in messages and in the history of calibrations.'),
});
type Options = z.infer<typeof options>;

// Loaded only when a site uses it, so that nobody pays for the wire of somebody else.
const wires: Readonly<Record<Options['wire'], (host: PluginHost<Options>, column: HitachiColumn) => HitachiTransport>> =
  {
    simulated: (host, column) => {
      const { SimulatedHitachiWire } = require('./simulated-wire') as typeof import('./simulated-wire');
      return new SimulatedHitachiWire(() => host.need(VirtualInstrument).microscope, host.clock, column);
    },
    tcp: ({ settings, options: given }) => {
      const { TcpHitachiWire } = require('./tcp-wire') as typeof import('./tcp-wire');
      return new TcpHitachiWire({
        host: given.host ?? settings.get('HitachiIPaddress'),
        port: given.port ?? Number(settings.get('HitachiPort')),
        connectLimit: 1000 * given.connectTimeoutSeconds,
        answerLimit: 1000 * given.answerTimeoutSeconds,
      });
    },
    replay: (host) => host.replay<HitachiTransport>(host.options.recording),
  };

/** Hitachi columns: lenses, coils, screen and stage. */
export default definePlugin<Options>({
  id: 'hitachi',
  summary: 'Hitachi columns: lenses, coils, screen and stage.',
  options,
  apply(host) {
    const { settings, clock } = host;
    const column = hitachiColumn(settings, host.options.model);
    const transport = host.record(wires[host.options.wire](host, column));
    // The wire knows better why an answer does not come, and may have to connect first.
    const protocol = new HitachiProtocol(
      transport,
      clock,
      host.options.answerTimeoutSeconds + host.options.connectTimeoutSeconds + 1,
    );
    const scope = new HitachiScope(protocol, column, {
      clock,
      imageToBeam: ({ index, range }) => {
        const calibrations = host.find(Calibrations);
        const comparable = new Set<number>(
          column.magnifications.filter((each) => each.range === range).map((each) => each.index),
        );
        return calibrations && imageShiftToBeamShift(calibrations, magIndex(index), (other) => comparable.has(other));
      },
      baseFocus: () =>
        new Map(
          host
            .find(Calibrations)
            ?.records('HitachiBaseFocus')
            .all()
            .map((each) => [each.magIndex, each.lensValue / stepsOfBaseFocus]),
        ),
    });
    host.provideDevices(hitachiDevices(scope, new HitachiOpticsDevices(protocol)));
    host.provide(Stage, new HitachiStage(protocol, column, clock));
    host.connect(column.model, async (signal) => {
      await transport.open(signal);
      try {
        await scope.start();
      } catch (error) {
        await transport.close();
        throw error;
      }
      return () => transport.close();
    });
  },
});
