import { randomNumbers } from '../support/random-numbers';
import { plainScene, type Scene } from './scene';

/** Task that a scene sets: the truth and what the fitter is given. */
export interface Task {
  readonly scene: Scene;
  /** Defocus window that the fitter gets, in Angstrom. */
  readonly window: readonly [number, number];
  /** True when the phase shift is not given but searched. */
  readonly phaseSearched?: boolean;
}

/** Circumstances of the answer. */
type Kind = 'rings' | 'texture' | 'outside' | 'nothing';

interface Family {
  readonly kind: Kind;
  draw(random: Draw): Partial<Scene> & { readonly outside?: boolean; readonly phaseSearched?: boolean };
}

/** Draws of one scene. */
class Draw {
  constructor(private readonly next: () => number) {}
  /** Evenly between two numbers. */
  between = (low: number, high: number): number => low + (high - low) * this.next();
  /** Evenly in the logarithm. */
  scaled = (low: number, high: number): number => low * (high / low) ** this.next();
  one = <T>(choices: readonly T[]): T => choices[Math.floor(this.next() * choices.length)]!;
  angle = (): number => this.between(0, Math.PI);
  /** Astigmatism vector whose two defocus values differ by a length. */
  astigmatism(low: number, high: number): [number, number] {
    const [half, angle] = [this.between(low, high) / 2, this.between(0, 2 * Math.PI)];
    return [half * Math.cos(angle), half * Math.sin(angle)];
  }
}

/** The wide range of ordinary carbon films. */
const carbon = (d: Draw): Partial<Scene> => ({
  pixel: d.scaled(1.5, 3),
  kilovolts: d.one([200, 300]),
  defocus: d.between(10000, 28000),
  astigmatism: d.astigmatism(0, 2500),
  dose: d.scaled(10, 60),
  contrast: d.scaled(0.06, 0.14),
  temperatureFactor: d.between(20, 60),
  response: d.between(0.3, 0.7),
});

const ice = (d: Draw): Partial<Scene> => ({
  pixel: d.scaled(0.8, 1.6),
  kilovolts: d.one([200, 300]),
  sphericalAberration: 2.7e7,
  specimen: 'ice',
  defocus: d.between(8000, 30000),
  astigmatism: d.astigmatism(0, 1200),
  dose: d.scaled(20, 60),
  contrast: d.scaled(0.06, 0.1),
  temperatureFactor: d.between(40, 90),
  response: d.between(0.4, 0.8),
});

const bare = (d: Draw): Partial<Scene> => ({ pixel: d.scaled(1, 4), contrast: 0, dose: d.scaled(5, 60) });

/** Families of micrographs. */
export const families: Readonly<Record<string, Family>> = {
  carbon: { kind: 'rings', draw: carbon },
  'strong carbon': {
    kind: 'rings',
    draw: (d) => ({ ...carbon(d), dose: d.scaled(60, 300), contrast: d.between(0.14, 0.22) }),
  },
  'weak carbon': {
    kind: 'rings',
    draw: (d) => ({ ...carbon(d), dose: d.scaled(4, 12), contrast: d.between(0.022, 0.05) }),
  },
  ice: { kind: 'rings', draw: ice },
  'weak ice': { kind: 'rings', draw: (d) => ({ ...ice(d), dose: d.scaled(8, 20), contrast: d.between(0.025, 0.045) }) },
  '120 kV': {
    kind: 'rings',
    draw: (d) => ({
      ...carbon(d),
      kilovolts: d.one([80, 100, 120]),
      sphericalAberration: d.one([2e7, 6.3e7]),
      pixel: d.scaled(2, 4),
      defocusSpread: 90,
      convergence: 1.5e-4,
    }),
  },
  'near focus': {
    kind: 'rings',
    draw: (d) => ({
      ...carbon(d),
      pixel: d.scaled(0.6, 1.2),
      defocus: d.between(2500, 7000),
      astigmatism: d.astigmatism(0, 800),
      dose: d.scaled(30, 80),
      temperatureFactor: d.between(5, 30),
    }),
  },
  'strong defocus': {
    kind: 'rings',
    draw: (d) => ({ ...carbon(d), pixel: d.scaled(1.5, 3), defocus: d.between(35000, 75000), convergence: 2e-5 }),
  },
  'strong astigmatism': { kind: 'rings', draw: (d) => ({ ...carbon(d), astigmatism: d.astigmatism(4000, 10000) }) },
  'phase plate': {
    kind: 'rings',
    draw: (d) => ({
      ...ice(d),
      contrast: d.scaled(0.07, 0.12),
      phaseShift: d.between(1, 2.1),
      defocus: d.between(4000, 15000),
    }),
  },
  'phase plate of unknown shift': {
    kind: 'rings',
    draw: (d) => ({
      ...ice(d),
      contrast: d.scaled(0.08, 0.14),
      phaseShift: d.between(0.6, 2.1),
      defocus: d.between(5000, 15000),
      phaseSearched: true,
    }),
  },
  'thick film': { kind: 'rings', draw: (d) => ({ ...carbon(d), thickness: d.between(500, 2500) }) },
  tilt: {
    kind: 'rings',
    draw: (d) => {
      const scene = carbon(d);
      return {
        ...scene,
        slope: { defocus: 1024 * scene.pixel! * Math.tan(d.between(0.2, 0.7)), angle: 2 * d.angle() },
      };
    },
  },
  drift: {
    kind: 'rings',
    draw: (d) => ({ ...carbon(d), drift: { length: d.between(4, 12), angle: d.angle() } }),
  },
  beads: {
    kind: 'rings',
    draw: (d) => ({
      ...carbon(d),
      beads: { count: Math.round(d.scaled(10, 100)), diameter: 100, absorption: d.between(0.15, 0.5) },
    }),
  },
  lattice: {
    kind: 'rings',
    draw: (d) => ({
      ...carbon(d),
      lattice: { spacing: d.between(30, 120), contrast: d.scaled(0.01, 0.06), angle: d.angle() },
    }),
  },
  'coarse pixels': {
    kind: 'rings',
    draw: (d) => ({
      ...carbon(d),
      pixel: d.between(3.4, 6.4),
      defocus: d.between(15000, 45000),
      astigmatism: d.astigmatism(0, 4000),
      grained: true,
    }),
  },
  'coarse pixels with texture': {
    kind: 'texture',
    draw: (d) => ({
      ...carbon(d),
      pixel: d.between(3.4, 6.4),
      defocus: d.between(15000, 45000),
      astigmatism: d.astigmatism(0, 3000),
      grained: d.one([true, false]),
      texture: { weight: d.scaled(5, 30), along: d.between(60, 120), across: d.between(20, 45), angle: d.angle() },
    }),
  },
  'texture with a direction': {
    kind: 'texture',
    draw: (d) => ({
      ...carbon(d),
      texture: { weight: d.scaled(5, 30), along: d.between(60, 150), across: d.between(20, 45), angle: d.angle() },
    }),
  },
  'not square, of few bits': {
    kind: 'rings',
    draw: (d) => ({
      ...carbon(d),
      rows: 1024,
      columns: 1440,
      format: d.one(['uint8', 'int16'] as const),
      dose: d.scaled(8, 40),
    }),
  },
  'corrected lens': {
    kind: 'rings',
    draw: (d) => ({
      ...carbon(d),
      pixel: d.scaled(0.4, 0.9),
      kilovolts: 300,
      sphericalAberration: 1e5,
      defocus: d.between(2000, 9000),
      astigmatism: d.astigmatism(0, 600),
      temperatureFactor: d.between(3, 15),
      defocusSpread: 35,
      dose: d.scaled(40, 150),
    }),
  },
  'flawed camera': {
    kind: 'rings',
    draw: (d) => ({
      ...carbon(d),
      camera: { gain: 0.02, stripes: d.scaled(0.005, 0.05), hot: Math.round(d.scaled(3, 100)) },
    }),
  },
  'partly in shadow': {
    kind: 'rings',
    draw: (d) => ({ ...carbon(d), dose: d.scaled(20, 60), shadow: shadow(d) }),
  },
  'outside of the window': { kind: 'outside', draw: (d) => ({ ...carbon(d), outside: true }) },
  'no specimen': {
    kind: 'nothing',
    draw: (d) => ({
      ...bare(d),
      dose: d.scaled(0.05, 60),
      camera: { gain: d.one([0, 0.01, 0.05]), stripes: d.one([0, 0.01, 0.1]), hot: d.one([0, 20]) },
    }),
  },
  'shadow alone': { kind: 'nothing', draw: (d) => ({ ...bare(d), shadow: shadow(d) }) },
  'lattice alone': {
    kind: 'nothing',
    draw: (d) => ({
      ...bare(d),
      lattice: { spacing: d.between(20, 150), contrast: d.scaled(0.01, 0.1), angle: d.angle() },
    }),
  },
  'rings destroyed': {
    kind: 'nothing',
    draw: (d) => ({
      ...carbon(d),
      contrast: d.scaled(0.005, 0.01),
      temperatureFactor: d.between(3000, 6000),
    }),
  },
};

function shadow(d: Draw): NonNullable<Scene['shadow']> {
  return d.one([true, false])
    ? { kind: 'edge', size: d.between(0.5, 1.5), angle: 2 * d.angle() }
    : { kind: 'bar', size: d.between(0.05, 0.2), angle: d.angle() };
}

/** Draws the task of a family and seed. */
export function drawTask(family: string, seed: number): Task {
  const { draw } = families[family]!;
  const d = new Draw(randomNumbers(seed + 7919 * Object.keys(families).indexOf(family)));
  const { outside = false, phaseSearched = false, ...drawn } = draw(d);
  const scene: Scene = { ...plainScene, ...drawn, seed: seed + 1000 * Object.keys(families).indexOf(family) };
  const expected = outside
    ? scene.defocus * (scene.defocus > 18000 ? d.between(0.2, 0.35) : d.between(3.2, 5))
    : scene.defocus * d.scaled(0.7, 1.4);
  return {
    scene,
    window: [Math.max(1000, expected / 2.5), Math.min(2.5 * expected, expected + 50000)],
    ...(phaseSearched && { phaseSearched }),
  };
}
