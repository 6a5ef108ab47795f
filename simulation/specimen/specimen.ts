import { z } from 'zod';
import { SimulationError } from '../base/errors';
import { fraction, positive } from '../base/options';
import { definePart } from '../base/part';
import { flawsOf, latticeFlawOptions } from './lattice-flaws';
import { specimenKinds, type SpecimenKind, type SpecimenTruth } from './paint';
import { scatteringOf, type Scattering } from './scattering';
import { sceneOf, type Scene } from './scene';
import { drawSolids, solidOptions, solidsOf } from './solid-options';

/** The specimen. */
export const specimen = definePart({
  name: 'specimen',
  stream: 13,
  options: {
    specimen: z
      .enum(specimenKinds)
      .default('film')
      .describe(`What is in the microscope at the start: ${specimenKinds.join(', ')}. An operator can exchange it.`),
    contrast: z
      .number()
      .min(0)
      .max(0.4)
      .default(0.15)
      .describe('Standard deviation of the texture of the specimen over its mean, in an image of about 512 pixels.'),
    latticeContrast: fraction.default(0.5).describe('Depth of grating lines, crystal waves or grid bars.'),
    specimenAngleDegrees: z
      .number()
      .default(12)
      .describe('Direction of the first lines of a grating, crystal or grid, counter-clockwise from specimen X.'),
    linesPerMillimetre: positive.default(2160).describe('Lines of the cross grating.'),
    catalaseSpacingsNm: z
      .tuple([positive, positive])
      .default([6.85, 8.75])
      .describe('Lattice spacings of the catalase crystal.'),
    barsPerInch: positive.default(300).describe('Mesh of the grid.'),
    barWidthMicrometres: positive.default(25).describe('Width of a grid bar.'),
    ...latticeFlawOptions,
    ...solidOptions,
  },
  draw: (random) => ({ specimenAngleDegrees: random.between(0, 90), ...drawSolids(random) }),
  truth: (options): SpecimenTruth => ({
    kind: options.specimen,
    contrast: options.contrast,
    latticeContrast: options.latticeContrast,
    angle: options.specimenAngleDegrees,
    linesPerMillimetre: options.linesPerMillimetre,
    catalaseSpacings: options.catalaseSpacingsNm,
    barsPerInch: options.barsPerInch,
    barWidth: options.barWidthMicrometres,
    flaws: flawsOf(options),
    solids: solidsOf(options),
  }),
  start(truth, { key }) {
    let kind = truth.kind;
    return {
      /** The specimen as it is imaged with electrons of an energy in kilovolts. */
      scene: (kilovolts: number): Scene => sceneOf(truth, kind, key, kilovolts),
      /** Nanometres through which electrons go, as a mean over the specimen. */
      thickness: () => 1000 * meanThickness(truth, kind),
      /** The directions into which the specimen in the microscope scatters. */
      scattering: (): Scattering => scatteringOf(truth, kind),
      commands: {
        /** Exchanges the specimen for another one. */
        setSpecimen(wanted: SpecimenKind): void {
          if (!specimenKinds.includes(wanted))
            throw new SimulationError(
              'simulation/bad-value',
              `The virtual microscope has no specimen "${String(wanted)}"`,
              `Choose one of ${specimenKinds.join(', ')}.`,
            );
          kind = wanted;
        },
      },
      readings: () => ({
        /** The specimen in the microscope. */
        specimen: kind,
      }),
      recorded: () => ({ specimen: kind }),
    };
  },
});

/** Mean thickness of a specimen in micrometres; that of beads and spheres is left out, since they cover little. */
function meanThickness({ solids }: SpecimenTruth, kind: SpecimenKind): number {
  switch (kind) {
    case 'film':
      return solids.filmThickness;
    case 'carbon':
    case 'gold-beads':
    case 'latex':
      return solids.carbonThickness;
    case 'ice':
      return solids.iceThickness;
    case 'holey-film': {
      const open = (Math.PI / 4) * (solids.holes.diameter / solids.holes.spacing) ** 2;
      return solids.iceThickness + (1 - open) * solids.carbonThickness;
    }
    case 'crystal':
      return solids.crystalThickness;
    default:
      return 0;
  }
}
