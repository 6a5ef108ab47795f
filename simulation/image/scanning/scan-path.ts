import { exponential } from '../../base/functions';
import type { Frame } from '../../base/frame';
import type { PlaneMatrix, PlaneVector } from '../../base/plane';
import type { ScanTruth } from '../../scan/scan-truth';
import type { Probe } from '../../scan/probe';
import type { ScannedLine } from '../../scan/sampling';
import type { ScanPlan } from '../../scan/scan-request';
import { Wander } from '../../scan/wander';

/** Deviations of the wandering that the margin holds. */
const wanderReach = 5;

/** The places of the specimen at the beginning and the end of a line, from its mean place, in pixels of the image. */
export interface LinePlaces {
  readonly begin: PlaneVector;
  readonly end: PlaneVector;
}

/** The defocus of the probe over a scan, micrometres. */
export interface ScannedFocus {
  /** In the middle of the image at a time. */
  at(time: number): number;
  /** Change from one column to the next, and from one row to the next. */
  readonly perColumn: number;
  readonly perRow: number;
}

/** Everything on which the pixels of a scan depend. */
export interface SeenScan {
  readonly frame: Frame;
  /** Width of the whole field in pixels of the image. */
  readonly fieldColumns: number;
  readonly plan: ScanPlan;
  readonly firstPixel: number;
  readonly lines: readonly LinePlaces[];
  readonly truth: Pick<ScanTruth, 'lag' | 'delay' | 'waves'>;
  readonly focus: ScannedFocus;
  readonly probe: Probe;
  /** Micrometres on a specimen that is not tilted to pixels of the image, Y up. */
  readonly lab: PlaneMatrix;
  readonly paint: (canvas: Float32Array, frame: Frame) => void;
}

/** The way of the probe over the specimen, line by line. */
export class ScanPath {
  /** Pixels of the image that it leaves the field by. */
  readonly reach: number;
  private readonly along: Wander;
  private readonly across: Wander;
  private readonly push: Float64Array;
  private readonly current: ScannedLine;

  constructor(private readonly seen: SeenScan) {
    const { plan, truth, frame, lines, fieldColumns } = seen;
    const { columns, pixelTime, flyback } = plan;
    const { lag, delay, waves } = truth;
    this.along = new Wander(waves[0], pixelTime);
    this.across = new Wander(waves[1], pixelTime);
    this.current = { columns: new Float64Array(columns), rows: new Float64Array(columns) };
    this.push = Float64Array.from({ length: columns }, (_, column) => {
      const time = flyback + (column + 0.5) * pixelTime;
      const behind = lag.share === 0 ? 0 : lag.share * fieldColumns * exponential(-time / lag.time);
      return -behind - delay / pixelTime;
    });
    const drift = lines.reduce(
      (most, { begin, end }) => Math.max(most, Math.abs(begin.x), Math.abs(begin.y), Math.abs(end.x), Math.abs(end.y)),
      0,
    );
    const wander = Math.max(
      ...waves.map((each) => Math.sqrt(each.reduce((sums, { amplitude: a }) => sums + a * a, 0))),
    );
    this.reach = drift + Math.abs(this.push[0]!) + (wanderReach * wander) / frame.pixelSize;
  }

  /** The places of the probe in a line; the next call overwrites them. */
  line(row: number): ScannedLine {
    const { seen, current, push } = this;
    const { plan, firstPixel, frame, lines } = seen;
    const { begin, end } = lines[row]!;
    const { columns } = plan;
    const alongX = (end.x - begin.x) / columns;
    const alongY = (end.y - begin.y) / columns;
    for (let column = 0; column < columns; column++) {
      const middle = column + 0.5;
      current.columns[column] = middle - begin.x - alongX * middle + push[column]!;
      current.rows[column] = row + 0.5 - begin.y - alongY * middle;
    }
    const time = firstPixel + plan.lines[row]!;
    this.along.add(current.columns, time, 1 / frame.pixelSize);
    this.across.add(current.rows, time, 1 / frame.pixelSize);
    return current;
  }
}

/** The defocus at each pixel. */
export class DefocusOfLines {
  readonly lowest: number;
  readonly highest: number;
  private readonly atLine: Float64Array;
  private readonly current: Float64Array;

  constructor(private readonly seen: SeenScan) {
    const { plan, firstPixel, focus, frame } = seen;
    this.current = new Float64Array(plan.columns);
    this.atLine = Float64Array.from(
      plan.lines,
      (after, row) => focus.at(firstPixel + after) + focus.perRow * (row + 0.5 - frame.centreRow),
    );
    const side = [0, plan.columns].map((column) => focus.perColumn * (column - frame.centreColumn));
    this.lowest = this.atLine.reduce((least, each) => Math.min(least, each), Infinity) + Math.min(...side);
    this.highest = this.atLine.reduce((most, each) => Math.max(most, each), -Infinity) + Math.max(...side);
  }

  /** That of a line; the next call overwrites it. */
  line(row: number): Float64Array {
    const { perColumn } = this.seen.focus;
    const { centreColumn } = this.seen.frame;
    for (let column = 0; column < this.current.length; column++)
      this.current[column] = this.atLine[row]! + perColumn * (column + 0.5 - centreColumn);
    return this.current;
  }
}
