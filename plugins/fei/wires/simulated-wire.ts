import { type Clock, seconds } from '../../../core/base';
import { handledCalls } from '../../../core/devices';
import { MicroscopeLink, type VirtualMicroscope } from '../../../simulation';
import { feiErrors } from '../errors';
import {
  type FeiHandlers,
  type FeiTransport,
  type RawPair,
  type RawStageTarget,
  axisBits,
  feiProperties,
  imagingMode,
  instrumentModes,
  lensNumbers,
  lensPrograms,
  probeModes,
  screenPositions,
  stageReady,
} from '../transport';

/** Seconds that the column takes for things, on the simulated clock. */
const durations = {
  magnification: 0.5,
  spotSize: 0.3,
  diffraction: 1.5,
  eftem: 2,
  probeMode: 1,
  screen: 2.5,
  stem: 1.5,
  aperture: 4,
};
/** FEI's number of a stage on its way. */
const stageMoving = 3;

/** Illumination of a probe mode when it was left: FEI keeps condenser and image shift for each mode. */
interface ProbeMemory {
  readonly intensity: number;
  readonly imageShift: RawPair;
}

/** FEI's scripting interface in front of a virtual microscope. */
export function simulatedFeiWire(find: () => unknown, clock: Clock): FeiTransport {
  const link = new MicroscopeLink(find, () => feiErrors.notOpen('the virtual microscope'));
  const column = new SimulatedFeiColumn(link, clock);
  return {
    ...handledCalls(feiProperties, column.handlers, async (work) => work()),
    open: async () => link.open(),
    close: async () => link.close(),
    normalizeLens: async (lens, signal) => column.normalizeLens(lens, signal),
    getStagePosition: async () => column.stagePosition(),
    getTiltAngle: async () => column.tiltAngle(),
    getStemField: async () => column.stemField(),
    setStagePosition: async (target, axes, speed) => column.moveStage(target, axes, speed),
  };
}

/** An FEI column on a virtual microscope: its units, and what the column does by itself. */
class SimulatedFeiColumn {
  private normalizesItself = true;
  /** Time until which the column still reports the diffraction that it is leaving. */
  private leavesDiffraction = 0;
  private screenArrives = 0;
  private readonly memory = new Map<number, ProbeMemory>();

  constructor(
    private readonly link: MicroscopeLink,
    private readonly clock: Clock,
  ) {}

  /** Each property of the table on the virtual microscope. */
  readonly handlers: FeiHandlers = {
    MagnificationIndex: {
      get: () => (this.isDiffracting() ? 0 : this.state.magIndex),
      set: (index, signal) => this.magnify(index, signal),
    },
    ImagingMode: {
      get: () => (this.isDiffracting() ? imagingMode.diffraction : imagingMode.imaging),
      set: (mode) => this.diffract(mode === imagingMode.diffraction),
    },
    EftemMode: {
      get: () => (this.state.eftem ? lensPrograms.eftem : lensPrograms.regular),
      set: (mode, signal) => this.setEftem(mode === lensPrograms.eftem, signal),
    },
    ProbeMode: {
      get: () => probeModes[this.state.probeMode],
      set: (mode, signal) => this.setProbeMode(mode, signal),
    },
    ImageShift: { get: () => this.state.imageShift, set: (x, y) => this.microscope.setImageShift({ x, y }) },
    BeamShift: { get: () => this.state.beamShift, set: (x, y) => this.microscope.setBeamShift({ x, y }) },
    BeamTilt: { get: () => this.state.beamTilt, set: (x, y) => this.microscope.setBeamTilt({ x, y }) },
    ImageBeamTilt: { get: () => this.state.imageBeamTilt, set: (x, y) => this.microscope.setImageBeamTilt({ x, y }) },
    ObjectiveStigmator: {
      get: () => this.state.objectiveStigmator,
      set: (x, y) => this.microscope.setObjectiveStigmator({ x, y }),
    },
    CondenserStigmator: {
      get: () => this.state.condenserStigmator,
      set: (x, y) => this.microscope.setCondenserStigmator({ x, y }),
    },
    DiffractionStigmator: {
      get: () => this.state.diffractionStigmator,
      set: (x, y) => this.microscope.setDiffractionStigmator({ x, y }),
    },
    Defocus: { get: () => this.state.defocus * 1e-6, set: (metres) => this.microscope.setDefocus(metres * 1e6) },
    AbsFocus: { get: () => this.state.absoluteFocus, set: (value) => this.microscope.setAbsoluteFocus(value) },
    SpotSize: { get: () => this.state.spotSize, set: (spot, signal) => this.setSpotSize(spot, signal) },
    Intensity: { get: () => this.state.intensity, set: (value) => this.microscope.setIntensity(value) },
    IlluminatedArea: {
      get: () => this.state.illuminatedArea * 1e-6,
      set: (metres) => this.microscope.setIlluminatedArea(metres * 1e6),
    },
    CondenserAperture: {
      get: () => this.state.condenserAperture,
      set: (micrometres, signal) => this.insert(() => this.microscope.setCondenserAperture(micrometres), signal),
    },
    ObjectiveAperture: {
      get: () => this.state.objectiveAperture,
      set: (micrometres, signal) => this.insert(() => this.microscope.setObjectiveAperture(micrometres), signal),
    },
    AutoNormEnabled: { get: () => this.normalizesItself, set: (enabled) => void (this.normalizesItself = enabled) },
    BeamBlank: { get: () => this.state.blanked, set: (blanked) => this.microscope.setBlanked(blanked) },
    MainScreen: { get: () => this.screenPosition(), set: (position) => this.moveScreen(position) },
    ScreenCurrent: { get: () => (this.state.screenDown && !this.state.blanked ? this.state.screenCurrent * 1e-9 : 0) },
    Magnification: { get: () => (this.isDiffracting() ? 0 : this.state.reportedMagnification) },
    ImageRotation: { get: () => (this.state.reportedRotation * Math.PI) / 180 },
    CameraLength: { get: () => this.state.cameraLength },
    CameraLengthIndex: {
      get: () => this.state.cameraLengthIndex,
      set: (index) => this.microscope.setCameraLengthIndex(index),
    },
    HighVoltage: { get: () => this.state.highTension * 1000 },
    InstrumentMode: {
      get: () => (this.state.scanning ? instrumentModes.stem : instrumentModes.tem),
      set: (mode, signal) => this.setScanning(mode === instrumentModes.stem, signal),
    },
    StemMagnification: {
      get: () => this.inStem().magnification,
      set: (value, signal) => this.magnifyScan(value, signal),
    },
    StemRotation: {
      get: () => (this.inStem().scanRotation * Math.PI) / 180,
      set: (angle) => {
        this.inStem();
        this.microscope.setScanRotation((angle * 180) / Math.PI);
      },
    },
    ConvergenceAngle: { get: () => this.state.convergenceAngle },
    StageStatus: { get: () => (this.state.stageMoving ? stageMoving : stageReady) },
  };

  async normalizeLens(lens: number, signal?: AbortSignal): Promise<void> {
    await this.pass(this.microscope.normalize(lensesOf(lens)), signal);
  }

  stagePosition(): { x: number; y: number; z: number } {
    const { x, y, z } = this.state.stage;
    return { x: x * 1e-6, y: y * 1e-6, z: z * 1e-6 };
  }

  tiltAngle(): number {
    return (this.state.stage.tilt * Math.PI) / 180;
  }

  async moveStage(target: RawStageTarget, axes: number, speed?: number): Promise<void> {
    const to = {
      ...(axes & axisBits.x && { x: target.x * 1e6 }),
      ...(axes & axisBits.y && { y: target.y * 1e6 }),
      ...(axes & axisBits.z && { z: target.z * 1e6 }),
      ...(axes & axisBits.alpha && { tilt: (target.alpha * 180) / Math.PI }),
    };
    if (speed !== undefined && Object.keys(to).length > 1)
      throw new Error('several axes cannot be moved at a speed of their own');
    await this.clock.delay(seconds(this.microscope.moveStage(to, speed)));
  }

  stemField(): RawPair {
    const { x, y } = this.inStem().scannedField;
    return { x: x * 1e-6, y: y * 1e-6 };
  }

  private get microscope(): VirtualMicroscope {
    return this.link.microscope;
  }

  private get state(): VirtualMicroscope['state'] {
    return this.microscope.state;
  }

  private isDiffracting(): boolean {
    return this.state.diffracts || this.clock.now() < this.leavesDiffraction;
  }

  private diffract(wanted: boolean): void {
    // Leaving takes a while, during which the column still reports diffraction.
    this.leavesDiffraction = !wanted && this.isDiffracting() ? this.clock.now() + durations.diffraction : 0;
    this.microscope.setDiffraction(wanted);
  }

  private async magnify(index: number, signal?: AbortSignal): Promise<void> {
    if (this.isDiffracting()) throw new Error('the magnification cannot be set in diffraction');
    const changes = index !== this.state.magIndex;
    this.microscope.setMagnification(index);
    if (!changes) return;
    await this.pass(durations.magnification, signal);
    if (this.normalizesItself) await this.normalizeLens(lensNumbers.projection, signal);
  }

  private async setEftem(on: boolean, signal?: AbortSignal): Promise<void> {
    const changes = on !== this.state.eftem;
    this.microscope.setEftem(on);
    if (changes) await this.pass(durations.eftem, signal);
  }

  private async setScanning(on: boolean, signal?: AbortSignal): Promise<void> {
    const changes = on !== this.state.scanning;
    this.microscope.setScanning(on);
    if (changes) await this.pass(durations.stem, signal);
  }

  /** The state in STEM: the members of the scripting for it fail otherwise. */
  private inStem(): VirtualMicroscope['state'] {
    if (!this.state.scanning) throw new Error('not possible outside STEM');
    return this.state;
  }

  private async magnifyScan(value: number, signal?: AbortSignal): Promise<void> {
    const { magIndex } = this.inStem();
    this.microscope.setNearestMagnification(value);
    if (this.state.magIndex !== magIndex) await this.pass(durations.magnification, signal);
  }

  private async setProbeMode(mode: number, signal?: AbortSignal): Promise<void> {
    const { microscope } = this;
    const { probeMode, intensity, imageShift, lowMagnification, scanning, magnification } = microscope.state;
    if (lowMagnification && !scanning && mode === probeModes.nano)
      throw new Error('there is no nanoprobe in the low-magnification range');
    if (probeModes[probeMode] === mode) return;
    this.memory.set(probeModes[probeMode], { intensity, imageShift });
    const wanted = mode === probeModes.nano ? 'nano' : 'micro';
    microscope.setProbeMode(wanted);
    if (scanning) microscope.setNearestMagnification(magnification, wanted);
    const { intensity: kept, imageShift: shift } = this.memory.get(mode) ?? { intensity, imageShift: { x: 0, y: 0 } };
    microscope.setIntensity(kept);
    microscope.setImageShift(shift);
    await this.pass(durations.probeMode, signal);
  }

  private async setSpotSize(spot: number, signal?: AbortSignal): Promise<void> {
    const changes = spot !== this.state.spotSize;
    this.microscope.setSpotSize(spot);
    if (!changes) return;
    await this.pass(durations.spotSize, signal);
    if (this.normalizesItself) await this.normalizeLens(lensNumbers.illumination, signal);
  }

  private async insert(aperture: () => void, signal?: AbortSignal): Promise<void> {
    aperture();
    await this.pass(durations.aperture, signal);
  }

  private screenPosition(): number {
    if (this.clock.now() < this.screenArrives) return screenPositions.unknown;
    return this.state.screenDown ? screenPositions.down : screenPositions.up;
  }

  private moveScreen(position: number): void {
    const down = position === screenPositions.down;
    if (down !== this.state.screenDown) this.screenArrives = this.clock.now() + durations.screen;
    this.microscope.setScreen(down);
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
