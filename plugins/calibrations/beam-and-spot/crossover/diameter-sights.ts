import { amperes, length, readable, scale, seconds } from '../../../../core/base';
import type { Exposure, ScreenCurrent } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import type { ImageAcquisition } from '../../../../core/acquisition';
import type { BeamControl } from '../../../../core/illumination';
import { beamErrors } from '../beam-images/beam-errors';
import { beamSettling, lookForBeam } from '../beam-images/beam-image';
import type { DiameterSight } from './crossover-search';

/** Part of the shorter side within which the beam has to be at the start. */
const startLimits = { low: 0.06, high: 0.85 };
/** Distance from the centre, as a part of the shorter side, from which the beam is centred again where that is known how. */
const maxOffCentre = 0.08;
/** Smallest error of a diameter as a part of it: the beam is not quite a disc. */
const relativeError = 0.003;

/** The diameter in pixels of images of the camera, in which the beam is kept in the middle. */
export function cameraSight(
  run: Run,
  uses: { readonly acquisition: ImageAcquisition; readonly beam: BeamControl },
  exposure: Exposure,
): DiameterSight {
  let side = 0;
  return {
    notSeen: 'the beam is not whole in the images',
    see: async (title) => {
      const { beam, image } = await lookForBeam(run, uses.acquisition, exposure, title);
      const [rows = 0, columns = 0] = image.frame.image.shape;
      side = Math.min(rows, columns);
      if (beam.verdict === 'saturated') throw beamErrors.notMeasurable(`the image at ${title}`, beam);
      if (beam.outline && beam.verdict !== 'not there') {
        const { centre } = beam.outline;
        if (length(centre) > maxOffCentre * side) await recentre(run, uses, centre, exposure.binning);
      }
      if (!beam.outline || (beam.verdict !== 'inside' && beam.verdict !== 'uneven')) return undefined;
      const diameter = 2 * beam.outline.radius;
      return { diameter, error: Math.hypot(2 * beam.outline.radiusError, relativeError * diameter) };
    },
    tooMuchAtStart: (diameter) => {
      const share = diameter / side;
      return share < startLimits.low || share > startLimits.high
        ? `the beam has ${readable(100 * share, 0)} % of the width of the image at the start`
        : undefined;
    },
  };
}

/** Brings the beam back into the middle of the image; does nothing where it is not known how beam shift moves it. */
async function recentre(
  run: Run,
  { beam }: { readonly beam: BeamControl },
  centre: { readonly x: number; readonly y: number },
  binning: number,
): Promise<void> {
  if (!(await beam.shiftToCamera(run.signal))) return;
  await beam.moveByPixels(scale({ x: centre.x, y: centre.y }, -binning), run.signal);
  await run.clock.delay(beamSettling, run.signal);
}

/** Readings of the screen current of one diameter, and seconds between them. */
const readings = 3;
const betweenReadings = seconds(0.3);
/** Smallest error of a current as a part of it. */
const currentError = 0.002;
/** Current below which a reading is none, and part of the mean by which its readings may differ. */
const minCurrent = amperes(1e-12);
const maxScatter = 0.05;

/**
 * The diameter by the current on the viewing screen: while the beam overfills the screen, the current is that of the screen's part of its area, so
 * that the diameter goes with one over the root of it. A beam that lies within the screen has the same current at every diameter, which bends
 * the line.
 */
export const screenSight = (run: Run, { screenCurrent }: Pick<ScreenCurrent, 'screenCurrent'>): DiameterSight => ({
  notSeen: 'the current on the screen is too small or not steady',
  see: async () => {
    const read: number[] = [];
    for (let count = 0; count < readings; count++) {
      if (count > 0) await run.clock.delay(betweenReadings, run.signal);
      read.push(await screenCurrent.read(run.signal));
    }
    const mean = read.reduce((sum, each) => sum + each, 0) / readings;
    const scatter = Math.max(...read) - Math.min(...read);
    if (!(mean > minCurrent) || scatter > maxScatter * mean) return undefined;
    const diameter = 1 / Math.sqrt(mean);
    // Half of the error of the current, whose root it is.
    return { diameter, error: (diameter / 2) * Math.hypot(currentError, scatter / mean / Math.sqrt(readings)) };
  },
  tooMuchAtStart: () => undefined,
  bent: {
    beyond: 5,
    why: 'the current on the screen does not fall with the square of the distance from crossover, so that the beam does not overfill the screen at all these diameters',
  },
});
