import { z } from 'zod';
import { fraction, notNegative, positive } from '../base/options';
import type { RandomStream } from '../base/random';

/** The truth of carbon, ice, beads, holes and crystals; lengths in micrometres. */
export interface Solids {
  /** Share of amplitude in the contrast. */
  readonly amplitudeContrast: number;
  readonly carbonThickness: number;
  readonly iceThickness: number;
  readonly goldRadii: readonly number[];
  /** Standard deviation of the radii over their mean. */
  readonly goldSpread: number;
  readonly goldPerSquareMicrometre: number;
  readonly latexPerSquareMicrometre: number;
  readonly holes: HoleTruth;
  readonly crystalSpacing: number;
  readonly crystalThickness: number;
  /** Depth of the film of grains, which has no thickness of its own. */
  readonly filmThickness: number;
}

/** The holes of a holey film; lengths in micrometres. */
export interface HoleTruth {
  readonly diameter: number;
  readonly spacing: number;
  /** Standard deviation of the place of a hole along each axis, and of its diameter over the mean. */
  readonly placement: number;
  readonly diameterSpread: number;
  /** Thickness of the rim beyond that of the film. */
  readonly rim: number;
  /** Share of the holes that are not there. */
  readonly missing: number;
}

/** The fields of the `simulator:` section about specimens with the contrast of real materials. */
export const solidOptions = {
  amplitudeContrast: z
    .number()
    .min(0.02)
    .max(1)
    .default(0.07)
    .describe('Share of amplitude in the contrast of carbon, ice, gold, latex and crystals; the rest is phase.'),
  carbonThicknessNm: notNegative
    .max(200)
    .default(10)
    .describe('Thickness of the carbon film: of the specimen carbon, below beads and spheres, and about holes.'),
  iceThicknessNm: notNegative
    .max(1000)
    .default(40)
    .describe('Thickness of the ice: of the specimen ice, and in and about the holes of a holey film.'),
  goldBeadRadiiNm: z
    .array(positive.max(100))
    .min(1)
    .max(8)
    .default([5])
    .describe('Radii of gold beads; each bead has one of them.'),
  goldBeadRadiusSpread: z
    .number()
    .min(0)
    .max(0.3)
    .default(0.08)
    .describe('Standard deviation of the radii of gold beads over their mean.'),
  goldBeadsPerSquareMicrometre: notNegative.max(20000).default(300).describe('Gold beads on the carbon.'),
  latexOnCarbonPerSquareMicrometre: notNegative
    .max(20)
    .default(1.5)
    .describe('Latex spheres on carbon, of the diameter latexSphereMicrometres.'),
  holeDiameterMicrometres: positive.default(1.2).describe('Diameter of the holes of a holey film.'),
  holeSpacingMicrometres: positive
    .default(2.5)
    .describe('Distance from the middle of a hole to that of the next one, which must be larger than a hole.'),
  holePlacementNm: notNegative
    .default(15)
    .describe('Standard deviation of the place of a hole along each axis; the lattice goes on without end.'),
  holeDiameterSpread: z
    .number()
    .min(0)
    .max(0.1)
    .default(0.01)
    .describe('Standard deviation of the diameters of holes over their mean.'),
  holeRimNm: notNegative.default(10).describe('By how much the film is thicker at the rim of a hole.'),
  missingHoles: fraction.default(0).describe('Share of the holes that are not there.'),
  crystalSpacingNm: positive
    .default(0.2039)
    .describe('Spacing of the two crossed lattice planes of a perfect crystal; 0.2039 for gold.'),
  crystalThicknessNm: notNegative.max(20).default(2).describe('Thickness of the perfect crystal.'),
  filmThicknessNm: notNegative
    .max(1000)
    .default(0)
    .describe('Depth over which the grains of a film lie, which takes contrast from its rings; 0 for none.'),
} as const;

/** Values of specimens as they come to a microscope. */
export const drawSolids = (random: RandomStream) => ({
  carbonThicknessNm: random.between(3, 25),
  iceThicknessNm: random.between(15, 120),
  goldBeadRadiusSpread: random.between(0.04, 0.15),
  goldBeadsPerSquareMicrometre: random.between(50, 800),
  holePlacementNm: random.between(3, 40),
  holeDiameterSpread: random.between(0.003, 0.03),
  holeRimNm: random.between(0, 20),
});

/** Solids by their options. */
export function solidsOf(options: z.output<z.ZodObject<typeof solidOptions>>): Solids {
  return {
    amplitudeContrast: options.amplitudeContrast,
    carbonThickness: options.carbonThicknessNm / 1000,
    iceThickness: options.iceThicknessNm / 1000,
    goldRadii: options.goldBeadRadiiNm.map((radius) => radius / 1000),
    goldSpread: options.goldBeadRadiusSpread,
    goldPerSquareMicrometre: options.goldBeadsPerSquareMicrometre,
    latexPerSquareMicrometre: options.latexOnCarbonPerSquareMicrometre,
    holes: {
      diameter: Math.min(options.holeDiameterMicrometres, options.holeSpacingMicrometres * 0.95),
      spacing: options.holeSpacingMicrometres,
      placement: options.holePlacementNm / 1000,
      diameterSpread: options.holeDiameterSpread,
      rim: options.holeRimNm / 1000,
      missing: options.missingHoles,
    },
    crystalSpacing: options.crystalSpacingNm / 1000,
    crystalThickness: options.crystalThicknessNm / 1000,
    filmThickness: options.filmThicknessNm / 1000,
  };
}
