import { ImagingError } from '../../imaging/errors';
import { wasm } from '../../imaging/fft/wasm';
import { image } from '../../imaging/image';
import { Registration } from '../../imaging/registration';
import { expose, Random, Texture } from '../../imaging/synthesis';
import { until } from '../support/until';

const size = 256;
const texture = new Texture({ seed: 11, waveCount: 120 });
const random = new Random(5);
const camera = { countsPerPixel: 200, contrast: 0.15 };
const registrationOf = new Registration();
const shot = (shift: { x: number; y: number }, rows = size, columns = size) =>
  expose(texture.render(rows, columns, { shift }), { ...camera, random });

describe('the shift between two images', () => {
  const registration = new Registration();

  it.each([
    { x: 0, y: 0 },
    { x: 3.25, y: -7.6 },
    { x: -41.13, y: 18.77 },
    { x: 95.4, y: 60.2 },
  ])('is the displacement of the later image, Y up: $x, $y', (shift) => {
    const found = registration.measure(shot(shift), shot({ x: 0, y: 0 }));
    expect(Math.hypot(found.x - shift.x, found.y - shift.y)).toBeLessThan(0.05);
    expect(found.correlation).toBeGreaterThan(0.5);
    expect(found.overlap).toBeGreaterThan(0.3);
  });

  it('is found in images that are not square and have odd sides', () => {
    const shift = { x: 12.4, y: -5.3 };
    const found = registration.measure(shot(shift, 171, 240), shot({ x: 0, y: 0 }, 171, 240));
    expect(Math.hypot(found.x - shift.x, found.y - shift.y)).toBeLessThan(0.05);
  });

  it('is found near an expected shift that leaves little in common', () => {
    const shift = { x: -130.3, y: 90.8 };
    const found = registration.measure(shot(shift), shot({ x: 0, y: 0 }), { x: -124, y: 95 });
    expect(Math.hypot(found.x - shift.x, found.y - shift.y)).toBeLessThan(0.1);
  });
});

describe('what is found beside the shift', () => {
  it('a fixed pattern at no shift is passed over only when asked, and said so', () => {
    const shift = { x: 21.3, y: -14.8 };
    const [later, reference] = [shot(shift), shot({ x: 0, y: 0 })];
    const pattern = Float32Array.from({ length: size * size }, () => 160 * random.uniform());
    for (const { data } of [later, reference])
      for (let index = 0; index < data.length; index++)
        data[index] = (data[index] as number) + (pattern[index] as number);
    const withIt = new Registration().measure(later, reference);
    expect(Math.hypot(withIt.x, withIt.y)).toBeLessThan(0.3);
    expect(withIt.zeroPeakIgnored).toBeUndefined();
    const without = new Registration({ ignoreZeroPeak: true }).measure(later, reference);
    expect(Math.hypot(without.x - shift.x, without.y - shift.y)).toBeLessThan(0.3);
    expect(without.zeroPeakIgnored).toBe(true);
    expect(without.rivalHeight).toBeLessThan(1);
  });

  it('no shift is a legitimate answer when there is no other peak', () => {
    const found = new Registration({ ignoreZeroPeak: true }).measure(shot({ x: 0, y: 0 }), shot({ x: 0, y: 0 }));
    expect(Math.hypot(found.x, found.y)).toBeLessThan(0.05);
  });

  it('the same numbers come from every pixel type, from views, and from two threads', async () => {
    const shift = { x: 8.75, y: 6.5 };
    const [later, reference] = [shot(shift), shot({ x: 0, y: 0 })];
    const expected = new Registration().measure(later, reference);
    const words = (source: typeof later) => image(Uint16Array.from(source.data), size, size);
    expect(new Registration().measure(words(later), words(reference))).toEqual(expected);
    const framed = (source: typeof later) => {
      const larger = image(new Float32Array((size + 5) * (size + 9)).fill(3), size + 5, size + 9);
      const view = larger.lo(2, 4).hi(size, size);
      for (let row = 0; row < size; row++)
        for (let column = 0; column < size; column++) view.set(row, column, source.get(row, column));
      return view;
    };
    expect(new Registration().measure(framed(later), framed(reference))).toEqual(expected);
    const shared = new Registration({ threads: 2 });
    shared.measure(words(later), words(reference));
    await until('the second thread took part', () => wasm().helped);
    expect(shared.measure(words(later), words(reference))).toEqual(expected);
  });

  it('an image measured against itself has not moved', () => {
    const reference = shot({ x: 0, y: 0 });
    const found = new Registration().measure(reference, reference);
    expect(Math.hypot(found.x, found.y)).toBeLessThan(1e-3);
    expect(found.correlation).toBeCloseTo(1, 5);
  });

  it('a camera that writes the next frame into the same memory is noticed', () => {
    const reference = shot({ x: 0, y: 0 });
    const buffer = shot({ x: 5, y: 0 });
    registrationOf.measure(buffer, reference);
    buffer.data.set(shot({ x: -9, y: 4 }).data);
    const found = registrationOf.measure(buffer, reference);
    expect(Math.hypot(found.x + 9, found.y - 4)).toBeLessThan(0.05);
  });
});

describe('large images', () => {
  it('are binned, and the shift comes back in their own pixels', () => {
    const big = (shift: { x: number; y: number }) =>
      expose(texture.render(1100, 1300, { shift }), { ...camera, random });
    const shift = { x: 33.4, y: -21.7 };
    const found = new Registration({ largestSide: 512 }).measure(big(shift), big({ x: 0, y: 0 }));
    expect(Math.hypot(found.x - shift.x, found.y - shift.y)).toBeLessThan(0.1);
    const error = found.standardError ?? { x: 0, y: 0 };
    expect(Math.hypot(error.x, error.y)).toBeLessThan(0.1);
    expect(Math.hypot(error.x, error.y)).toBeGreaterThan(0.001);
  });
});

it('options outside their range are refused', () => {
  for (const options of [
    { trimFraction: 0.5 },
    { padFraction: -1 },
    { largestPeakCount: 0 },
    { largestSide: 8 },
    { smallestOverlap: NaN },
  ]) {
    expect(() => new Registration(options)).toThrow(ImagingError);
  }
});

describe('images that cannot be registered', () => {
  const registration = new Registration();
  const good = shot({ x: 0, y: 0 });
  const code = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      if (error instanceof ImagingError) return error.code;
      throw error;
    }
    return 'no error';
  };

  it('have no pixels, other shapes, one value, or NaN and infinite pixels', () => {
    const flat = image(new Float32Array(size * size).fill(7), size, size);
    const spoilt = (value: number) => {
      const copy = good.data.slice();
      copy[1234] = value;
      return image(copy, size, size);
    };
    expect(code(() => registration.measure(image(new Float32Array(0), 0, 0), image(new Float32Array(0), 0, 0)))).toBe(
      'imaging/empty-image',
    );
    expect(code(() => registration.measure(good, shot({ x: 0, y: 0 }, size, 128)))).toBe('imaging/shape-mismatch');
    expect(code(() => registration.measure(flat, good))).toBe('imaging/constant-image');
    expect(code(() => registration.measure(good, flat))).toBe('imaging/constant-image');
    expect(code(() => registration.measure(spoilt(NaN), good))).toBe('imaging/not-finite');
    expect(code(() => registration.measure(spoilt(Infinity), good))).toBe('imaging/not-finite');
    expect(code(() => registration.measure(good, spoilt(-Infinity)))).toBe('imaging/not-finite');
    expect(code(() => registration.measure(good, good, { x: NaN, y: 0 }))).toBe('imaging/bad-argument');
    expect(code(() => registration.measure(shot({ x: 0, y: 0 }, 8, 8), shot({ x: 0, y: 0 }, 8, 8)))).toBe(
      'imaging/bad-argument',
    );
  });
});
