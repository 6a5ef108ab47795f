import type { MagIndex } from '../../core/base';
import { z } from 'zod';
import { Stage, VirtualInstrument } from '../../core/devices';
import { type PluginHost, definePlugin } from '../../core/kernel';
import { imageShiftToBeamShift } from '../../core/optics';
import { Calibrations } from '../../core/store';
import { JeolApertures } from './apertures';
import { type JeolColumn, jeolColumn, rangeOf } from './column';
import { jeolDevices } from './devices';
import { OmegaFilter, omegaFilterModel } from './filter';
import { JeolFreeLenses } from './free-lenses';
import { JeolOpticsDevices } from './optics-devices';
import { JeolScope } from './scope';
import { serializeTransport } from './serial-transport';
import { JeolStage } from './stage';
import type { JeolTransport } from './transport';

const options = z.strictObject({
  wire: z
    .enum(['simulated', 'com', 'replay'])
    .default('simulated')
    .describe(
      'How the column is reached: "simulated" drives the virtual microscope of the simulator plugin; "com" speaks to the external control of JEOL (TEMExt) on the computer of the column that this program runs on; "replay" plays back what --record wrote.',
    ),
  recording: z
    .string()
    .min(1)
    .optional()
    .describe('File that --record wrote (wire: replay), named from the folder of this file.'),
  program: z
    .string()
    .min(1)
    .default('TEMExt.TEM3')
    .describe('Name under which the external control of JEOL is registered (wire: com).'),
  hostCommand: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Program, and what it is given, that runs the process that speaks to the column (wire: com); the Node that runs this program by default.',
    ),
  answerTimeoutSeconds: z
    .number()
    .positive()
    .max(29)
    .default(25)
    .describe('Seconds to wait for the answer to a call (wire: com).'),
  readyTimeoutSeconds: z
    .number()
    .positive()
    .max(60)
    .default(30)
    .describe('Seconds that the column may take to be ready for external control (wire: com).'),
  model: z
    .string()
    .min(1)
    .default('JEOL')
    .describe('What the column is called in messages and in the history of calibrations.'),
});
type Options = z.infer<typeof options>;

// Loaded only when a site uses it, so that nobody pays for the wire of somebody else.
const wires: Readonly<Record<Options['wire'], (host: PluginHost<Options>, column: JeolColumn) => JeolTransport>> = {
  simulated: (host, { ranges, scan, imageShiftDeflector }) => {
    const { simulatedJeolWire } = require('./simulated-wire') as typeof import('./simulated-wire');
    return simulatedJeolWire(() => host.need(VirtualInstrument).microscope, host.clock, {
      ranges,
      ...(scan && { scan }),
      projectorShift: imageShiftDeflector === 'PLA',
    });
  },
  com: ({ options: { program, hostCommand, answerTimeoutSeconds, readyTimeoutSeconds } }) => {
    const { comJeolWire } = require('./com-wire') as typeof import('./com-wire');
    return comJeolWire({
      program,
      hostCommand,
      answerLimit: answerTimeoutSeconds,
      readyLimit: readyTimeoutSeconds,
    });
  },
  replay: (host) => host.replay<JeolTransport>(host.options.recording),
};

/** JEOL columns: lenses, deflectors, alpha and stage. */
export default definePlugin<Options>({
  id: 'jeol',
  summary: 'JEOL columns: lenses, deflectors, alpha, screen and stage.',
  options,
  apply(host) {
    const { settings, clock } = host;
    const column = jeolColumn(settings, host.options.model);
    const transport = serializeTransport(host.record(wires[host.options.wire](host, column)), clock);
    const imageToBeam = (magIndex: MagIndex, alpha: number) => {
      const calibrations = host.find(Calibrations);
      return (
        calibrations &&
        imageShiftToBeamShift(
          calibrations,
          magIndex,
          (other) => rangeOf(column, other) === rangeOf(column, magIndex),
          alpha,
        )
      );
    };
    const scope = new JeolScope(transport, column, { clock, imageToBeam });
    const filter = column.hasFilter ? new OmegaFilter(transport, omegaFilterModel(settings), clock) : undefined;
    const apertures = new JeolApertures(transport, column, clock);
    host.provideDevices(
      jeolDevices(scope, new JeolOpticsDevices(transport), new JeolFreeLenses(transport), filter, apertures, column),
    );
    host.provide(Stage, new JeolStage(transport, column, clock));
    host.connect(column.model, async (signal) => {
      await transport.open(signal);
      await scope.start();
      if (settings.has('JeolLensRelaxProgram'))
        host.log.warn(
          'The lens-relaxation programs of JeolLensRelaxProgram are not run: lenses are left to the column.',
        );
      return () => transport.close();
    });
  },
});
