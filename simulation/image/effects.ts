import type { Aberrations, LivePart } from '../base/part';
import { origin, sum, type PlaneVector } from '../base/plane';
import { overlapOf, type Span } from '../base/span';

type Displacement = 'specimenDisplacement' | 'imageDisplacement' | 'beamDisplacement' | 'beamImageDisplacement';

/** The aberrations that have a direction. */
const withoutSymmetry = ['astigmatism', 'coma', 'threefold', 'tilt', 'displacement'] as const;

/** The effects of all parts of a microscope on the image of one camera. */
export class JointEffects {
  constructor(
    private readonly parts: readonly LivePart[],
    private readonly camera: number,
  ) {}

  /** The sum of displacements of one kind at a time in seconds. */
  displacement(kind: Displacement, time: number): PlaneVector {
    return this.parts.reduce((total, part) => {
      const displacement = part[kind]?.(time, this.camera);
      return displacement ? sum(total, displacement) : total;
    }, origin);
  }

  /** The sum of the aberrations at a time in seconds; those without symmetry only where they are not zero. */
  aberrations(time: number): Aberrations {
    let total: Aberrations = { defocus: 0 };
    for (const part of this.parts) {
      const own = part.aberrations?.(time, this.camera);
      if (!own) continue;
      total = { ...total, defocus: total.defocus + (own.defocus ?? 0) };
      for (const name of withoutSymmetry) {
        const [before, more] = [total[name], own[name]];
        if (more && (more.x !== 0 || more.y !== 0)) total = { ...total, [name]: before ? sum(before, more) : more };
      }
    }
    return total;
  }

  /** The share of the electrons behind the specimen that reach the camera. */
  transmission(time: number): number {
    return this.parts.reduce((share, part) => share * (part.transmission?.(time, this.camera) ?? 1), 1);
  }

  /** True when something keeps the beam from the camera. */
  get dark(): boolean {
    return this.parts.some((part) => part.blocksBeam?.() ?? false);
  }

  /** The spans within a span of time in which nothing keeps the beam from the camera. */
  openings(span: Span): readonly Span[] {
    return this.parts.reduce<readonly Span[]>(
      (open, part) => (part.openings ? overlapOf(open, part.openings(span, this.camera)) : open),
      [span],
    );
  }

  /** The settings that go with an image taken about a time in seconds. */
  recorded(time: number): object {
    return Object.assign({}, ...this.parts.map((part) => part.recorded?.(time))) as object;
  }
}
