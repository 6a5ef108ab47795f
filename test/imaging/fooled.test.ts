import { image } from '../../imaging/image';
import { findPeriodicity, fixedPattern, Registration } from '../../imaging/registration';
import { Random } from '../../imaging/synthesis';

const random = new Random(4);
const size = 256;
const uniform = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.uniform());
const make = (value: (row: number, column: number, index: number) => number) =>
  image(
    Float32Array.from({ length: size * size }, (_, index) => value(Math.floor(index / size), index % size, index)),
    size,
    size,
  );

test('waves in noise are found with their period and direction, and none where there are none', () => {
  const noise = uniform(size * size);
  const turn = Math.PI / 9;
  const waves = make(
    (row, column, index) =>
      noise[index]! + 0.4 * Math.cos((2 * Math.PI * (column * Math.cos(turn) - row * Math.sin(turn))) / 11.5),
  );
  const found = findPeriodicity(waves)!;
  expect(Math.abs(found.period / 11.5 - 1)).toBeLessThan(0.005);
  expect(Math.abs(found.direction - 20)).toBeLessThan(0.3);
  expect(findPeriodicity(make((_, __, index) => noise[index]!))).toBeUndefined();
});

test('stripes of a camera and the blur of a moving specimen are not taken for waves, and a grating with stripes is', () => {
  const noise = uniform(size * size);
  const stripes = uniform(size);
  const striped = (wave: number) =>
    make(
      (row, column, index) =>
        noise[index]! + stripes[column]! + wave * Math.sign(Math.cos((2 * Math.PI * (2 * column + row)) / 45)),
    );
  expect(findPeriodicity(striped(0))).toBeUndefined();
  expect(Math.abs(findPeriodicity(striped(1))!.period - 45 / Math.sqrt(5))).toBeLessThan(0.3);
  // Each place is the mean of what passed it on its way of 30 pixels to the upper right.
  const wide = 2 * size;
  const specimen = uniform(wide * wide);
  const blurred = make((row, column, index) => {
    let sum = noise[index]! / 4;
    for (let step = 0; step < 30; step++)
      sum += specimen[Math.round(row + 64 + 0.5 * step) * wide + Math.round(column + 64 + 0.87 * step)]! / 30;
    return sum;
  });
  expect(findPeriodicity(blurred)).toBeUndefined();
});

test('a pattern that stays is seen beneath noise, and noise alone is none', () => {
  const pattern = uniform(size * size);
  const shot = (share: number) => {
    const noise = uniform(size * size);
    return make((_, __, index) => noise[index]! + share * pattern[index]!);
  };
  expect(fixedPattern(shot(0.4), shot(0.4)).significance).toBeGreaterThan(7);
  for (let draw = 0; draw < 20; draw++) expect(Math.abs(fixedPattern(shot(0), shot(0)).significance)).toBeLessThan(7);
});

test('a shift between images with nothing in common is not trusted, and one between the same is', () => {
  const registration = new Registration();
  for (let draw = 0; draw < 10; draw++) {
    const one = image(uniform(size * size), size, size);
    expect(registration.measure(image(uniform(size * size), size, size), one).trusted).toBe(false);
    expect(registration.measure(one, one).trusted).toBe(true);
  }
});

describe('a displacement is doubted', () => {
  const codes = (found: { findings: readonly { code: string }[] }) => found.findings.map(({ code }) => code);
  const pattern = uniform(size * size);
  const still = () => {
    const noise = uniform(size * size);
    return make((_, __, index) => pattern[index]! + 0.3 * noise[index]!);
  };

  test('where the images stayed although a large shift was expected, as with a pattern fixed to the camera', () => {
    const found = new Registration().measure(still(), still(), { x: 60, y: -40 });
    expect(Math.hypot(found.x, found.y)).toBeLessThan(1);
    expect(codes(found)).toContain('stayed');
    expect(found.trusted).toBe(false);
    expect(new Registration().measure(still(), still(), { x: 0.5, y: 0 }).findings).toEqual([]);
    expect(new Registration().measure(still(), still()).findings).toEqual([]);
  });

  test('where it lies at the edge of the shifts that are possible, or beyond', () => {
    const registration = new Registration({ within: 10 });
    expect(codes(registration.measure(still(), still(), { x: 11, y: 0 }))).toEqual(['edge']);
    expect(codes(registration.measure(still(), still(), { x: 9.5, y: 0 }))).toEqual(['edge']);
    expect(codes(registration.measure(still(), still(), { x: 6, y: 0 }))).toEqual([]);
  });

  test('with an error that grows as the correlation falls where only the peak was located', () => {
    // Images too small for the refinement.
    const small = (share: number) => {
      const noise = uniform(size * size);
      return make((_, __, index) => share * pattern[index]! + noise[index]!).hi(24, 24);
    };
    const [clear, weak] = [5, 1].map((share) => new Registration().measure(small(share), small(share)));
    for (const found of [clear!, weak!]) expect(found.refined).toBe(false);
    expect(weak!.correlation).toBeLessThan(clear!.correlation);
    expect(weak!.standardError.x).toBeGreaterThan(clear!.standardError.x);
  });
});
