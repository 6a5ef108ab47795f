import { existsSync, readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { EucentricError, type Vector, describe, service } from '../base';
import { writeWhole } from '../store';
import type { PointPair } from './point-transform';

/** A feature of the grid at its place on the stage. */
export interface RegistrationPoint {
  /** Number of the feature, the same before and after the grid was turned. */
  readonly number: number;
  /** Number of the loading of the grid, from 1; a grid that was taken out or turned has the next one. */
  readonly registration: number;
  /** Place on the stage in micrometres. */
  readonly position: Vector;
  /** Name that an operator gave it. */
  readonly note?: string;
}

/** A feature that was marked in two registrations. */
export interface NumberedPair extends PointPair {
  readonly number: number;
  readonly note?: string;
}

const limit = 1e6;
const coordinate = z.number().min(-limit).max(limit);
const whole = z.number().int().min(1).max(9999);
const pointsFile = z.strictObject({
  registration: whole,
  points: z.array(
    z.strictObject({
      number: whole,
      registration: whole,
      x: coordinate,
      y: coordinate,
      note: z.string().max(200).optional(),
    }),
  ),
});

/** The points of all registrations, which are kept in a file of the site. */
export class RegistrationPointList {
  private points: readonly RegistrationPoint[] = [];
  private present = 1;
  private readonly listeners = new Set<() => void>();
  /** Reason why the file could not be read; what stands in it is not written over. */
  readonly problem?: EucentricError;

  /** @param path of the file in which they are kept; it is written with the first change */
  constructor(readonly path: string) {
    if (!existsSync(path)) return;
    try {
      this.take(readPoints(path));
    } catch (error) {
      this.problem = error as EucentricError;
    }
  }

  /** The number of the present loading of the grid. */
  get registration(): number {
    return this.present;
  }

  /** All points, by registration and number. */
  all(): readonly RegistrationPoint[] {
    return this.points;
  }

  /** The registrations that have points, and the present one, in their order. */
  registrations(): readonly number[] {
    return [...new Set([...this.points.map(({ registration }) => registration), this.present])].sort((a, b) => a - b);
  }

  /**
   * Notes a place of the present registration. Without a number it is the lowest that the registration has not used: the features are marked in the same
   * order each time. A number that is used already gets the new place.
   */
  async mark(
    position: Vector,
    given: { readonly number?: number; readonly note?: string } = {},
  ): Promise<RegistrationPoint> {
    if (!Number.isFinite(position.x) || !Number.isFinite(position.y)) throw badPlace(position);
    const used = new Set(
      this.points.filter(({ registration }) => registration === this.present).map(({ number }) => number),
    );
    let number = given.number ?? 1;
    if (given.number === undefined) while (used.has(number)) number += 1;
    const note = given.note ?? this.points.find((each) => each.number === number && each.note !== undefined)?.note;
    const point = { number, registration: this.present, position, ...(note !== undefined && { note }) };
    await this.change([...this.points.filter((each) => !isAt(each, number, this.present)), point], this.present);
    return point;
  }

  /** Takes a point away. Throws `registration/no-such-point`. */
  async remove(number: number, registration = this.present): Promise<void> {
    if (!this.points.some((each) => isAt(each, number, registration))) throw noSuchPoint(number, registration);
    await this.change(
      this.points.filter((each) => !isAt(each, number, registration)),
      this.present,
    );
  }

  /** Begins the next registration, after the grid was turned or loaded again; or goes back to one. */
  async begin(registration = Math.max(...this.registrations()) + 1): Promise<number> {
    await this.change(this.points, whole.parse(registration));
    return this.present;
  }

  /** Forgets all points of all registrations. */
  async clear(): Promise<void> {
    await this.change([], 1);
  }

  /** The features that were marked in both registrations. */
  pairs(from: number, to: number): readonly NumberedPair[] {
    return this.points
      .filter(({ registration }) => registration === to)
      .flatMap(({ number, position, note }) => {
        const before = this.points.find((each) => isAt(each, number, from));
        return before ? [{ number, from: before.position, to: position, ...(note !== undefined && { note }) }] : [];
      });
  }

  /** The registration before the present one that shares most points with it, the later one of equals; undefined where none shares any. */
  partner(): number | undefined {
    const shared = this.registrations()
      .filter((each) => each !== this.present)
      .map((each) => ({ registration: each, pairs: this.pairs(each, this.present).length }))
      .filter(({ pairs }) => pairs > 0);
    return shared.sort((a, b) => b.pairs - a.pairs || b.registration - a.registration)[0]?.registration;
  }

  /** Writes all points into another file as well. */
  async save(path: string): Promise<void> {
    await writeWhole(path, Buffer.from(textOf(this.points, this.present)));
  }

  /** Takes the points of another file in place of those that there are. */
  async load(path: string): Promise<void> {
    if (!existsSync(path)) throw noFile(path);
    const { points, present } = readPoints(path);
    await this.change(points, present);
  }

  /** Calls after every change; what it returns ends that. */
  onChange(listen: () => void): () => void {
    this.listeners.add(listen);
    return () => void this.listeners.delete(listen);
  }

  private async change(points: readonly RegistrationPoint[], present: number): Promise<void> {
    if (this.problem) throw this.problem;
    const sorted = [...points].sort((a, b) => a.registration - b.registration || a.number - b.number);
    // Written before it counts: what cannot be kept is not changed either.
    await writeWhole(this.path, Buffer.from(textOf(sorted, present)));
    this.take({ points: sorted, present });
    for (const listen of this.listeners) listen();
  }

  private take({ points, present }: { readonly points: readonly RegistrationPoint[]; readonly present: number }): void {
    this.points = points;
    this.present = present;
  }
}

/** The registration points of the instrument. */
export type RegistrationPoints = RegistrationPointList;
/** The token of the registration points. */
export const RegistrationPoints = service<RegistrationPoints>('RegistrationPoints');

const isAt = (point: RegistrationPoint, number: number, registration: number): boolean =>
  point.number === number && point.registration === registration;

const decimals = 1e4;
const rounded = (value: number): number => Math.round(value * decimals) / decimals;

const textOf = (points: readonly RegistrationPoint[], registration: number): string =>
  '# Registration points: places of features on the stage, in micrometres, before and after the grid was turned.\n' +
  stringify({
    registration,
    points: points.map(({ number, registration: of, position, note }) => ({
      number,
      registration: of,
      x: rounded(position.x),
      y: rounded(position.y),
      ...(note !== undefined && { note }),
    })),
  });

function readPoints(path: string): { readonly points: readonly RegistrationPoint[]; readonly present: number } {
  let content: z.infer<typeof pointsFile>;
  try {
    content = pointsFile.parse(parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw unreadable(path, error);
  }
  return {
    present: content.registration,
    points: content.points.map(({ number, registration, x, y, note }) => ({
      number,
      registration,
      position: { x, y },
      ...(note !== undefined && { note }),
    })),
  };
}

const badPlace = ({ x, y }: Vector): EucentricError =>
  new EucentricError({
    code: 'registration/bad-place',
    message: `${x}, ${y} is not a place on the stage in micrometres.`,
    hint: 'Give two numbers. No point was marked.',
  });
const noSuchPoint = (number: number, registration: number): EucentricError =>
  new EucentricError({
    code: 'registration/no-such-point',
    message: `Registration ${registration} has no point ${number}.`,
    hint: '"eucentric points" lists the points that there are.',
  });
const noFile = (path: string): EucentricError =>
  new EucentricError({
    code: 'registration/no-file',
    message: `There is no file of registration points ${path}.`,
    hint: 'Check the name. The points are as they were.',
  });
const unreadable = (path: string, error: unknown): EucentricError =>
  new EucentricError({
    code: 'registration/bad-file',
    message: `The registration points in ${path} cannot be read: ${error instanceof z.ZodError ? z.prettifyError(error) : describe(error)}`,
    hint: 'Mend the file, or move it away to begin again. Nothing was changed.',
    cause: error,
  });
