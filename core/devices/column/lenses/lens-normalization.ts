import type { Seconds } from '../../../base';
import { device } from '../../device';
import type { Setting } from '../../setting';
import { onOff } from '../../setting-traits';

/** Group of lenses that a normalization cycles. */
export type LensGroup = 'spot size' | 'condenser' | 'illumination' | 'objective' | 'projector' | 'all';

/** Columns that normalize their lenses on request; others relax them by themselves. */
export interface LensNormalization {
  /** Runs a lens group through its hysteresis cycle. */
  normalize(group: LensGroup, signal?: AbortSignal): Promise<void>;
  /** When a lens was last normalized, on the program's clock; undefined when never. */
  lastNormalized(): Seconds | undefined;
}
/** The token of the lens normalization. */
export const LensNormalization = device<LensNormalization>('LensNormalization', {
  called: 'the lens normalization',
  part: 'column',
  settings: {},
  methods: { normalize: (group: LensGroup) => `normalize ${group}`, lastNormalized: 'question' },
});

/** Columns that normalize their lenses by themselves after a change of magnification or spot size, unless that is switched off. */
export interface AutomaticNormalization {
  readonly automaticNormalization: Setting<boolean>;
}
/** The token of the automatic normalization. */
export const AutomaticNormalization = device<AutomaticNormalization>('AutomaticNormalization', {
  called: 'the automatic normalization',
  part: 'column',
  settings: { automaticNormalization: onOff({ label: 'Automatic normalization', short: 'Auto norm' }) },
});
