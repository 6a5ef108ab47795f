import { Dice, smoothNoise } from './smooth-noise';

/** Relative intensity behind a specimen at a point of it, in pixels of the images, Y down. */
export type Scene = (x: number, y: number) => number;

/** Kinds of specimens that real images show. */
export const specimens = {
  'holey film': holeyFilm,
  'lacey film': laceyFilm,
  'grid squares': gridSquares,
  micrograph,
  'negative stain': negativeStain,
  'bare carbon': bareCarbon,
  'few details': fewDetails,
} as const;

/** Name of a kind of specimen. */
export type SpecimenName = keyof typeof specimens;

/** Distance around the origin that a scene fills, so that no shifted view of 512 pixels sees an end. */
const reach = 640;

/** A step from 0 to 1 over some pixels. */
const softStep = (distance: number, width: number): number => 0.5 + 0.5 * Math.tanh((1.2 * distance) / width);

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly depth: number;
}

/** Looks up what lies near a point, in squares of the plane. */
function nearby<T extends { x: number; y: number; radius: number }>(all: readonly T[], extra: number) {
  const square = 32;
  const cells = new Map<number, T[]>();
  for (const each of all) {
    const far = each.radius + extra;
    for (let row = Math.floor((each.y - far) / square); row <= Math.floor((each.y + far) / square); row++)
      for (let column = Math.floor((each.x - far) / square); column <= Math.floor((each.x + far) / square); column++) {
        const key = row * 4096 + column;
        const cell = cells.get(key);
        if (cell) cell.push(each);
        else cells.set(key, [each]);
      }
  }
  const none: readonly T[] = [];
  return (x: number, y: number): readonly T[] =>
    cells.get(Math.floor(y / square) * 4096 + Math.floor(x / square)) ?? none;
}

/** Dark round spots without edges, such as contamination: the intensity that they leave. */
function spots(dice: Dice, count: number, [small, large]: readonly [number, number], depth: number): Scene {
  const all = Array.from({ length: Math.round(count * ((2 * reach) / 512) ** 2) }, (): Spot => ({
    x: dice.between(-reach, reach),
    y: dice.between(-reach, reach),
    radius: dice.between(small, large),
    depth: depth * dice.between(0.3, 1),
  }));
  const near = nearby(all, 3 * large);
  return (x, y) => {
    let left = 1;
    for (const { x: atX, y: atY, radius, depth: dark } of near(x, y))
      left *= 1 - dark * Math.exp(-((x - atX) ** 2 + (y - atY) ** 2) / (2 * radius * radius));
    return left;
  };
}

/** Carbon film: fine grain and slow changes of thickness. */
function grain(dice: Dice, contrast: number, cells: readonly number[]): Scene {
  const waves = cells.map((cell) => smoothNoise(dice, cell));
  const scale = contrast / Math.sqrt(cells.length);
  return (x, y) => {
    let sum = 0;
    for (const wave of waves) sum += wave(x, y);
    return 1 + scale * sum;
  };
}

/** A slow change of thickness across the view. */
function slope(dice: Dice, share: number): Scene {
  const turn = dice.between(0, 2 * Math.PI);
  const [right, down] = [(share * Math.cos(turn)) / 256, (share * Math.sin(turn)) / 256];
  return (x, y) => 1 + Math.max(-0.6, Math.min(0.6, right * x + down * y));
}

function holeyFilm(dice: Dice): Scene {
  const pitch = dice.between(80, 150);
  const radius = pitch * dice.between(0.28, 0.38);
  const soft = dice.between(2, 9);
  const turn = dice.between(0, Math.PI / 2);
  const film = dice.between(0.45, 0.75);
  const texture = grain(dice, dice.between(0.01, 0.03), [2.5, 6, 15]);
  const dirt = spots(dice, dice.between(4, 20), [2, 9], 0.4);
  const thickness = slope(dice, dice.between(0, 0.2));
  const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
  const size = 32;
  const wander = Array.from(
    { length: size * size },
    () => [1.2 * dice.normal(), 1.2 * dice.normal(), 1 + 0.015 * dice.normal()] as const,
  );
  return (x, y) => {
    const [u, v] = [(x * cosine + y * sine) / pitch, (y * cosine - x * sine) / pitch];
    const [column, row] = [Math.floor(u), Math.floor(v)];
    const [offX, offY, grown] = wander[(row & (size - 1)) * size + (column & (size - 1))]!;
    const distance = Math.hypot((u - column - 0.5) * pitch - offX, (v - row - 0.5) * pitch - offY);
    const inside = softStep(radius * grown - distance, soft);
    const through = film * texture(x, y) * thickness(x, y);
    return (through + (0.97 - through) * inside) * dirt(x, y);
  };
}

function laceyFilm(dice: Dice): Scene {
  const soft = dice.between(2, 6);
  const holes = Array.from({ length: 700 }, () => ({
    x: dice.between(-reach, reach),
    y: dice.between(-reach, reach),
    radius: Math.exp(dice.between(Math.log(9), Math.log(45))),
    squash: dice.between(0.7, 1.4),
  }));
  const near = nearby(holes, 40);
  const film = dice.between(0.4, 0.7);
  const texture = grain(dice, dice.between(0.01, 0.04), [3, 8, 30]);
  const dirt = spots(dice, 8, [2, 6], 0.4);
  return (x, y) => {
    let open = 0;
    for (const { x: atX, y: atY, radius, squash } of near(x, y)) {
      const inside = softStep(radius - Math.hypot((x - atX) * squash, (y - atY) / squash), soft);
      open = open + inside - open * inside;
    }
    const through = film * texture(x, y);
    return (through + (0.98 - through) * open) * dirt(x, y);
  };
}

function gridSquares(dice: Dice): Scene {
  const pitch = dice.between(180, 320);
  const bar = pitch * dice.between(0.22, 0.35);
  const soft = dice.between(4, 12);
  const turn = dice.between(0, Math.PI / 2);
  const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
  const rough = [smoothNoise(dice, 12), smoothNoise(dice, 45)] as const;
  const roughness = dice.between(0.5, 3);
  const ice = smoothNoise(dice, 120);
  const uneven = dice.between(0.02, 0.12);
  const texture = grain(dice, 0.01, [3, 9]);
  const dirt = spots(dice, 6, [2, 7], 0.5);
  return (x, y) => {
    const ragged = roughness * (rough[0](x, y) + rough[1](x, y));
    const edge = (position: number): number => {
      const inCell = position - pitch * Math.floor(position / pitch);
      return Math.min(inCell, pitch - inCell) - bar / 2;
    };
    const inside = Math.min(edge(x * cosine + y * sine), edge(y * cosine - x * sine)) + ragged;
    return 0.06 + 0.9 * softStep(inside, soft) * (1 + uneven * ice(x, y)) * texture(x, y) * dirt(x, y);
  };
}

function particles(dice: Dice, count: number, depth: number, halo: number): Scene {
  const radius = dice.between(6, 13);
  const all = Array.from({ length: Math.round(count * ((2 * reach) / 512) ** 2) }, (): Spot => ({
    x: dice.between(-reach, reach),
    y: dice.between(-reach, reach),
    radius: radius * dice.between(0.8, 1.2),
    depth: depth * dice.between(0.7, 1.3),
  }));
  const near = nearby(all, 20);
  return (x, y) => {
    let value = 1;
    for (const { x: atX, y: atY, radius: each, depth: dark } of near(x, y)) {
      const distance = Math.hypot(x - atX, y - atY);
      value -= dark * softStep(each - distance, 2.5) - halo * dark * Math.exp(-(((distance - each - 4) / 4) ** 2));
    }
    return value;
  };
}

function micrograph(dice: Dice): Scene {
  const fine = grain(dice, dice.between(0.02, 0.06), [2.2, 3.2]);
  const ice = grain(dice, dice.between(0.02, 0.08), [150]);
  const proteins = particles(dice, dice.between(30, 120), dice.between(0.03, 0.09), 0.4);
  return (x, y) => fine(x, y) * ice(x, y) * proteins(x, y);
}

function negativeStain(dice: Dice): Scene {
  const stain = grain(dice, dice.between(0.08, 0.2), [40, 110]);
  const fine = grain(dice, dice.between(0.02, 0.05), [2.5, 5]);
  const proteins = particles(dice, dice.between(60, 150), -dice.between(0.1, 0.25), 0.8);
  return (x, y) => Math.max(0.05, stain(x, y) * fine(x, y) * proteins(x, y));
}

function bareCarbon(dice: Dice): Scene {
  const texture = grain(dice, dice.between(0.04, 0.1), [2.2, 3, 4.5]);
  const thickness = slope(dice, dice.between(0, 0.15));
  return (x, y) => texture(x, y) * thickness(x, y);
}

function fewDetails(dice: Dice): Scene {
  const texture = grain(dice, 0.004, [3, 8]);
  const dirt = spots(dice, dice.between(7, 14), [3, 12], 0.5);
  const thickness = slope(dice, dice.between(0, 0.2));
  return (x, y) => texture(x, y) * thickness(x, y) * dirt(x, y);
}

/** A specimen drawn from a seed. */
export const drawSpecimen = (name: SpecimenName, dice: Dice): Scene => specimens[name](dice);
