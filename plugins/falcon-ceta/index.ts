import { z } from 'zod';
import { milliseconds } from '../../core/base';
import { VirtualInstrument } from '../../core/devices';
import { type PluginHost, definePlugin } from '../../core/kernel';
import { FeiCamera, traitsOf } from './camera';
import { type FeiCameraModel, feiCameraModel, isFeiCamera } from './camera-model';
import { FeiScanCamera, scanTraitsOf } from './scan-camera';
import { type FeiScanModel, feiScanModel, isFeiScanCamera } from './scan-model';
import type { FeiCameraTransport } from './transport';

const options = z.strictObject({
  wire: z
    .enum(['simulated', 'com', 'temscript', 'replay'])
    .default('simulated')
    .describe(
      'How the cameras are reached: "simulated" takes pictures of the virtual microscope of the simulator plugin; "com" speaks to the scripting of FEI on the microscope computer that this program runs on; "temscript" speaks to the HTTP server of temscript on the microscope computer (standard scripting: no counting, no fractions); "replay" plays back what --record wrote.',
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
    .max(600)
    .default(25)
    .describe('Seconds to wait for the answer to anything but an image (wire: com or temscript).'),
  longestExposureSeconds: z
    .number()
    .positive()
    .max(3600)
    .default(60)
    .describe(
      'Seconds of the longest exposure that is sent to a camera (wire: com or temscript), where the server does not tell.',
    ),
  program: z
    .string()
    .min(1)
    .default('TEMScripting.Instrument.1')
    .describe('Name under which the standard scripting of FEI is registered (wire: com).'),
  advancedProgram: z
    .string()
    .default('TEMAdvancedScripting.AdvancedInstrument.2')
    .describe(
      'Name under which the advanced scripting of FEI is registered (wire: com), which Falcon 3 and 4 and counting need; empty to use the standard scripting alone.',
    ),
  hostCommand: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Program, and what it is given, that runs the process that speaks to the cameras (wire: com); the Node that runs this program by default.',
    ),
});
type Options = z.infer<typeof options>;

/** Seconds that an image may take beyond its exposure; a little less than the camera waits. */
const imageLimitSeconds = 55;

// Loaded only when a site uses it, so that nobody pays for the wire of somebody else.
const wires: Readonly<
  Record<
    Options['wire'],
    (host: PluginHost<Options>, models: readonly FeiCameraModel[], scan?: FeiScanModel) => FeiCameraTransport
  >
> = {
  simulated: (host, models, scan) => {
    const { SimulatedFeiCameras } = require('./simulated-wire') as typeof import('./simulated-wire');
    return new SimulatedFeiCameras(() => host.need(VirtualInstrument).microscope, host.clock, models, scan);
  },
  com: ({ options: { program, advancedProgram, hostCommand, answerTimeoutSeconds, longestExposureSeconds } }) => {
    const { ComCamerasWire } = require('./com-wire') as typeof import('./com-wire');
    return new ComCamerasWire({
      program,
      advancedProgram,
      hostCommand,
      answerLimit: answerTimeoutSeconds,
      imageLimit: imageLimitSeconds,
      longestExposure: longestExposureSeconds,
    });
  },
  temscript: ({ options: { host, port, answerTimeoutSeconds, longestExposureSeconds } }) => {
    const { TemscriptCameras } = require('./temscript-wire') as typeof import('./temscript-wire');
    return new TemscriptCameras({
      host,
      port,
      answerLimit: answerTimeoutSeconds,
      imageLimit: imageLimitSeconds,
      longestExposure: longestExposureSeconds,
    });
  },
  replay: (host) => host.replay<FeiCameraTransport>(host.options.recording),
};

/** Falcon, Ceta and Eagle cameras of FEI and Thermo Fisher columns. */
export default definePlugin<Options>({
  id: 'falcon-ceta',
  summary: 'Falcon, Ceta and Eagle cameras of FEI and Thermo Fisher columns.',
  options,
  drivesCamera: (camera) => isFeiCamera(camera) || isFeiScanCamera(camera),
  apply(host) {
    const { settings, clock, log, hooks } = host;
    const ours = settings.cameras.filter(isFeiCamera);
    const scanning = settings.cameras.find(isFeiScanCamera);
    if (ours.length === 0 && !scanning) {
      log.warn('No active camera has a FEICameraType, so this plugin has nothing to do.');
      return;
    }
    const models = ours.map((camera) => feiCameraModel(camera, settings));
    const scanModel = scanning && feiScanModel(scanning, host.options.longestExposureSeconds);
    const transport = host.record(wires[host.options.wire](host, models, scanModel));
    const cameras = models.map((model, at) => new FeiCamera(traitsOf(model, ours[at]!), model, transport, clock));
    for (const camera of cameras) host.provideCamera(camera);
    const scanCamera = scanModel && new FeiScanCamera(scanTraitsOf(scanModel, transport), scanModel, transport, clock);
    if (scanCamera) host.provideCamera(scanCamera);

    const delay = milliseconds(settings.get('FalconPostMagDelay'));
    hooks.didChangeMagnification.tap(() => {
      for (const [at, { detector }] of models.entries())
        if (detector.startsWith('Falcon')) cameras[at]!.holdUntil(clock.now() + delay);
    });

    const names = [...models, ...(scanModel ? [scanModel] : [])].map(({ name }) => name);
    host.connect(names.join(' and '), async (signal) => {
      await transport.open(signal);
      try {
        for (const camera of cameras) await camera.connect();
        scanCamera?.connect();
      } catch (error) {
        await transport.close();
        throw error;
      }
      return async () => {
        for (const camera of cameras) {
          await camera.stop();
          camera.disconnect();
        }
        await scanCamera?.stop();
        scanCamera?.disconnect();
        await transport.close();
      };
    });
  },
});
