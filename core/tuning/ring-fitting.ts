import {
  type AmplitudeContrast,
  type CtfOptics,
  type CtfOutcome,
  type CtfRequest,
  type Image,
  type PhaseRadians,
  aberrationInMillimetres,
  amplitudeContrast,
  angstroms,
  kilovolts,
  phaseRadians,
} from '../../imaging';
import { type Metres, inNanometres, service } from '../base';
import type { Settings } from '../settings';

/** Fits of Thon rings beside the work of the program, so that nobody waits for one who wants to stop a run. */
export interface RingFitting {
  /**
   * Fits the rings of an image on another thread, one image after the other. Rejects with the reason of the signal when it fires, with
   * `ring-fitting/failed` when the thread fails, and with what `fitCtf` throws for a request that cannot be.
   */
  fit(image: Image, request: CtfRequest, signal?: AbortSignal): Promise<CtfOutcome>;
}
/** The token of the fits of rings. */
export const RingFitting = service<RingFitting>('RingFitting');

/** Phase shift that a fit expects: none, a known one in degrees, or one that is searched. */
export type ExpectedPhase = 'none' | 'search' | number;

/** Expectations of a person of the rings of an image. */
export interface RingExpectation {
  /** Least and largest defocus in micrometres, underfocus positive; all is possible where they are left out. */
  readonly defocus?: readonly [least: number, most: number];
  readonly phase?: ExpectedPhase;
}

/** Range of a phase that is searched, in degrees: the widest that holds no other defocus with the same rings. */
const searchedDegrees = [15, 135] as const;
const inRadians = (degrees: number): PhaseRadians => phaseRadians((degrees * Math.PI) / 180);
const angstromsPerMicrometre = 1e4;

/** Lens of the site, as its property `FFTZeroParams` gives it, at a voltage. */
export function siteLens(
  settings: Pick<Settings, 'get'>,
  voltage: number,
): CtfOptics & { readonly amplitudeContrast: AmplitudeContrast } {
  const [aberration, , amplitude] = settings.get('FFTZeroParams');
  return {
    voltage: kilovolts(voltage),
    sphericalAberration: aberrationInMillimetres(aberration),
    amplitudeContrast: amplitudeContrast(amplitude),
  };
}

/** Pixels below which a limit of the resolution that the site sets would be finer than the image. */
const minPixelsOfLimit = 2.2;

/** Request for the rings of an image with a pixel, by a lens and what is expected; the resolution ends where the site says so. */
export function ringRequest(
  lens: CtfOptics,
  pixelSize: Metres,
  { defocus, phase = 'none' }: RingExpectation = {},
  settings?: Pick<Settings, 'get'>,
): CtfRequest {
  const pixel = 10 * inNanometres(pixelSize);
  const finest = settings?.get('DefaultMaxCtfFitRes') ?? 0;
  const coarsest = Math.max(Math.min(50, Math.max(13, 20 * pixel)), Math.min(5 * finest, 100));
  return {
    ...lens,
    pixelSize: angstroms(pixel),
    ...(finest > minPixelsOfLimit * pixel && { resolution: [angstroms(coarsest), angstroms(finest)] as const }),
    ...(defocus && {
      expected: [
        angstroms(defocus[0] * angstromsPerMicrometre),
        angstroms(defocus[1] * angstromsPerMicrometre),
      ] as const,
    }),
    ...(phase === 'search'
      ? { phaseSearch: [inRadians(searchedDegrees[0]), inRadians(searchedDegrees[1])] as const }
      : phase !== 'none' && { phaseShift: inRadians(phase) }),
  };
}
