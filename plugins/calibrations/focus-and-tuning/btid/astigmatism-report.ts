import {
  type Chart,
  type Vector,
  readable,
  readableMatrix,
  vector,
  vectorChart,
  withError,
} from '../../../../core/base';
import { type MeasuredAstigmatism, type TiltSeries, fitTiltSeries } from '../../../../core/tuning';
import { stigmatorAngle } from './astigmatism-judgement';

const inWords = ({ x, y }: Vector, decimals: number): string => `${readable(x, decimals)}, ${readable(y, decimals)}`;

/** Size of the astigmatism that an axis of the stigmator makes over its range, in micrometres, with its standard error. */
export function powerOf({ value, standardErrors }: MeasuredAstigmatism['powers']['x']): {
  readonly value: number;
  readonly standardError: number;
} {
  const size = Math.hypot(value.x, value.y);
  return {
    value: size,
    standardError: Math.hypot(value.x * standardErrors.x, value.y * standardErrors.y) / size,
  };
}

/** Lines for the log about a measured response. */
export function describeAstigmatism({ response, powers, drift, driftError }: MeasuredAstigmatism): readonly string[] {
  const [x, y] = [powerOf(powers.x), powerOf(powers.y)];
  return [
    `Effect of focus in nm for a micrometre and a unit of tilt: ${readableMatrix(response.focus.value, response.focus.standardErrors)}.`,
    `Effect of the X stigmator in nm for its range and a unit of tilt: ${readableMatrix(response.stigmatorX.value, response.stigmatorX.standardErrors)}.`,
    `Effect of the Y stigmator: ${readableMatrix(response.stigmatorY.value, response.stigmatorY.standardErrors)}.`,
    `The X stigmator makes ${withError(x.value, x.standardError)} um of astigmatism over its range, the Y stigmator ${withError(y.value, y.standardError)} um, at ${readable(stigmatorAngle({ powers }), 1)} degrees to it.`,
    `Drift ${inWords(drift, 2)} nm/s, known to ${readable(Math.hypot(driftError.x, driftError.y), 2)}.`,
  ];
}

/** The astigmatism that both axes of the stigmator make, as arrows. */
export const powerChart = ({ powers }: Pick<MeasuredAstigmatism, 'powers'>): Chart =>
  vectorChart(
    {
      id: 'stigmator',
      title: 'Astigmatism for the range of the stigmator',
      x: 'along the specimen axes, um',
      y: 'at 45 degrees to them, um',
    },
    [
      { name: 'X stigmator', vectors: [powers.x.value] },
      { name: 'Y stigmator', vectors: [powers.y.value] },
    ],
  );

/** Displacements for a unit of tilt along both coils, one arrow for each condition. */
export function responseChart(taken: readonly (readonly TiltSeries[])[]): Chart {
  const linear = [({ x }: Vector) => x, ({ y }: Vector) => y];
  const columns = taken.map((series) =>
    series.flatMap(
      (each, at) => fitTiltSeries(each, { terms: series.length > 1 ? [linear[at]!] : linear }).displacements,
    ),
  );
  const vectors = (at: number): readonly Vector[] => columns.map((column) => column[at] ?? vector(0, 0));
  return vectorChart(
    {
      id: 'displacements',
      title: 'Displacement for a unit of beam tilt under each condition',
      x: 'X on the camera, px',
      y: 'Y on the camera, px',
    },
    [
      { name: 'tilt along X', vectors: vectors(0) },
      { name: 'tilt along Y', vectors: vectors(1) },
    ],
  );
}
