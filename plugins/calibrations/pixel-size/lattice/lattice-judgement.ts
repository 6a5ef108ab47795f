import {
  type Evidence,
  type Judgement,
  aboveLimit,
  belowLimit,
  certainty,
  judge,
  plausibleLength,
} from '../../../../core/judgement';
import type { Lattice } from '../../../../imaging';

/** Factor from the pixel size in use above which a wrong lattice is the likelier explanation. */
export const maxPlausibleFactor = 1.3;
/** Difference of the two spacings in percent, and of the angle between the axes from the right one in degrees. */
const maxDifference = 2;
const maxAskew = 2;
/** With fewer repeats, the right peak is uncertain. */
const minRepeats = 3;
/** Standard error in percent. */
const maxError = 0.5;
/** Factor of the errors by bent lines, and the error in percent from which it matters. */
const maxBend = 8;
const minBentError = 0.1;

const another =
  'Look at the autocorrelation in buffer A: with Try Again with Marker, mark one of the four peaks nearest to its centre, or take an image with more repeats in it.';

/** Judges a pixel size by its lattice: repeats, shape, straightness, error, contradictions, and the pixel size in use. */
export function judgeLattice(
  lattice: Lattice,
  {
    ratio,
    pixelSize,
    before,
  }: {
    /** Length of the second axis over that of the first. */
    readonly ratio: number;
    /** Nanometres. */
    readonly pixelSize: number;
    /** The pixel size in use, in nanometres. */
    readonly before: number | undefined;
  },
): Judgement {
  const [first, second] = [lattice.lengths[0], lattice.lengths[1] / ratio];
  const error = (100 * lattice.spacingError) / lattice.spacing;
  const contradictions = lattice.contradictions.map((why): Evidence => ({
    kind: 'pattern',
    verdict: 'doubtful',
    what: 'Waves that contradict the lattice',
    number: lattice.contradictions.length,
    limit: 0,
    unit: '',
    why,
    change: another,
  }));
  return judge(
    ...contradictions,
    belowLimit({
      kind: 'weak signal',
      what: 'Repeats across the image',
      number: Math.min(...lattice.repeats),
      unit: '',
      doubtfulBelow: minRepeats,
      why: 'With so few of them a multiple of the spacing looks alike.',
      change: 'Take an image at a lower magnification or of a larger area.',
    }),
    aboveLimit({
      kind: 'implausible',
      what: 'Difference of the spacings along the two axes',
      number: (100 * Math.abs(first - second)) / Math.max(first, second),
      unit: '%',
      doubtfulAbove: maxDifference,
      why: 'The field is stretched along one axis, the specimen is tilted, or one axis is that of other lines.',
      change: 'Set the tilt to zero, correct the stigmators of the projector, and check the specimen.',
    }),
    aboveLimit({
      kind: 'implausible',
      what: 'Deviation of the angle between the two axes from 90 degrees',
      number: 90 - lattice.between,
      unit: 'degrees',
      doubtfulAbove: maxAskew,
      why: 'The field is skewed, the specimen is tilted, or one axis is that of other lines.',
      change: 'Set the tilt to zero, and check the specimen.',
    }),
    error > minBentError
      ? aboveLimit({
          kind: 'pattern',
          what: 'Errors by bent lines, as a multiple of those by noise',
          number: lattice.bend,
          unit: '',
          doubtfulAbove: maxBend,
          why: 'The lines are bent: the field is distorted, or the specimen is.',
          change: 'Use the middle of the field, or another place on the specimen.',
        })
      : undefined,
    Number.isFinite(error)
      ? certainty({
          what: 'pixel size',
          value: lattice.spacing,
          standardError: lattice.spacingError,
          doubtfulPercent: maxError,
          change: 'Take an image with more repeats, in focus, and with more electrons.',
        })
      : undefined,
    plausibleLength({
      what: 'Pixel size',
      value: pixelSize,
      nominal: before,
      doubtfulFactor: maxPlausibleFactor,
      why: 'Either the wrong lines were found, or lines per millimetre, mesh or magnification are not what they are said to be.',
      change: another,
    }),
  );
}
