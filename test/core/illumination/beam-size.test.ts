import { type DiameterPlace, calibratedDiameter, intensityOfDiameter } from '../../../core/illumination';
import type { MainRecords } from '../../../core/store';

type Row = MainRecords['BeamSizeCal'];
const crossover = 0.43;
const place: DiameterPlace = { spot: 3, probe: 'micro', probeOrAlpha: 1, intensity: 0.45 };
/** Diameter of a beam by a law of the lenses, in micrometres. */
const law = (distance: number, least = 0): number => Math.sqrt((250 * distance) ** 2 + least ** 2);
const rowOf = (sign: 1 | -1, more: Partial<Row> = {}, least = 0): Row => {
  const [one, two, three] = [0.002, 0.0064, 0.02] as const;
  return {
    ...{ probeOrAlpha: 1, spot: 3, crossover, c2Aperture: 50, c1Aperture: -1 },
    ...{ size1: law(one, least), intensity1: crossover + sign * one },
    ...{ size2: law(two, least), intensity2: crossover + sign * two },
    ...{ size3: law(three, least), intensity3: crossover + sign * three },
    ...more,
  };
};
const sources = (rows: readonly Row[], now: { readonly crossover?: number; readonly aperture?: number } = {}) => {
  const present = 'crossover' in now ? now.crossover : crossover;
  return {
    calibrations: { records: () => ({ all: () => rows, find: (fits: (row: Row) => boolean) => rows.find(fits) }) },
    beam: {
      aperture: now.aperture ?? 50,
      crossover: () => present,
      side: ({ intensity }: { readonly intensity: number }) =>
        present !== undefined && intensity > present ? 'above' : 'below',
    },
  } as never;
};
const diameterAt = (from: never, intensity: number, at = place): number => {
  const found = calibratedDiameter(from, { ...at, intensity });
  return typeof found === 'string' ? NaN : found.diameter;
};

test.each([1, -1] as const)(
  'diameters of a law within the measured range, and the intensities for them; side %i',
  (sign) => {
    for (const least of [0, 0.3]) {
      const from = sources([rowOf(sign, {}, least), rowOf(sign === 1 ? -1 : 1, { size1: 99 })]);
      for (const distance of [0.002, 0.003, 0.005, 0.009, 0.015, 0.02]) {
        const intensity = crossover + sign * distance;
        const diameter = diameterAt(from, intensity);
        expect(diameter / law(distance, least)).toBeCloseTo(1, 9);
        const back = intensityOfDiameter(from, { ...place, intensity }, diameter);
        expect(back).toMatchObject({
          intensity: expect.closeTo(intensity, 9) as number,
          limited: false,
          measured: true,
        });
      }
    }
  },
);

test('a crossover that moved takes the diameters along, and an aperture scales them where both are known', () => {
  const moved = sources([rowOf(1)], { crossover: crossover + 0.01 });
  expect(diameterAt(moved, crossover + 0.01 + 0.005)).toBeCloseTo(law(0.005), 9);
  expect(diameterAt(sources([rowOf(1)], { aperture: 70 }), crossover + 0.005)).toBeCloseTo(1.4 * law(0.005), 9);
  const unknown = sources([rowOf(1, { c2Aperture: 0 })], { aperture: 70 });
  expect(calibratedDiameter(unknown, { ...place, intensity: crossover + 0.005 })).toMatchObject({
    diameter: expect.closeTo(law(0.005), 9) as number,
    apertureKnown: false,
  });
});

test('the first alpha has its own, and the nearest spot size serves for others', () => {
  const from = sources([rowOf(1, { probeOrAlpha: 0 }), rowOf(1, { spot: 9, size1: 1, size2: 2, size3: 9 })]);
  expect(calibratedDiameter(from, { ...place, probeOrAlpha: 0, spot: 5 })).toMatchObject({ spot: 3 });
  expect(calibratedDiameter(from, { ...place, probeOrAlpha: 2 })).toBe('no beam size');
});

test('lengths beyond what was measured are marked, and what cannot be is refused', () => {
  const from = sources([rowOf(1)]);
  expect(calibratedDiameter(from, { ...place, intensity: crossover + 0.04 })).toMatchObject({ measured: false });
  expect(intensityOfDiameter(from, place, 1e6)).toMatchObject({ limited: true, intensity: 0.999 });
  expect(calibratedDiameter(sources([rowOf(1)], { crossover: undefined as never }), place)).toBe('no crossover');
  expect(calibratedDiameter(sources([rowOf(-1)]), place)).toBe('no beam size');
  // A width that the image of the source alone gives has no intensity.
  expect(intensityOfDiameter(sources([rowOf(1, {}, 0.3)]), place, 0.2)).toBe('too near to crossover');
});

test('diameters that bend the wrong way are joined by straight lines', () => {
  const from = sources([rowOf(1, { size1: 1, size2: 4, size3: 4.5 })]);
  expect(diameterAt(from, crossover + (0.0064 + 0.02) / 2)).toBeCloseTo(4.25, 9);
  expect(intensityOfDiameter(from, place, 2.5)).toMatchObject({
    intensity: expect.closeTo(crossover + (0.002 + 0.0064) / 2, 9) as number,
  });
});
