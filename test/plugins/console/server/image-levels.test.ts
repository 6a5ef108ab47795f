import { decodeFrame, encodeFrame } from '../../../../plugins/console/protocol';
import { fourierLevelOf, levelOf } from '../../../../plugins/console/server/image-levels';
import { image } from '../../../../imaging';

const countsOf = ({ samples, about }: ReturnType<typeof levelOf>): number[] => [...samples].map((sample) => about.offset + about.scale * sample);

test('sixteen bits cross unchanged, with or without a sign', () => {
  expect(countsOf(levelOf(image(Uint16Array.from([0, 1, 65_535, 77]), 2, 2), 1024))).toEqual([0, 1, 65_535, 77]);
  expect(countsOf(levelOf(image(Int16Array.from([-32_768, -1, 0, 32_767]), 2, 2), 1024))).toEqual([-32_768, -1, 0, 32_767]);
});

test('a large image is reduced to means, and what does not fill a square is left out', () => {
  const [rows, columns] = [7, 9];
  const level = levelOf(image(Float32Array.from({ length: rows * columns }, (_, index) => index), rows, columns), 4);
  expect(level.about).toMatchObject({ width: 3, height: 2, reduction: 3, fullWidth: 9, fullHeight: 7 });
  const wanted = [10, 13, 16, 37, 40, 43];
  countsOf(level).forEach((counts, index) => expect(counts).toBeCloseTo(wanted[index]!, 2));
});

test('contrast leaves out the few pixels that are far from all others', () => {
  const data = Uint16Array.from({ length: 10_000 }, (_, index) => 1000 + (index % 100));
  data[5] = 60_000;
  const { about } = levelOf(image(data, 100, 100), 1024);
  expect(about.black).toBeGreaterThanOrEqual(1000);
  expect(about.white).toBeLessThanOrEqual(1100);
  expect(about.maximum).toBe(60_000);
});

test('an image of one value, or of none that is a number, can be shown', () => {
  for (const value of [0, 5, NaN]) {
    const { about } = levelOf(image(new Float32Array(64).fill(value), 8, 8), 4);
    expect(about.white).toBeGreaterThan(about.black);
  }
});

test('the transform of a wave shows it where it belongs', () => {
  const side = 256;
  const wave = Float32Array.from({ length: side * side }, (_, index) => Math.cos((2 * Math.PI * 20 * (index % side)) / side));
  const { samples, about } = fourierLevelOf(image(wave, side, side), 1024);
  const brightest = [...samples.keys()].sort((a, b) => samples[b]! - samples[a]!).slice(0, 2).sort((a, b) => a - b);
  expect(brightest.map((at) => [Math.floor(at / about.width) - side / 2, (at % about.width) - side / 2])).toEqual([[0, -20], [0, 20]]);
});

test('a frame comes out of its message as it went in; anything else is refused', () => {
  const header = { request: 1, image: 2, transform: 'none', width: 3, height: 1, fullWidth: 3, fullHeight: 1, reduction: 1, offset: 0, scale: 1, black: 0, white: 1, minimum: 0, maximum: 1, mean: 0, deviation: 0 } as const;
  const message = encodeFrame(header, Uint16Array.from([1, 2, 65_535]));
  const taken = decodeFrame(message.buffer as ArrayBuffer);
  expect(taken.header).toEqual(header);
  expect([...taken.samples]).toEqual([1, 2, 65_535]);
  expect(() => decodeFrame(new ArrayBuffer(4))).toThrow();
  expect(() => decodeFrame(new ArrayBuffer(64))).toThrow();
});
