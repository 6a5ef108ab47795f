import { FineRegistration, type Displacement } from '../../imaging';
import { tellFigures } from '../support/figures';
import { inLongStatistics } from '../support/needs';
import { drawLoop, type ImageLoop } from '../support/scenes/loops';
import { plainCorrelation } from '../support/scenes/plain-correlation';
import { type SpecimenName, specimens } from '../support/scenes/specimens';

const names = Object.keys(specimens) as SpecimenName[];
const registration = new FineRegistration({ ignoreZeroPeak: true });

/** Expected shift as a calibration knows it beforehand: some pixels off. */
const guess = ({ x, y }: { x: number; y: number }, index: number) => ({ x: x + 5 * (index - 1), y: y + 4 - 3 * index });

const measured = ({ images, pairs }: ImageLoop): Displacement[] =>
  pairs.map(({ earlier, later, shift }, index) =>
    registration.measure(images[later]!, images[earlier]!, guess(shift, index)),
  );

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

const closureOf = (shifts: readonly { x: number; y: number }[]): number =>
  Math.hypot(
    shifts.reduce((sum, { x }) => sum + x, 0),
    shifts.reduce((sum, { y }) => sum + y, 0),
  );

/** Errors of the trusted pairs in units of their stated standard errors, and in pixels. */
function errorsOf(loop: ImageLoop, found: readonly Displacement[]) {
  return found.flatMap(({ x, y, standardError, trusted }, index) => {
    const { shift } = loop.pairs[index]!;
    return trusted
      ? [
          { pixels: x - shift.x, stated: standardError.x },
          { pixels: y - shift.y, stated: standardError.y },
        ]
      : [];
  });
}

describe('images as a microscope takes them', () => {
  test.each(names)('%s: a trusted shift is within its errors, and loops close', (name) => {
    const errors = [];
    for (const [seed, deformed] of [
      [1, false],
      [2, true],
    ] as const) {
      const loop = drawLoop(name, 100 * seed + name.length, { size: 320, dose: [20, 100], deformed });
      const found = measured(loop);
      errors.push(...errorsOf(loop, found));
      const stated = Math.hypot(...found.flatMap(({ standardError: { x, y } }) => [x, y]));
      if (found.every(({ trusted }) => trusted)) expect(closureOf(found)).toBeLessThan(4 * stated);
    }
    for (const { pixels, stated } of errors) expect(Math.abs(pixels)).toBeLessThan(4.5 * stated);
    // An engine that refuses everything would pass the rest.
    expect(errors.length).toBeGreaterThanOrEqual(6);
  });

  test.each(names)('%s: images of two places are never trusted', (name) => {
    const [one, other] = [1, 2].map((seed) => drawLoop(name, 7 * seed, { size: 320, dose: [10, 100] }));
    for (const known of [undefined, { x: 40, y: -25 }]) {
      for (const engine of [registration, new FineRegistration()]) {
        const found = engine.measure(one!.images[0]!, other!.images[1]!, known);
        expect({ found, trusted: found.trusted }).toMatchObject({ trusted: false });
      }
    }
  });

  test('behind a strong fixed pattern no wrong shift is trusted, and a far expected one shows that the image stayed', () => {
    let right = 0;
    for (const [index, name] of names.entries()) {
      const loop = drawLoop(name, 300 + index, { size: 320, dose: [20, 60], pattern: 0.5 });
      const { earlier, later, shift } = loop.pairs[0]!;
      const far = { x: shift.x + 3, y: shift.y - 3 };
      for (const known of [undefined, far]) {
        for (const engine of [registration, new FineRegistration()]) {
          const found = engine.measure(loop.images[later]!, loop.images[earlier]!, known);
          const off = Math.hypot(found.x - shift.x, found.y - shift.y);
          // Without an expected shift and with its zero peak, a pattern is as good an answer as the specimen.
          if (found.trusted && (known !== undefined || engine === registration)) expect(off).toBeLessThan(3);
          if (off < 1) right++;
          if (known && Math.hypot(found.x, found.y) < 1) expect(found.trusted).toBe(false);
        }
      }
    }
    expect(right).toBeGreaterThan(names.length);
  });
});

inLongStatistics(() => {
  const loopsPerKind = 10;
  const plain = plainCorrelation(512);
  const all = { ours: [] as number[], phases: [] as number[], plain: [] as number[] };
  const ratios: number[] = [];
  let [pairs, trusted] = [0, 0];

  test.each(names)('%s', (name) => {
    const closures = { ours: [] as number[], phases: [] as number[], plain: [] as number[] };
    for (let seed = 1; seed <= loopsPerKind; seed++) {
      const dose = seed % 3 === 0 ? ([300, 2000] as const) : ([5, 100] as const);
      const loop = drawLoop(name, 1000 * seed + name.length, { size: 512, dose, deformed: seed % 2 === 0 });
      const found = measured(loop);
      pairs += 3;
      trusted += found.filter((each) => each.trusted).length;
      ratios.push(...errorsOf(loop, found).map(({ pixels, stated }) => Math.abs(pixels) / stated));
      if (!found.every((each) => each.trusted)) continue;
      closures.ours.push(closureOf(found));
      closures.phases.push(closureOf(found.map((each) => each.secondEstimate ?? each)));
      closures.plain.push(
        closureOf(
          loop.pairs.map(({ earlier, later, shift }, index) =>
            plain.measure(loop.images[later]!.data, loop.images[earlier]!.data, guess(shift, index)),
          ),
        ),
      );
    }
    for (const kind of ['ours', 'phases', 'plain'] as const) all[kind].push(...closures[kind]);
    tellFigures(
      `${name}, ${closures.ours.length} loops: closure in the median ${median(closures.ours).toFixed(3)} px, by the phases of the whole field ${median(closures.phases).toFixed(3)} px, by a band-passed correlation ${median(closures.plain).toFixed(3)} px`,
    );
    expect(median(closures.ours)).toBeLessThan(1.3 * median(closures.plain));
  });

  test('all together close to 0.06 px with errors that hold', () => {
    const within = (100 * ratios.filter((each) => each < 2).length) / ratios.length;
    const [ours, others] = [median(all.ours), median(all.plain)];
    tellFigures(
      `all ${all.ours.length} loops: closure in the median ${ours.toFixed(3)} px, ${(ours / others).toFixed(2)} times that of a band-passed correlation; ${within.toFixed(1)} % of ${ratios.length} errors within two standard errors, ${((100 * trusted) / pairs).toFixed(0)} % of the pairs trusted`,
    );
    expect(ours).toBeLessThan(0.06);
    expect(ours / others).toBeLessThan(1);
    expect(within).toBeGreaterThan(93);
    expect(within).toBeLessThan(97);
    expect(trusted / pairs).toBeGreaterThan(0.85);
  });
});
