import { ImagingError } from '../../imaging/errors';
import { image } from '../../imaging/image';
import { Registration } from '../../imaging/registration';
import { expose, Random, Texture } from '../../imaging/synthesis';

const size = 256;
const texture = new Texture({ seed: 11, waveCount: 120 });
const random = new Random(5);
const camera = { countsPerPixel: 200, contrast: 0.15 };
const shot = (shift: { x: number; y: number }, rows = size, columns = size) => expose(texture.render(rows, columns, { shift }), { ...camera, random });

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
    expect(code(() => registration.measure(image(new Float32Array(0), 0, 0), image(new Float32Array(0), 0, 0)))).toBe('imaging/empty-image');
    expect(code(() => registration.measure(good, shot({ x: 0, y: 0 }, size, 128)))).toBe('imaging/shape-mismatch');
    expect(code(() => registration.measure(flat, good))).toBe('imaging/constant-image');
    expect(code(() => registration.measure(good, flat))).toBe('imaging/constant-image');
    expect(code(() => registration.measure(spoilt(NaN), good))).toBe('imaging/not-finite');
    expect(code(() => registration.measure(spoilt(Infinity), good))).toBe('imaging/not-finite');
    expect(code(() => registration.measure(good, spoilt(-Infinity)))).toBe('imaging/not-finite');
    expect(code(() => registration.measure(good, good, { x: NaN, y: 0 }))).toBe('imaging/bad-argument');
    expect(code(() => registration.measure(shot({ x: 0, y: 0 }, 8, 8), shot({ x: 0, y: 0 }, 8, 8)))).toBe('imaging/bad-argument');
  });
});
