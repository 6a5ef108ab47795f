import type { MagIndex } from '../../core/base';
import { z } from 'zod';
import { Cameras, Stage, StemDetectors, VirtualInstrument, drivenDetectors, lacking } from '../../core/devices';
import { type PluginHost, definePlugin } from '../../core/kernel';
import { imageShiftToBeamShift } from '../../core/optics';
import { Calibrations } from '../../core/store';
import { JeolApertures } from './apertures';
import { JeolDetectorLevels, levelStep } from './detectors/levels';
import { type JeolScanModel, isJeolScanCamera, jeolScanModel, jeolScanTraits } from './detectors/model';
import { JeolScanCamera } from './detectors/scan-camera';
import type { JeolDetectorTransport } from './detectors/transport';
import { type JeolColumn, jeolColumn, rangeOf } from './column';
import { jeolDevices } from './devices';
import { OmegaFilter, omegaFilterModel } from './filter';
import { JeolFreeLenses } from './free-lenses';
import { JeolOpticsDevices } from './optics-devices';
import { JeolScope } from './scope';
import { serializeTransport } from './wires/serial-transport';
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
  detectorWire: z
    .enum(['simulated', 'http', 'replay'])
    .optional()
    .describe(
      'How the STEM detectors are reached that a camera with a PluginName of JEOL names: "simulated" scans with the virtual microscope; "http" speaks to the detector service of TEM Center; "replay" plays back what --record wrote. By default as the column: the service where that is reached by COM.',
    ),
  detectorHost: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe(
      'Address of the computer that TEM Center runs on (detectorWire: http); 172.17.41.1 on many columns that this program does not run on.',
    ),
  detectorPort: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .default(49226)
    .describe('Port of the detector service there (detectorWire: http); 49260 for that of Sightx.'),
  longestExposureSeconds: z
    .number()
    .positive()
    .max(3600)
    .default(300)
    .describe('Seconds on all pixels of the longest scan that is sent to the detector service.'),
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
    const { simulatedJeolWire } = require('./wires/simulated-wire') as typeof import('./wires/simulated-wire');
    return simulatedJeolWire(() => host.need(VirtualInstrument).microscope, host.clock, {
      ranges,
      ...(scan && { scan }),
      projectorShift: imageShiftDeflector === 'PLA',
    });
  },
  com: ({ options: { program, hostCommand, answerTimeoutSeconds, readyTimeoutSeconds } }) => {
    const { comJeolWire } = require('./wires/com-wire') as typeof import('./wires/com-wire');
    return comJeolWire({
      program,
      hostCommand,
      answerLimit: answerTimeoutSeconds,
      readyLimit: readyTimeoutSeconds,
    });
  },
  replay: (host) => host.replay<JeolTransport>(host.options.recording),
};

const detectorWires: Readonly<
  Record<
    NonNullable<Options['detectorWire']>,
    (host: PluginHost<Options>, model: JeolScanModel) => JeolDetectorTransport
  >
> = {
  simulated: (host, model) => {
    const { SimulatedDetectors } = require('./detectors/simulated-wire') as typeof import('./detectors/simulated-wire');
    return new SimulatedDetectors(() => host.need(VirtualInstrument).microscope, host.clock, model);
  },
  http: ({ options: { detectorHost, detectorPort, answerTimeoutSeconds } }) => {
    const { HttpDetectors } = require('./detectors/http-wire') as typeof import('./detectors/http-wire');
    return new HttpDetectors({
      host: detectorHost,
      port: detectorPort,
      answerLimit: answerTimeoutSeconds,
      imageLimit: imageLimitSeconds,
    });
  },
  replay: (host) => host.replay<JeolDetectorTransport>(host.options.recording, detectorPart),
};
/** Seconds that an image may take, and a scan beyond its lines. */
const imageLimitSeconds = 60;
/** Wires of the detectors that go with those of the column. */
const usualDetectorWires = { simulated: 'simulated', com: 'http', replay: 'replay' } as const;
const noDetectors = 'no STEM camera has a PluginName of JEOL, whose detector service this plugin reaches';
/** Name of the second wire in recordings. */
const detectorPart = 'detectors';

/** JEOL columns: lenses, deflectors, alpha and stage. */
export default definePlugin<Options>({
  id: 'jeol',
  summary: 'JEOL columns: lenses, deflectors, alpha, screen, stage and the detectors of scans.',
  options,
  drivesCamera: isJeolScanCamera,
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
          !column.hasOmegaFilter && host.find(Cameras)?.selected.traits.behindFilter === true,
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
    provideDetectors(host);
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

/** Provides the STEM camera of the detector service, for a site that has one. */
function provideDetectors(host: PluginHost<Options>): void {
  const { settings, clock, options: given } = host;
  const camera = settings.cameras.find(isJeolScanCamera);
  if (!camera) {
    host.provideDevices([lacking(StemDetectors, noDetectors)]);
    return;
  }
  const model = jeolScanModel(camera, settings, given.longestExposureSeconds);
  const wire = given.detectorWire ?? usualDetectorWires[given.wire];
  const transport = host.record(detectorWires[wire](host, model), detectorPart);
  const scanCamera = new JeolScanCamera(jeolScanTraits(model), model, transport, clock);
  host.provideCamera(scanCamera);
  const levels = new JeolDetectorLevels(transport, clock, model.insertDelay);
  host.provide(StemDetectors, drivenDetectors(model.detectors, levels, levelStep));
  host.connect(model.name, async (signal) => {
    await transport.open(signal);
    try {
      await scanCamera.connect();
    } catch (error) {
      await transport.close();
      throw error;
    }
    return async () => {
      await scanCamera.stop();
      scanCamera.disconnect();
      await transport.close();
    };
  });
}
