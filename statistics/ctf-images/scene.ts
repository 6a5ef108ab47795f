/** Truth of one simulated micrograph. Lengths are in Angstrom, underfocus positive, angles in radians, counter-clockwise from X with Y up. */
export interface Scene {
  readonly seed: number;
  readonly rows: number;
  readonly columns: number;
  readonly pixel: number;
  readonly kilovolts: number;
  readonly sphericalAberration: number;
  readonly amplitudeContrast: number;
  readonly phaseShift: number;
  /** Mean defocus. */
  readonly defocus: number;
  /** Half of the difference of the two defocus values, as a vector of twice the angle. */
  readonly astigmatism: readonly [number, number];
  /** Mean electrons in a pixel. */
  readonly dose: number;
  /** Standard deviation of the image contrast by the specimen, with all envelopes. */
  readonly contrast: number;
  /** Temperature factor in square Angstrom. */
  readonly temperatureFactor: number;
  /** Standard deviation of the defocus within an exposure. */
  readonly defocusSpread: number;
  /** Half angle of the illumination. */
  readonly convergence: number;
  /** Detector response at Nyquist. */
  readonly response: number;
  /** True when the detector filters its noise as it filters the signal. */
  readonly grained: boolean;
  readonly specimen: 'carbon' | 'ice';
  /** Low-frequency part of the specimen: weight against the flat part, length along and across its direction. */
  readonly texture: {
    readonly weight: number;
    readonly along: number;
    readonly across: number;
    readonly angle: number;
  };
  readonly thickness: number;
  /** Defocus from one edge of the field to the other, along an angle. */
  readonly slope: { readonly defocus: number; readonly angle: number };
  /** Movement during the exposure. */
  readonly drift: { readonly length: number; readonly angle: number };
  readonly beads?: { readonly count: number; readonly diameter: number; readonly absorption: number };
  readonly lattice?: { readonly spacing: number; readonly contrast: number; readonly angle: number };
  /** Part of the field in shadow: beyond a beam of this radius (in widths of the field), or behind a bar of this width. */
  readonly shadow?: { readonly kind: 'edge' | 'bar'; readonly size: number; readonly angle: number };
  /** Flaws of the camera: standard deviation of a stale gain reference, of column stripes, and number of hot pixels. */
  readonly camera?: { readonly gain: number; readonly stripes: number; readonly hot: number };
  /** Format of the pixels. */
  readonly format: 'uint8' | 'int16' | 'float32';
}

/** Parameters of a scene, all with a value that disturbs nothing. */
export const plainScene: Omit<Scene, 'seed'> = {
  rows: 1024,
  columns: 1024,
  pixel: 2.5,
  kilovolts: 200,
  sphericalAberration: 2.7e7,
  amplitudeContrast: 0.07,
  phaseShift: 0,
  defocus: 20000,
  astigmatism: [0, 0],
  dose: 30,
  contrast: 0.1,
  temperatureFactor: 30,
  defocusSpread: 60,
  convergence: 5e-5,
  response: 0.5,
  grained: false,
  specimen: 'carbon',
  texture: { weight: 3, along: 100, across: 100, angle: 0 },
  thickness: 0,
  slope: { defocus: 0, angle: 0 },
  drift: { length: 0, angle: 0 },
  format: 'float32',
};
