import { EucentricError, readable } from '../../../../core/base';
import type { CtfFindingCode, CtfRefusal } from '../../../../imaging';

/** Next step for the operator after a fit was refused, by the first reason. */
const steps: Readonly<Record<CtfFindingCode, string>> = {
  blank: 'Check that the beam is on the camera and the screen is up.',
  'no-rings':
    'Go to a place with amorphous carbon that fills the image, expose longer, and check that the specimen does not drift.',
  rival: 'Expose longer, or take a place with more carbon, so that one defocus stands out.',
  'outside-window': 'Something changed the focus meanwhile. Check height and drift of the specimen, and start again.',
  edge: 'Bring the defocus nearer to -2 um, and check that the stigmator step is not too large.',
  reversed: 'Check that the image is one of the specimen, not of the diffraction pattern, and expose longer.',
  disagreement:
    'Go away from lattices, edges and thick objects, to a place where only amorphous carbon is in the image.',
};

/** Errors of images for CTF fits. */
export const ctfImageErrors = {
  noFit: (what: string, { findings }: Pick<CtfRefusal, 'findings'>): EucentricError =>
    new EucentricError({
      code: 'ctf-images/no-fit',
      message: `${what}: the rings of the image do not give a defocus: ${findings.map(({ text }) => text).join('; ')}.`,
      hint: steps[findings[0]!.code],
    }),
  noPixelSize: (magnification: number): EucentricError =>
    new EucentricError({
      code: 'ctf-images/no-pixel-size',
      message: `The pixel size at ${magnification}x is not known, so no defocus can be calculated from the rings.`,
      hint: 'Run Find Pixel Size at a magnification of this camera first.',
    }),
  tooFewRings: (magnification: number, pixel: number): EucentricError =>
    new EucentricError({
      code: 'ctf-images/too-few-rings',
      message: `Images at ${magnification}x with a pixel of ${readable(pixel, 2)} nm show fewer than three rings at any defocus up to 10 um.`,
      hint: 'Go to a higher magnification or to a smaller binning of Record, so that a pixel is about 0.25 nm.',
    }),
  focusDoesNotFollow: (asked: number, found: number): EucentricError =>
    new EucentricError({
      code: 'ctf-images/focus-does-not-follow',
      message: `The defocus was changed by ${readable(asked, 2)} um, and the rings show a change of ${readable(found, 2)} um.`,
      hint: 'The pixel size may be wrong, the specimen may move in height, or the rings are those of something else. Check the pixel size and take another place.',
    }),
  otherBrightness: (what: string, share: number): EucentricError =>
    new EucentricError({
      code: 'ctf-images/other-brightness',
      message: `${what}: the image has only ${readable(100 * share, 0)} % of the brightness of the first one.`,
      hint: 'The objective aperture cuts the tilted beam, or the beam has left the camera. Take the aperture out, spread the beam, and start again.',
    }),
  noTableau: (): EucentricError =>
    new EucentricError({
      code: 'ctf-images/no-tableau',
      message:
        'The rings do not change with the beam tilt as those of a lens do, so the alignment does not follow from them.',
      hint: 'Check that the beam tilts, and that the objective aperture is out. Use a larger CtfComaTilt, and take a place with more carbon.',
    }),
  noResponse: (magnification: number): EucentricError =>
    new EucentricError({
      code: 'ctf-images/no-stigmator-response',
      message: `The stigmator was not calibrated by CTF at a magnification from which ${magnification}x could take it.`,
      hint: 'Run Astigmatism by CTF of the Calibration menu first.',
    }),
  notBetter: (what: string, before: string, after: string): EucentricError =>
    new EucentricError({
      code: 'ctf-images/not-better',
      message: `${what} was ${before}, and after its correction it is ${after}.`,
      hint: 'The calibration does not fit the column as it is now, or the specimen moved. The earlier setting was restored. Calibrate again, then repeat it.',
    }),
  stigmatorOutOfRange: (value: number): EucentricError =>
    new EucentricError({
      code: 'ctf-images/stigmator-out-of-range',
      message: `The objective stigmator would have to go to ${readable(value, 3)}, and its range ends at 0.99.`,
      hint: 'Bring the stigmator nearer to zero, or set a smaller step with Setup Astigmatism.',
    }),
};
