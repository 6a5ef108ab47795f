import type { BufferedImage } from '../../core/kernel';
import { reduce } from '../../imaging';

/** Grays of the usual 256 terminal colours. */
const darkest = 232;
const grays = 24;
/** Black and white are this number of standard deviations from the mean. */
const spread = 2.5;

/** An image small enough for a terminal: gray levels from 0 to 1 in rows, undefined outside the shifted image. */
export type Thumbnail = readonly (readonly (number | undefined)[])[];

/** Makes an image of at most this width and height, moved by its alignment shift. */
export function thumbnail(
  { frame, context, alignment }: Pick<BufferedImage, 'frame' | 'context' | 'alignment'>,
  width: number,
  height: number,
): Thumbnail {
  const [rows = 0, columns = 0] = frame.image.shape;
  const factor = Math.min(rows, columns, Math.max(1, Math.ceil(columns / width), Math.ceil(rows / height)));
  if (factor === 0) return [];
  const small = reduce(frame.image, factor);
  const [down = 0, across = 0] = small.shape;
  const scaled = Array.from({ length: down * across }, (_, at) => small.get(Math.floor(at / across), at % across));
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  const deviation = Math.sqrt(scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scaled.length);
  const { black, white } = context.contrast ?? { black: mean - spread * deviation, white: mean + spread * deviation };
  const level = (value: number): number =>
    Math.min(1, Math.max(0, white > black ? (value - black) / (white - black) : 0.5));
  // The alignment counts upwards, rows count downwards.
  const [right, below] = [Math.round(alignment.x / factor), Math.round(-alignment.y / factor)];
  return Array.from({ length: down }, (_, row) =>
    Array.from({ length: across }, (__, column) => {
      const [fromRow, fromColumn] = [row - below, column - right];
      const inside = fromRow >= 0 && fromRow < down && fromColumn >= 0 && fromColumn < across;
      return inside ? level(scaled[fromRow * across + fromColumn]!) : undefined;
    }),
  );
}

/** A thumbnail as lines of a terminal with 256 colours; each line holds two rows. */
export function pictureLines(picture: Thumbnail): readonly string[] {
  const colour = (level: number | undefined): number =>
    level === undefined ? 16 : darkest + Math.min(grays - 1, Math.floor(level * grays));
  const lines: string[] = [];
  for (let row = 0; row < picture.length; row += 2) {
    const upper = picture[row]!;
    const cells = upper.map(
      (level, column) => `\x1b[38;5;${colour(level)};48;5;${colour(picture[row + 1]?.[column])}m▀`,
    );
    lines.push(`${cells.join('')}\x1b[0m`);
  }
  return lines;
}

/** A place in a terminal in which one picture replaces another. */
export class PictureInPlace {
  private drawn = 0;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  /** True when the terminal can show pictures. */
  get possible(): boolean {
    return this.stream.isTTY && !process.env['NO_COLOR'] && this.stream.getColorDepth() >= 8;
  }

  /** Draws an image with a line of text below it; replaces the last picture if nothing was written since. */
  show(image: BufferedImage, text: string): void {
    const columns = Math.min(72, (this.stream.columns || 80) - 1);
    const lines = [
      ...pictureLines(thumbnail(image, columns, 2 * Math.max(4, (this.stream.rows || 24) - 6))),
      text.slice(0, columns),
    ];
    const back = this.drawn > 0 ? `\x1b[${this.drawn}A` : '';
    this.stream.write(`${back}${lines.map((line) => `\r\x1b[2K${line}\n`).join('')}`);
    this.drawn = lines.length;
  }

  /** Removes the picture; call it before anything else is written. */
  clear(): void {
    if (this.drawn === 0) return;
    this.stream.write(`\x1b[${this.drawn}A\x1b[0J`);
    this.drawn = 0;
  }
}
