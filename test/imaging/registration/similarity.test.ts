import { findSimilarity } from '../../../imaging';
import { countsOf, PlaneWaves, type Showing, type Transfer } from '../../support/scenes/plane-waves';
import { Dice } from '../../support/scenes/smooth-noise';
import { drawSpecimen, type SpecimenName } from '../../support/scenes/specimens';

const size = 256;
const dose = 50;
const limits = { scale: [1, 1.08], rotation: [-2.5, 2.5] } as const;
const upright: Showing = { scale: 1, rotation: 0, shift: { x: 0, y: 0 } };
const full: Transfer = () => 1;
/** Contrast transfer of a weak-phase specimen with some absorption. */
const defocused =
  (strength: number): Transfer =>
  (frequency) =>
    Math.sin(0.1 + strength * frequency ** 2);

function truthOf(seed: number, far = 20): Showing {
  const dice = new Dice(1000 + seed);
  return {
    scale: dice.between(1.01, 1.07),
    rotation: dice.between(-2.2, 2.2),
    shift: { x: dice.between(-far, far), y: dice.between(-far, far) },
  };
}

/** Two noisy images of a specimen of plane waves: the later one as the truth says, each with its own contrast transfer. */
function pairOf(seed: number, truth: Showing, transfers: readonly [Transfer, Transfer] = [full, full]) {
  const specimen = new PlaneWaves(seed);
  const [reference, later] = transfers;
  return {
    reference: countsOf(specimen.show(size, upright, reference, 0.15), size, dose, seed + 1),
    later: countsOf(specimen.show(size, truth, later, 0.15), size, dose, seed + 2),
  };
}

/** Two noisy images of a drawn specimen. */
function sceneOf(name: SpecimenName, seed: number, { scale, rotation, shift }: Showing) {
  const scene = drawSpecimen(name, new Dice(seed));
  const angle = (rotation * Math.PI) / 180;
  const [cosine, sine] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const middle = (size - 1) / 2;
  const seen = (isLater: boolean): Float64Array =>
    Float64Array.from({ length: size * size }, (_, index) => {
      let sum = 0;
      for (const right of [-0.25, 0.25])
        for (const up of [-0.25, 0.25]) {
          const [x, y] = [(index % size) - middle + right, middle - Math.floor(index / size) + up];
          // The scene counts Y downwards.
          sum += isLater ? scene(cosine * x - sine * y + shift.x, -(sine * x + cosine * y + shift.y)) : scene(x, -y);
        }
      return sum / 4;
    });
  return { reference: countsOf(seen(false), size, dose, seed + 1), later: countsOf(seen(true), size, dose, seed + 2) };
}

/** Differences from the truth: scale in percent, rotation in degrees, and shift in pixels, each with its stated error. */
function errorsOf(found: NonNullable<ReturnType<typeof findSimilarity>>, truth: Showing) {
  const { scale, rotation, shift, standardErrors: stated } = found;
  return {
    scale: { percent: 100 * (scale / truth.scale - 1), stated: 100 * stated.scale },
    rotation: { degrees: rotation - truth.rotation, stated: stated.rotation },
    shift: {
      pixels: Math.hypot(shift.x - truth.shift.x, shift.y - truth.shift.y),
      stated: Math.hypot(stated.shift.x, stated.shift.y),
    },
  };
}

/** Holds an answer against the truth by its own errors, which may not be large either. */
function expectFound(found: ReturnType<typeof findSimilarity>, truth: Showing, most: readonly [number, number]): void {
  expect(found).toMatchObject({ trusted: true });
  const { scale, rotation, shift } = errorsOf(found!, truth);
  expect(Math.abs(scale.percent)).toBeLessThan(4 * scale.stated);
  expect(Math.abs(rotation.degrees)).toBeLessThan(4 * rotation.stated);
  expect(shift.pixels).toBeLessThan(4 * shift.stated);
  expect(scale.stated).toBeLessThan(most[0]);
  expect(rotation.stated).toBeLessThan(most[1]);
}

describe('scale, rotation and shift of two images', () => {
  test('are found to less than 0.1 % and 0.05 degrees in 256 pixels', () => {
    const seed = 1;
    const truth = truthOf(seed);
    const { later, reference } = pairOf(seed, truth);
    const found = findSimilarity(later, reference, limits);
    expectFound(found, truth, [0.05, 0.03]);
    const { scale, rotation } = errorsOf(found!, truth);
    expect(Math.abs(scale.percent)).toBeLessThan(0.1);
    expect(Math.abs(rotation.degrees)).toBeLessThan(0.05);
  });

  test('are the map back for the images in the other order', () => {
    const truth = truthOf(3);
    const { later, reference } = pairOf(3, truth);
    const found = findSimilarity(reference, later, { scale: [1 / 1.08, 1], rotation: [-2.5, 2.5] });
    expect(found).toMatchObject({ trusted: true });
    expect(Math.abs(found!.scale * truth.scale - 1)).toBeLessThan(0.001);
    expect(Math.abs(found!.rotation + truth.rotation)).toBeLessThan(0.05);
  });

  test('are found with a third of the field moved out', () => {
    const truth: Showing = { ...truthOf(4), shift: { x: 85, y: -30 } };
    const { later, reference } = pairOf(4, truth);
    expectFound(findSimilarity(later, reference, limits), truth, [0.1, 0.06]);
  });

  test('are found between two defocuses, which show detail with another contrast', () => {
    const truth = truthOf(5);
    const { later, reference } = pairOf(5, truth, [defocused(20), defocused(100)]);
    expectFound(findSimilarity(later, reference, limits), truth, [0.05, 0.03]);
  });

  test.each(['lacey film', 'bare carbon'] as const)('are found on %s within their errors', (name) => {
    const truth = truthOf(name.length);
    const { later, reference } = sceneOf(name, 5 + name.length, truth);
    expectFound(findSimilarity(later, reference, limits), truth, [0.5, 0.3]);
  });

  test('are refused for images of two places', () => {
    const seed = 1;
    const { later } = pairOf(seed, truthOf(seed));
    const { reference } = pairOf(seed + 100, truthOf(seed));
    expect(findSimilarity(later, reference, limits)?.trusted ?? false).toBe(false);
  });

  test('are refused for a lattice, which lies on itself at many shifts', () => {
    const lattice = (x: number, y: number): number =>
      1 + 0.1 * Math.cos((2 * Math.PI * x) / 11) + 0.1 * Math.cos((2 * Math.PI * y) / 11);
    const seen = (scale: number, seed: number) =>
      countsOf(
        Float64Array.from({ length: size * size }, (_, at) =>
          lattice(scale * ((at % size) - 127.5), scale * (127.5 - Math.floor(at / size))),
        ),
        size,
        dose,
        seed,
      );
    expect(findSimilarity(seen(1.05, 1), seen(1, 2), limits)?.trusted ?? false).toBe(false);
  });

  test('are not believed beyond the limits of the search', () => {
    const truth: Showing = { ...truthOf(6), scale: 1.3, rotation: 7 };
    const { later, reference } = pairOf(6, truth);
    expect(findSimilarity(later, reference, limits)?.trusted ?? false).toBe(false);
  });

  test('need images of one size and limits that hold something', () => {
    const { later, reference } = pairOf(1, truthOf(1));
    expect(() => findSimilarity(later.hi(200, 256), reference, limits)).toThrow(/200/);
    expect(() => findSimilarity(later, reference, { ...limits, scale: [1.1, 1] })).toThrow(/scales/);
    expect(() => findSimilarity(later.hi(40, 40), reference.hi(40, 40), limits)).toThrow(/40/);
  });
});
