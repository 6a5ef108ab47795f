import { z } from 'zod';
import { EnergyFilter, VirtualInstrument } from '../../core/devices';
import { type PluginHost, definePlugin } from '../../core/kernel';
import { gatanCamera, traitsOf, unsafeStartup } from './camera';
import { type CameraModel, cameraModel, turnsUnclear } from './camera-model';
import { gatanCameras, isDirectDetector, numberCameras } from './gatan-cameras';
import { GatanClient } from './protocol/client';
import { DigiScanCamera, digiScanTraits } from './digiscan';
import { type DigiScanModel, digiScanModel, isDigiScan } from './digiscan-model';
import { gatanErrors } from './errors';
import { GatanFilter, filterModel } from './filter';
import type { GatanTransport } from './transport';

const seconds = (fallback: number): z.ZodDefault<z.ZodNumber> => z.number().positive().max(3600).default(fallback);

const options = z.strictObject({
  wire: z
    .enum(['simulated', 'socket', 'replay'])
    .default('simulated')
    .describe(
      'How the cameras are reached: "simulated" starts a camera server in this program that photographs the virtual microscope; "socket" connects to the SerialEMCCD plugin of DigitalMicrograph; "replay" plays back what --record wrote.',
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
      'Address of the computer that DigitalMicrograph runs on (wire: socket). Without it, the property GatanServerIP; without that, this computer.',
    ),
  port: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe(
      'Port that is set there in SERIALEMCCD_PORT (wire: socket). Without it, the property GatanServerPort, 48890 if not entered.',
    ),
  cameras: z
    .record(z.string().regex(/^\d+$/, 'a camera number is expected'), z.number().int().min(0).max(11))
    .default({})
    .describe(
      'Number in DigitalMicrograph, from 0, of each camera number of this file. Without it, all cameras of DigitalMicrograph are numbered in the order of ActiveCameraList, leaving out IgnoreSocketCameras.',
    ),
  turnedBy: z
    .enum(['server', 'DigitalMicrograph', 'this program'])
    .optional()
    .describe(
      'Who turns and mirrors images by RotationAndFlip: the SerialEMCCD plugin ("server"), DigitalMicrograph because its camera is set up so, or this program. Without it, DigitalMicrograph where DMRotationAndFlip equals RotationAndFlip, else this program.',
    ),
  connectTimeoutSeconds: seconds(5).describe('Seconds to wait for the connection.'),
  parameterTimeoutSeconds: seconds(10).describe('Seconds to wait for the reply to anything but an image.'),
  imageTimeoutSeconds: seconds(30).describe('Seconds to wait for an image beyond startup, settling and exposure.'),
  savingTimeoutSeconds: seconds(300).describe(
    'Seconds to wait for an image beyond that when its frames are saved first.',
  ),
  frameFormat: z
    .enum(['mrc', 'tiff-lzw', 'tiff-zip'])
    .default('mrc')
    .describe('Format of the files that frames are saved in.'),
  energyLossRange: z
    .tuple([z.number().min(-3000), z.number().max(10000)])
    .refine(([least, most]) => least <= 0 && most >= 0, 'a range that includes 0 is expected')
    .default([-200, 3000])
    .describe('Least and most energy loss in electronvolts that is sent to the filter of a GIF.'),
  correlatedDoubleSampling: z
    .boolean()
    .default(false)
    .describe(
      'Whether a K3 reads itself twice for each readout and takes the difference (DigitalMicrograph 3.31 build 2270 or newer); its readouts then take twice the time.',
    ),
  longestExposureSeconds: seconds(300).describe('Seconds of the longest exposure that is sent to a camera.'),
});
type Options = z.infer<typeof options>;

const serverName = 'DigitalMicrograph';
const milliseconds = (duration: number): number => 1000 * duration;
/** Version of the server's plugin that knows each detector. */
const neededVersions: Readonly<Record<CameraModel['detector'], number>> = {
  'K2 Summit': 101,
  'K2 Base': 101,
  K3: 108,
  OneView: 104,
  Metro: 104,
  CCD: 1,
};
/** Versions that know correlated double sampling: of the server's plugin, and of DigitalMicrograph and its build. */
const doubleSampling = { plugin: 113, version: 50301, build: 2270 } as const;

// Loaded only when a site uses it, so that a real instrument never loads the simulation.
const wires: Readonly<
  Record<
    Options['wire'],
    (host: PluginHost<Options>, models: readonly CameraModel[], scan?: DigiScanModel) => GatanTransport
  >
> = {
  simulated: (host, models, scan) => {
    const { SimulatedWire } = require('./simulated-wire') as typeof import('./simulated-wire');
    return new SimulatedWire(
      () => host.need(VirtualInstrument).microscope,
      models,
      host.clock,
      milliseconds(host.options.connectTimeoutSeconds),
      scan,
      host.settings.get('GIFslitWidthScaling'),
    );
  },
  socket: ({ settings, options: given }) => {
    const { SocketTransport } = require('./protocol/socket-transport') as typeof import('./protocol/socket-transport');
    return new SocketTransport({
      name: serverName,
      host: given.host ?? settings.get('GatanServerIP') ?? '127.0.0.1',
      port: given.port ?? settings.get('GatanServerPort'),
      connectLimit: milliseconds(given.connectTimeoutSeconds),
    });
  },
  replay: (host) => host.replay<GatanTransport>(host.options.recording),
};

/** The cameras of Gatan behind DigitalMicrograph; the name is that of the first ones it knew, and stays for the sites that use it. */
export default definePlugin<Options>({
  id: 'gatan-k2k3',
  summary:
    'Gatan cameras through the SerialEMCCD server in DigitalMicrograph: K2, K3, OneView, Rio, Metro, and CCDs such as Orius and UltraScan.',
  options,
  drivesCamera: (camera, active) => gatanCameras(active).includes(camera) || isDigiScan(camera),
  apply(host) {
    const { settings, clock, log, options: given } = host;
    const ours = gatanCameras(settings.cameras);
    const scanning = settings.cameras.find(isDigiScan);
    if (ours.length === 0 && !scanning) {
      log.warn('No active camera is one of DigitalMicrograph, so this plugin has nothing to do.');
      return;
    }
    const numbers = numberCameras(ours, settings, given.cameras);
    const others = ours.filter((camera) => !isDirectDetector(camera));
    const assumed = ours.filter(isDirectDetector).filter(({ index }) => given.cameras[String(index)] === undefined);
    if (others.length > 0 && assumed.length > 0)
      log.warn(
        `${others.map(({ name }) => name).join(', ')}: counted as cameras of DigitalMicrograph, so there ${assumed.map(({ index, name }) => `${name} is number ${numbers.get(index)!}`).join(', ')}; compare with DigitalMicrograph and set "cameras" in the options of ${host.id}.`,
      );
    const models = ours.map((camera) =>
      cameraModel(camera, settings, {
        number: numbers.get(camera.index)!,
        longestExposure: given.longestExposureSeconds,
        turnedBy: given.turnedBy,
        frameFormat: given.frameFormat,
        doubleSampling: given.correlatedDoubleSampling,
      }),
    );
    for (const camera of given.turnedBy ? [] : ours.filter(turnsUnclear))
      log.warn(
        `${camera.name}: DMRotationAndFlip and RotationAndFlip differ; compare the orientation of an image with DigitalMicrograph and set "turnedBy" in the options of ${host.id}.`,
      );
    for (const warning of models.flatMap((model) => unsafeStartup(model, settings.get('K2MinStartupDelay')) ?? []))
      log.warn(warning);
    const scanModel = scanning && digiScanModel(scanning, settings, given.longestExposureSeconds);
    const client = new GatanClient(
      host.record(wires[given.wire](host, models, scanModel)),
      {
        parameters: milliseconds(given.parameterTimeoutSeconds),
        image: milliseconds(given.imageTimeoutSeconds),
        saving: milliseconds(given.savingTimeoutSeconds),
      },
      log,
    );
    for (const [at, model] of models.entries())
      host.provideCamera(
        gatanCamera(traitsOf(model, ours[at]!, settings.get('K2MinStartupDelay')), model, client, clock),
      );
    const digiScan =
      scanning && scanModel && new DigiScanCamera(digiScanTraits(scanModel, scanning), scanModel, client, clock);
    if (digiScan) host.provideCamera(digiScan);
    if (ours.some((camera) => camera.isGif) && !settings.get('NoFilterControl'))
      host.provide(EnergyFilter, new GatanFilter(client, filterModel(settings, given.energyLossRange), clock, log));
    host.versions(async () => {
      const { server } = client;
      return server
        ? {
            [`${client.name}: SerialEMCCD plugin`]: String(server.pluginVersion),
            [client.name]: `${server.version} build ${server.build}`,
            [`${client.name}: cameras`]: String(server.cameras),
          }
        : {};
    });
    const names = [...models, ...(scanModel ? [scanModel] : [])].map(({ name }) => name);
    host.connect(names.join(' and '), async (signal) => {
      try {
        const server = await client.open(signal);
        for (const model of models) {
          const needed = neededVersions[model.detector];
          if (model.number >= server.cameras)
            throw gatanErrors.tooFewCameras(client.name, server.cameras, model.number, model.name);
          if (server.pluginVersion < needed)
            throw gatanErrors.oldServer(client.name, server.pluginVersion, needed, model.name);
          const { plugin, version, build } = doubleSampling;
          const samplesTwice =
            server.pluginVersion >= plugin &&
            (server.version > version || (server.version === version && server.build >= build));
          if (model.doubleSampling && !samplesTwice) throw gatanErrors.noDoubleSampling(client.name, model.name);
        }
        await digiScan?.connect(signal);
      } catch (error) {
        await client.close();
        throw error;
      }
      return () => client.close();
    });
  },
});
