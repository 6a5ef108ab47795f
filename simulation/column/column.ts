import { SimulationError } from '../errors';
import { origin, type PlaneVector } from '../plane';
import { SettlingVector } from './settling';
import type { MagnificationTruth, Truth } from '../truth';

/** Illumination of a small or a large part of the specimen by the objective prefield. */
export type ProbeMode = 'nanoprobe' | 'microprobe';
/** A group of lenses that can be normalised. */
export type LensGroup = 'projector' | 'objective' | 'condenser' | 'all';

/** The lenses and deflectors: what is set, and what really reaches the beam. */
export class Column {
  readonly imageShift = new SettlingVector();
  beamShift: PlaneVector = origin;
  beamTilt: PlaneVector = origin;
  intensity: number;
  spotSize: number;
  probeMode: ProbeMode = 'nanoprobe';
  blanked = false;
  screenDown = false;
  normalizations = 0;
  /** Whether the lenses are set for the energy filter behind the column. */
  eftem: boolean;
  private selected: MagnificationTruth;
  /** Absolute focus, and the absolute focus at which defocus reads zero, for the two ranges of magnification. */
  private readonly focus: Record<'low' | 'high', { absolute: number; zero: number }>;

  constructor(private readonly truth: Truth) {
    const first = truth.magnifications.find(({ low }) => !low) ?? truth.magnifications[0];
    if (!first) {
      throw new SimulationError(
        'simulation/no-such-magnification',
        'The virtual microscope has no magnifications',
        'Give the simulator a magnification table.',
      );
    }
    this.selected = first;
    this.eftem = truth.eftem.atStart;
    this.intensity = truth.beam.referenceIntensity;
    this.spotSize = truth.beam.referenceSpotSize;
    const { focusInFocus, lowMagnificationFocusInFocus } = truth.optics;
    this.focus = {
      high: { absolute: focusInFocus, zero: focusInFocus },
      low: { absolute: lowMagnificationFocusInFocus, zero: lowMagnificationFocusInFocus },
    };
  }

  get magnification(): MagnificationTruth {
    return this.selected;
  }

  /** @throws SimulationError for an index that the microscope does not have. */
  selectMagnification(index: number): void {
    const wanted = this.truth.magnifications.find((each) => each.index === index);
    if (!wanted) {
      throw new SimulationError(
        'simulation/no-such-magnification',
        `The virtual microscope has no magnification of index ${index}`,
        'Choose an index of its magnification table.',
      );
    }
    this.selected = wanted;
  }

  get absoluteFocus(): number {
    return this.range.absolute;
  }

  set absoluteFocus(value: number) {
    this.range.absolute = value;
  }

  /** Micrometres since the last reset, negative for underfocus. */
  get defocus(): number {
    return (this.range.absolute - this.range.zero) * this.truth.optics.micrometresPerFocusUnit;
  }

  set defocus(micrometres: number) {
    this.range.absolute = this.range.zero + micrometres / this.truth.optics.micrometresPerFocusUnit;
  }

  /** Calls the present focus zero defocus. */
  resetDefocus(): void {
    this.range.zero = this.range.absolute;
  }

  /** Micrometres by which the lens is really out of focus for a specimen at eucentric height. */
  get lensDefocus(): number {
    const { focusInFocus, lowMagnificationFocusInFocus, micrometresPerFocusUnit } = this.truth.optics;
    return (
      (this.range.absolute - (this.selected.low ? lowMagnificationFocusInFocus : focusInFocus)) *
      micrometresPerFocusUnit
    );
  }

  /** Sets the image shift at a time in seconds; how it settles depends on the range of magnification. */
  shiftImage(value: PlaneVector, time: number): void {
    const { settling, lowMagnificationSettling, hysteresis } = this.truth.imageShift;
    this.imageShift.set(value, time, this.selected.low ? lowMagnificationSettling : settling, hysteresis);
  }

  private get range(): { absolute: number; zero: number } {
    return this.selected.low ? this.focus.low : this.focus.high;
  }
}
