import { type Image, image } from '../../../imaging';
import { type Camera, drawCamera, expectedCounts, type Pose, trueShift, withShotNoise } from './exposures';
import { Dice } from './smooth-noise';
import { drawSpecimen, type SpecimenName } from './specimens';

/** Three images of one place, each moved against the others, with the true shifts of its three pairs. */
export interface ImageLoop {
  readonly images: readonly Image<Float32Array>[];
  /** Pairs [earlier, later] of images around the loop, and the shift of the later against the earlier, X right and Y up. */
  readonly pairs: readonly {
    readonly earlier: number;
    readonly later: number;
    readonly shift: { x: number; y: number };
  }[];
  /** Electrons per pixel. */
  readonly dose: number;
}

/** Choice of a loop. */
export interface LoopOptions {
  readonly size: number;
  /** Limits of the electrons per pixel. */
  readonly dose: readonly [number, number];
  /** Largest fixed pattern of the camera, as a share of the intensity. */
  readonly pattern?: number;
  /** True for images that are turned and magnified a little against each other by lenses with distortion. */
  readonly deformed?: boolean;
}

/** Draws a loop of images of one kind of specimen: uneven beam, fixed pattern, drift during the exposure, shot noise. */
export function drawLoop(
  name: SpecimenName,
  seed: number,
  { size, dose: [least, most], pattern = 0.012, deformed = false }: LoopOptions,
): ImageLoop {
  const dice = new Dice(seed);
  const dose = Math.exp(dice.between(Math.log(least), Math.log(most)));
  const scene = drawSpecimen(name, dice);
  const camera: Camera = drawCamera(dice, {
    size,
    dose,
    pattern: pattern * dice.between(0.2, 1),
    distortion: deformed ? dice.between(-1e-3, 1e-3) : 0,
  });
  const reach = 0.16 * size;
  const poses = [0, 1, 2].map((): Pose => ({
    shift: [dice.between(-reach, reach), dice.between(-reach, reach)],
    drift: [dice.between(-0.4, 0.4), dice.between(-0.4, 0.4)],
    ...(deformed && { rotation: 3e-4 * dice.normal(), scale: 1 + 2e-4 * dice.normal() }),
  }));
  return {
    images: poses.map((pose) => image(withShotNoise(expectedCounts(scene, camera, pose), dice), size, size)),
    pairs: [0, 1, 2].map((earlier) => {
      const later = (earlier + 1) % 3;
      return { earlier, later, shift: trueShift(poses[earlier]!, poses[later]!, camera) };
    }),
    dose,
  };
}
