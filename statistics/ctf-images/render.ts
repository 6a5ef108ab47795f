import { goodSize, image, type Image, Random, realTransform2 } from '../../imaging';
import { specimenScale } from './bound';
import { defocusOffsets, Optics } from './optics';
import type { Scene } from './scene';

const { PI, cos, sin, sqrt } = Math;

/** Renders the micrograph of a scene: layers of random specimen through the transfer, flaws, electrons, and the format of the camera. */
export function render(scene: Scene): Image {
  const random = new Random(scene.seed);
  const mean = contrastOf(scene, random);
  shade(scene, mean);
  const counts = expose(scene, mean, random);
  if (scene.format === 'float32') return image(Float32Array.from(counts), scene.rows, scene.columns);
  const array = scene.format === 'uint8' ? new Uint8Array(counts.length) : new Int16Array(counts.length);
  const largest = scene.format === 'uint8' ? 255 : 32767;
  for (let at = 0; at < counts.length; at++) array[at] = Math.max(0, Math.min(largest, Math.round(counts[at]!)));
  return image(array, scene.rows, scene.columns);
}

/** Electrons expected in each pixel before any shadow. */
function contrastOf(scene: Scene, random: Random): Float64Array {
  const { rows, columns, dose } = scene;
  const optics = new Optics(scene);
  // A larger field than that of the image, so that its opposite edges do not match.
  const [tall, wide] = [goodSize(1.05 * rows), goodSize(1.05 * columns)];
  const transform = realTransform2(tall, wide);
  const scale = sqrt(specimenScale(scene, optics));
  const offsets = defocusOffsets(scene);
  const layers = [...new Set(offsets.map(({ layer }) => layer))];
  const parts = [...new Set(offsets.map(({ part }) => part))];
  const result = new Float64Array(rows * columns).fill(dose);
  const half = wide / 2 + 1;
  const amplitudes = new Float64Array(tall * half);
  eachMode(scene, tall, wide, (at, x, y) => {
    amplitudes[at] = optics.envelope(x, y) * (scene.contrast > 0 ? scale * sqrt(optics.specimen(x, y)) : 0);
  });
  const object = new Float32Array(tall * wide);
  const filtered = new Float32Array(tall * half * 2);
  const add = (spectrum: Float32Array, factor: (at: number, x: number, y: number) => number, part: number): void => {
    eachMode(scene, tall, wide, (at, x, y) => {
      const value = factor(at, x, y);
      filtered[2 * at] = spectrum[2 * at]! * value;
      filtered[2 * at + 1] = spectrum[2 * at + 1]! * value;
    });
    const plane = transform.inverse(filtered);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const share = parts.length === 1 ? 1 : shareOf(scene, parts, part, row, column);
        if (share > 0) result[row * columns + column]! += dose * share * plane[row * wide + column]!;
      }
  };
  for (const layer of layers) {
    if (scene.contrast > 0) {
      for (let at = 0; at < object.length; at++) object[at] = random.normal();
      const spectrum = transform.forward(object);
      for (const part of parts)
        add(
          spectrum,
          (at, x, y) => (-amplitudes[at]! * sin(optics.phase(x, y, layer + part))) / sqrt(layers.length),
          part,
        );
    }
  }
  if (scene.beads) {
    const { absorption } = scene.beads;
    drawBeads(scene, object, tall, wide, random);
    const spectrum = transform.forward(object);
    const constant = scene.phaseShift + Math.atan(absorption / sqrt(1 - absorption ** 2));
    for (const part of parts)
      add(spectrum, (_, x, y) => -optics.envelope(x, y) * sin(optics.phase(x, y, part, constant)), part);
  }
  if (scene.lattice) {
    drawLattice(scene, object, tall, wide);
    const spectrum = transform.forward(object);
    for (const part of parts) add(spectrum, (_, x, y) => -optics.envelope(x, y) * sin(optics.phase(x, y, part)), part);
  }
  return result;
}

/** Calls with each mode of half a plane and its frequency, Y up. */
function eachMode(
  { pixel }: Scene,
  tall: number,
  wide: number,
  visit: (at: number, x: number, y: number) => void,
): void {
  const half = wide / 2 + 1;
  for (let row = 0; row < tall; row++) {
    // rows count downwards
    const y = -(row <= tall / 2 ? row : row - tall) / (tall * pixel);
    for (let column = 0; column < half; column++) visit(row * half + column, column / (wide * pixel), y);
  }
}

/** Share of one part of the slope at a pixel: neighbours are mixed linearly. */
function shareOf(scene: Scene, parts: readonly number[], part: number, row: number, column: number): number {
  const { rows, columns, slope } = scene;
  const side = Math.max(rows, columns);
  const along = (cos(slope.angle) * (column - columns / 2) - sin(slope.angle) * (row - rows / 2)) / side;
  const step = Math.abs(parts[1]! - parts[0]!);
  const own = Math.max(Math.min(...parts), Math.min(Math.max(...parts), slope.defocus * along));
  return Math.max(0, 1 - Math.abs(own - part) / step);
}

function drawBeads(scene: Scene, object: Float32Array, tall: number, wide: number, random: Random): void {
  const { count, diameter } = scene.beads!;
  const radius = diameter / 2 / scene.pixel;
  object.fill(0);
  for (let bead = 0; bead < count; bead++) {
    const [middleRow, middleColumn] = [random.uniform() * tall, random.uniform() * wide];
    for (let row = Math.ceil(middleRow - radius); row <= middleRow + radius; row++)
      for (let column = Math.ceil(middleColumn - radius); column <= middleColumn + radius; column++) {
        const square = (row - middleRow) ** 2 + (column - middleColumn) ** 2;
        if (square >= radius * radius || row < 0 || column < 0 || row >= tall || column >= wide) continue;
        object[row * wide + column]! += 0.9 * sqrt(1 - square / radius ** 2);
      }
  }
}

function drawLattice(scene: Scene, object: Float32Array, tall: number, wide: number): void {
  const { spacing, contrast, angle } = scene.lattice!;
  const orders = [
    [1, 0],
    [0, 1],
    [1, 1],
    [2, 0],
    [0, 2],
    [2, 1],
    [1, 2],
  ] as const;
  for (let row = 0; row < tall; row++)
    for (let column = 0; column < wide; column++) {
      const [x, y] = [column * scene.pixel, -row * scene.pixel];
      const along = (2 * PI * (cos(angle) * x + sin(angle) * y)) / spacing;
      const across = (2 * PI * (cos(angle + 1.9) * x + sin(angle + 1.9) * y)) / (1.1 * spacing);
      let sum = 0;
      for (const [one, other] of orders) sum += cos(one * along + other * across + one * 0.7) / (one + other);
      object[row * wide + column] = contrast * sum;
    }
}

/** Puts a part of the field into shadow. */
function shade(scene: Scene, mean: Float64Array): void {
  const { shadow, rows, columns } = scene;
  if (!shadow) return;
  const { kind, size, angle } = shadow;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [x, y] = [(column - columns / 2) / columns, -(row - rows / 2) / rows];
      const along = cos(angle) * x + sin(angle) * y;
      // the beam is centred so that it leaves a tenth of the field or more in the dark
      const distance =
        kind === 'edge'
          ? (Math.hypot(x + (size - 0.25) * cos(angle), y + (size - 0.25) * sin(angle)) - size) * columns
          : (size / 2 - Math.abs(along - 0.12)) * columns;
      mean[row * columns + column]! *= 1 / (1 + Math.exp(Math.max(-50, Math.min(50, distance / 1.5)))) + 0.002;
    }
}

/** Draws the electrons and adds the flaws of the camera. */
function expose(scene: Scene, mean: Float64Array, random: Random): Float64Array {
  const { rows, columns, camera, dose } = scene;
  const counts = new Float64Array(rows * columns);
  for (let at = 0; at < counts.length; at++) {
    const expected = Math.max(0, mean[at]!);
    counts[at] = expected > 60 ? expected + sqrt(expected) * random.normal() : random.poisson(expected);
  }
  if (scene.grained) grain(scene, counts);
  if (camera) {
    for (let column = 0; column < columns; column++) {
      const stripe = camera.stripes * dose * random.normal();
      for (let row = 0; row < rows; row++) counts[row * columns + column]! += stripe;
    }
    if (camera.gain > 0) for (let at = 0; at < counts.length; at++) counts[at]! *= 1 + camera.gain * random.normal();
    for (let hot = 0; hot < camera.hot; hot++)
      counts[Math.floor(random.uniform() * counts.length)] = dose * (5 + 100 * random.uniform());
  }
  return counts;
}

/** Filters noise that the detector spreads over neighbours: the signal has its response already. */
function grain(scene: Scene, counts: Float64Array): void {
  const { rows, columns } = scene;
  const optics = new Optics(scene);
  const transform = realTransform2(rows, columns);
  const spectrum = transform.forward(Float32Array.from(counts));
  eachMode(scene, rows, columns, (at, x, y) => {
    const factor = optics.response(x, y);
    spectrum[2 * at]! *= factor;
    spectrum[2 * at + 1]! *= factor;
  });
  counts.set(transform.inverse(spectrum));
}
