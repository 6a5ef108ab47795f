import {
  type BeamTiltUnits,
  type Metres,
  type Vector,
  beamTiltUnits,
  metres,
  millimetres,
  vector,
} from '../../core/base';
import type {
  BeamTilt,
  CameraLength,
  CondenserStigmator,
  DiffractionStigmator,
  Driver,
  ObjectiveStigmator,
  ReadableDriver,
  ReportedMagnification,
  SettingDriver,
} from '../../core/devices';
import { jeolErrors } from './errors';
import { type JeolDeflector, type JeolTransport, dacCentre, dacFull, functionModes } from './transport';

/** Metres in the units in which a JEOL column may show a camera length. */
const lengthUnits: Readonly<Record<string, Metres>> = { mm: millimetres(1), cm: millimetres(10), m: metres(1) };

/** Tilt, stigmators and displays of a JEOL column. Deflectors count in steps; people see shares of their range. */
export class JeolOpticsDevices
  implements
    Driver<BeamTilt>,
    Driver<ObjectiveStigmator>,
    Driver<CondenserStigmator>,
    Driver<DiffractionStigmator>,
    Driver<ReportedMagnification>,
    Driver<CameraLength>
{
  readonly beamTilt: SettingDriver<Vector<BeamTiltUnits>>;
  readonly objectiveStigmator: SettingDriver<Vector>;
  readonly condenserStigmator: SettingDriver<Vector>;
  readonly diffractionStigmator: SettingDriver<Vector>;
  readonly reportedMagnification: ReadableDriver<number>;
  readonly cameraLength: ReadableDriver<Metres>;

  constructor(private readonly transport: JeolTransport) {
    this.beamTilt = { ...this.deflector('CLA2', 100, beamTiltUnits), unit: '%' };
    this.objectiveStigmator = this.deflector('OLs', 1, Number);
    this.condenserStigmator = this.deflector('CLs', 1, Number);
    this.diffractionStigmator = this.deflector('ILs', 1, Number);
    // One display shows the magnification or, in diffraction, the camera length.
    this.reportedMagnification = { read: async () => ((await this.diffracts()) ? 0 : this.shownMagnification()) };
    this.cameraLength = { read: async () => ((await this.diffracts()) ? this.shownCameraLength() : metres(0)) };
  }

  /** A deflector whose range from one end to the other is called minus to plus `full`; its centre is 0. */
  private deflector<Unit extends number>(
    name: JeolDeflector,
    full: number,
    inUnits: (value: number) => Unit,
  ): SettingDriver<Vector<Unit>> {
    const step = full / dacCentre;
    const driver: SettingDriver<Vector> = {
      read: async () => {
        const { x, y } = await this.transport.getDeflector(name);
        return vector(inUnits((x - dacCentre) * step), inUnits((y - dacCentre) * step));
      },
      write: ({ x, y }) =>
        this.transport.setDeflector(name, dacCentre + Math.round(x / step), dacCentre + Math.round(y / step)),
      range: [-full, (dacFull - dacCentre) * step],
      deviceStep: vector(step, step),
    };
    return driver as SettingDriver<Vector<Unit>>;
  }

  private async diffracts(): Promise<boolean> {
    return (await this.transport.getFunctionMode()) === functionModes.diffraction;
  }

  private async shownMagnification(): Promise<number> {
    const { value, unit } = await this.transport.getMagValue();
    if (unit.toUpperCase() !== 'X') throw jeolErrors.strangeUnit('a magnification', value, unit);
    return value;
  }

  private async shownCameraLength(): Promise<Metres> {
    const { value, unit } = await this.transport.getMagValue();
    const length = lengthUnits[unit.toLowerCase()];
    if (length === undefined) throw jeolErrors.strangeUnit('a camera length', value, unit);
    return metres(value * length);
  }
}
