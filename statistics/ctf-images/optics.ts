import type { Scene } from './scene';

const { PI, cos, exp, sin, sqrt } = Math;

/** Wavelength of the electrons in Angstrom. */
export function wavelengthOf({ kilovolts }: Scene): number {
  const volts = 1000 * kilovolts;
  return 12.2643 / sqrt(volts + 0.97845e-6 * volts * volts);
}

/** Offsets of the defocus that are mixed in one image, each of equal weight: layers of the specimen, and parts of a slope. */
export function defocusOffsets(scene: Scene): readonly { readonly layer: number; readonly part: number }[] {
  const spread = (length: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => length * ((index + 0.5) / count - 0.5));
  const layers = spread(scene.thickness, scene.thickness > 0 ? 7 : 1);
  const parts = spread(scene.slope.defocus, scene.slope.defocus !== 0 ? 9 : 1);
  return layers.flatMap((layer) => parts.map((part) => ({ layer, part })));
}

const sinc = (x: number): number => (Math.abs(x) < 1e-6 ? 1 : sin(x) / x);

/** Functions of the spatial frequency (x, y) in cycles per Angstrom, Y up. */
export class Optics {
  readonly wavelength: number;
  private readonly constant: number;

  constructor(readonly scene: Scene) {
    this.wavelength = wavelengthOf(scene);
    const w = scene.amplitudeContrast;
    this.constant = scene.phaseShift + Math.atan(w / sqrt(1 - w * w));
  }

  /** Phase of the transfer; `offset` is added to the defocus. */
  phase(x: number, y: number, offset: number, constant = this.constant): number {
    const { defocus, astigmatism, sphericalAberration } = this.scene;
    const [square, wavelength] = [x * x + y * y, this.wavelength];
    // q^2 cos 2a and q^2 sin 2a
    const own = (defocus + offset) * square + astigmatism[0] * (x * x - y * y) + astigmatism[1] * 2 * x * y;
    return PI * wavelength * (own - 0.5 * sphericalAberration * wavelength ** 2 * square * square) + constant;
  }

  /** Power of the specimen before any transfer, of no particular scale. */
  specimen(x: number, y: number): number {
    const { specimen, texture } = this.scene;
    const square = x * x + y * y;
    const q = sqrt(square);
    // scattering factor of light atoms, and the order of neighbours
    const scattering = 1 / (1 + 12 * square) ** 2;
    const structure =
      specimen === 'carbon'
        ? 0.4 + 0.6 / (1 + exp(-(q - 0.2) / 0.04)) + 0.5 * exp(-(((q - 0.48) / 0.06) ** 2))
        : 0.25 + 0.75 / (1 + exp(-(q - 0.18) / 0.03)) + 1.2 * exp(-(((q - 0.27) / 0.03) ** 2));
    const [c, s] = [cos(texture.angle), sin(texture.angle)];
    const hump = 1 + (texture.along * (c * x + s * y)) ** 2 + (texture.across * (c * y - s * x)) ** 2;
    return scattering * structure + texture.weight / hump ** 1.5;
  }

  /** Detector response to a frequency, for the pixel as it is. */
  response(x: number, y: number): number {
    const { pixel, response } = this.scene;
    return exp(-Math.log(1 / response) * (2 * pixel) ** 2 * (x * x + y * y));
  }

  /** Factor on the amplitude of the contrast by all envelopes. A detector that grains its noise filters the counts later, signal and noise alike. */
  envelope(x: number, y: number): number {
    const scene = this.scene;
    const square = x * x + y * y;
    const [wavelength, q] = [this.wavelength, sqrt(square)];
    const temporal = exp(-0.5 * (PI * wavelength * scene.defocusSpread * square) ** 2);
    const gradient = scene.sphericalAberration * wavelength ** 2 * q * square - scene.defocus * q;
    const spatial = exp(-((PI * scene.convergence * gradient) ** 2));
    const { length, angle } = scene.drift;
    const smear = sinc(PI * length * (cos(angle) * x + sin(angle) * y));
    const response = scene.grained ? 1 : this.response(x, y);
    return temporal * spatial * smear * exp((-scene.temperatureFactor * square) / 4) * response;
  }
}
