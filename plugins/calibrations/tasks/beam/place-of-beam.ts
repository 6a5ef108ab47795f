import type { Vector } from '../../../../core/base';
import type { BeamInImage, Outline } from '../../../../imaging';
import { beamErrors } from '../../beam-and-spot/beam-images/beam-errors';
import { centringErrors } from './centring-errors';

/** The part of a beam by which it is centred. */
export type CentredBy = 'best' | 'centroid' | 'edge';

/** The place of a beam in an image, in its pixels. */
interface PlaceOfBeam {
  readonly centre: Vector;
  readonly standardErrors: Vector;
  readonly by: 'centroid' | 'edge';
  /** False for a beam of which a part lies outside of the image. */
  readonly whole: boolean;
}

/** Degrees of the edge that tell where a beam is of which a part lies outside of the image. */
const minArc = 60;
/** Standard error of the place of such a beam as a share of its radius, at most. */
const maxError = 0.1;
/** The same for a beam that lies in the image, but is uneven or has something in it. */
const minUnevenArc = 200;
const maxUnevenError = 0.02;

/** The place by which a beam is centred; throws where it cannot be known, by the reason why. */
export function placeOfBeam(beam: BeamInImage, by: CentredBy, title: string): PlaceOfBeam {
  const { verdict, outline } = beam;
  const edge = outline && { centre: outline.centre, standardErrors: outline.standardErrors, by: 'edge' as const };
  if (edge && by !== 'centroid' && verdict === 'cut by the frame' && isKnown(outline, minArc, maxError))
    return { ...edge, whole: false };
  // The operator who asks for the edge goes by it alone, whatever the brightness within it is.
  if (edge && by === 'edge' && verdict === 'uneven' && isKnown(outline, minUnevenArc, maxUnevenError))
    return { ...edge, whole: true };
  if (verdict !== 'inside') throw beamErrors.notMeasurable(`the image "${title}"`, beam);
  const found = by === 'best' ? beam.best : by === 'edge' ? edge : beam.centroid && { ...beam.centroid, by };
  if (!found) throw centringErrors.notSeen(by);
  return { centre: found.centre, standardErrors: found.standardErrors, by: found.by, whole: true };
}

const isKnown = ({ arc, standardErrors: { x, y }, radius }: Outline, leastArc: number, share: number): boolean =>
  arc >= leastArc && Math.hypot(x, y) <= share * radius;
