import { z } from 'zod';

const pair = z.tuple([z.number(), z.number()]);
const fraction = z.number().min(0).max(1);
const positive = z.number().positive();
const notNegative = z.number().min(0);

/** The fields of the `simulator:` section that say what is wrong with a grating, a crystal or a grid; by default nothing is. */
export const latticeFlawOptions = {
  latticeBend: z
    .number()
    .min(0)
    .max(0.1)
    .default(0)
    .describe(
      'Standard deviation of the local strain of a bent lattice: the fraction by which its spacing, and the radians by which its direction, wander slowly.',
    ),
  latticeBendRepeats: positive
    .default(20)
    .describe('Over how many repeats a bent lattice goes from one extreme to the other and back.'),
  linePlacementNm: notNegative
    .default(0)
    .describe(
      'Standard deviation of the place of each single line of a grating or bar of a grid; a few nm on replicas.',
    ),
  missingLines: fraction
    .default(0)
    .describe(
      'Share of the stretches of line between two crossings that are not there: worn lines, broken grid bars; of a crystal, holes in it.',
    ),
  dirtyBlocks: fraction
    .default(0)
    .describe('Share of the blocks between the lines that are darkened by dirt; of a crystal, patches of it.'),
  catalaseCellContrast: fraction
    .default(0)
    .describe(
      'Depth of the waves of the whole catalase cell, twice the second spacing, as a share of latticeContrast.',
    ),
  latexSpheresPerSquareMicrometre: z
    .number()
    .min(0)
    .max(20)
    .default(0)
    .describe('Dark latex spheres that lie about on a grating.'),
  latexSphereMicrometres: positive.default(0.26).describe('Diameter of a latex sphere.'),
  openingMicrometres: notNegative
    .default(0)
    .describe(
      'Side of the square opening of the grid in which the specimen lies, with all dark around it; 0 for no surround.',
    ),
  openingCentreMicrometres: pair.default([0, 0]).describe('Where the middle of that opening is on the specimen.'),
  openingAngleDegrees: z
    .number()
    .default(0)
    .describe('Direction of the edges of that opening, counter-clockwise from specimen X.'),
} as const;

/** The fields of the `simulator:` section for a specimen that charges in low magnification. */
export const chargingOptions = {
  chargingMicrometresLowMagnification: pair
    .default([0, 0])
    .describe(
      'How far the image of a charging specimen drifts in low magnification, along specimen X and Y, until the charge is complete.',
    ),
  chargingSeconds: positive
    .default(30)
    .describe(
      'Seconds in which the rest of that drift falls to 1/e; it starts when low magnification is entered and with each stage move.',
    ),
} as const;
