import { finitePair } from '../base/checks';
import { definePart } from '../base/part';
import { origin, type PlaneVector } from '../base/plane';

/** The deflectors above the specimen that are set and read, and change nothing of an image. */
export const deflectors = definePart({
  name: 'deflectors',
  options: {},
  truth: () => ({}),
  start() {
    let beamTilt = origin;
    let imageBeamTilt = origin;
    return {
      commands: {
        /** Milliradians. */
        setBeamTilt(tilt: PlaneVector): void {
          beamTilt = finitePair('beam tilt', tilt);
        },
        /** Milliradians of the tilt that keeps the image in its place. */
        setImageBeamTilt(tilt: PlaneVector): void {
          imageBeamTilt = finitePair('image-beam tilt', tilt);
        },
      },
      readings: () => ({ beamTilt, imageBeamTilt }),
      recorded: () => ({ beamTilt }),
    };
  },
});
