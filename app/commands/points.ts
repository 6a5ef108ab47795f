import { EucentricError, type Vector, counted, length, readable, withError } from '../../core/base';
import { Cameras, Scope, Stage } from '../../core/devices';
import { ImageShiftControl, Optics } from '../../core/optics';
import {
  type PointTransform,
  RegistrationPoints,
  calibratedStretch,
  fitPoints,
  isMirrored,
  placeOfCentre,
  placeOfMark,
  stretchErrors,
  stretchOf,
} from '../../core/registration';
import { Calibrations } from '../../core/store';
import type { Instrument } from '../instrument/instrument';
import { exitCodes } from '../output';
import { letterOf, withBuffers } from './buffers';
import { type CommandContext, warningsOnly } from './base/context';
import { whileStoppable } from './base/stopping';

async function withPoints<Result>(
  { output, open }: CommandContext,
  work: (points: RegistrationPoints, instrument: Instrument) => Promise<Result>,
): Promise<Result> {
  await using instrument = await open({ log: warningsOnly(output) });
  const points = instrument.kernel.registry.get(RegistrationPoints);
  if (points.problem) throw points.problem;
  return await work(points, instrument);
}

/** `points list`: the points of each registration. */
export function listPointsCommand(context: CommandContext): Promise<number> {
  const { output } = context;
  return withPoints(context, (points) => {
    for (const registration of points.registrations()) {
      const own = points.all().filter((each) => each.registration === registration);
      const now = registration === points.registration ? ' (the present one)' : '';
      output.print(
        `Registration ${registration}${now}: ${own.length === 0 ? 'no points' : counted(own.length, 'point')}`,
      );
      for (const { number, position, note } of own) {
        output.emit({ event: 'point', registration, number, ...position, ...(note !== undefined && { note }) });
        output.print(`  ${number}: ${placeInWords(position)}${note === undefined ? '' : `  ${note}`}`);
      }
    }
    output.emit({ event: 'result', registration: points.registration, points: points.all().length });
    return Promise.resolve(exitCodes.done);
  });
}

/** Options of `points mark`. */
export interface MarkPointOptions {
  readonly number?: number;
  readonly note?: string;
  /** Buffer of the image on which the point is. */
  readonly image?: string;
  /** Column and row in that image, with a comma between them. */
  readonly at?: string;
  /** Micrometres on the stage, with a comma between them. */
  readonly stage?: string;
}

/** `points mark`: marks what is in the centre now, a place on the stage, or a point of an image. */
export async function markPointCommand(context: CommandContext, options: MarkPointOptions): Promise<number> {
  const { number, note, image, at, stage } = options;
  const given = { ...(number !== undefined && { number }), ...(note !== undefined && { note }) };
  const tell = async (points: RegistrationPoints, position: Vector): Promise<number> => {
    const marked = await points.mark(position, given);
    context.output.emit({ event: 'result', registration: marked.registration, number: marked.number, ...position });
    context.output.print(
      `Point ${marked.number} of registration ${marked.registration} is at ${placeInWords(position)}.`,
    );
    return exitCodes.done;
  };
  if (stage !== undefined) return withPoints(context, (points) => tell(points, pairOf('--stage', stage)));
  if (image !== undefined || at !== undefined)
    return withBuffers(context, ({ kernel, session }) => {
      const { x, y } = pairOf('--at', at ?? '');
      const buffer = letterOf(image ?? 'A');
      const taken = session.buffers.get(buffer);
      if (!taken) throw noImage(buffer);
      const { registry } = kernel;
      const place = placeOfMark(registry.get(Optics), registry.get(Cameras), taken, { column: x, row: y });
      return tell(registry.get(RegistrationPoints), place);
    });
  return withPoints(context, (points, instrument) =>
    whileStoppable(async (signal) => {
      await instrument.connect(signal);
      const { registry } = instrument.kernel;
      const magIndex = await registry.get(Scope).magIndex.read(signal);
      const place = placeOfCentre(registry.get(Optics), {
        stage: await registry.get(Stage).position.read(signal),
        magIndex,
        camera: registry.get(Cameras).selected.traits.index,
        imageShift: await registry.get(ImageShiftControl).readAt(magIndex, signal),
      });
      return tell(points, place);
    }),
  );
}

/** `points remove NUMBER`: takes a point away. */
export function removePointCommand(
  context: CommandContext,
  number: number,
  { registration }: { readonly registration?: number },
): Promise<number> {
  return withPoints(context, async (points) => {
    await points.remove(number, registration);
    context.output.emit({ event: 'result', removed: number });
    context.output.print(`Point ${number} was removed.`);
    return exitCodes.done;
  });
}

/** `points turn`: begins the next registration, after the grid was turned or loaded again. */
export function turnCommand(
  context: CommandContext,
  { registration }: { readonly registration?: number },
): Promise<number> {
  return withPoints(context, async (points) => {
    const now = await points.begin(registration);
    context.output.emit({ event: 'result', registration: now });
    context.output.print(
      `Registration ${now} is the present one. Mark the same features with the numbers that they have.`,
    );
    return exitCodes.done;
  });
}

/** `points fit`: fits the transformation from another registration to the present one. */
export function fitPointsCommand(context: CommandContext, { from }: { readonly from?: number }): Promise<number> {
  const { output } = context;
  return withPoints(context, (points, { kernel }) => {
    const partner = from ?? points.partner();
    const pairs = partner === undefined ? [] : points.pairs(partner, points.registration);
    const fit = fitPoints(pairs, calibratedStretch(kernel.registry.get(Calibrations)));
    for (const line of linesOf(fit)) output.print(line);
    for (const [at, { number }] of pairs.entries()) {
      const residual = fit.residuals[at]!;
      output.emit({ event: 'point', number, residual });
      output.print(
        `  point ${number}: ${readable(length(residual), 1)} um off (${readable(residual.x, 1)}, ${readable(residual.y, 1)})`,
      );
    }
    const { kind, matrix, shift, deviation } = fit;
    output.emit({
      event: 'result',
      from: partner,
      to: points.registration,
      kind,
      matrix,
      shift,
      deviation,
      mirrored: isMirrored(fit),
    });
    return Promise.resolve(exitCodes.done);
  });
}

/** `points save FILE` and `points load FILE`. */
export function pointsFileCommand(context: CommandContext, what: 'save' | 'load', file: string): Promise<number> {
  return withPoints(context, async (points) => {
    await points[what](file);
    context.output.emit({ event: 'result', file, points: points.all().length });
    context.output.print(
      `${counted(points.all().length, 'point')} ${what === 'save' ? 'saved to' : 'loaded from'} ${file}.`,
    );
    return exitCodes.done;
  });
}

/** A transformation in words. */
function linesOf(fit: PointTransform): readonly string[] {
  const { kind, matrix, deviation, covariance } = fit;
  const names = {
    shift: 'a shift',
    rotation: 'a rotation and a shift',
    similarity: 'a rotation, a magnification and a shift',
    linear: 'a linear transformation',
  };
  const found = stretchOf(matrix);
  const errors = found && covariance && stretchErrors(matrix, covariance);
  return [
    `The points of ${fit.residuals.length === 1 ? 'one pair' : `${fit.residuals.length} pairs`} give ${names[kind]}${isMirrored(fit) ? '; the grid was turned over' : ''}.`,
    ...(found
      ? [
          `Rotation ${errors ? withError(found.rotation, errors.rotation) : readable(found.rotation, 2)} degrees, magnification ${errors ? withError(found.magnification, errors.magnification) : readable(found.magnification, 4)}.`,
        ]
      : []),
    ...(deviation === undefined
      ? ['There are no more points than the fit needs, so its error is not known.']
      : [`Deviation of the points ${readable(deviation, 1)} um.`]),
  ];
}

const placeInWords = ({ x, y }: Vector): string => `${readable(x, 2)}, ${readable(y, 2)} um`;

function pairOf(option: string, text: string): Vector {
  const [x = NaN, y = NaN, ...more] = text.split(',').map((each) => (each.trim() === '' ? NaN : Number(each)));
  if (!Number.isFinite(x) || !Number.isFinite(y) || more.length > 0)
    throw new EucentricError({
      code: 'registration/bad-option',
      message: `${option} ${text} is not two numbers.`,
      hint: `Give two numbers with a comma between them, such as ${option} ${option === '--at' ? '512,300' : '120.5,-33'}.`,
    });
  return { x, y };
}

const noImage = (buffer: string): EucentricError =>
  new EucentricError({
    code: 'registration/no-image',
    message: `Buffer ${buffer} has no image.`,
    hint: '"buffers list" shows which have one; "buffers take View" takes one.',
  });
