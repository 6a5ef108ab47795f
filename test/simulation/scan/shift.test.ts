import { perfectRecords, truthOf, type Exposure } from '../../../simulation';
import { pixelNm, scanBench, scanInstrument, spreadOf } from './scan-bench';

const film = { contrast: 0.2, probeCurrentPicoamperes: 5000, stemReadNoiseCounts: 0 };
const options = {
  ...film,
  scanShiftToSpecimen: [
    [0.8, -0.3],
    [0.25, 1.1],
  ],
  scanShiftToSpecimenLowMagnification: [
    [1.4, 0.2],
    [0, 0.9],
  ],
};

/** Sum of squared differences of the middles of two images, the second one moved by whole pixels, rows going down. */
function mismatch(first: Exposure, second: Exposure, right: number, down: number): number {
  const { width, height } = first;
  const edge = 60;
  let sum = 0;
  for (let row = edge; row < height - edge; row++)
    for (let column = edge; column < width - edge; column++) {
      const difference = first.data[row * width + column]! - second.data[(row + down) * width + column + right]!;
      sum += difference * difference;
    }
  return sum;
}

/** Pixels by which the second image is moved, X to the right and Y up: the best of the whole ones within some of a place, and a parabola through its neighbours. */
function motionNear(first: Exposure, second: Exposure, near: { readonly x: number; readonly y: number }) {
  let best = { right: 0, down: 0, value: Infinity };
  for (let right = Math.round(near.x) - 5; right <= Math.round(near.x) + 5; right++)
    for (let down = Math.round(-near.y) - 5; down <= Math.round(-near.y) + 5; down++) {
      const value = mismatch(first, second, right, down);
      if (value < best.value) best = { right, down, value };
    }
  const fine = (low: number, high: number): number => (low - high) / (2 * (low + high - 2 * best.value));
  const { right, down } = best;
  return {
    x: right + fine(mismatch(first, second, right - 1, down), mismatch(first, second, right + 1, down)),
    y: -(down + fine(mismatch(first, second, right, down - 1), mismatch(first, second, right, down + 1))),
  };
}

test('beam shift moves a scan by the matrices of the scan, image shift does not move it', () => {
  const bench = scanBench(options);
  const { microscope } = bench;
  const at = { area: { left: 128, top: 128, width: 256, height: 256 } };
  const before = bench.scan(4, {}, at);
  microscope.setImageShift({ x: 5, y: 5 });
  const still = bench.scan(4, {}, at);
  expect(motionNear(before, still, { x: 0, y: 0 })).toEqual({
    x: expect.closeTo(0, 1) as number,
    y: expect.closeTo(0, 1) as number,
  });
  expect(spreadOf(before.data).deviation).toBeGreaterThan(100);
  const shift = { x: 0.05, y: -0.03 };
  microscope.setBeamShift(shift);
  // The probe goes there, so that what it scans appears to move the other way.
  const expected = {
    x: -(0.8 * shift.x - 0.3 * shift.y) / (pixelNm[17] / 1000),
    y: -(0.25 * shift.x + 1.1 * shift.y) / (pixelNm[17] / 1000),
  };
  const moved = motionNear(before, bench.scan(4, {}, at), expected);
  expect(Math.abs(moved.x - expected.x)).toBeLessThan(0.1);
  expect(Math.abs(moved.y - expected.y)).toBeLessThan(0.1);
});

test('the truth has a matrix of image shift for each magnification of a scan, and jumps where they are', () => {
  const records = (more: object) => {
    const { microscope } = scanBench({ ...options, ...more });
    const all = perfectRecords(truthOf(microscope), scanInstrument) as readonly Readonly<
      Record<string, number | string>
    >[];
    return all.filter(({ record, camera }) => record === 'ImageShiftMatrix' && camera === 0);
  };
  const plain = records({});
  expect(plain.map(({ magIndex }) => magIndex)).toEqual([4, 17, 25]);
  // Pixels of 0.2 um, 2 nm and 0.2 nm.
  expect(plain[0]).toMatchObject({
    xpx: expect.closeTo(7, 9) as number,
    xpy: expect.closeTo(1, 9) as number,
    ypx: 0,
    ypy: expect.closeTo(4.5, 9) as number,
  });
  expect(plain[1]).toMatchObject({ xpx: expect.closeTo(400, 6) as number, xpy: expect.closeTo(-150, 6) as number });
  expect(plain[2]).toMatchObject({ xpx: expect.closeTo(4000, 5) as number, ypy: expect.closeTo(5500, 5) as number });
  const jumped = records({ scanShiftJumps: { 25: [1.5, 90] } });
  expect(jumped[1]).toEqual(plain[1]);
  expect(jumped[2]!['ypx']).toBeCloseTo(1.5 * (plain[2]!['xpx'] as number), 4);
});
