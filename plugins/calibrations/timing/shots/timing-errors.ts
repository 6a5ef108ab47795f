import { EucentricError, readable } from '../../../../core/base';

const brighter = 'Look whether the beam is on and covers the camera, and start again. Nothing was stored.';

/** The errors of the timing items. */
export const timingErrors = {
  saturated: (image: string, share: number): EucentricError =>
    new EucentricError({
      code: 'timing/saturated',
      message: `${readable(100 * share)} % of the pixels of the image "${image}" are saturated, so its counts say nothing of times.`,
      hint: 'Spread the beam, bin less or take a shorter exposure, and start again. Nothing was stored.',
    }),
  fewExposures: (usable: number): EucentricError =>
    new EucentricError({
      code: 'timing/few-exposures',
      message: `Only ${usable} of the exposures differ and show the beam; a line needs 3.`,
      hint: 'Start with a longer exposure, and look whether the beam is on and whether the camera takes exposures in steps of 10 ms.',
    }),
  countsDoNotGrow: (): EucentricError =>
    new EucentricError({
      code: 'timing/counts-do-not-grow',
      message: 'The counts do not grow with the exposure.',
      hint: 'The camera is saturated, or the beam is off. Change the beam or the binning, and start again.',
    }),
  noBlankedImage: (delay: number): EucentricError =>
    new EucentricError({
      code: 'timing/never-blanked',
      message: `Images are not dark even with a beam that comes ${readable(delay, 2)} s after the request.`,
      hint: `Look whether the blanker works. ${brighter}`,
    }),
  tooMuchBlanking: (): EucentricError =>
    new EucentricError({
      code: 'timing/too-much-blanking',
      message:
        'Fewer than two delays of the beam give an image that is dark in part; most is dark even with the shortest one.',
      hint: `The blanker may be slower than the camera: take a longer exposure. ${brighter}`,
    }),
  badDelay: (delay: number, longest: number): EucentricError =>
    new EucentricError({
      code: 'timing/bad-delay',
      message: `The middle of the exposure came out ${readable(delay, 3)} s after the request; it must be between 0 and ${readable(longest, 1)} s.`,
      hint: `The blanker may be slower than the camera, or images may be missing. ${brighter}`,
    }),
  slowBlanker: (delay: number): EucentricError =>
    new EucentricError({
      code: 'timing/slow-blanker',
      message: `The exposure seems to begin ${readable(-delay, 3)} s before its request: the blanker takes longer than the camera.`,
      hint: 'Enter MinimumBlankingTime, or time the camera by other means. Nothing was stored.',
    }),
  blankerDoesNothing: (percent: number): EucentricError =>
    new EucentricError({
      code: 'timing/blanker-does-nothing',
      message: `An image with the beam blanked all the time has ${readable(percent)} % of the counts of one with beam.`,
      hint: 'Look whether the beam is on and whether the blanker works, and start again. Nothing was stored.',
    }),
  builtInSettling: (settling: number, needed: number): EucentricError =>
    new EucentricError({
      code: 'timing/built-in-settling',
      message: `Something is wrong: BuiltInSettling of ${readable(settling, 3)} s would have to fall by ${readable(needed, 3)} s.`,
      hint: 'Check BuiltInSettling of the camera in the configuration, and whether the blanker works.',
    }),
  noSet: (letter: string): EucentricError =>
    new EucentricError({
      code: 'timing/no-such-set',
      message: `"${letter}" is not the letter of a parameter set.`,
      hint: 'Enter V, F, T, R or P, for View, Focus, Trial, Record or Preview.',
    }),
  noBlanking: (): EucentricError =>
    new EucentricError({
      code: 'timing/no-blanking',
      message: 'An image shows no blanking, although the beam came late.',
      hint: 'Just try again. Nothing was stored.',
    }),
};
