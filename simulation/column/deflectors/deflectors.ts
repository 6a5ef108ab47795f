import { finitePair } from '../../base/checks';
import { positive } from '../../base/options';
import { definePart } from '../../base/part';
import { origin, scaled, type PlaneVector } from '../../base/plane';

/** The truth of the deflectors. */
export interface DeflectorTruth {
  /** Milliradians of beam tilt at the end of the coils. */
  readonly fullTilt: number;
}

/** The deflectors above the specimen. What a tilted beam does to an image stands with the aberrations. */
export const deflectors = definePart({
  name: 'deflectors',
  options: {
    beamTiltFullScaleMilliradians: positive
      .default(10)
      .describe('Beam tilt at the end of the coils, for columns that count it in shares of their range.'),
  },
  draw: (random) => ({ beamTiltFullScaleMilliradians: random.between(7, 25) }),
  truth: (options): DeflectorTruth => ({ fullTilt: options.beamTiltFullScaleMilliradians }),
  start({ fullTilt }) {
    let beamTilt = origin;
    let imageBeamTilt = origin;
    return {
      commands: {
        /** Milliradians. */
        setBeamTilt(tilt: PlaneVector): void {
          beamTilt = finitePair('beam tilt', tilt);
        },
        /** Shares of the range, -1 to 1, on columns that know nothing of milliradians. */
        setBeamTiltShare(share: PlaneVector): void {
          beamTilt = scaled(finitePair('beam tilt', share), fullTilt);
        },
        /** Milliradians of the tilt that keeps the image in its place. */
        setImageBeamTilt(tilt: PlaneVector): void {
          imageBeamTilt = finitePair('image-beam tilt', tilt);
        },
      },
      readings: () => ({ beamTilt, beamTiltShare: scaled(beamTilt, 1 / fullTilt), imageBeamTilt }),
      recorded: () => ({ beamTilt }),
    };
  },
});
