import { aboveLimit, belowLimit, judge, type Judgement } from '../../../../core/judgement';
import type { ImageDose } from './image-dose';

const percent = 100;
/** Counts of the read noise of a camera, at most. */
const readNoise = 4;
const bare = 'Go to an empty place, or take the specimen out, and take another image.';

/** Judges whether an image shows the bare beam, and whether its counts are those of as many electrons. */
export function judgeDose({
  beam,
  countsPerElectron,
  correctedBy,
}: Pick<ImageDose, 'beam' | 'countsPerElectron' | 'correctedBy'>): Judgement {
  const byNoise = beam.countsByNoise / countsPerElectron;
  const noise = {
    kind: 'implausible',
    what: 'Noise of the image over that of as many electrons',
    number: byNoise,
    unit: '',
  } as const;
  return judge(
    aboveLimit({
      kind: 'pattern',
      what: 'Structure in the image',
      number: percent * beam.structure,
      unit: '%',
      doubtfulAbove: 0.4,
      refusedAbove: 1,
      why: 'Something besides the beam is seen: a specimen, dirt, or an aperture.',
      change: bare,
    }),
    aboveLimit({
      ...noise,
      doubtfulAbove: 2.5,
      refusedAbove: 4,
      why: 'A specimen with fine structure is in the way, or CountsPerElectron is too small.',
      change: `${bare} If that changes nothing, check CountsPerElectron of the camera.`,
    }),
    belowLimit({
      ...noise,
      doubtfulBelow: 0.6,
      refusedBelow: 0.25,
      why: 'CountsPerElectron is too large for this read mode, so that the dose would be too small.',
      change: 'Check CountsPerElectron of the camera, and take the image in the read mode to which it belongs.',
    }),
    correctedBy !== 'linear readout'
      ? undefined
      : aboveLimit({
          kind: 'weak signal',
          what: 'Counts that the noise of the camera may add at pixels without electrons',
          number: (percent * beam.empty * readNoise) / beam.mean,
          unit: '%',
          doubtfulAbove: 0.3,
          refusedAbove: 1,
          why: 'Counts below 0 are cut off, so that weak images look brighter than they are.',
          change: 'Take a longer exposure or a brighter beam, or count the electrons.',
        }),
    aboveLimit({
      kind: 'edge',
      what: 'Slow change of the beam over the image',
      number: percent * beam.unevenness,
      unit: '%',
      doubtfulAbove: 15,
      why: 'The dose is the mean of the image and differs by as much between its parts.',
      change: 'Spread or centre the beam, or take the image at a higher magnification.',
    }),
    aboveLimit({
      kind: 'weak signal',
      what: 'Standard error of the counts',
      number: (percent * beam.standardError) / beam.mean,
      unit: '%',
      doubtfulAbove: 0.3,
      refusedAbove: 1,
      why: 'The image has too few counts.',
      change: 'Take a longer exposure.',
    }),
  );
}
