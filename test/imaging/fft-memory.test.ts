import { goodSize, realTransform2 } from '../../imaging/fft';
import { wasm } from '../../imaging/fft/wasm';
import { image } from '../../imaging/image';
import { reduce } from '../../imaging/reduction';
import { Registration } from '../../imaging/registration';
import { Random } from '../../imaging/synthesis';

const thorough = process.env['EUCENTRIC_VERIFY'] !== undefined;
const [warming, rounds] = thorough ? [150, 300] : [36, 40];

/** New images, so that nothing cached can be used. */
function fresh(random: Random, rows: number, columns: number) {
  return image(
    Uint16Array.from({ length: rows * columns }, () => 100 + 100 * random.uniform()),
    rows,
    columns,
  );
}

it('a plan whose memory was given back takes memory again when it is used', () => {
  const kept = realTransform2(20, 12);
  const input = Float32Array.from({ length: 240 }, (_, index) => index % 7);
  const expected = kept.forward(input);
  for (let size = 14; size < 40; size += 2) realTransform2(20, size).forward(new Float32Array(20 * size).fill(3));
  expect(kept.forward(input)).toEqual(expected);
});

it('memory stays flat while images and sizes come and go', () => {
  const random = new Random(1);
  const registration = new Registration({ smallestOverlap: 0.5 });
  const work = (round: number) => {
    const [rows, columns] = [300 + 16 * (round % 7), 280 + 24 * (round % 5)];
    registration.measure(fresh(random, rows, columns), fresh(random, rows, columns));
    reduce(fresh(random, rows, columns), 2 + (round % 3));
    const transform = realTransform2(goodSize(100 + 10 * (round % 12)), 64 + 2 * (round % 10));
    transform.inverse(transform.forward(new Float32Array(transform.rows * transform.columns).fill(1)));
  };
  // After the first rounds every size has occurred once.
  for (let round = 0; round < warming; round++) work(round);
  const before = wasm().buffer.byteLength;
  for (let round = warming; round < warming + rounds; round++) work(round);
  const grown = wasm().buffer.byteLength - before;
  expect(before).toBeLessThan(150 * 2 ** 20);
  expect(grown).toBeLessThan(6 * 2 ** 20);
});
