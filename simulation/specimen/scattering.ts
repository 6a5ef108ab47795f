import { cosine, exponential, sine } from '../base/functions';
import type { SpecimenKind, SpecimenTruth } from './paint';

/** A ring of a diffraction pattern. */
interface DiffractionRing {
  /** Cycles per nanometre. */
  readonly radius: number;
  /** Standard deviation of its radius as a fraction. */
  readonly width: number;
  /** Share of all electrons that are in it. */
  readonly share: number;
}

/** A spot of a diffraction pattern: cycles per nanometre along specimen X and Y, and its share of all electrons. */
interface DiffractionSpot {
  readonly x: number;
  readonly y: number;
  readonly share: number;
}

/** The directions into which a specimen scatters. What is in none of them stays in the direct beam. */
export interface Scattering {
  readonly rings: readonly DiffractionRing[];
  readonly spots: readonly DiffractionSpot[];
}

/** Micrometres after which an electron in e is scattered elastically, in carbon and ice, and in a thin layer of gold. */
const elasticFreePath = 0.15;
const goldShare = 0.3;
const filmShare = 0.2;
/** Halos of carbon and of ice: cycles per nanometre, and their shares of what is scattered. */
const carbonHalos = [
  [4.76, 0.65],
  [8.3, 0.35],
] as const;
const iceHalos = [
  [2.72, 0.7],
  [4.5, 0.3],
] as const;
const haloWidth = 0.13;
/** Rings of gold, (111), (200), (220) and (311) of a cube of 0.4079 nm, and their shares. */
const goldRings = [
  [4.246, 0.42],
  [4.903, 0.22],
  [6.934, 0.2],
  [8.131, 0.16],
] as const;
const ringWidth = 0.006;
/** Orders of a crystal that are shown, and by how much each is weaker than the one before, for a unit of the square of the order. */
const orders = 4;
const orderDecay = 0.25;

const ringsOf = (halos: readonly (readonly [number, number])[], share: number, width: number): DiffractionRing[] =>
  halos.map(([radius, part]) => ({ radius, width, share: part * share }));
const scatteredIn = (thickness: number): number => 1 - exponential(-thickness / elasticFreePath);

/** The spots of two crossed rows of planes. @param spacings nanometres @param degrees direction of the first row */
function lattice(spacings: readonly [number, number], degrees: number, share: number): readonly DiffractionSpot[] {
  const angle = (degrees * Math.PI) / 180;
  const spots: { x: number; y: number; weight: number }[] = [];
  for (let h = -orders; h <= orders; h++)
    for (let k = -orders; k <= orders; k++) {
      if (h === 0 && k === 0) continue;
      const [along, across] = [h / spacings[0], k / spacings[1]];
      spots.push({
        x: along * cosine(angle) - across * sine(angle),
        y: along * sine(angle) + across * cosine(angle),
        weight: exponential(-orderDecay * (h * h + k * k)),
      });
    }
  const total = spots.reduce((sum, { weight }) => sum + weight, 0);
  return spots.map(({ x, y, weight }) => ({ x, y, share: (share * weight) / total }));
}

/** The directions into which a specimen of a kind scatters. */
export function scatteringOf(truth: SpecimenTruth, kind: SpecimenKind): Scattering {
  const { solids, angle } = truth;
  const carbon = ringsOf(carbonHalos, scatteredIn(solids.carbonThickness), haloWidth);
  switch (kind) {
    case 'film':
      return { rings: ringsOf(carbonHalos, filmShare, haloWidth), spots: [] };
    case 'carbon':
    case 'latex':
      return { rings: carbon, spots: [] };
    case 'ice':
    case 'holey-film':
      return { rings: ringsOf(iceHalos, scatteredIn(solids.iceThickness), haloWidth), spots: [] };
    case 'gold-beads':
    case 'cross-grating':
      return { rings: [...carbon, ...ringsOf(goldRings, goldShare, ringWidth)], spots: [] };
    case 'crystal':
      return {
        rings: [],
        spots: lattice([1000 * solids.crystalSpacing, 1000 * solids.crystalSpacing], angle, goldShare),
      };
    case 'catalase': {
      const [first, second] = truth.catalaseSpacings;
      return { rings: [], spots: lattice([first, second], angle, filmShare) };
    }
    default:
      return { rings: [], spots: [] };
  }
}
