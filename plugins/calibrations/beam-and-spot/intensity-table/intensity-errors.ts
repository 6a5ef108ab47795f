import { EucentricError, readable } from '../../../../core/base';

/** The errors of Beam Intensity. */
export const intensityErrors = {
  tooBright: (counts: number, limit: number): EucentricError =>
    new EucentricError({
      code: 'beam-intensity/too-bright',
      message: `The first image has ${readable(counts)} counts with the shortest exposure; at most ${limit} are allowed.`,
      hint: 'Spread the beam, take a dimmer spot size, or go to a higher magnification; then start again. Nothing was stored.',
    }),
  notCovered: (darkest: number): EucentricError =>
    new EucentricError({
      code: 'beam-intensity/not-covered',
      message: `The beam does not cover the middle of the image: its darkest part has ${readable(100 * darkest, 0)} % of the usual brightness.`,
      hint: 'Spread and centre the beam so that it covers the image, on an empty place, and start again. Nothing was stored.',
    }),
  increased: (): EucentricError =>
    new EucentricError({
      code: 'beam-intensity/increased',
      message: 'The counts increased although the intensity moved away from crossover.',
      hint: 'Measure Beam Crossover again at this spot size, or start farther from crossover. Nothing was stored.',
    }),
  noInterval: (): EucentricError =>
    new EucentricError({
      code: 'beam-intensity/no-interval',
      message: 'The intensity could not be changed in steps that give evenly spaced densities of the beam.',
      hint: 'Look whether the beam current is steady and the lens follows its setting; then start again. Nothing was stored.',
    }),
  tooSmall: (fold: number): EucentricError =>
    new EucentricError({
      code: 'beam-intensity/too-small',
      message: `The density of the beam changed by a factor of ${readable(fold, 2)} only, which is too little for a table.`,
      hint: 'Start with a brighter beam at a higher magnification. Nothing was stored.',
    }),
  noRoom: (tables: number, points: number): EucentricError =>
    new EucentricError({
      code: 'beam-intensity/no-room',
      message: `The calibration file holds ${tables} intensity tables with ${points} points, and has no room for another one.`,
      hint: 'Take tables that nobody needs out of the calibration file.',
    }),
  sideChanged: (): EucentricError =>
    new EucentricError({
      code: 'beam-intensity/side-changed',
      message: 'The beam is on the other side of crossover now.',
      hint: 'Go to the side that you want, and start again.',
    }),
};
