import { z } from 'zod';
import { calibratedBy, type SiteRecord, type ProbeMode } from '../base/instrument';
import { definePart, type PerfectRecord } from '../base/part';
import { rotationMatrix } from '../base/plane';
import { beam } from './condenser/beam';
import { condenser, crossoverOf, type CondenserTruth } from './condenser/condenser';
import type { IlluminationSettings } from './condenser/settings';
import { focus } from './focus';
import { magnification } from './lenses/magnification';

/** The truth of an image far from focus: a weaker objective lens magnifies otherwise and turns the image less. */
export interface HighDefocusTruth {
  /** Fraction by which the image grows for a micrometre of underfocus, and for the square of one. */
  readonly scale: number;
  readonly scaleSquared: number;
  /** Degrees counter-clockwise for a micrometre of underfocus. */
  readonly rotation: number;
  /** Share of both that goes with the convergence of the illumination. */
  readonly intensityShare: number;
}

/** The change of an image by defocus. */
export interface DefocusChange {
  readonly scale: number;
  /** Degrees counter-clockwise. */
  readonly rotation: number;
}

/** Nearest distance from crossover of which more is made, as an intensity. */
const nearestToCrossover = 0.01;

/**
 * Convergence of the illumination as these changes see it: 0 at parallel illumination. It goes with the inverse of the distance from crossover or, where the
 * condenser has none, with the intensity.
 */
function convergenceAt(
  truth: CondenserTruth,
  settings: Pick<IlluminationSettings, 'intensity' | 'spotSize' | 'probeMode'>,
): number {
  if (!truth.hasCrossover) return settings.intensity - 0.5;
  const distance = settings.intensity - crossoverOf(truth, settings);
  const kept = Math.max(nearestToCrossover, Math.abs(distance));
  return truth.parallelBeyondCrossover[settings.probeMode] / (distance < 0 ? -kept : kept) - 1;
}

/** The change of an image at a defocus in micrometres, negative for underfocus. @param convergence of the illumination; 0 where it is parallel */
export function defocusChange(truth: HighDefocusTruth, defocus: number, convergence: number): DefocusChange {
  const illumination = 1 + truth.intensityShare * convergence;
  const underfocus = -defocus;
  return {
    scale: 1 + illumination * (truth.scale * underfocus + truth.scaleSquared * underfocus ** 2),
    rotation: illumination * truth.rotation * underfocus,
  };
}

/** The truth under which the entries of a site's calibration file hold as well as they can. */
function fittedTo(entries: readonly SiteRecord[]): HighDefocusTruth {
  const terms = new Set(entries.map(({ defocus }) => defocus)).size > 1 ? 2 : 1;
  const [scale, scaleSquared] = fit(entries, terms, ({ scale: factor }) => factor! - 1);
  const [rotation] = fit(entries, 1, ({ rotation: turn }) => turn!);
  return { scale, scaleSquared, rotation, intensityShare: 0 };
}

/** Factors of the underfocus, and of its square where there are two terms, by least squares. */
function fit(
  entries: readonly SiteRecord[],
  terms: number,
  value: (entry: SiteRecord) => number,
): readonly [number, number] {
  let [square, cube, fourth, first, second] = [0, 0, 0, 0, 0];
  for (const entry of entries) {
    const underfocus = -entry['defocus']!;
    square += underfocus * underfocus;
    cube += underfocus * underfocus * underfocus;
    fourth += underfocus * underfocus * underfocus * underfocus;
    first += underfocus * value(entry);
    second += underfocus * underfocus * value(entry);
  }
  const determinant = square * fourth - cube * cube;
  if (terms < 2) return [first / square, 0];
  return [(fourth * first - cube * second) / determinant, (square * second - cube * first) / determinant];
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
      .describe(
        'Share of both that goes with the convergence of the illumination, by the inverse of its distance from crossover; where the condenser has no crossover, for one unit of intensity above 0.5.',
      ),
  },
  // From the figures of de-twin to those of an entry in the file of a Krios.
  draw: (random) => ({
    highDefocusScalePerMicrometre: random.between(2e-4, 8e-4),
    highDefocusScalePerSquareMicrometre: 1e-7 * random.normal(),
    highDefocusRotationDegreesPerMicrometre: random.eitherSign(0.01, 0.025),
    highDefocusIntensityShare: random.between(-0.4, 0.4),
  }),
  truth(options, _random, { instrument }): HighDefocusTruth {
    const entries = calibratedBy(instrument, 'HighFocusMagCal').filter(({ defocus }) => defocus !== 0);
    if (entries.length > 0) return fittedTo(entries);
    return {
      scale: options.highDefocusScalePerMicrometre,
      scaleSquared: options.highDefocusScalePerSquareMicrometre,
      rotation: options.highDefocusRotationDegreesPerMicrometre,
      intensityShare: options.highDefocusIntensityShare,
    };
  },
  start(truth, { of, truthOf }) {
    const lens = of(focus);
    const illumination = of(beam);
    const condenserTruth = truthOf(condenser);
    of(magnification).addChange(() => {
      if (isNone(truth)) return undefined;
      const { scale, rotation } = defocusChange(
        truth,
        lens.lensDefocus(),
        convergenceAt(condenserTruth, illumination.readings()),
      );
      return rotationMatrix(rotation, scale);
    });
    return {};
  },

  perfect(truth, { instrument, truthOf }) {
    if (isNone(truth)) return [];
    const spot = instrument.brightestSpotSize ?? truthOf(beam).referenceSpotSize;
    const condenserTruth = truthOf(condenser);
    const { hasCrossover, parallelBeyondCrossover } = condenserTruth;
    const crossover = hasCrossover ? crossoverOf(condenserTruth, { spotSize: spot, probeMode: 'micro' }) : 0;
    const intensities = hasCrossover
      ? calibratedDistances.map((share) => crossover + share * parallelBeyondCrossover.micro)
      : calibratedIntensities;
    const usual = calibratedDefocus.flatMap((defocus) =>
      intensities.map((intensity) => ({ spot, probe: 1, defocus, intensity, crossover, aperture: 0 })),
    );
    const records = (name: string, usualMagIndex: number | undefined): readonly PerfectRecord[] => {
      const entries = calibratedBy(instrument, name);
      const conditions = usual.map((each) => ({ ...each, magIndex: usualMagIndex }));
      return (entries.length > 0 ? entries : usualMagIndex === undefined ? [] : conditions).map((entry) => {
        const settings = { intensity: entry.intensity, spotSize: entry.spot, probeMode: probeOf(entry.probe) };
        return {
          record: name,
          spot: entry.spot,
          probe: entry.probe,
          defocus: entry.defocus,
          intensity: entry.intensity,
          ...defocusChange(truth, entry.defocus, convergenceAt(condenserTruth, settings)),
          crossover: entry.crossover,
          aperture: entry.aperture,
          magIndex: entry.magIndex,
        };
      });
    };
    // Image shift and specimen are turned and scaled alike, at every magnification.
    const first = instrument.magnifications.find(({ low }) => !low)?.index;
    return [...records('HighFocusMagCal', 0), ...records('HighFocusISCal', first)];
  },
});

const probeOf = (probe: number): ProbeMode => (probe === 0 ? 'nano' : 'micro');

/** The conditions at which sites calibrate. */
const calibratedDefocus = [-100, -200, -250, -300];
const calibratedIntensities = [0.45, 0.55];
/** The same as shares of the distance of parallel illumination from crossover: a factor of 2 apart. */
const calibratedDistances = [0.75, 1.5];

const isNone = ({ scale, scaleSquared, rotation }: HighDefocusTruth): boolean =>
  scale === 0 && scaleSquared === 0 && rotation === 0;
