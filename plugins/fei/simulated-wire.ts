import { type Clock, seconds } from '../../core/base';
import { VirtualMicroscope } from '../../simulation';
import { feiErrors } from './errors';
import {
  type FeiTransport,
  type RawPair,
  type RawStageTarget,
  axisBits,
  imagingMode,
  lensNumbers,
  lensPrograms,
  probeModes,
  screenPositions,
  stageReady,
} from './transport';

/** Seconds that the column takes for things, on the simulated clock. */
const durations = { magnification: 0.5, spotSize: 0.3, diffraction: 1.5, eftem: 2, probeMode: 1, screen: 2.5 };
/** The smallest and largest illuminated area in metres; they stand for intensity 0 and 1 of the virtual condenser. */
const illuminatedAreas = { low: 0, high: 2.5e-4 };

/** Illumination of a probe mode when it was left: FEI keeps condenser and image shift for each mode. */
interface ProbeMemory {
  readonly intensity: number;
  readonly imageShift: RawPair;
}

/** FEI's scripting interface as a virtual microscope answers it: its units, and what the column does on its own account. */
export class SimulatedFeiWire implements FeiTransport {
  private opened: VirtualMicroscope | undefined;
  private normalizesOnItsOwn = true;
  private diffracting = { now: false, until: 0 };
  private screenArrives = 0;
  private readonly memory = new Map<number, ProbeMemory>();

  constructor(
    private readonly find: () => unknown,
    private readonly clock: Clock,
  ) {}

  async open(): Promise<void> {
    const found = this.find();
    if (!(found instanceof VirtualMicroscope))
      throw new TypeError('what the simulator provides is not a virtual microscope');
    this.opened = found;
  }

  async close(): Promise<void> {
    this.opened = undefined;
  }

  async getMagnificationIndex(): Promise<number> {
    return this.isDiffracting() ? 0 : this.microscope.state.magIndex;
  }

  async setMagnificationIndex(index: number, signal?: AbortSignal): Promise<void> {
    if (this.isDiffracting()) throw new Error('the magnification cannot be set in diffraction');
    const changes = index !== this.microscope.state.magIndex;
    this.microscope.setMagnification(index);
    if (!changes) return;
    await this.pass(durations.magnification, signal);
    if (this.normalizesOnItsOwn) await this.normalizeLens(lensNumbers.projection, signal);
  }

  async getImagingMode(): Promise<number> {
    return this.isDiffracting() ? imagingMode.diffraction : imagingMode.imaging;
  }

  async setImagingMode(mode: number): Promise<void> {
    const wanted = mode === imagingMode.diffraction;
    // Leaving takes a while, during which the column still reports diffraction.
    this.diffracting = {
      now: wanted,
      until: !wanted && this.isDiffracting() ? this.clock.now() + durations.diffraction : 0,
    };
  }

  async getEftemMode(): Promise<number> {
    return this.microscope.state.eftem ? lensPrograms.eftem : lensPrograms.regular;
  }

  async setEftemMode(mode: number, signal?: AbortSignal): Promise<void> {
    const eftem = mode === lensPrograms.eftem;
    const changes = eftem !== this.microscope.state.eftem;
    this.microscope.setEftem(eftem);
    if (changes) await this.pass(durations.eftem, signal);
  }

  async getProbeMode(): Promise<number> {
    return probeModes[this.microscope.state.probeMode];
  }

  async setProbeMode(mode: number, signal?: AbortSignal): Promise<void> {
    const { microscope } = this;
    const { probeMode, intensity, imageShift, lowMagnification } = microscope.state;
    if (lowMagnification && mode === probeModes.nano)
      throw new Error('there is no nanoprobe in the low-magnification range');
    if (probeModes[probeMode] === mode) return;
    this.memory.set(probeModes[probeMode], { intensity, imageShift });
    microscope.setProbeMode(mode === probeModes.nano ? 'nano' : 'micro');
    const { intensity: kept, imageShift: shift } = this.memory.get(mode) ?? { intensity, imageShift: { x: 0, y: 0 } };
    microscope.setIntensity(kept);
    microscope.setImageShift(shift);
    await this.pass(durations.probeMode, signal);
  }

  async getImageShift(): Promise<RawPair> {
    return this.microscope.state.imageShift;
  }

  async setImageShift(x: number, y: number): Promise<void> {
    this.microscope.setImageShift({ x, y });
  }

  async getBeamShift(): Promise<RawPair> {
    return this.microscope.state.beamShift;
  }

  async setBeamShift(x: number, y: number): Promise<void> {
    this.microscope.setBeamShift({ x, y });
  }

  async getDefocus(): Promise<number> {
    return this.microscope.state.defocus * 1e-6;
  }

  async setDefocus(metres: number): Promise<void> {
    this.microscope.setDefocus(metres * 1e6);
  }

  async getAbsFocus(): Promise<number> {
    return this.microscope.state.absoluteFocus;
  }

  async setAbsFocus(value: number): Promise<void> {
    this.microscope.setAbsoluteFocus(value);
  }

  async getSpotSize(): Promise<number> {
    return this.microscope.state.spotSize;
  }

  async setSpotSize(spot: number, signal?: AbortSignal): Promise<void> {
    const changes = spot !== this.microscope.state.spotSize;
    this.microscope.setSpotSize(spot);
    if (!changes) return;
    await this.pass(durations.spotSize, signal);
    if (this.normalizesOnItsOwn) await this.normalizeLens(lensNumbers.illumination, signal);
  }

  async getIntensity(): Promise<number> {
    return this.microscope.state.intensity;
  }

  async setIntensity(value: number): Promise<void> {
    this.microscope.setIntensity(value);
  }

  async getIlluminatedArea(): Promise<number> {
    const { low, high } = illuminatedAreas;
    return low + this.microscope.state.intensity * (high - low);
  }

  async setIlluminatedArea(metres: number): Promise<void> {
    const { low, high } = illuminatedAreas;
    this.microscope.setIntensity((Math.min(high, Math.max(low, metres)) - low) / (high - low));
  }

  async normalizeLens(lens: number, signal?: AbortSignal): Promise<void> {
    await this.pass(this.microscope.normalize(lensesOf(lens)), signal);
  }

  async setAutoNormEnabled(enabled: boolean): Promise<void> {
    this.normalizesOnItsOwn = enabled;
  }

  async getBeamBlank(): Promise<boolean> {
    return this.microscope.state.blanked;
  }

  async setBeamBlank(blanked: boolean): Promise<void> {
    this.microscope.setBlanked(blanked);
  }

  async getMainScreen(): Promise<number> {
    if (this.clock.now() < this.screenArrives) return screenPositions.unknown;
    return this.microscope.state.screenDown ? screenPositions.down : screenPositions.up;
  }

  async setMainScreen(position: number): Promise<void> {
    const down = position === screenPositions.down;
    if (down !== this.microscope.state.screenDown) this.screenArrives = this.clock.now() + durations.screen;
    this.microscope.setScreen(down);
  }

  async getHighVoltage(): Promise<number> {
    return this.microscope.state.highTension * 1000;
  }

  async getStagePosition(): Promise<{ x: number; y: number; z: number }> {
    const { x, y, z } = this.microscope.state.stage;
    return { x: x * 1e-6, y: y * 1e-6, z: z * 1e-6 };
  }

  async getTiltAngle(): Promise<number> {
    return (this.microscope.state.stage.tilt * Math.PI) / 180;
  }

  async getStageStatus(): Promise<number> {
    return this.microscope.state.stageMoving ? 3 : stageReady;
  }

  async setStagePosition(target: RawStageTarget, axes: number): Promise<void> {
    const duration = this.microscope.moveStage({
      ...(axes & axisBits.x && { x: target.x * 1e6 }),
      ...(axes & axisBits.y && { y: target.y * 1e6 }),
      ...(axes & axisBits.z && { z: target.z * 1e6 }),
      ...(axes & axisBits.alpha && { tilt: (target.alpha * 180) / Math.PI }),
    });
    await this.clock.delay(seconds(duration));
  }

  private get microscope(): VirtualMicroscope {
    if (!this.opened) throw feiErrors.notOpen('the virtual microscope');
    return this.opened;
  }

  private isDiffracting(): boolean {
    return this.diffracting.now || this.clock.now() < this.diffracting.until;
  }

  private pass(duration: number, signal?: AbortSignal): Promise<void> {
    return this.clock.delay(seconds(duration), signal);
  }
}

function lensesOf(lens: number): Parameters<VirtualMicroscope['normalize']>[0] {
  if (lens === lensNumbers.all || lens === lensNumbers.projection) return 'all';
  if (lens === lensNumbers.objective) return 'objective';
  return lens === lensNumbers.projector ? 'projector' : 'condenser';
}
