import { EucentricError, readable } from '../../base';

/** Errors of measuring the zero-loss peak. */
export const zeroLossErrors = {
  notFound: (peak: number, from: number, to: number): EucentricError =>
    new EucentricError({
      code: 'zero-loss/not-found',
      message: `No zero-loss peak was found from ${readable(from, 1)} to ${readable(to, 1)} eV: the highest mean is ${readable(peak, 0)} counts.`,
      hint: 'Look whether the beam is on, unblanked and without specimen; align the zero-loss peak, or make the range or the exposure larger. The earlier shifts are still in use.',
    }),
  noEdge: (side: 'below' | 'above', energy: number): EucentricError =>
    new EucentricError({
      code: 'zero-loss/no-edge',
      message: `The counts do not fall ${side} the peak at ${readable(energy, 1)} eV, so its place is not known.`,
      hint: 'Look whether the slit is in and follows, and align the zero-loss peak; a thick specimen must not be in the beam. The earlier shifts are still in use.',
    }),
  notFollowing: (energy: number): EucentricError =>
    new EucentricError({
      code: 'zero-loss/not-following',
      message: `The counts near ${readable(energy, 1)} eV are not between those on both sides of it, not in a second image either.`,
      hint: 'The beam, the filter or the camera was not steady: wait until they are, and see whether images are fresh; then start again. The earlier shifts are still in use.',
    }),
  saturated: (percent: number): EucentricError =>
    new EucentricError({
      code: 'zero-loss/saturated',
      message: `${readable(percent, 2)} % of the pixels are saturated at the zero-loss peak, also with a shorter exposure.`,
      hint: 'Spread the beam, or shorten the exposure of Trial; then start again. The earlier shifts are still in use.',
    }),
  belowZero: (from: number, offset: number): EucentricError =>
    new EucentricError({
      code: 'zero-loss/only-positive',
      message: `This filter shifts the energy upwards only. The scan begins at ${readable(from, 1)} eV, and the zero-loss adjustment is ${readable(offset, 1)} eV.`,
      hint: 'Adjust the slit offset at the filter, so that the zero-loss peak is centred by an adjustment of half the range at least; or make the range smaller.',
    }),
  notInFilterMode: (): EucentricError =>
    new EucentricError({
      code: 'zero-loss/not-in-filter-mode',
      message: 'The column does not work for the camera behind the energy filter (EFTEM mode is off).',
      hint: 'Switch EFTEM mode on, by selecting the camera behind the filter, and start again.',
    }),
};
