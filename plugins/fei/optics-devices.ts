import {
  type Amperes,
  type BeamTiltUnits,
  type Metres,
  type Radians,
  type Vector,
  amperes,
  beamTiltUnits,
  metres,
  radians,
  vector,
} from '../../core/base';
import type {
  BeamTilt,
  CameraLength,
  ProbeAngle,
  CondenserStigmator,
  DiffractionStigmator,
  Driver,
  ImageBeamTilt,
  ObjectiveStigmator,
  ReadableDriver,
  ReportedMagnification,
  ReportedRotation,
  ScreenCurrent,
  SettingDriver,
} from '../../core/devices';
import { type FeiTransport, type RawPair, imagingMode } from './transport';

type Read<Value> = (signal?: AbortSignal) => Promise<Value>;
type WritePair = (x: number, y: number, signal?: AbortSignal) => Promise<void>;

/** Tilts, stigmators and displays of an FEI column, each of which is one property of its scripting. */
export class FeiOpticsDevices
  implements
    Driver<BeamTilt>,
    Driver<ImageBeamTilt>,
    Driver<ObjectiveStigmator>,
    Driver<CondenserStigmator>,
    Driver<DiffractionStigmator>,
    Driver<ScreenCurrent>,
    Driver<ReportedMagnification>,
    Driver<ReportedRotation>,
    Driver<CameraLength>,
    Driver<ProbeAngle>
{
  readonly beamTilt: SettingDriver<Vector<BeamTiltUnits>>;
  readonly imageBeamTilt: SettingDriver<Vector<BeamTiltUnits>>;
  readonly objectiveStigmator: SettingDriver<Vector>;
  readonly condenserStigmator: SettingDriver<Vector>;
  readonly diffractionStigmator: SettingDriver<Vector>;
  readonly screenCurrent: ReadableDriver<Amperes>;
  readonly reportedMagnification: ReadableDriver<number>;
  readonly reportedRotation: ReadableDriver<Radians>;
  readonly cameraLength: ReadableDriver<Metres>;
  readonly probeAngle: ReadableDriver<Radians>;

  constructor(transport: FeiTransport) {
    this.beamTilt = tilt(
      (signal) => transport.getBeamTilt(signal),
      (x, y, signal) => transport.setBeamTilt(x, y, signal),
    );
    this.imageBeamTilt = tilt(
      (signal) => transport.getImageBeamTilt(signal),
      (x, y, signal) => transport.setImageBeamTilt(x, y, signal),
    );
    this.objectiveStigmator = stigmator(
      (signal) => transport.getObjectiveStigmator(signal),
      (x, y, signal) => transport.setObjectiveStigmator(x, y, signal),
    );
    this.condenserStigmator = stigmator(
      (signal) => transport.getCondenserStigmator(signal),
      (x, y, signal) => transport.setCondenserStigmator(x, y, signal),
    );
    this.diffractionStigmator = stigmator(
      (signal) => transport.getDiffractionStigmator(signal),
      (x, y, signal) => transport.setDiffractionStigmator(x, y, signal),
    );
    const diffracts: Read<boolean> = async (signal) =>
      (await transport.getImagingMode(signal)) === imagingMode.diffraction;
    this.screenCurrent = { read: async (signal) => amperes(await transport.getScreenCurrent(signal)) };
    // In diffraction and outside it the column may go on reporting what was there before.
    this.reportedMagnification = {
      read: async (signal) => ((await diffracts(signal)) ? 0 : transport.getMagnification(signal)),
    };
    this.probeAngle = { read: async (signal) => radians(await transport.getConvergenceAngle(signal)) };
    this.reportedRotation = { read: async (signal) => radians(await transport.getImageRotation(signal)) };
    this.cameraLength = {
      read: async (signal) => metres((await diffracts(signal)) ? await transport.getCameraLength(signal) : 0),
    };
  }
}

const tilt = (read: Read<RawPair>, write: WritePair): SettingDriver<Vector<BeamTiltUnits>> => ({
  read: async (signal) => {
    const { x, y } = await read(signal);
    return vector(beamTiltUnits(x), beamTiltUnits(y));
  },
  write: ({ x, y }, signal) => write(x, y, signal),
  unit: 'mrad',
});

const stigmator = (read: Read<RawPair>, write: WritePair): SettingDriver<Vector> => ({
  read,
  write: ({ x, y }, signal) => write(x, y, signal),
});
