import type { Settings } from '../../../../core/settings';
import type { LatticeKind } from '../../../../imaging';
import type { LatticeMemory } from './lattice-memory';

/** The lattice expected in an image, of a kind whose spacing is known. */
export interface LatticeSpecimen {
  /** As in a sentence. */
  readonly name: 'grating' | 'grid bars' | 'catalase crystal';
  readonly kind: LatticeKind;
  /** Nanometres of one repeat along the first axis. */
  readonly first: number;
  /** Nanometres of one repeat along the second axis. */
  readonly second: number;
}

const nanometresPerMillimetre = 1e6;
const nanometresPerInch = 25_400_000;

/** The specimen that the settings and the toggles of the session name; grid bars take precedence over catalase. */
export function latticeSpecimen(settings: Settings, memory: LatticeMemory): LatticeSpecimen {
  const square: LatticeKind = { ratio: 1, ridges: true, secondOrder: 1 };
  const mesh = settings.get('GridMeshSize');
  if (mesh > 0)
    return { name: 'grid bars', kind: square, first: nanometresPerInch / mesh, second: nanometresPerInch / mesh };
  if (memory.catalase) {
    const [short, long] = settings.get('CatalaseAxisLengths');
    // A screw axis makes the cell twice as long as the spacing of the planes that are seen.
    return {
      name: 'catalase crystal',
      kind: { ratio: (2 * long) / short, ridges: false, secondOrder: 2 },
      first: short,
      second: 2 * long,
    };
  }
  const pitch = nanometresPerMillimetre / settings.get('GridLinesPerMM');
  return { name: 'grating', kind: square, first: pitch, second: pitch };
}

/** Sizes to which images are binned, from the expected number of repeats upwards. */
const targetSizes: readonly (readonly [repeats: number, size: number])[] = [
  [170, 2048],
  [125, 1536],
  [12, 1024],
  [8, 768],
  [5, 512],
  [3, 384],
  [0, 256],
];

/** The number of pixels to which an image is binned, with the reason in words. */
export function targetSize(
  specimen: LatticeSpecimen,
  memory: LatticeMemory,
  image: { readonly pixelNanometres: number | undefined; readonly shorterSide: number },
): { readonly size: number; readonly reason: string } {
  if (memory.targetSize > 0) return { size: memory.targetSize, reason: 'as set with Set Binned Size' };
  if (specimen.name === 'grid bars') return { size: 512, reason: 'as always for grid bars' };
  if (specimen.name === 'catalase crystal') return { size: 1024, reason: 'as always for catalase' };
  if (image.pixelNanometres === undefined) return { size: 512, reason: 'since no pixel size is known for the image' };
  const repeats = Math.floor((image.pixelNanometres * image.shorterSide) / specimen.first);
  const [, size] = targetSizes.find(([least]) => repeats >= least) ?? targetSizes.at(-1)!;
  return { size, reason: `for an expected number of repeats of ${repeats}` };
}
