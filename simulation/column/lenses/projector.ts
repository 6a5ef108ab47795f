import { z } from 'zod';
import { binaryLogarithm } from '../../base/functions';
import { OneSidedLag } from '../../base/one-sided-lag';
import { signedFraction } from '../../base/options';
import { definePart } from '../../base/part';
import { rotationMatrix } from '../../base/plane';
import { magnification } from './magnification';
import { normalization } from './normalization';

/** The truth of the lenses below the objective: what they keep of a higher magnification. */
export interface ProjectorTruth {
  /** Share by which the image is larger, and degrees by which it is turned counter-clockwise, after a magnification at least twice as high. */
  readonly scale: number;
  readonly rotation: number;
}

/** Doublings of the magnification after which a lens lags by all that it can. */
const fullLag = 1;

/** The hysteresis of the projector lenses. A normalization of these clears it, and so does coming from a lower magnification. */
export const projector = definePart({
  name: 'projector',
  options: {
    projectorHysteresis: signedFraction
      .default(0)
      .describe(
        'Fraction by which an image is larger when its magnification was reached from one twice as high or more, until the projector lenses are normalized.',
      ),
    projectorHysteresisDegrees: z.number().default(0).describe('Degrees counter-clockwise by which it is turned then.'),
  },
  truth: (options): ProjectorTruth => ({
    scale: options.projectorHysteresis,
    rotation: options.projectorHysteresisDegrees,
  }),
  start({ scale, rotation }, { of }) {
    if (scale === 0 && rotation === 0) return {};
    const memory = new OneSidedLag(fullLag);
    const lenses = of(magnification);
    lenses.changed.follow(({ from, to }) =>
      memory.move(binaryLogarithm(from.magnification), binaryLogarithm(to.magnification)),
    );
    of(normalization).normalized.follow((group) => {
      if (group === 'projector' || group === 'all') memory.clear();
    });
    lenses.addChange(() => {
      const share = memory.lag / fullLag;
      return share === 0 ? undefined : rotationMatrix(share * rotation, 1 + share * scale);
    });
    return {};
  },
});
