import { z } from 'zod';
import { fraction, notNegative, pair, positive } from '../base/options';
import { vectorOf, type PlaneVector } from '../base/plane';

/** The flaws of a lattice, and what lies on and about it. */
export interface LatticeFlaws {
  /** Standard deviation of the local strain, and the repeats over which it goes from one extreme to the other and back. */
  readonly bend: number;
  readonly bendRepeats: number;
  /** Standard deviation of the place of a line, micrometres. */
  readonly linePlacement: number;
  /** Shares of the stretches of line between crossings, and of the blocks between lines. */
  readonly missingLines: number;
  readonly dirtyBlocks: number;
  /** Depth of the waves of the whole catalase cell as a share of that of the others. */
  readonly cellContrast: number;
  /** Spheres a square micrometre, and their diameter in micrometres. */
  readonly latexSpheres: number;
  readonly latexDiameter: number;
  /** The square opening beyond which all is dark: micrometres, degrees; none where there is no surround. */
  readonly opening?: { readonly side: number; readonly centre: PlaneVector; readonly angle: number };
}

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

/** The flaws that the options ask for. */
export function flawsOf(options: z.output<z.ZodObject<typeof latticeFlawOptions>>): LatticeFlaws {
  return {
    bend: options.latticeBend,
    bendRepeats: options.latticeBendRepeats,
    linePlacement: options.linePlacementNm / 1000,
    missingLines: options.missingLines,
    dirtyBlocks: options.dirtyBlocks,
    cellContrast: options.catalaseCellContrast,
    latexSpheres: options.latexSpheresPerSquareMicrometre,
    latexDiameter: options.latexSphereMicrometres,
    ...(options.openingMicrometres > 0 && {
      opening: {
        side: options.openingMicrometres,
        centre: vectorOf(options.openingCentreMicrometres),
        angle: options.openingAngleDegrees,
      },
    }),
  };
}
