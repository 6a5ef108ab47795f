import { magIndex, vector } from '../../../core/base';
import type { BufferedImage } from '../../../core/kernel';
import { image } from '../../../imaging';
import { pictureLines, thumbnail } from '../../../plugins/terminal/picture';

/** An image of one bright block in the dark, with the block's corner at the given pixel. */
function withBlock(
  row: number,
  column: number,
  alignment: BufferedImage['alignment'] = vector(0, 0),
): Pick<BufferedImage, 'frame' | 'context' | 'alignment'> {
  const data = new Uint16Array(60 * 80);
  for (let down = 0; down < 8; down++)
    for (let across = 0; across < 8; across++) data[(row + down) * 80 + column + across] = 1000;
  return {
    frame: { image: image(data, 60, 80) } as unknown as BufferedImage['frame'],
    context: { magIndex: magIndex(1), magnification: 1 },
    alignment,
  };
}
const brightAt = (picture: ReturnType<typeof thumbnail>): readonly [number, number][] =>
  picture.flatMap((levels, row) =>
    levels.flatMap((level, column): readonly [number, number][] => (level === 1 ? [[row, column]] : [])),
  );

test('a thumbnail fits, and shows what is there', () => {
  const picture = thumbnail(withBlock(16, 24), 20, 40);
  expect([picture.length, picture[0]!.length]).toEqual([15, 20]);
  expect(brightAt(picture)).toEqual([
    [4, 6],
    [4, 7],
    [5, 6],
    [5, 7],
  ]);
});

test('two images that are aligned to each other are shown in the same place: X right, Y up', () => {
  // Moved 8 pixels to the right and 12 up.
  const later = withBlock(16, 24);
  const earlier = withBlock(28, 16, vector(8, 12));
  expect(brightAt(thumbnail(earlier, 20, 40))).toEqual(brightAt(thumbnail(later, 20, 40)));
  expect(thumbnail(earlier, 20, 40)[14]).toEqual(new Array(20).fill(undefined));
});

test('one line shows two rows, the last with nothing below an odd one', () => {
  const lines = pictureLines([
    [0, 1],
    [1, 0],
    [0.5, undefined],
  ]);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe('\x1b[38;5;232;48;5;255m▀\x1b[38;5;255;48;5;232m▀\x1b[0m');
  expect(lines[1]).toBe('\x1b[38;5;244;48;5;16m▀\x1b[38;5;16;48;5;16m▀\x1b[0m');
});
