import { type BeamTiltUnits, type Vector, beamTiltUnits, vector } from '../../core/base';
import type { BeamTilt, CondenserStigmator, Driver, ObjectiveStigmator, SettingDriver } from '../../core/devices';
import { type HitachiCoil, type HitachiProtocol, coilStep } from './protocol';

/** Tilt and stigmators of a Hitachi column: coils that go from -1 to 1. The tilt is counted in percent, as SerialEM counts it. */
export class HitachiOpticsDevices implements Driver<BeamTilt>, Driver<ObjectiveStigmator>, Driver<CondenserStigmator> {
  readonly beamTilt: SettingDriver<Vector<BeamTiltUnits>>;
  readonly objectiveStigmator: SettingDriver<Vector>;
  readonly condenserStigmator: SettingDriver<Vector>;

  constructor(private readonly protocol: HitachiProtocol) {
    this.beamTilt = { ...this.coil('BT', 100, beamTiltUnits), unit: '%' };
    this.objectiveStigmator = this.coil('OS', 1, Number);
    this.condenserStigmator = this.coil('CS', 1, Number);
  }

  /** A coil whose ends are called minus and plus `full`. */
  private coil<Unit extends number>(
    name: HitachiCoil,
    full: number,
    inUnits: (value: number) => Unit,
  ): SettingDriver<Vector<Unit>> {
    const driver: SettingDriver<Vector> = {
      read: async () => {
        const { x, y } = await this.protocol.coil(name);
        return vector(inUnits(x * full), inUnits(y * full));
      },
      write: ({ x, y }) => this.protocol.setCoil(name, vector(x / full, y / full)),
      range: [-full, full],
      deviceStep: vector(coilStep * full, coilStep * full),
    };
    return driver as SettingDriver<Vector<Unit>>;
  }
}
