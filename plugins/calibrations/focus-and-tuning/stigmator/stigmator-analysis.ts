import {
  type Chart,
  type Matrix,
  type Vector,
  fromColumns,
  length,
  scale,
  subtract,
  vector,
} from '../../../../core/base';
import { type Misfit, jointMisfit } from '../../../../core/judgement';
import type { Covariance, RingMeasurement } from '../../shared/ctf-images/ring-measurement';

/** Images with the stigmator to either side along one axis. */
export interface StigmatorPair {
  readonly minus: RingMeasurement;
  readonly plus: RingMeasurement;
}

/** Images of a stigmator calibration. */
export interface StigmatorSeries {
  readonly start: RingMeasurement;
  readonly x: StigmatorPair;
  readonly y: StigmatorPair;
  /** Change of the stigmator to either side. */
  readonly step: number;
}

/** Effect of the stigmator, with what speaks for and against it. */
export interface StigmatorAnalysis {
  /** Complex astigmatism in micrometres for the whole range of each axis, as columns. */
  readonly matrix: Matrix;
  readonly standardErrors: Matrix;
  /** Difference of the mean of both sides from the start, by axis: in micrometres of astigmatism, and in its standard errors. */
  readonly closures: Readonly<Record<'x' | 'y', { readonly size: number; readonly significance: number }>>;
  /** True when a side and the other do not agree with the start. */
  readonly isOpen: boolean;
  /** Largest change of the mean defocus in micrometres. */
  readonly defocusChange: number;
  readonly misfit: Misfit;
  readonly images: number;
}

/** Significance of a closure from which the stated errors hold it. */
const minClosure = 3;

const variances = (c: Covariance): Vector => vector(c[4]!, c[8]!);

/** Works out the effect of the stigmator from images to either side. */
export function analyseStigmator({ start, x, y, step }: StigmatorSeries): StigmatorAnalysis {
  const closures = { x: closureOf(start, x), y: closureOf(start, y) };
  const column = ({ minus, plus }: StigmatorPair): Vector =>
    scale(subtract(plus.astigmatism, minus.astigmatism), 1 / (2 * step));
  const errors = (axis: 'x' | 'y', { minus, plus }: StigmatorPair): Vector => {
    const [a, b] = [variances(minus.covariance), variances(plus.covariance)];
    // A wrong image on one side shows in the closure with its whole error.
    const { size, significance } = closures[axis];
    const more = significance > minClosure ? size : 0;
    return vector(
      Math.hypot(Math.sqrt(a.x + b.x), more) / (2 * step),
      Math.hypot(Math.sqrt(a.y + b.y), more) / (2 * step),
    );
  };
  const all = [start, x.minus, x.plus, y.minus, y.plus];
  return {
    matrix: fromColumns(column(x), column(y)),
    standardErrors: fromColumns(errors('x', x), errors('y', y)),
    closures,
    isOpen: Math.max(closures.x.significance, closures.y.significance) > minClosure,
    defocusChange: Math.max(...all.map(({ defocus }) => Math.abs(defocus - start.defocus))),
    misfit: jointMisfit(...all.map(({ misfit }) => misfit)),
    images: all.reduce((sum, { images }) => sum + images, 0),
  };
}

function closureOf(start: RingMeasurement, { minus, plus }: StigmatorPair): StigmatorAnalysis['closures']['x'] {
  const off = vector(
    plus.astigmatism.x + minus.astigmatism.x - 2 * start.astigmatism.x,
    plus.astigmatism.y + minus.astigmatism.y - 2 * start.astigmatism.y,
  );
  const [a, b, c] = [plus, minus, start].map(({ covariance }) => variances(covariance));
  const significance = Math.hypot(off.x / Math.sqrt(a!.x + b!.x + 4 * c!.x), off.y / Math.sqrt(a!.y + b!.y + 4 * c!.y));
  return { size: length(off), significance: significance / Math.SQRT2 };
}

/** Astigmatism at each value of the stigmator, as it comes: directions are twice those of the image. */
export function responsePlot({ start, x, y }: Pick<StigmatorSeries, 'start'> & Partial<StigmatorSeries>): Chart {
  const arrows = (pair: StigmatorPair | undefined) =>
    pair
      ? [
          {
            x: pair.minus.astigmatism.x,
            y: pair.minus.astigmatism.y,
            dx: pair.plus.astigmatism.x - pair.minus.astigmatism.x,
            dy: pair.plus.astigmatism.y - pair.minus.astigmatism.y,
          },
        ]
      : [];
  return {
    id: 'stigmator-response',
    title: 'Astigmatism with the stigmator to either side',
    x: 'Astigmatism along 0 degrees, um',
    y: 'Astigmatism along 45 degrees, um',
    equalScales: true,
    series: [
      { name: 'Start', kind: 'points', points: [start.astigmatism] },
      { name: 'Stigmator X', kind: 'arrows', points: arrows(x) },
      { name: 'Stigmator Y', kind: 'arrows', points: arrows(y) },
    ],
  };
}
