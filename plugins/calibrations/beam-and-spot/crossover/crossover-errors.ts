import { EucentricError } from '../../../../core/base';

/** The errors of Beam Crossover. */
export const crossoverErrors = {
  notFound: (title: string, why: string): EucentricError =>
    new EucentricError({
      code: 'beam-crossover/not-found',
      message: `Crossover was not found at ${title}: ${why}.`,
      hint: 'Bring the beam into the middle of a Trial image, with a quarter to a half of its width, and start again; or bring it to crossover by hand. Nothing was stored.',
    }),
  noScreenCurrent: (): EucentricError =>
    new EucentricError({
      code: 'beam-crossover/no-screen-current',
      message: 'This column does not report the current on its screen.',
      hint: 'Choose the search with the camera, or bring the beam to crossover by hand. Nothing was stored.',
    }),
  nothingKept: (): EucentricError =>
    new EucentricError({
      code: 'beam-crossover/nothing-kept',
      message: 'Crossover was reached at none of the spot sizes.',
      hint: 'Nothing was stored. Start again, and press "At crossover" when the beam is smallest.',
    }),
  unusedSpot: (spot: number): EucentricError =>
    new EucentricError({
      code: 'beam-crossover/unused-spot',
      message: `The column is at spot size ${spot}, which this site does not use.`,
      hint: 'Go to another spot size, or correct MinSpotSizeToUse in the configuration.',
    }),
};
