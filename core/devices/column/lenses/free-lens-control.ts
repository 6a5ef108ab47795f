import { device } from '../../device';

/** State of one lens. */
export interface FreeLens {
  /** True while the lens holds a value of its own; otherwise the column sets it by magnification, focus and the like. */
  readonly free: boolean;
  /** Share of its full value, 0 to 1. */
  readonly value: number;
}

/** Columns whose lenses can be taken from their programs one by one. */
export interface FreeLensControl {
  /** Names of the lenses, as the column has them. */
  readonly lenses: readonly string[];
  readLens(lens: string, signal?: AbortSignal): Promise<FreeLens>;
  /** Takes a lens from its program, and gives it a value from 0 to 1. */
  freeLens(lens: string, value: number, signal?: AbortSignal): Promise<void>;
  /** Gives a lens back to its program. */
  linkLens(lens: string, signal?: AbortSignal): Promise<void>;
}
/** The token of the free lens control. */
export const FreeLensControl = device<FreeLensControl>('FreeLensControl', {
  called: 'the free lens control',
  part: 'column',
  settings: {},
  methods: {
    readLens: (lens: string) => `read lens ${lens}`,
    freeLens: (lens: string) => `set lens ${lens}`,
    linkLens: (lens: string) => `link lens ${lens}`,
  },
  facts: { lenses: true },
});
