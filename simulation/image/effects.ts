import type { Aberrations, LivePart } from '../base/part';
import { origin, sum, type PlaneVector } from '../base/plane';

type Displacement = 'specimenDisplacement' | 'imageDisplacement' | 'beamDisplacement' | 'beamImageDisplacement';

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

  aberrations(time: number): Aberrations {
    const defocus = this.parts.reduce((total, part) => total + (part.aberrations?.(time).defocus ?? 0), 0);
    return { defocus };
  }

  /** True when something keeps the beam from the camera. */
  get dark(): boolean {
    return this.parts.some((part) => part.blocksBeam?.() ?? false);
  }

  /** The settings that go with an image taken about a time in seconds. */
  recorded(time: number): object {
    return Object.assign({}, ...this.parts.map((part) => part.recorded?.(time))) as object;
  }
}
