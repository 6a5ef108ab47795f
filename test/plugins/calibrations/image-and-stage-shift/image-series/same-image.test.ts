import { vector } from '../../../../../core/base';
import type { BufferedImage } from '../../../../../core/kernel';
import { FineRegistration, image } from '../../../../../imaging';
import { alignPair } from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/shift-series';
import { randomNumbers } from '../../../../../statistics/support/random-numbers';

const size = 96;
function noisy(seed: number): BufferedImage {
  const random = randomNumbers(seed);
  const pixels = Float32Array.from({ length: size * size }, () => random());
  return { frame: { image: image(pixels, size, size) } } as unknown as BufferedImage;
}
const align = (later: BufferedImage, earlier: BufferedImage) =>
  alignPair(new FineRegistration(), later, earlier, vector(0, 0), 3);

test('a camera that delivers the same image twice is named, and not the specimen', () => {
  expect(() => align(noisy(1), noisy(1))).toThrow(/^Images 3 and 4 are the same in every pixel: the camera/);
});

test('images of one place with other noise are aligned', () => {
  expect(align(noisy(1), noisy(2)).correlation).toBeLessThan(0.5);
});
