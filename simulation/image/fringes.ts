import { cosine, sine } from '../base/functions';

/** The profile is worked out from this many Fresnel units outside the geometric edge to that many inside it, where the fringes have become too fine to be seen. */
const unitsOutside = 8;
const unitsInside = 32;
const stepsPerUnit = 256;
/** A Gaussian is nearly the same as this many boxes, one after the other. */
const boxes = 3;

/** Density of a beam about the image of an edge that is out of focus, over the distance from it. */
export class FringeProfile {
  private readonly table: Float64Array;
  /** Steps of the table to a micrometre. */
  private readonly perMicrometre: number;

  /**
   * @param fresnelUnit micrometres: the square root of half the wavelength times the distance
   * @param smear standard deviation in micrometres of what blurs the fringes
   * @param pixel micrometres of a pixel, over which a camera takes the mean
   */
  constructor(fresnelUnit: number, smear: number, pixel: number) {
    this.perMicrometre = stepsPerUnit / fresnelUnit;
    let table = edgeDiffraction();
    const variance = (smear * this.perMicrometre) ** 2;
    const width = Math.sqrt((12 * variance) / boxes + 1);
    if (variance > 0) for (let k = 0; k < boxes; k++) table = meanOver(table, width);
    this.table = meanOver(table, pixel * this.perMicrometre);
  }

  /** Micrometres inside the beam beyond which it is even. */
  get reach(): number {
    return (this.table.length - unitsOutside * stepsPerUnit) / this.perMicrometre;
  }

  /** Density over that far inside the beam. @param inwards micrometres from the geometric edge, negative outside */
  at(inwards: number): number {
    const place = inwards * this.perMicrometre + unitsOutside * stepsPerUnit;
    if (place < 0) return 0;
    const left = Math.floor(place);
    if (left + 1 >= this.table.length) return 1;
    const [a, b] = [this.table[left]!, this.table[left + 1]!];
    return a + (place - left) * (b - a);
  }
}

let diffraction: Float64Array | undefined;

/** Density behind a straight edge by the integrals of Fresnel: half of `(C + 1/2)^2 + (S + 1/2)^2`, over Fresnel units from the edge. */
function edgeDiffraction(): Float64Array {
  if (diffraction) return diffraction;
  const table = new Float64Array((unitsOutside + unitsInside) * stepsPerUnit + 1);
  const step = 1 / stepsPerUnit;
  const middle = unitsOutside * stepsPerUnit;
  const density = (c: number, s: number): number => ((c + 0.5) * (c + 0.5) + (s + 0.5) * (s + 0.5)) / 2;
  table[middle] = density(0, 0);
  for (let k = 0, c = 0, s = 0; k < unitsInside * stepsPerUnit; k++) {
    // Simpson's rule over one step; both integrals are odd, so that the outside follows from the inside.
    const phase = (at: number): number => (Math.PI / 2) * at * at;
    const [from, half, to] = [phase(k * step), phase((k + 0.5) * step), phase((k + 1) * step)];
    c += (step / 6) * (cosine(from) + 4 * cosine(half) + cosine(to));
    s += (step / 6) * (sine(from) + 4 * sine(half) + sine(to));
    table[middle + k + 1] = density(c, s);
    if (k < middle) table[middle - k - 1] = density(-c, -s);
  }
  diffraction = table;
  return table;
}

/** Running mean of a table over a width in steps; beyond its ends it is 0 and 1. */
function meanOver(table: Float64Array, width: number): Float64Array {
  if (width <= 1) return table;
  const { length } = table;
  const sums = new Float64Array(length + 1);
  for (let k = 0; k < length; k++) sums[k + 1] = sums[k]! + table[k]!;
  // The sum of everything up to a place, between the sums of whole steps.
  const upTo = (place: number): number => {
    if (place <= 0) return 0;
    if (place >= length) return sums[length]! + (place - length);
    const whole = Math.floor(place);
    return sums[whole]! + (place - whole) * table[whole]!;
  };
  return Float64Array.from(table, (_, k) => (upTo(k + 0.5 + width / 2) - upTo(k + 0.5 - width / 2)) / width);
}
