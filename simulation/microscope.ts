import { beamDiameter, intensityForDiameter, relativeBrightness } from './column/beam';
import { Column, type LensGroup, type ProbeMode } from './column/column';
import { Drift } from './column/drift';
import { SimulationError } from './errors';
import { exposeSpecimen, type Exposure, type ExposureRequest } from './image/exposure';
import { Detector } from './camera/detector';
import { determinantOf, enlarged, type PlaneVector } from './plane';
import { keyOf } from './random';
import { SimulatedStage, type StagePosition } from './column/stage';
import { viewKey, type Truth, type ViewTruth } from './truth';

/** What can be seen of the microscope's settings without taking an image. */
export interface MicroscopeState {
  readonly magIndex: number;
  readonly magnification: number;
  readonly lowMagnification: boolean;
  /** Image-shift units as set, not as reached. */
  readonly imageShift: PlaneVector;
  readonly beamShift: PlaneVector;
  readonly beamTilt: PlaneVector;
  /** Micrometres, negative for underfocus. */
  readonly defocus: number;
  readonly absoluteFocus: number;
  readonly intensity: number;
  readonly spotSize: number;
  readonly probeMode: ProbeMode;
  /** Micrometres of specimen illuminated. */
  readonly beamDiameter: number;
  /** Nanoamperes. */
  readonly beamCurrent: number;
  readonly stage: StagePosition;
  readonly stageMoving: boolean;
  readonly blanked: boolean;
  readonly screenDown: boolean;
  /** How often lenses have been normalised. */
  readonly normalizations: number;
  /** Whether the column works for the energy filter. */
  readonly eftem: boolean;
  /** Kilovolts. */
  readonly voltage: number;
}

/** Where chance and time come from. */
export interface MicroscopeOptions {
  /** Same seed, same calls, same times: same images. */
  readonly seed: number;
  /** Seconds that only grow, real or virtual. */
  now(): number;
}

const normalizationSeconds = 1;
const electronCharge = 1.602177e-10;

/** The one way to the private truth, set by the class itself. */
let readTruth: (microscope: VirtualMicroscope) => Truth | undefined;

/** A microscope that exists only as equations: it takes settings and gives images. What is true of it cannot be read from it. */
export class VirtualMicroscope {
  static {
    readTruth = (microscope) => (#truth in microscope ? microscope.#truth : undefined);
  }

  readonly #truth: Truth;
  readonly #column: Column;
  readonly #stage: SimulatedStage;
  readonly #drift: Drift;
  readonly #detectors: ReadonlyMap<number, Detector>;
  readonly #seed: number;
  readonly #now: () => number;
  #exposures = 0;

  constructor(truth: Truth, options: MicroscopeOptions) {
    this.#seed = options.seed;
    this.#now = () => options.now();
    this.#truth = truth;
    this.#column = new Column(truth);
    this.#stage = new SimulatedStage(truth.stage, keyOf(this.#seed, 11), this.#now());
    this.#drift = new Drift(truth.drift, this.#now());
    this.#drift.magnificationSet(this.#column.magnification.low, this.#now());
    this.#detectors = new Map(
      truth.cameras.map((camera) => [camera.index, new Detector(camera, keyOf(this.#seed, 12))]),
    );
  }

  /** The settings at this moment. */
  get state(): MicroscopeState {
    const column = this.#column;
    const truth = this.#truth;
    const time = this.#now();
    const { beam } = truth;
    const diameter = beamDiameter(beam, this.#fieldDiagonal(), column.intensity);
    return {
      magIndex: column.magnification.index,
      magnification: column.magnification.magnification,
      lowMagnification: column.magnification.low,
      imageShift: column.imageShift.setting,
      beamShift: column.beamShift,
      beamTilt: column.beamTilt,
      defocus: column.defocus,
      absoluteFocus: column.absoluteFocus,
      intensity: column.intensity,
      spotSize: column.spotSize,
      probeMode: column.probeMode,
      beamDiameter: diameter,
      beamCurrent: (Math.PI / 4) * diameter ** 2 * this.#electronsPerSquareMicrometre() * electronCharge,
      stage: this.#stage.readout(time),
      stageMoving: this.#stage.isMoving(time),
      blanked: column.blanked,
      screenDown: column.screenDown,
      normalizations: column.normalizations,
      eftem: column.eftem,
      voltage: truth.optics.voltage,
    };
  }

  /** Selects a magnification. @throws SimulationError for an index that the microscope does not have */
  setMagnification(index: number): void {
    this.#column.selectMagnification(index);
    this.#drift.magnificationSet(this.#column.magnification.low, this.#now());
  }

  /** Sets the net image shift in its units; the lens follows with its settling time. */
  setImageShift(value: PlaneVector): void {
    this.#column.shiftImage(finitePair('image shift', value), this.#now());
  }

  setBeamShift(value: PlaneVector): void {
    this.#column.beamShift = finitePair('beam shift', value);
  }

  /** Milliradians. */
  setBeamTilt(value: PlaneVector): void {
    this.#column.beamTilt = finitePair('beam tilt', value);
  }

  /** Micrometres, negative for underfocus. */
  setDefocus(micrometres: number): void {
    this.#column.defocus = finite('defocus', micrometres);
  }

  /** Calls the present focus zero defocus. */
  resetDefocus(): void {
    this.#column.resetDefocus();
  }

  setAbsoluteFocus(value: number): void {
    this.#column.absoluteFocus = finite('absolute focus', value);
  }

  setIntensity(value: number): void {
    this.#column.intensity = finite('intensity', value);
  }

  /** Sets the intensity at which the illuminated disc has a diameter in micrometres. */
  setBeamDiameter(micrometres: number): void {
    this.#column.intensity = finite(
      'beam diameter',
      intensityForDiameter(this.#truth.beam, this.#fieldDiagonal(), micrometres),
    );
  }

  setSpotSize(value: number): void {
    this.#column.spotSize = finite('spot size', value);
  }

  setProbeMode(mode: ProbeMode): void {
    this.#column.probeMode = mode;
  }

  /** Sets the lenses for the energy filter behind the column, or back. */
  setEftem(eftem: boolean): void {
    this.#column.eftem = eftem;
  }

  setBlanked(blanked: boolean): void {
    this.#column.blanked = blanked;
  }

  /** Lowers or raises the screen; a lowered screen keeps the beam from every camera. */
  setScreen(down: boolean): void {
    this.#column.screenDown = down;
  }

  /** Sends the stage to new positions (micrometres, degrees) on the axes named. @returns seconds until it arrives */
  moveStage(position: Partial<StagePosition>): number {
    for (const [axis, value] of Object.entries(position)) if (value !== undefined) finite(`stage ${axis}`, value);
    const time = this.#now();
    this.#drift.stageMoved(time);
    return this.#stage.move(position, time);
  }

  /** Normalises lenses. @returns seconds that it takes */
  normalize(lenses: LensGroup): number {
    this.#column.normalizations++;
    return lenses === 'all' ? 2 * normalizationSeconds : normalizationSeconds;
  }

  /**
   * Takes an image, starting now or at `request.atTime`. The clock is not moved: who waits for the exposure waits by themselves.
   * @throws SimulationError for a camera or an area that does not exist, or a magnification that the camera cannot be used at
   */
  expose(request: ExposureRequest): Exposure {
    const detector = this.#detectors.get(request.camera);
    if (!detector) {
      throw new SimulationError(
        'simulation/no-such-camera',
        `The virtual microscope has no camera of index ${request.camera}`,
        `Choose one of ${[...this.#detectors.keys()].join(', ')}`,
      );
    }
    const view = this.#view(request.camera);
    if (!view) {
      throw new SimulationError(
        'simulation/no-such-view',
        `Camera ${request.camera} sees nothing at magnification index ${this.#column.magnification.index}`,
        'Choose another magnification, or give the simulator a pixel size for this one.',
      );
    }
    return exposeSpecimen(request, {
      truth: this.#truth,
      column: this.#column,
      stage: this.#stage,
      drift: this.#drift,
      detector,
      view,
      electronsPerSquareMicrometre: this.#electronsPerSquareMicrometre(),
      fieldDiagonal: this.#fieldDiagonal(),
      specimenKey: keyOf(this.#seed, 13),
      noiseKey: keyOf(this.#seed, 14, this.#exposures++),
      start: request.atTime ?? this.#now(),
    });
  }

  #view(camera: number): ViewTruth | undefined {
    const view = this.#truth.views.get(viewKey(this.#column.magnification.index, camera));
    const { behindFilter = false } = this.#truth.cameras.find(({ index }) => index === camera) ?? {};
    const { eftem } = this.#column;
    if (!view || behindFilter === eftem) return view;
    // Each camera then sees what the lenses make for the others.
    const factor = eftem ? 1 / this.#truth.eftem.filterMagnification : this.#truth.eftem.filterMagnification;
    return {
      ...view,
      specimenToCamera: enlarged(view.specimenToCamera, factor),
      imageShiftToCamera: enlarged(view.imageShiftToCamera, factor),
    };
  }

  /** Pixel size in micrometres and size in pixels of the first camera that can be used at this magnification: the beam is matched to it. */
  #reference(): { pixelSize: number; width: number; height: number } {
    for (const { index, width, height } of this.#truth.cameras) {
      const view = this.#truth.views.get(viewKey(this.#column.magnification.index, index));
      if (view) return { pixelSize: 1 / Math.sqrt(Math.abs(determinantOf(view.specimenToCamera))), width, height };
    }
    return { pixelSize: 100 / this.#column.magnification.magnification, width: 1024, height: 1024 };
  }

  #fieldDiagonal(): number {
    const { pixelSize, width, height } = this.#reference();
    return pixelSize * Math.hypot(width, height);
  }

  #electronsPerSquareMicrometre(): number {
    const { pixelSize, width, height } = this.#reference();
    const { beam } = this.#truth;
    const side = (Math.min(width, height) / 512) * pixelSize;
    return (
      (beam.electronsPerFieldPixelPerSecond / side ** 2) *
      relativeBrightness(beam, this.#column.intensity, this.#column.spotSize)
    );
  }
}

/** The truth of a microscope: for tests and for telling the truth on request, never for a device or a calibration. */
export function truthOf(microscope: VirtualMicroscope): Truth {
  const truth = readTruth(microscope);
  if (!truth)
    throw new SimulationError(
      'simulation/bad-value',
      'Not a virtual microscope',
      'Pass an instance of VirtualMicroscope.',
    );
  return truth;
}

function finite(name: string, value: number): number {
  if (!Number.isFinite(value))
    throw new SimulationError('simulation/bad-value', `The ${name} cannot be set to ${value}`, 'Pass a finite number.');
  return value;
}

function finitePair(name: string, value: PlaneVector): PlaneVector {
  return { x: finite(`${name} X`, value.x), y: finite(`${name} Y`, value.y) };
}
