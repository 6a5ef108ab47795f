import {
  EucentricError,
  type ElectronVolts,
  type Logger,
  type MagIndex,
  describe,
  electronVolts,
  readable,
  service,
} from '../base';
import type { Setting } from '../devices';

/** Keeps the zero-loss peak in the slit at changes of magnification, by the stored energy shifts. */
export interface EnergyShifts {
  /** Electronvolts of the present zero-loss adjustment that are the shift of the magnification. */
  readonly applied: number;
  /** Leaves the energy as it is until what is returned is called; for measurements that set it themselves. */
  suspend(): () => void;
  /** Takes the present zero-loss adjustment as an alignment at the present magnification. */
  noteAlignment(signal?: AbortSignal): Promise<void>;
}
/** The token of the energy shifts. */
export const EnergyShifts = service<EnergyShifts>('EnergyShifts');

/** Dependencies of the energy shifts. */
export interface EnergyShiftParts {
  /** The zero-loss adjustment; undefined for a filter without one, whose program adds the shifts itself. */
  readonly adjustment: () => Setting<ElectronVolts> | undefined;
  /** The stored shift of a magnification. */
  readonly shiftAt: (magIndex: MagIndex) => number | undefined;
  readonly magIndex: (signal?: AbortSignal) => Promise<MagIndex>;
  /** True while the selected camera looks through the filter and the operator wants the shifts. */
  readonly inUse: () => boolean;
  readonly log: Pick<Logger, 'warn'>;
  /** Notes an alignment for later runs of the program. */
  readonly keep: (alignment: Alignment, signal?: AbortSignal) => Promise<void>;
}

/** An alignment of the zero-loss peak: the adjustment with which it was centred, and the magnification. */
export interface Alignment {
  readonly adjustment: number;
  readonly magIndex: MagIndex;
}

/** Differences below these, in electronvolts, are rounding, or need no change of the filter. */
const [rounding, least] = [1e-6, 0.1];

/**
 * The zero-loss adjustment is that of the alignment plus the shift of the present magnification less that of the magnification of the
 * alignment. The energy loss that the operator sees stays as it is. An adjustment that somebody else has set is an alignment at the
 * magnification where that was done. Where a magnification has no shift, the filter stays as it is.
 */
export class FilterFollowsMagnification implements EnergyShifts {
  private readonly suspensions = new Set<symbol>();
  private alignment: Alignment | undefined;
  private shift = 0;
  private last: MagIndex | undefined;
  private warned = false;

  constructor(private readonly parts: EnergyShiftParts) {}

  get applied(): number {
    return this.shift;
  }

  suspend(): () => void {
    const suspension = Symbol('suspension');
    this.suspensions.add(suspension);
    return () => void this.suspensions.delete(suspension);
  }

  async noteAlignment(signal?: AbortSignal): Promise<void> {
    const adjustment = this.parts.adjustment();
    if (!adjustment) return;
    this.last = await this.parts.magIndex(signal);
    this.alignment = { adjustment: await adjustment.read(signal), magIndex: this.last };
    this.shift = 0;
    await this.parts.keep(this.alignment, signal);
  }

  /** To be called after a change of magnification, and before images. */
  async follow(to: MagIndex, from: MagIndex = this.last ?? to): Promise<void> {
    const { parts } = this;
    const adjustment = parts.adjustment();
    if (!adjustment || this.suspensions.size > 0) return;
    if (!parts.inUse() || parts.shiftAt(to) === undefined) {
      this.last = to;
      return;
    }
    const present = await adjustment.read();
    const { alignment = { adjustment: present, magIndex: from } } = this;
    const isOurs = Math.abs(present - (alignment.adjustment + this.shift)) < rounding;
    if (!isOurs) this.shift = 0;
    this.alignment = isOurs ? alignment : { adjustment: present, magIndex: from };
    this.last = to;
    const [here, there] = [parts.shiftAt(to), parts.shiftAt(this.alignment.magIndex)];
    if (here === undefined || there === undefined) return this.warnOnce(this.alignment.magIndex);
    const wanted = here - there;
    if (Math.abs(wanted - this.shift) < (wanted === 0 ? rounding : least)) return;
    try {
      const { adjustment: aligned } = this.alignment;
      const value = wanted === 0 ? aligned : filterSteps(aligned + wanted);
      await adjustment.write(electronVolts(value));
      this.shift = value - aligned;
    } catch (error) {
      if (!(error instanceof EucentricError) || !outOfRange.has(error.code)) throw error;
      parts.log.warn(
        `The energy shift of mag index ${to} was not applied, which would be ${readable(wanted, 1)} eV: ${describe(error)} The zero-loss peak may lie outside the slit.`,
      );
    }
  }

  private warnOnce(magIndex: MagIndex): void {
    if (this.warned) return;
    this.warned = true;
    this.parts.log.warn(
      `Energy shifts are not applied: the zero-loss peak was aligned at mag index ${magIndex}, which has no shift. Align it at a magnification that Mag Energy Shifts has measured.`,
    );
  }
}

/** An adjustment in hundredths of an electronvolt, so that filters which round what they are sent show the loss that was chosen. */
export const filterSteps = (value: number): number => Math.round(100 * value) / 100;

/** Errors of a shift that a filter cannot make. */
const outOfRange: ReadonlySet<string> = new Set(['limits/out-of-range', 'jeol/energy-shift-too-low']);
