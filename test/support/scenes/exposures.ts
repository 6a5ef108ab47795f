import type { Dice } from './smooth-noise';
import type { Scene } from './specimens';

/** Place and state of the specimen in one image; lengths in pixels, Y down. */
export interface Pose {
  /** A feature of the scene at q lies at q - shift on the camera, which has its origin in the middle. */
  readonly shift: readonly [number, number];
  /** Rotation in radians and relative scale about the middle of the camera. */
  readonly rotation?: number;
  readonly scale?: number;
  /** Movement during the exposure. */
  readonly drift?: readonly [number, number];
}

/** Beam, lenses and camera that all images of a series share. */
export interface Camera {
  readonly size: number;
  /** Electrons per pixel. */
  readonly dose: number;
  /** Loss of intensity in the corner by an uneven beam, as a share, and its middle. */
  readonly falloff: number;
  readonly beamCentre: readonly [number, number];
  /** Multiplies each pixel: a pattern that does not move. */
  readonly gain: Float32Array;
  /** Displacement in the corner by distortion of the lenses, as a share of the distance from the middle. */
  readonly distortion: number;
  /** Points per pixel along each axis over which the intensity is averaged. */
  readonly samples: number;
}

/** Draws a camera: uneven beam, fixed pattern of pixels and columns. */
export function drawCamera(
  dice: Dice,
  { size, dose, pattern, distortion = 0 }: { size: number; dose: number; pattern: number; distortion?: number },
): Camera {
  const columns = Float32Array.from({ length: size }, () => 0.5 * pattern * dice.normal());
  return {
    size,
    dose,
    falloff: dice.between(0, 0.35),
    beamCentre: [dice.between(-0.2, 0.2) * size, dice.between(-0.2, 0.2) * size],
    gain: Float32Array.from(
      { length: size * size },
      (_, index) => 1 + pattern * dice.normal() + columns[index % size]!,
    ),
    distortion,
    samples: 2,
  };
}

/** Expected counts of an image without noise. */
export function expectedCounts(scene: Scene, camera: Camera, pose: Pose): Float32Array {
  const { size, dose, falloff, beamCentre, gain, distortion, samples } = camera;
  const { shift, rotation = 0, scale = 1, drift = [0, 0] } = pose;
  const [cosine, sine] = [Math.cos(rotation) / scale, Math.sin(rotation) / scale];
  const middle = (size - 1) / 2;
  const corner = 2 * middle * middle;
  const counts = new Float32Array(size * size);
  const share = 1 / (samples * samples);
  for (let row = 0, index = 0; row < size; row++) {
    for (let column = 0; column < size; column++, index++) {
      let sum = 0;
      for (let part = 0; part < samples * samples; part++) {
        const [i, j] = [part % samples, Math.floor(part / samples)];
        let x = column - middle + (i + 0.5) / samples - 0.5;
        let y = row - middle + (j + 0.5) / samples - 0.5;
        const bent = 1 + (distortion * (x * x + y * y)) / corner;
        // The movement during the exposure is spread over the samples.
        const moment = samples > 1 ? (i + samples * j) / (samples * samples - 1) - 0.5 : 0;
        x *= bent;
        y *= bent;
        sum += scene(
          x * cosine - y * sine + shift[0] + drift[0] * moment,
          x * sine + y * cosine + shift[1] + drift[1] * moment,
        );
      }
      const away = (column - middle - beamCentre[0]) ** 2 + (row - middle - beamCentre[1]) ** 2;
      counts[index] = Math.max(0, dose * sum * share * (1 - (falloff * away) / (2 * corner)) * gain[index]!);
    }
  }
  return counts;
}

/** Counts with shot noise. */
export const withShotNoise = (expected: Float32Array, dice: Dice): Float32Array =>
  expected.map((mean) => dice.poisson(mean));

/** Places along each axis at which a shift is averaged. */
const places = 21;

/**
 * Shift of the later image against the earlier, X right and Y up: a feature at p in the earlier image and at p - d in the later one, as the
 * mean over what both show.
 */
export function trueShift(earlier: Pose, later: Pose, { distortion, size }: Camera): { x: number; y: number } {
  const corner = (size - 1) ** 2 / 2;
  const onScene = ({ shift, rotation = 0, scale = 1 }: Pose, x: number, y: number): readonly [number, number] => {
    const bent = 1 + (distortion * (x * x + y * y)) / corner;
    const [cosine, sine] = [(Math.cos(rotation) * bent) / scale, (Math.sin(rotation) * bent) / scale];
    return [x * cosine - y * sine + shift[0], x * sine + y * cosine + shift[1]];
  };
  const around = [later.shift[0] - earlier.shift[0], later.shift[1] - earlier.shift[1]] as const;
  let [sumX, sumY] = [0, 0];
  for (let index = 0; index < places * places; index++) {
    // Middle between where the earlier and where the later image show the same feature.
    const [i, j] = [((index % places) + 0.5) / places - 0.5, (Math.floor(index / places) + 0.5) / places - 0.5];
    const [middleX, middleY] = [i * (size - Math.abs(around[0])), j * (size - Math.abs(around[1]))];
    let [x, y] = around;
    for (let step = 0; step < 6; step++) {
      const here = onScene(earlier, middleX + x / 2, middleY + y / 2);
      const there = onScene(later, middleX - x / 2, middleY - y / 2);
      [x, y] = [x - (here[0] - there[0]), y - (here[1] - there[1])];
    }
    sumX += x;
    sumY += y;
  }
  return { x: sumX / places ** 2, y: -sumY / places ** 2 };
}
