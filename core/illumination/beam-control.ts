import {
  type BeamShiftUnits,
  EucentricError,
  type Matrix,
  type Vector,
  add,
  apply,
  inMicrometres,
  inverse,
  scale as scaled,
  service,
} from '../base';
import {
  type AlphaSelector,
  type BeamShift,
  type Cameras,
  type Illumination,
  type ProbeModeSelector,
  type Scope,
  probeNumber,
  readProbeMode,
} from '../devices';
import type { BeamCalibrations, IntensityChange } from './beam-calibrations';
import { type BeamShiftConditions, type BeamShiftSources, beamShiftToCamera, withoutAlpha } from './beam-shift-matrix';
import type { DiameterPlace } from './beam-size';
import type { BeamPlace } from './place';

/** Changes the beam by its calibrations. */
export interface BeamControl {
  /** Spot size, probe mode and intensity of the column. */
  place(signal?: AbortSignal): Promise<BeamPlace>;
  /** Spot size, probe mode and intensity, with the number under which the file has the probe mode of an FEI column or the alpha of a JEOL one. */
  sizePlace(signal?: AbortSignal): Promise<DiameterPlace>;
  /** The conditions of a calibration of beam shift. */
  shiftConditions(signal?: AbortSignal): Promise<BeamShiftConditions>;
  /** Unbinned camera pixels by which a unit of beam shift moves the beam now; undefined where that is not known. */
  shiftToCamera(signal?: AbortSignal): Promise<Matrix | undefined>;
  /** Changes the density of the beam by a factor; goes as far as the tables reach where they end before it. */
  changeIntensityBy(factor: number, signal?: AbortSignal): Promise<IntensityChange>;
  /** Sets the intensity that is shown: per cent of the lens, or micrometres of illuminated area. */
  setShownIntensity(value: number, signal?: AbortSignal): Promise<void>;
  /** Moves the beam by unbinned pixels of the camera, X right and Y up. Throws `beam/no-calibration`. */
  moveByPixels(by: Vector, signal?: AbortSignal): Promise<void>;
  /** Moves the beam by micrometres on the specimen along the axes of the camera. Throws `beam/no-calibration`. */
  moveByMicrometres(by: Vector, signal?: AbortSignal): Promise<void>;
  /** Moves the beam by fractions of the field of the camera. Throws `beam/no-calibration`. */
  moveByFieldFraction(by: Vector, signal?: AbortSignal): Promise<void>;
}
/** The token of the control of the beam. */
export const BeamControl = service<BeamControl>('BeamControl');

/** Dependencies of the control of the beam. */
export interface BeamControlParts extends BeamShiftSources {
  readonly scope: Pick<Scope, 'magIndex' | 'traits'>;
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly illumination: Pick<Illumination, 'spotSize' | 'intensity'>;
  readonly beam: BeamCalibrations;
  readonly beamShift: () => Pick<BeamShift, 'beamShift'> | undefined;
  readonly probeModes: () => ProbeModeSelector | undefined;
  readonly alphas: () => AlphaSelector | undefined;
}

/** Changes the beam of the instrument. */
export class CalibratedBeamControl implements BeamControl {
  constructor(private readonly parts: BeamControlParts) {}

  async place(signal?: AbortSignal): Promise<BeamPlace> {
    const { illumination, probeModes } = this.parts;
    return {
      spot: await illumination.spotSize.read(signal),
      probe: await readProbeMode(probeModes(), signal),
      intensity: await illumination.intensity.read(signal),
    };
  }

  async sizePlace(signal?: AbortSignal): Promise<DiameterPlace> {
    const place = await this.place(signal);
    if (this.parts.probeModes()) return { ...place, probeOrAlpha: probeNumber(place.probe) };
    return { ...place, probeOrAlpha: (await this.parts.alphas()?.alpha.read(signal)) ?? withoutAlpha };
  }

  async shiftConditions(signal?: AbortSignal): Promise<BeamShiftConditions> {
    const { scope, cameras, probeModes, alphas } = this.parts;
    const selector = alphas();
    return {
      magIndex: await scope.magIndex.read(signal),
      camera: cameras.selected.traits.index,
      probe: await readProbeMode(probeModes(), signal),
      ...(selector && { alpha: await selector.alpha.read(signal) }),
      filtered: cameras.selected.traits.behindFilter && scope.traits.filesFilteredBeamShiftsApart === true,
    };
  }

  async shiftToCamera(signal?: AbortSignal): Promise<Matrix | undefined> {
    return beamShiftToCamera(this.parts, await this.shiftConditions(signal));
  }

  async changeIntensityBy(factor: number, signal?: AbortSignal): Promise<IntensityChange> {
    requireFactor(factor);
    const change = this.parts.beam.intensityFor(await this.place(signal), factor);
    if ('intensity' in change) await this.parts.illumination.intensity.write(change.intensity, signal);
    return change;
  }

  async setShownIntensity(value: number, signal?: AbortSignal): Promise<void> {
    const { illumination, beam } = this.parts;
    await illumination.intensity.write(beam.scale.fromShown(value, await this.place(signal)), signal);
  }

  async moveByPixels(by: Vector, signal?: AbortSignal): Promise<void> {
    const setting = this.parts.beamShift()?.beamShift;
    const toCamera = await this.shiftToCamera(signal);
    const back = toCamera && inverse(toCamera);
    if (!setting || !back) throw noBeamShift();
    const change = apply(back, by) as Vector<BeamShiftUnits>;
    await setting.write(add(await setting.read(signal), change), signal);
  }

  async moveByMicrometres(by: Vector, signal?: AbortSignal): Promise<void> {
    const { scope, cameras, optics } = this.parts;
    const magIndex = await scope.magIndex.read(signal);
    const pixel = optics.at({ magIndex, camera: cameras.selected.traits.index }).pixelSize;
    if (!pixel) throw noBeamShift();
    await this.moveByPixels(scaled(by, 1 / inMicrometres(pixel.value)), signal);
  }

  async moveByFieldFraction({ x, y }: Vector, signal?: AbortSignal): Promise<void> {
    const { width, height } = this.parts.cameras.selected.traits;
    await this.moveByPixels({ x: x * width, y: y * height }, signal);
  }
}

/** The error where nothing tells how beam shift moves the beam. */
export const noBeamShift = (): EucentricError =>
  new EucentricError({
    code: 'beam/no-calibration',
    message: 'The beam was not moved: it is not known how beam shift moves it at this magnification.',
    hint: 'Run Image Shift and then Beam Shift at this magnification, or at another one of the same range.',
  });
/** Throws for a factor by which no intensity can be changed. */
export function requireFactor(factor: number): void {
  if (factor > 0 && Number.isFinite(factor)) return;
  throw new EucentricError({
    code: 'beam/bad-factor',
    message: `The intensity cannot be changed by a factor of ${factor}.`,
    hint: 'Enter a factor above 0; 2 makes the beam twice as bright.',
  });
}
