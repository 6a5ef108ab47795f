import { z } from 'zod';
import { definePart, type PerfectRecord } from '../base/part';
import { rotationMatrix } from '../base/plane';
import { beam } from './condenser/beam';
import { focus } from './focus';
import { magnification } from './magnification';

/** The truth of an image far from focus: a weaker objective lens magnifies otherwise and turns the image less. */
export interface HighDefocusTruth {
  /** Fraction by which the image grows for a micrometre of underfocus, and for the square of one. */
  readonly scale: number;
  readonly scaleSquared: number;
  /** Degrees counter-clockwise for a micrometre of underfocus. */
  readonly rotation: number;
  /** Share by which both are larger for one unit of intensity above a half. */
  readonly intensityShare: number;
}

/** The change of an image by defocus. */
export interface DefocusChange {
  readonly scale: number;
  /** Degrees counter-clockwise. */
  readonly rotation: number;
}

/** The change of an image at a defocus in micrometres, negative for underfocus, and an intensity. */
export function defocusChange(truth: HighDefocusTruth, defocus: number, intensity: number): DefocusChange {
  const illumination = 1 + truth.intensityShare * (intensity - 0.5);
  const underfocus = -defocus;
  return {
    scale: 1 + illumination * (truth.scale * underfocus + truth.scaleSquared * underfocus ** 2),
    rotation: illumination * truth.rotation * underfocus,
  };
}

/** The change of magnification and rotation with defocus, which is seen from some ten micrometres on. */
export const highDefocus = definePart({
  name: 'highDefocus',
  options: {
    highDefocusScalePerMicrometre: z
      .number()
      .default(0)
      .describe('Fraction by which the image grows for each micrometre of underfocus; 0.0008 on a Krios.'),
    highDefocusScalePerSquareMicrometre: z
      .number()
      .default(0)
      .describe('Further such fraction for the square of the underfocus in micrometres.'),
    highDefocusRotationDegreesPerMicrometre: z
      .number()
      .default(0)
      .describe('Counter-clockwise rotation of the image for each micrometre of underfocus; -0.025 on a Krios.'),
    highDefocusIntensityShare: z
      .number()
      .default(0)
      .describe('Share by which both are larger for one unit of intensity above 0.5.'),
  },
  // From the figures of de-twin to those of an entry in the file of a Krios.
  draw: (random) => ({
    highDefocusScalePerMicrometre: random.between(2e-4, 8e-4),
    highDefocusScalePerSquareMicrometre: 1e-7 * random.normal(),
    highDefocusRotationDegreesPerMicrometre: random.eitherSign(0.01, 0.025),
    highDefocusIntensityShare: random.between(-0.4, 0.4),
  }),
  truth: (options): HighDefocusTruth => ({
    scale: options.highDefocusScalePerMicrometre,
    scaleSquared: options.highDefocusScalePerSquareMicrometre,
    rotation: options.highDefocusRotationDegreesPerMicrometre,
    intensityShare: options.highDefocusIntensityShare,
  }),
  start(truth, { of }) {
    const lens = of(focus);
    const illumination = of(beam);
    of(magnification).addChange(() => {
      if (isNone(truth)) return undefined;
      const { scale, rotation } = defocusChange(truth, lens.lensDefocus(), illumination.readings().intensity);
      return rotationMatrix(rotation, scale);
    });
    return {};
  },

  perfect(truth, { instrument, truthOf }) {
    if (isNone(truth)) return [];
    const { referenceSpotSize } = truthOf(beam);
    const record = (name: string, magIndex: number) =>
      calibratedDefocus.flatMap((defocus) =>
        calibratedIntensities.map((intensity): PerfectRecord => ({
          record: name,
          spot: referenceSpotSize,
          probe: 1,
          defocus,
          intensity,
          ...defocusChange(truth, defocus, intensity),
          crossover: 0,
          aperture: 0,
          magIndex,
        })),
      );
    // Image shift and specimen are turned and scaled alike, at every magnification.
    const first = instrument.magnifications.find(({ low }) => !low)?.index;
    return [...record('HighFocusMagCal', 0), ...(first === undefined ? [] : record('HighFocusISCal', first))];
  },
});

/** The conditions at which sites calibrate. */
const calibratedDefocus = [-100, -200, -250, -300];
const calibratedIntensities = [0.45, 0.55];

const isNone = ({ scale, scaleSquared, rotation }: HighDefocusTruth): boolean =>
  scale === 0 && scaleSquared === 0 && rotation === 0;
