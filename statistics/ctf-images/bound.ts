import { defocusOffsets, Optics } from './optics';
import type { Scene } from './scene';

/** Best that any unbiased fit can reach on a scene. */
export interface Bound {
  /** Smallest standard error of the mean defocus in Angstrom. */
  readonly defocus: number;
  /** Smallest standard errors of the astigmatism vector 2 (a, b) in Angstrom. */
  readonly astigmatism: readonly [number, number];
  /** Expected gain in log-likelihood of the rings over the spectrum without them, in nats. */
  readonly nats: number;
  /** Frequency below which nine tenths of that gain lie, in cycles per Angstrom. */
  readonly limit: number;
}

const [angles, radii] = [72, 700];
const { PI, cos, sin } = Math;

/** Scale of the power of the specimen that gives the contrast of a scene. */
export function specimenScale(scene: Scene, optics: Optics): number {
  let [sum, weight] = [0, 0];
  const offsets = defocusOffsets(scene);
  const steps = 256;
  for (let row = 0; row < steps; row++) {
    for (let column = 0; column < steps; column++) {
      const [x, y] = [row, column].map((at) => ((at + 0.5) / steps - 0.5) / scene.pixel) as [number, number];
      let transfer = 0;
      for (const { layer, part } of offsets) transfer += sin(optics.phase(x, y, layer + part)) ** 2 / offsets.length;
      sum += transfer * optics.specimen(x, y) * optics.envelope(x, y) ** 2;
      weight++;
    }
  }
  return scene.contrast ** 2 / (sum / weight);
}

/**
 * The Cramer-Rao bound for a spectrum whose modes are distributed exponentially about the true mean, with everything
 * but the mean defocus and the astigmatism known (P. Whittle, Ark. Mat. 2 (1953) 423-434).
 */
export function boundOf(scene: Scene): Bound {
  const optics = new Optics(scene);
  const scale = specimenScale(scene, optics);
  const offsets = defocusOffsets(scene);
  const nyquist = 0.5 / scene.pixel;
  const modes = scene.rows * scene.columns * scene.pixel ** 2;
  const information = new Float64Array(9);
  const gains = new Float64Array(radii);
  for (let ring = 0; ring < radii; ring++) {
    const q = ((ring + 0.5) / radii) * nyquist;
    // half a plane holds each independent mode once
    const count = (modes * PI * q * nyquist) / radii / angles;
    for (let step = 0; step < angles; step++) {
      const angle = (PI * (step + 0.5)) / angles;
      const [x, y] = [q * cos(angle), q * sin(angle)];
      let [transfer, change] = [0, 0];
      for (const { layer, part } of offsets) {
        const phase = optics.phase(x, y, layer + part);
        transfer += sin(phase) ** 2 / offsets.length;
        change += (sin(2 * phase) * PI * optics.wavelength * q * q) / offsets.length;
      }
      const signal = scene.dose * scale * optics.specimen(x, y) * optics.envelope(x, y) ** 2;
      const power = 1 + signal * transfer;
      const smooth = 1 + signal / 2;
      // before its first maximum the transfer is part of the smooth spectrum, whose course nobody knows
      if (optics.phase(x, y, 0) > PI / 2) gains[ring]! += count * (Math.log(smooth / power) + power / smooth - 1);
      const slope = (signal * change) / power;
      const along = [1, cos(2 * angle), sin(2 * angle)];
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++) information[3 * i + j]! += count * slope * slope * along[i]! * along[j]!;
    }
  }
  const covariance = inverse(information);
  const nats = gains.reduce((sum, each) => sum + each, 0);
  let [below, limit] = [0, nyquist];
  for (let ring = 0; ring < radii; ring++) {
    below += gains[ring]!;
    if (below >= 0.9 * nats) {
      limit = ((ring + 1) / radii) * nyquist;
      break;
    }
  }
  return {
    defocus: Math.sqrt(covariance[0]!),
    astigmatism: [2 * Math.sqrt(covariance[4]!), 2 * Math.sqrt(covariance[8]!)],
    nats,
    limit,
  };
}

/** Inverse of a symmetric 3 x 3 matrix by cofactors. */
function inverse(matrix: Float64Array): number[] {
  const at = (row: number, column: number): number => matrix[3 * (row % 3) + (column % 3)]!;
  const cofactor = (row: number, column: number): number =>
    at(row + 1, column + 1) * at(row + 2, column + 2) - at(row + 1, column + 2) * at(row + 2, column + 1);
  const determinant = [0, 1, 2].reduce((sum, column) => sum + at(0, column) * cofactor(0, column), 0);
  return Array.from({ length: 9 }, (_, index) => cofactor(index % 3, Math.floor(index / 3)) / determinant);
}
