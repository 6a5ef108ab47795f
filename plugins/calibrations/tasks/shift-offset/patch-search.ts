import {
  type AlongAxes,
  type Displacement,
  findSimilarity,
  type Image,
  reduce,
  Registration,
  transformAffine,
} from '../../../../imaging';

/** Two images of the same place at different magnifications. */
export interface PatchRequest {
  /** The image of the larger field, in which the other one is sought. */
  readonly wide: Image;
  readonly narrow: Image;
  /** Size of a pixel of the narrow image as a share of one of the wide image. */
  readonly pixelRatio: number;
  /** Degrees counter-clockwise by which the narrow image has to be turned to lie as the wide one. */
  readonly rotation: number;
  /** Largest distance from the centre of the wide image, in its pixels. */
  readonly within: number;
}

/** Place of the centre of the narrow image in the wide one, in pixels of the wide image from its centre, X right and Y up. */
export interface PatchFound {
  readonly place: AlongAxes;
  readonly standardError: AlongAxes;
  readonly correlation: number;
}

/** Fewest pixels of the wide image that the narrow one has to cover along each side. */
const minSide = 40;
/** Share of its side by which the search goes on from one window to the next. */
const stepShare = 0.4;
/** Significance by which the best place has to exceed any other one. */
const minLead = 1.25;
/** Errors of pixel sizes and rotations, in degrees, that the images themselves may correct. */
const correction = { scale: [0.94, 1.07], rotation: [-5, 5] } as const;
/** Fewest pixels along a side for that. */
const minCorrectedSide = 96;
/** Share of the inscribed square that is compared; the border of a turned image is filled. */
const usedShare = 0.96;

/**
 * Finds a narrow image in a wide one: it is brought to the pixels and the direction of the wide image, and compared with every part of it within reach.
 * @returns a sentence in place of the answer where none can be trusted
 */
export function findPatch(request: PatchRequest): PatchFound | string {
  return searched(request, true);
}

/** @param corrects true where scale and rotation may be corrected by what the best place shows, once */
function searched(request: PatchRequest, corrects: boolean): PatchFound | string {
  const { wide, narrow, pixelRatio, rotation, within } = request;
  const [rows = 0, columns = 0] = wide.shape;
  const angle = (rotation * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const shorter = Math.min(...narrow.shape) * pixelRatio;
  const side = 2 * Math.floor((usedShare * shorter) / (Math.abs(cosine) + Math.abs(sine)) / 2);
  if (side < minSide)
    return `the narrow field covers ${Math.max(0, side)} pixels of the wide image, and ${minSide} are needed`;
  const factor = Math.max(1, Math.floor(1 / pixelRatio));
  const scale = pixelRatio * factor;
  const patch = transformAffine(
    reduce(narrow, factor),
    { matrix: { xpx: scale * cosine, xpy: -scale * sine, ypx: scale * sine, ypy: scale * cosine } },
    { rows: side, columns: side },
  );
  const registration = new Registration({ trimFraction: 0 });
  /** Compares the part of the wide image whose centre is nearest to a place. */
  const compare = (place: AlongAxes): { readonly place: AlongAxes; readonly found: Displacement } | undefined => {
    const left = Math.round((columns - side) / 2 + place.x);
    const top = Math.round((rows - side) / 2 - place.y);
    if (left < 0 || top < 0 || left + side > columns || top + side > rows) return undefined;
    const found = registration.measure(wide.lo(top, left).hi(side, side), patch);
    const centre = { x: left - (columns - side) / 2, y: (rows - side) / 2 - top };
    return { place: { x: centre.x - found.x, y: centre.y - found.y }, found };
  };
  const step = Math.max(1, Math.round(stepShare * side));
  const count = Math.ceil(within / step);
  const seen: { readonly place: AlongAxes; readonly found: Displacement }[] = [];
  for (let across = -count; across <= count; across++)
    for (let up = -count; up <= count; up++) {
      const each = compare({ x: across * step, y: up * step });
      if (each) seen.push(each);
    }
  const start = seen.reduce<(typeof seen)[number] | undefined>(
    (best, each) => (!best || each.found.significance > best.found.significance ? each : best),
    undefined,
  );
  if (!start) return 'the narrow field does not fit into the wide image';
  // Once the window lies on the place, the two show the same.
  const best = compare(start.place);
  if (!best) return 'the best place lies at the border of the wide image';
  const { found, place } = best;
  if (!found.trusted) {
    const [top, left] = [
      Math.round((rows - side) / 2 - start.place.y),
      Math.round((columns - side) / 2 + start.place.x),
    ];
    const turned =
      corrects && side >= minCorrectedSide && top >= 0 && left >= 0 && top + side <= rows && left + side <= columns
        ? findSimilarity(patch, wide.lo(top, left).hi(side, side), correction)
        : undefined;
    if (turned?.trusted)
      return searched(
        { ...request, pixelRatio: pixelRatio * turned.scale, rotation: rotation + turned.rotation },
        false,
      );
  }
  if (!found.trusted) return found.findings.map(({ text }) => text).join(' ');
  const apart = (one: AlongAxes): number => Math.hypot(one.x - place.x, one.y - place.y);
  const rival = Math.max(
    0,
    ...seen.filter((each) => apart(each.place) > side / 4).map((each) => each.found.significance),
  );
  if (rival * minLead > found.significance) return 'another place of the wide image fits nearly as well';
  if (Math.hypot(place.x, place.y) > within)
    return `the best place lies ${Math.hypot(place.x, place.y).toFixed(0)} pixels from the centre, beyond the limit of ${within.toFixed(0)}`;
  return { place, standardError: found.standardError, correlation: found.correlation };
}
