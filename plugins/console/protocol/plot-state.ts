/** Points, a line or arrows of a plot. */
export interface SeriesState {
  readonly name: string;
  readonly kind: 'points' | 'line' | 'arrows';
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly dx?: number;
    readonly dy?: number;
    readonly error?: number;
  }[];
  /** Name of the series whose colour it has. */
  readonly like?: string;
}

/** Numbers against each other, in axes. */
export interface ChartState {
  readonly kind?: 'chart';
  readonly id: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly equalScales?: boolean;
  readonly series: readonly SeriesState[];
  /** Residuals in a strip below. */
  readonly residuals?: { readonly y: string; readonly series: readonly SeriesState[] };
}

/** Images with what was found in them. */
export interface ImagePlotState {
  readonly kind: 'image';
  readonly id: string;
  readonly title: string;
  readonly tiles: readonly {
    readonly column: number;
    readonly row: number;
    readonly label?: string;
    readonly width: number;
    readonly height: number;
    /** Gray values of 8 bits in base64. */
    readonly pixels?: string;
    readonly overlays: readonly (SeriesState & { readonly closed?: boolean })[];
  }[];
}

/** A plot of a run. */
export type PlotState = ChartState | ImagePlotState;
