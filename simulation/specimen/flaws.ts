import type { Frame } from '../base/frame';
import { cosine, hypotenuse, sine, tabledSine } from '../base/functions';
import { hash, highNormal, keyOf, RandomStream } from '../base/random';
import type { LatticeFlaws } from './lattice-flaws';
import { lineTable, type LineSet, specimenPoint, tableSize } from './lattice';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { floor, sqrt } = Math;

/** Waves of which the displacement of a bent lattice along an axis is the sum. */
const bendWaves = 4;
/** Holes and dirt of a crystal are this many repeats wide. */
const crystalPatch = 8;
/** The least and the largest share of the beam that dirt lets through. */
const minDirtTransmission = 0.3;
const maxDirtTransmission = 0.8;
/** The share of the beam that the bars about an opening let through. */
const barTransmission = 0.02;

interface Wave {
  /** Turns per micrometre. */
  readonly x: number;
  readonly y: number;
  /** Turns. */
  readonly phase: number;
  /** Micrometres. */
  readonly amplitude: number;
}

/** True when a lattice is other than perfect. */
export const isFlawed = ({ bend, linePlacement, missingLines, dirtyBlocks }: LatticeFlaws): boolean =>
  bend > 0 || linePlacement > 0 || missingLines > 0 || dirtyBlocks > 0;

/**
 * As `paintLines`, with lines that are bent, displaced and missing and blocks that are dirty.
 * @param sets the two crossed sets first; a third one runs along the second
 * @param key of what is wrong where
 */
export function paintFlawedLines(
  canvas: Float32Array,
  frame: Frame,
  sets: readonly LineSet[],
  flaws: LatticeFlaws,
  key: number,
): void {
  const tables = sets.map((set, index) => lineTable(set, frame, `lines ${index}`));
  const waves = [0, 1].map((axis) => bendOf(flaws, sets[0]!.pitch, keyOf(key, axis)));
  const crystal = sets[0]!.width === undefined;
  const patch = crystal ? crystalPatch : 1;
  const directions = sets.map(({ angle }) => ({
    x: cosine((angle * Math.PI) / 180),
    y: sine((angle * Math.PI) / 180),
  }));
  const point = { x: 0, y: 0 };
  const cycles = sets.map(() => 0);
  for (let row = 0, at = 0; row < frame.rows; row++) {
    for (let column = 0; column < frame.columns; column++, at++) {
      specimenPoint(frame, column, row, point);
      for (let set = 0; set < sets.length; set++) {
        const { x, y } = directions[set]!;
        cycles[set] =
          (point.x * x + point.y * y + displacement(waves[set === 0 ? 0 : 1]!, point.x, point.y)) / sets[set]!.pitch;
      }
      const blockX = floor(cycles[0]! / patch);
      const blockY = floor(cycles[1]! / patch);
      if (flaws.dirtyBlocks > 0) {
        const random = hash(blockX, keyOf(key, 5, blockY)) >>> 0;
        if (random < flaws.dirtyBlocks * 4294967296)
          canvas[at]! *= minDirtTransmission + (maxDirtTransmission - minDirtTransmission) * ((random & 255) / 255);
      }
      if (crystal && absent(blockX, blockY, keyOf(key, 6), flaws.missingLines)) continue;
      for (let set = 0; set < sets.length; set++) {
        let place = cycles[set]!;
        if (!crystal) {
          const line = floor(place + 0.5);
          if (absent(line, floor(cycles[1 - set]!), keyOf(key, 7, set), flaws.missingLines)) continue;
          if (flaws.linePlacement > 0)
            place -= (flaws.linePlacement / sets[set]!.pitch) * highNormal(hash(line, keyOf(key, 8, set)));
        }
        const steps = (place - floor(place)) * tableSize;
        const left = steps | 0;
        const table = tables[set]!;
        canvas[at]! *= table[left]! + (steps - left) * (table[left + 1]! - table[left]!);
      }
    }
  }
}

/** Darkens spheres that lie at random places on a canvas. */
export function paintSpheres(
  canvas: Float32Array,
  frame: Frame,
  { latexSpheres, latexDiameter }: LatticeFlaws,
  key: number,
): void {
  if (latexSpheres <= 0) return;
  // One sphere in each cell of a square lattice without end, anywhere in it.
  const cell = 1 / sqrt(latexSpheres);
  const radius = latexDiameter / 2;
  const point = { x: 0, y: 0 };
  for (let row = 0, at = 0; row < frame.rows; row++) {
    for (let column = 0; column < frame.columns; column++, at++) {
      specimenPoint(frame, column, row, point);
      const [firstX, lastX] = [floor((point.x - radius) / cell) - 1, floor((point.x + radius) / cell)];
      const [firstY, lastY] = [floor((point.y - radius) / cell) - 1, floor((point.y + radius) / cell)];
      let thickness = 0;
      for (let cellX = firstX; cellX <= lastX; cellX++) {
        for (let cellY = firstY; cellY <= lastY; cellY++) {
          const random = hash(cellX, keyOf(key, 9, cellY)) >>> 0;
          const distance =
            hypotenuse(
              point.x - (cellX + (random >>> 16) / 65536) * cell,
              point.y - (cellY + (random & 65535) / 65536) * cell,
            ) / radius;
          if (distance < 1) thickness += sqrt(1 - distance * distance);
        }
      }
      if (thickness > 0) canvas[at]! *= 1 / (1 + 2 * thickness);
    }
  }
}

/** Darkens all that lies beyond a square opening, with an edge as sharp as the image is. */
export function paintSurround(canvas: Float32Array, frame: Frame, { opening }: LatticeFlaws): void {
  if (!opening) return;
  const angle = (opening.angle * Math.PI) / 180;
  const [along, across] = [cosine(angle), sine(angle)];
  const edge = frame.pixelSize * Math.max(0.5, sqrt(frame.blurVariance + 1 / 12));
  const point = { x: 0, y: 0 };
  for (let row = 0, at = 0; row < frame.rows; row++) {
    for (let column = 0; column < frame.columns; column++, at++) {
      specimenPoint(frame, column, row, point);
      const [dx, dy] = [point.x - opening.centre.x, point.y - opening.centre.y];
      const outside =
        Math.max(Math.abs(dx * along + dy * across), Math.abs(dy * along - dx * across)) - opening.side / 2;
      const open = Math.max(0, Math.min(1, 0.5 - outside / (2 * edge)));
      if (open < 1) canvas[at]! *= barTransmission + (1 - barTransmission) * open;
    }
  }
}

const absent = (line: number, stretch: number, key: number, share: number): boolean =>
  share > 0 && hash(line, keyOf(key, stretch)) >>> 0 < share * 4294967296;

/** Waves whose slopes have the strain of a bent lattice as standard deviation along each axis. */
function bendOf({ bend, bendRepeats }: LatticeFlaws, pitch: number, key: number): readonly Wave[] {
  if (bend <= 0) return [];
  const random = new RandomStream(key);
  return Array.from({ length: bendWaves }, (): Wave => {
    const turns = 1 / (bendRepeats * pitch * (0.7 + 0.6 * random.uniform()));
    const direction = 2 * Math.PI * random.uniform();
    return {
      x: turns * cosine(direction),
      y: turns * sine(direction),
      phase: random.uniform(),
      amplitude: (2 * bend) / (sqrt(bendWaves) * 2 * Math.PI * turns),
    };
  });
}

function displacement(waves: readonly Wave[], x: number, y: number): number {
  let sum = 0;
  for (const wave of waves) sum += wave.amplitude * tabledSine(wave.x * x + wave.y * y + wave.phase);
  return sum;
}
