import { EucentricError, inNanometres } from '../../core/base';
import { takeImage } from '../../core/acquisition';
import { BufferWork } from '../../core/buffers';
import { type BufferedImage, bufferNames } from '../../core/kernel';
import type { ParameterSetName } from '../../core/settings';
import type { Instrument } from '../instrument/instrument';
import { exitCodes, imageFacts } from '../output';
import { KeptBuffers } from '../working-state/kept-buffers';
import { type CommandContext, warningsOnly } from './base/context';
import { whileStoppable } from './base/stopping';
import { confirmAtTerminal } from './base/terminal-answers';

/** Work of a command with the buffers as earlier commands have left them; they are kept for later ones. */
export async function withBuffers<Result>(
  { output, open }: CommandContext,
  work: (instrument: Instrument, buffers: BufferWork) => Promise<Result>,
): Promise<Result> {
  await using instrument = await open({ log: warningsOnly(output) });
  const kept = new KeptBuffers(instrument.directory, instrument.session.buffers);
  await kept.load(instrument.log);
  const result = await work(instrument, instrument.kernel.registry.get(BufferWork));
  await kept.keep();
  return result;
}

/** `buffers list`: the image in each buffer, and the buffers of the usual rules. */
export function listBuffersCommand(context: CommandContext): Promise<number> {
  const { output } = context;
  return withBuffers(context, ({ session }, { alignmentBuffer, readingBuffer }) => {
    const images = session.buffers.all();
    for (const image of images) tellImage(context, 'buffer', image);
    if (images.length === 0) output.print('All buffers are empty. "buffers take" and "buffers read" fill them.');
    output.emit({ event: 'result', alignmentBuffer, readingBuffer });
    output.print(`Aligning uses ${alignmentBuffer}; reading puts an image into ${readingBuffer}.`);
    return Promise.resolve(exitCodes.done);
  });
}

/** Option of commands that put an image into a buffer. */
export interface DropOption {
  /** Drops an unsaved Record image without a question. */
  readonly drop?: boolean;
}

/** Asks the person at the terminal before an unsaved Record image is dropped. Throws `buffers/unsaved-record` where nobody says so. */
async function protectImages(
  { output }: CommandContext,
  buffers: BufferWork,
  into: string | undefined,
  { drop }: DropOption,
): Promise<void> {
  const lost = drop ? undefined : buffers.atRisk(into);
  if (!lost) return;
  const asks = !output.json && process.stdin.isTTY;
  const text = `The Record image in ${lost.buffer} was not saved and would be dropped. Drop it?`;
  buffers.protect(into, asks && (await confirmAtTerminal(text)));
}

/** `buffers take SET`: takes an image with a parameter set into A; older ones roll. */
export function takeIntoBufferCommand(
  context: CommandContext,
  set: ParameterSetName,
  options: DropOption = {},
): Promise<number> {
  return withBuffers(context, (instrument, buffers) =>
    whileStoppable(async (signal) => {
      await protectImages(context, buffers, undefined, options);
      await instrument.connect(signal);
      const image = await takeImage(instrument.session, set, signal);
      if (!image) throw noCamera();
      tellImage(context, 'result', image);
      return exitCodes.done;
    }),
  );
}

/** `buffers copy FROM TO`: copies an image with all that is known of it. */
export function copyBufferCommand(
  context: CommandContext,
  from: string,
  to: string,
  options: DropOption = {},
): Promise<number> {
  return withBuffers(context, async (_instrument, buffers) => {
    await protectImages(context, buffers, letterOf(to), options);
    tellImage(context, 'result', buffers.copy(letterOf(from), letterOf(to)));
    return exitCodes.done;
  });
}

/** `buffers save BUFFER FILE`: saves an image as MRC or TIFF, with its metadata beside it. */
export function saveBufferCommand(context: CommandContext, buffer: string, file: string): Promise<number> {
  return withBuffers(context, async (_instrument, buffers) => {
    const { path, section } = await buffers.save(letterOf(buffer), file);
    context.output.emit({ event: 'result', buffer: letterOf(buffer), file: path, section });
    context.output.print(`${letterOf(buffer)} was saved to ${path}, section ${section}.`);
    return exitCodes.done;
  });
}

/** Options of `buffers read`. */
export interface ReadBufferOptions extends DropOption {
  readonly section?: number;
  readonly buffer?: string;
}

/** `buffers read FILE`: reads an image from a file with its metadata. */
export function readBufferCommand(
  context: CommandContext,
  file: string,
  { section, buffer, drop = false }: ReadBufferOptions,
): Promise<number> {
  return withBuffers(context, async (_instrument, buffers) => {
    const into = buffer === undefined ? buffers.readingBuffer : letterOf(buffer);
    await protectImages(context, buffers, into, { drop });
    const image = await buffers.read(file, {
      ...(section !== undefined && { section }),
      buffer: into,
    });
    tellImage(context, 'result', image);
    return exitCodes.done;
  });
}

/** Options of `buffers align`. */
export interface AlignBufferOptions {
  readonly leaveColumn?: boolean;
  readonly keepBorders?: boolean;
  readonly erasePeriodic?: boolean;
  readonly limit?: number;
}

/** `buffers align [BUFFER]`: measures the shift between A and another image, and moves the image by image shift. */
export function alignBufferCommand(
  context: CommandContext,
  buffer: string | undefined,
  options: AlignBufferOptions,
): Promise<number> {
  return withBuffers(context, (instrument, buffers) =>
    whileStoppable(async (signal) => {
      if (!options.leaveColumn) await instrument.connect(signal);
      const found = await buffers.align({
        ...(buffer !== undefined && { buffer: letterOf(buffer) }),
        ...options,
        signal,
      });
      const { shift, onSpecimen, imageShiftChange, correlation } = found;
      const pair = ({ x, y }: { readonly x: number; readonly y: number }, digits: number): string =>
        `${x.toFixed(digits)}, ${y.toFixed(digits)}`;
      context.output.emit({ event: 'result', ...found });
      context.output.print(
        [
          `A is shifted by ${pair(shift, 2)} pixels against ${found.buffer}`,
          onSpecimen ? ` (${pair(onSpecimen, 4)} um on the specimen)` : '',
          `, correlation ${correlation.toFixed(2)}. `,
          imageShiftChange
            ? `Image shift was changed by ${pair(imageShiftChange, 4)} units.`
            : 'The column was left as it is.',
        ].join(''),
      );
      return exitCodes.done;
    }),
  );
}

function tellImage({ output }: CommandContext, event: 'buffer' | 'result', image: BufferedImage): void {
  const { buffer, frame, context, alignment } = image;
  const { pixelSize, takenAt, ...state } = context;
  const facts = imageFacts(image);
  output.emit({
    event,
    ...facts,
    ...state,
    ...(pixelSize !== undefined && { pixelSizeNanometres: inNanometres(pixelSize) }),
    ...(takenAt && { takenAt: takenAt.toISOString() }),
    alignment,
  });
  output.print(
    [
      `${buffer}  ${context.title ?? 'image'}, ${facts.width} x ${facts.height} pixels, binning ${frame.exposure.binning}, `,
      `${frame.exposure.exposure} s, ${context.magnification}x`,
      context.lowDoseArea === undefined ? '' : `, ${context.lowDoseArea} of Low Dose`,
    ].join(''),
  );
}

/** A buffer as people write it: a letter of either case, or a number from 1. */
export function letterOf(given: string): string {
  const number = Number(given);
  return (Number.isInteger(number) ? bufferNames[number - 1] : undefined) ?? given.toUpperCase();
}

const noCamera = (): EucentricError =>
  new EucentricError({
    code: 'command/no-camera',
    message: 'The instrument has no camera that can take an image.',
    hint: 'Check the cameras and plugins of the configuration; "check" says which camera is driven by none.',
  });
