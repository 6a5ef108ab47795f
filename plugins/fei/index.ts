import { z } from 'zod';
import { Stage, StageSpeed, VirtualInstrument, driven } from '../../core/devices';
import { type PluginHost, definePlugin } from '../../core/kernel';
import { Calibrations } from '../../core/store';
import { feiColumn } from './column';
import { feiDevices } from './devices';
import { guardTransport } from './wires/guarded-transport';
import { FeiScope } from './scope';
import { FeiStage } from './stage';
import { FeiStageSpeed } from './stage-speed';
import type { FeiTransport } from './transport';

const options = z.strictObject({
  wire: z
    .enum(['simulated', 'com', 'temscript', 'replay'])
    .default('simulated')
    .describe(
      'How the column is reached: "simulated" drives the virtual microscope of the simulator plugin; "com" speaks to the scripting of FEI on the microscope computer that this program runs on; "temscript" speaks to the HTTP server of temscript on the microscope computer; "replay" plays back what --record wrote.',
    ),
  recording: z
    .string()
    .min(1)
    .optional()
    .describe('File that --record wrote (wire: replay), named from the folder of this file.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address of the microscope computer (wire: temscript).'),
  port: z.number().int().min(1).max(65535).default(8080).describe('Port of the server there (wire: temscript).'),
  answerTimeoutSeconds: z
    .number()
    .positive()
    .max(29)
    .default(25)
    .describe(
      'Seconds to wait for the answer to what does not move anything (wire: com or temscript). The server of temscript answers nothing while a camera exposes.',
    ),
  program: z
    .string()
    .min(1)
    .default('TEMScripting.Instrument.1')
    .describe("Name under which FEI's scripting is registered (wire: com); Tecnai.Instrument on old columns."),
  hostCommand: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Program, and what it is given, that runs the process that speaks to the column (wire: com); the Node that runs this program by default.',
    ),
  objectiveApertures: z
    .array(z.number().int().positive().max(1000))
    .default([])
    .describe(
      'Sizes of the motorized objective apertures in micrometres; the condenser ones are those of C2ApertureSizes.',
    ),
  model: z
    .string()
    .min(1)
    .default('FEI / Thermo Fisher')
    .describe('What the column is called in messages and in the history of calibrations.'),
});
type Options = z.infer<typeof options>;

// Loaded only when a site uses it, so that nobody pays for the wire of somebody else.
const wires: Readonly<Record<Options['wire'], (host: PluginHost<Options>) => FeiTransport>> = {
  simulated: (host) => {
    const { simulatedFeiWire } = require('./wires/simulated-wire') as typeof import('./wires/simulated-wire');
    return simulatedFeiWire(() => host.need(VirtualInstrument).microscope, host.clock);
  },
  com: ({ settings, options: { program, hostCommand, answerTimeoutSeconds } }) => {
    const { comFeiWire } = require('./wires/com-wire') as typeof import('./wires/com-wire');
    return comFeiWire({
      program,
      hostCommand,
      answerLimit: answerTimeoutSeconds,
      stageTimeoutFactor: settings.get('StageTimeoutFactor'),
    });
  },
  temscript: ({ settings, options: { host, port, answerTimeoutSeconds } }) => {
    const { temscriptFeiWire } = require('./wires/temscript-wire') as typeof import('./wires/temscript-wire');
    return temscriptFeiWire({
      host,
      port,
      answerLimit: answerTimeoutSeconds,
      stageTimeoutFactor: settings.get('StageTimeoutFactor'),
    });
  },
  replay: (host) => host.replay<FeiTransport>(host.options.recording),
};

/** FEI and Thermo Fisher columns: lenses, deflectors and stage. */
export default definePlugin<Options>({
  id: 'fei',
  summary: 'FEI and Thermo Fisher columns: lenses, deflectors, screen and stage.',
  options,
  apply(host) {
    const { settings, clock } = host;
    const column = feiColumn(settings, host.options.model, host.options.objectiveApertures);
    const transport = guardTransport(host.record(wires[host.options.wire](host)), column.stageTimeoutFactor);
    const scope = new FeiScope(transport, column, clock, () => host.find(Calibrations));
    const speed = new FeiStageSpeed();
    host.provideDevices([...feiDevices(scope, transport, column), driven(StageSpeed, speed)]);
    host.provide(Stage, new FeiStage(transport, column, clock, speed));
    host.versions(async (signal) => transport.getVersions?.(signal) ?? {});
    host.connect(column.model, async (signal) => {
      await transport.open(signal);
      return () => transport.close();
    });
  },
});
