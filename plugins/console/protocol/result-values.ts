/** One value of a result beside the previous one. */
export interface ValueState {
  readonly name: string;
  readonly about?: string;
  readonly unit?: string;
  readonly value: number | string | boolean;
  readonly error?: number;
  readonly before?: number;
}

/** A matrix of a result, and its meaning on the specimen. */
export interface MatrixState {
  readonly unit: string;
  /** Row by row. */
  readonly elements: readonly ValueState[];
  readonly axes: readonly {
    readonly name: string;
    /** Direction in the image, degrees counter-clockwise from its X axis. */
    readonly angle: number;
    readonly length: number;
    readonly unit: string;
  }[];
  /** Length of the Y axis over that of the X axis. */
  readonly ratio: number;
  /** Deviation of the angle between the axes from 90 degrees. */
  readonly skew: number;
  /** True when the Y axis lies clockwise from the X axis. */
  readonly mirrored: boolean;
}
