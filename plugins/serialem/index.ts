import { z } from 'zod';
import { Stage, VirtualInstrument } from '../../core/devices';
import { type PluginHost, definePlugin } from '../../core/kernel';
import type { CameraSettings } from '../../core/settings';
import { serialEmColumn } from './column';
import { serialEmDevices, serialEmLensDevices } from './devices';
import { SerialEmCamera, traitsOf } from './cameras/camera';
import { SerialEmCondenserDevices } from './condenser-devices';
import { type SerialEmCameraModel, isThroughSerialEm, serialEmCameraModel } from './cameras/camera-model';
import { SerialEmFilter, serialEmFilterLimits } from './filter';
import { SerialEmOpticsDevices } from './optics-devices';
import { SerialEmScope } from './scope';
import { SerialEmScript } from './script';
import { SerialEmStage } from './stage';
import type { SerialEmTransport } from './transport';
import { Turns } from '../../wires';

const options = z.strictObject({
  wire: z
    .enum(['simulated', 'socket', 'replay'])
    .default('simulated')
    .describe(
      'How SerialEM is reached: "simulated" answers its commands from the virtual microscope of the simulator plugin; "socket" connects to a running SerialEM that lets itself be controlled (EnableExternalPython); "replay" plays back what --record wrote.',
    ),
  recording: z
    .string()
    .min(1)
    .optional()
    .describe('File that --record wrote (wire: replay), named from the folder of this file.'),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address of the computer that SerialEM runs on (wire: socket).'),
  port: z.number().int().min(1).max(65535).default(48888).describe('Port of its server for Python (wire: socket).'),
  connectTimeoutSeconds: z
    .number()
    .positive()
    .max(600)
    .default(5)
    .describe('Seconds to wait for the connection (wire: socket).'),
  answerTimeoutSeconds: z
    .number()
    .positive()
    .max(600)
    .default(30)
    .describe('Seconds to wait for what does not move anything (wire: socket).'),
  cameras: z
    .union([z.literal('all'), z.array(z.number().int().min(0).max(11))])
    .default([])
    .describe(
      'Camera numbers of this file whose images SerialEM takes, or "all" that no other plugin is named for; its properties must list the same cameras in the same order.',
    ),
  parameterSet: z
    .enum(['View', 'Focus', 'Trial', 'Record', 'Preview'])
    .default('Record')
    .describe('Parameters of SerialEM that are changed for each image, and put back after it.'),
  imageTimeoutSeconds: z
    .number()
    .positive()
    .max(3600)
    .default(60)
    .describe('Seconds to wait for an image beyond startup, settling and exposure.'),
  longestExposureSeconds: z
    .number()
    .positive()
    .max(3600)
    .default(60)
    .describe('Seconds of the longest exposure that SerialEM is asked for.'),
  model: z
    .string()
    .min(1)
    .default('column behind SerialEM')
    .describe('What the column is called in messages and in the history of calibrations.'),
  alphas: z
    .number()
    .int()
    .min(0)
    .max(15)
    .default(0)
    .describe('Number of alphas of a JEOL column; 0 for a column without alpha.'),
  apertures: z
    .boolean()
    .default(false)
    .describe(
      'Whether SerialEM drives the apertures and reports their sizes in micrometres; those of the condenser stand in C2ApertureSizes.',
    ),
  objectiveApertures: z
    .array(z.number().int().positive().max(1000))
    .default([])
    .describe('Sizes of the objective apertures in micrometres, where "apertures" is true.'),
  highestSpotIsBrightest: z
    .boolean()
    .default(false)
    .describe('Whether a higher spot size is brighter, as on Hitachi columns.'),
  probeModes: z
    .boolean()
    .default(true)
    .describe('Whether the column has nanoprobe and microprobe, as those of FEI have.'),
  imageBeamTilt: z
    .boolean()
    .default(false)
    .describe('Whether the column has an image-beam tilt, as those of FEI have.'),
  freeLensControl: z
    .boolean()
    .default(false)
    .describe('Whether single lenses can be taken from their programs, as on columns of JEOL.'),
  highTensionKilovolts: z
    .number()
    .positive()
    .max(3000)
    .optional()
    .describe('High tension in kilovolts, which the commands of SerialEM do not tell.'),
});
type Options = z.infer<typeof options>;

// Loaded only when a site uses it, so that nobody pays for the wire of somebody else.
const wires: Readonly<
  Record<Options['wire'], (host: PluginHost<Options>, cameras: readonly SerialEmCameraModel[]) => SerialEmTransport>
> = {
  simulated: (host, cameras) => {
    const { SimulatedSerialEm } = require('./simulated-wire') as typeof import('./simulated-wire');
    return new SimulatedSerialEm(() => host.need(VirtualInstrument).microscope, host.clock, cameras);
  },
  socket: ({ options: { host, port, connectTimeoutSeconds, answerTimeoutSeconds } }) => {
    const { SocketSerialEmWire } = require('./socket-wire') as typeof import('./socket-wire');
    return new SocketSerialEmWire({
      host,
      port,
      connectLimit: connectTimeoutSeconds,
      answerLimit: answerTimeoutSeconds,
    });
  },
  replay: (host) => host.replay<SerialEmTransport>(host.options.recording),
};

/** True for a camera whose images SerialEM takes, by the options of the site. */
const isChosen = (camera: CameraSettings, chosen: Options['cameras']): boolean =>
  chosen === 'all' ? isThroughSerialEm(camera) : chosen.includes(camera.index);

/** The column, the stage and the cameras that a running SerialEM controls. */
export default definePlugin<Options>({
  id: 'serialem',
  summary: 'Any column, stage and camera that a running SerialEM controls, through its socket for Python.',
  options,
  drivesCamera: (camera, _active, given) => given !== undefined && isChosen(camera, given.cameras),
  apply(host) {
    const { settings, clock } = host;
    const column = serialEmColumn(settings, host.options);
    const { cameras: chosen, parameterSet, longestExposureSeconds, imageTimeoutSeconds } = host.options;
    const ours = settings.cameras.filter((camera) => isChosen(camera, chosen));
    const models = ours.map((camera) => serialEmCameraModel(camera, settings.cameras, longestExposureSeconds));
    const transport = host.record(wires[host.options.wire](host, models));
    const script = new SerialEmScript(transport);
    const filtered =
      (settings.get('HasOmegaFilter') || ours.some(({ isGif }) => isGif)) && !settings.get('NoFilterControl');
    host.provideDevices(
      serialEmDevices(
        new SerialEmScope(script, column, clock),
        new SerialEmOpticsDevices(script),
        new SerialEmCondenserDevices(script, column),
        column,
        filtered ? new SerialEmFilter(script, serialEmFilterLimits(settings)) : undefined,
        serialEmLensDevices(script, column),
      ),
    );
    host.provide(Stage, new SerialEmStage(script, column, clock));
    const turns = new Turns('The exposure');
    for (const [at, model] of models.entries())
      host.provideCamera(
        new SerialEmCamera(traitsOf(model, ours[at]!), model, {
          script,
          clock,
          turns,
          parameterSet,
          imageLimit: imageTimeoutSeconds,
        }),
      );
    host.connect(column.model, async (signal) => {
      await transport.open(signal);
      return () => transport.close();
    });
  },
});
