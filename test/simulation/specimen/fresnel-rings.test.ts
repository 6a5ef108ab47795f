import { closeup } from './microscope';

/** Nanometres of the wave, and radians for a volt and a nanometre, of electrons of 300 kV. */
const wavelength = 1.9687e-3;
const interaction = 6.526e-3;
const pixel = 0.2;
const size = 512;
const radius = 1.5;
const amplitude = 0.07;
const goldVolts = 28;
const sphericalAberration = 2.7e6;

/** The Bessel function of order 0 by its integral. */
function bessel(x: number): number {
  const steps = 48 + Math.ceil(Math.abs(x));
  let total = 0;
  for (let k = 0; k < steps; k++) total += Math.cos(x * Math.sin((Math.PI * (k + 0.5)) / steps));
  return total / steps;
}

/**
 * Density behind a sphere out of focus: the whole wave, not its first order, through the transforms of Hankel of a round object.
 * @param defocus nanometres, negative for underfocus
 */
function ringsOf(defocus: number, potential: number, distances: readonly number[]): readonly number[] {
  const [radii, cycles] = [60, 160];
  const highest = 1.6;
  const frequencies = Array.from({ length: cycles }, (_, k) => ((k + 0.5) * highest) / cycles);
  const spectrum = frequencies.map((q) => {
    let [re, im] = [0, 0];
    for (let k = 0; k < radii; k++) {
      const r = ((k + 0.5) * radius) / radii;
      const phase = interaction * potential * 2 * Math.sqrt(radius * radius - r * r);
      const weight = 2 * Math.PI * r * (radius / radii) * bessel(2 * Math.PI * q * r);
      const size = Math.exp(-amplitude * phase);
      const turned = Math.sqrt(1 - amplitude * amplitude) * phase;
      re += weight * (size * Math.cos(turned) - 1);
      im += weight * size * Math.sin(turned);
    }
    // The wave aberration of Scherzer turns each frequency.
    const chi = Math.PI * wavelength * q * q * defocus + 0.5 * Math.PI * sphericalAberration * wavelength ** 3 * q ** 4;
    return [re * Math.cos(chi) + im * Math.sin(chi), im * Math.cos(chi) - re * Math.sin(chi)] as const;
  });
  return distances.map((r) => {
    let [re, im] = [1, 0];
    frequencies.forEach((q, k) => {
      const weight = 2 * Math.PI * q * (highest / cycles) * bessel(2 * Math.PI * q * r);
      re += weight * spectrum[k]![0];
      im += weight * spectrum[k]![1];
    });
    return re * re + im * im;
  });
}

const options = {
  specimen: 'gold-beads',
  goldBeadRadiiNm: [radius],
  goldBeadRadiusSpread: 0,
  goldBeadsPerSquareMicrometre: 1000,
  carbonThicknessNm: 0,
  amplitudeContrast: amplitude,
  focusSpreadNm: 0,
  convergenceMilliradians: 0,
};

/** Mean density over the distance from the middle of a bead, one value for each pixel, over all beads that stand by themselves. */
function measured(defocus: number, bins: number): readonly number[] {
  const { microscope, take } = closeup(options, { size, pixel });
  const inFocus = take().data;
  microscope.setDefocus(defocus / 1000);
  const { data, record } = take();
  const dark = Float64Array.from(inFocus, (value) => Math.max(0, 0.97 - value / record.electronsPerPixel));
  const centres: { x: number; y: number }[] = [];
  const seen = new Uint8Array(dark.length);
  dark.forEach((value, at) => {
    if (value < 0.03 || seen[at]) return;
    const [row, column] = [Math.floor(at / size), at % size];
    let [total, x, y] = [0, 0, 0];
    for (let r = Math.max(0, row - 12); r < Math.min(size, row + 24); r++)
      for (let c = Math.max(0, column - 18); c < Math.min(size, column + 18); c++) {
        seen[r * size + c] = 1;
        total += dark[r * size + c]!;
        x += dark[r * size + c]! * (c + 0.5);
        y += dark[r * size + c]! * (r + 0.5);
      }
    centres.push({ x: x / total, y: y / total });
  });
  const alone = centres.filter(
    (a) =>
      Math.min(a.x, a.y, size - a.x, size - a.y) > bins + 2 &&
      centres.every((b) => b === a || Math.hypot(a.x - b.x, a.y - b.y) > 2 * bins),
  );
  expect(alone.length).toBeGreaterThan(1);
  const [sums, counts] = [new Float64Array(bins), new Float64Array(bins)];
  for (const { x, y } of alone)
    for (let r = 0, at = 0; r < size; r++)
      for (let c = 0; c < size; c++, at++) {
        const bin = Math.floor(Math.hypot(c + 0.5 - x, r + 0.5 - y));
        if (bin >= bins) continue;
        sums[bin]! += data[at]! / record.electronsPerPixel;
        counts[bin]!++;
      }
  return Array.from(sums, (sum, k) => sum / counts[k]!);
}

test.each([-600, 600])(
  'a gold bead at %i nm from focus has the rings of Fresnel of the whole wave behind a sphere',
  (defocus) => {
    const bins = 24;
    const rings = measured(defocus, bins);
    const distances = rings.map((_, k) => (k + 0.5) * pixel);
    // In the middle of a bead, where a bin holds few pixels, the image takes the first order of the wave alone.
    const first = 3;
    const off = (wanted: readonly number[]): number =>
      Math.sqrt(
        rings.slice(first).reduce((total, each, k) => total + (each - wanted[k + first]!) ** 2, 0) / (bins - first),
      );
    const wanted = ringsOf(defocus, goldVolts, distances);
    expect(off(wanted)).toBeLessThan(0.025);
    expect(off(ringsOf(-defocus, goldVolts, distances))).toBeGreaterThan(0.1);
    // The first ring beyond the bead is where it is behind the sphere, and so is the gap after it.
    const outside = Math.ceil(radius / pixel) - 1;
    const extreme = (values: readonly number[], sign: number): number => {
      const beyond = values.slice(outside).map((each) => sign * each);
      return beyond.indexOf(Math.max(...beyond));
    };
    const sign = defocus < 0 ? 1 : -1;
    expect(Math.abs(extreme(rings, sign) - extreme(wanted, sign))).toBeLessThanOrEqual(1);
    expect(Math.abs(extreme(rings, -sign) - extreme(wanted, -sign))).toBeLessThanOrEqual(1);
  },
);
