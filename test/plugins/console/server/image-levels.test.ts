import { decodeFrame, encodeFrame } from '../../../../plugins/console/protocol';
import { fourierTransform, levelOf, partOf } from '../../../../plugins/console/server/images/image-levels';
import { countsAt, profileAlong } from '../../../../plugins/console/server/images/profile';
import { statisticsOf } from '../../../../plugins/console/server/images/statistics';
import { image } from '../../../../imaging';

const countsOf = ({ samples, about }: ReturnType<typeof levelOf>): number[] =>
  [...samples].map((sample) => about.offset + about.scale * sample);

test('sixteen bits cross unchanged, with or without a sign', () => {
  expect(countsOf(levelOf(image(Uint16Array.from([0, 1, 65_535, 77]), 2, 2), 1024))).toEqual([0, 1, 65_535, 77]);
  expect(countsOf(levelOf(image(Int16Array.from([-32_768, -1, 0, 32_767]), 2, 2), 1024))).toEqual([
    -32_768, -1, 0, 32_767,
  ]);
});

test('a large image is reduced to means, and what does not fill a square is left out', () => {
  const [rows, columns] = [7, 9];
  const level = levelOf(
    image(
      Float32Array.from({ length: rows * columns }, (_, index) => index),
      rows,
      columns,
    ),
    4,
  );
  expect(level.about).toMatchObject({ width: 3, height: 2, reduction: 3, fullWidth: 9, fullHeight: 7 });
  const wanted = [10, 13, 16, 37, 40, 43];
  countsOf(level).forEach((counts, index) => expect(counts).toBeCloseTo(wanted[index]!, 2));
});

test.each([Uint16Array, Int16Array, Float32Array])(
  'a part of an image is what stands there, fine or reduced (%p)',
  (Kind) => {
    const [rows, columns] = [60, 80];
    const whole = image(
      new Kind(
        Array.from({ length: rows * columns }, (_, index) => 3 * Math.floor(index / columns) + (index % columns)),
      ),
      rows,
      columns,
    );
    const fine = partOf(whole, { left: 70, top: 50, width: 500, height: 4, reduction: 1 });
    expect(fine.about).toMatchObject({
      left: 70,
      top: 50,
      width: 10,
      height: 4,
      reduction: 1,
      fullWidth: 80,
      fullHeight: 60,
    });
    countsOf(fine).forEach((counts, index) =>
      expect(counts).toBeCloseTo(3 * (50 + Math.floor(index / 10)) + 70 + (index % 10), 2),
    );
    const coarse = partOf(whole, { left: 8, top: 4, width: 9, height: 8, reduction: 4 });
    expect(coarse.about).toMatchObject({ left: 8, top: 4, width: 2, height: 2 });
    [3 * 5.5 + 9.5, 3 * 5.5 + 13.5, 3 * 9.5 + 9.5, 3 * 9.5 + 13.5].forEach((wanted, index) =>
      expect(countsOf(coarse)[index]).toBeCloseTo(wanted, 2),
    );
    expect(partOf(whole, { left: 5000, top: 5000, width: 0, height: 9, reduction: 64 }).about).toMatchObject({
      left: 79,
      top: 59,
      width: 1,
      height: 1,
      reduction: 1,
    });
  },
);

test('counts and profiles are those of the pixels, however coarse the image is shown', () => {
  const whole = image(
    Float32Array.from({ length: 30 * 40 }, (_, index) => 3 * Math.floor(index / 40) + (index % 40)),
    30,
    40,
  );
  expect(countsAt(whole, { x: 7.9, y: 2.1 })).toBe(13);
  expect(countsAt(whole, { x: 40, y: 2 })).toBeUndefined();
  const { distance, counts } = profileAlong(whole, { x: 5.5, y: 10.5 }, { x: 25.5, y: 10.5 });
  expect(distance).toHaveLength(21);
  counts.forEach((each, index) => expect(each).toBeCloseTo(35 + index, 4));
});

test('the histogram counts what lies between its limits', () => {
  const { histogram, mean, deviation } = statisticsOf(
    image(
      Float32Array.from({ length: 9999 }, (_, index) => index % 100),
      99,
      101,
    ),
  );
  expect(histogram.found.reduce((sum, each) => sum + each, 0)).toBe(9999);
  const counted = statisticsOf(
    image(
      Uint16Array.from({ length: 9999 }, (_, index) => 500 + (index % 100)),
      99,
      101,
    ),
  ).histogram;
  expect(counted).toMatchObject({ low: 499.5, high: 599.5 });
  expect(counted.found).toEqual(Array.from({ length: 100 }, (_, index) => (index < 99 ? 100 : 99)));
  expect(mean).toBeCloseTo(49.5, 1);
  expect(deviation).toBeCloseTo(Math.sqrt((100 ** 2 - 1) / 12), 1);
});

test('contrast leaves out the few pixels that are far from all others', () => {
  const data = Uint16Array.from({ length: 10_000 }, (_, index) => 1000 + (index % 100));
  data[5] = 60_000;
  const about = statisticsOf(image(data, 100, 100));
  expect(about.black).toBeGreaterThanOrEqual(1000);
  expect(about.white).toBeLessThanOrEqual(1100);
  expect(about.maximum).toBe(60_000);
});

test('an image of one value, or of none that is a number, can be shown', () => {
  for (const value of [0, 5, NaN]) {
    expect([...levelOf(image(new Float32Array(64).fill(value), 8, 8), 4).samples]).toEqual([
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    const about = statisticsOf(image(new Float32Array(64).fill(value), 8, 8));
    expect(about.white).toBeGreaterThan(about.black);
  }
});

test('the transform of a wave shows it where it belongs', () => {
  const side = 256;
  const wave = Float32Array.from({ length: side * side }, (_, index) =>
    Math.cos((2 * Math.PI * 20 * (index % side)) / side),
  );
  const { samples, about } = levelOf(fourierTransform(image(wave, side, side)), 1024);
  const brightest = [...samples.keys()]
    .sort((a, b) => samples[b]! - samples[a]!)
    .slice(0, 2)
    .sort((a, b) => a - b);
  expect(brightest.map((at) => [Math.floor(at / about.width) - side / 2, (at % about.width) - side / 2])).toEqual([
    [0, -20],
    [0, 20],
  ]);
});

test('a frame comes out of its message as it went in; anything else is refused', () => {
  const header = {
    request: 1,
    image: 2,
    transform: 'none',
    width: 3,
    height: 1,
    left: 0,
    top: 0,
    fullWidth: 3,
    fullHeight: 1,
    reduction: 1,
    offset: 0,
    scale: 1,
    statistics: {
      black: 0,
      white: 1,
      minimum: 0,
      maximum: 1,
      mean: 0,
      deviation: 0,
      histogram: { low: 0, high: 1, found: [3] },
    },
  } as const;
  const message = encodeFrame(header, Uint16Array.from([1, 2, 65_535]));
  const taken = decodeFrame(message.buffer as ArrayBuffer);
  expect(taken.header).toEqual(header);
  expect([...taken.samples]).toEqual([1, 2, 65_535]);
  expect(() => decodeFrame(new ArrayBuffer(4))).toThrow();
  expect(() => decodeFrame(new ArrayBuffer(64))).toThrow();
});
