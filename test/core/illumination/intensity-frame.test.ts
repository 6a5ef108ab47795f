import { followedIntensity, intensityFrame } from '../../../core/illumination';

/** Calibrations with a crossover that was measured with a condenser aperture, on a column whose intensity is an illuminated area. */
function frame(micro: number, aperture: number) {
  const rows: Readonly<Record<string, readonly object[]>> = {
    CrossoverIntensity: [{ spot: 4, micro, nano: 0 }],
    CrossCalAtC2Aperture: [{ micro: aperture, nano: 0 }],
  };
  const settings = { get: (name: string) => (name === 'IlluminatedAreaLimits' ? [-0.1, 0.9] : 1) };
  const calibrations = {
    records: (name: string) => ({
      all: () => rows[name] ?? [],
      find: (fits: (row: object) => boolean) => rows[name]?.find(fits),
    }),
  };
  return intensityFrame(settings as never, calibrations as never);
}
const kept = { spot: 4, probe: 'micro', intensity: 0.5, aperture: 50 } as const;

test('an intensity moves with the crossover of its spot size, and another aperture alone does not move it', () => {
  expect(followedIntensity(kept, frame(0.4, 50), frame(0.42, 50))).toBeCloseTo(0.52, 12);
  // The area of the crossover is in proportion to the aperture: 0.275 of 0.1 mm with 50 um, 0.385 with 70 um.
  const [with50, with70] = [0.1 + 0.8 * 0.375, 0.1 + 0.8 * (0.275 * 1.4 + 0.1)];
  expect(followedIntensity(kept, frame(with50, 50), frame(with70, 70))).toBeCloseTo(0.5, 9);
  expect(followedIntensity({ ...kept, aperture: 0 }, frame(with50, 50), frame(with70, 70))).toBeCloseTo(0.5, 9);
});

test('without a crossover before or after, and where there was no intensity, nothing moves', () => {
  expect(followedIntensity(kept, frame(0, 50), frame(0.42, 50))).toBe(0.5);
  expect(followedIntensity(kept, frame(0.4, 50), frame(0, 50))).toBe(0.5);
  expect(followedIntensity({ ...kept, intensity: 0 }, frame(0.4, 50), frame(0.42, 50))).toBe(0);
  expect(followedIntensity({ ...kept, spot: 5 }, frame(0.4, 50), frame(0.42, 50))).toBe(0.5);
});
