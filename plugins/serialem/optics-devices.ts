import {
  type Amperes,
  type BeamTiltUnits,
  type Metres,
  type Vector,
  amperes,
  beamTiltUnits,
  metres,
  vector,
} from '../../core/base';
import type {
  BeamTilt,
  CameraLength,
  CondenserStigmator,
  Driver,
  ImageBeamTilt,
  ObjectiveStigmator,
  ReadableDriver,
  ScreenCurrent,
  SettingDriver,
} from '../../core/devices';
import type { SerialEmScript } from './script';
import type { CommandName } from './transport';

const amperesPerNanoampere = 1e-9;

/** Tilts, stigmators and displays of a column as SerialEM's commands show them. */
export class SerialEmOpticsDevices
  implements
    Driver<BeamTilt>,
    Driver<ImageBeamTilt>,
    Driver<ObjectiveStigmator>,
    Driver<CondenserStigmator>,
    Driver<ScreenCurrent>,
    Driver<CameraLength>
{
  readonly beamTilt: SettingDriver<Vector<BeamTiltUnits>>;
  readonly imageBeamTilt: SettingDriver<Vector<BeamTiltUnits>>;
  readonly objectiveStigmator: SettingDriver<Vector>;
  readonly condenserStigmator: SettingDriver<Vector>;
  readonly screenCurrent: ReadableDriver<Amperes>;
  readonly cameraLength: ReadableDriver<Metres>;

  constructor(private readonly script: SerialEmScript) {
    this.beamTilt = this.pair('ReportBeamTilt', 'SetBeamTilt', beamTiltUnits);
    // Only FEI columns have one.
    this.imageBeamTilt = { ...this.pair('ReportImageBeamTilt', 'SetImageBeamTilt', beamTiltUnits), unit: 'mrad' };
    this.objectiveStigmator = this.pair('ReportObjectiveStigmator', 'SetObjectiveStigmator', Number);
    this.condenserStigmator = this.pair('ReportCondenserStigmator', 'SetCondenserStigmator', Number);
    this.screenCurrent = {
      read: async (signal) => amperes(amperesPerNanoampere * (await script.number('ReportScreenCurrent', signal))),
    };
    this.cameraLength = { read: async (signal) => metres(await script.number('ReportCameraLength', signal)) };
  }

  private pair<Unit extends number>(
    report: CommandName,
    set: CommandName,
    inUnits: (value: number) => Unit,
  ): SettingDriver<Vector<Unit>> {
    const driver: SettingDriver<Vector> = {
      read: async (signal) => {
        const [x = 0, y = 0] = await this.script.report(report, 2, signal);
        return vector(inUnits(x), inUnits(y));
      },
      write: ({ x, y }, signal) => this.script.do(set, [x, y], { ...(signal && { signal }) }),
    };
    return driver as SettingDriver<Vector<Unit>>;
  }
}
