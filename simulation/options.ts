import { z } from 'zod';
import { chargingOptions, latticeFlawOptions } from './specimen/options';

const pair = z.tuple([z.number(), z.number()]);
const matrix = z.tuple([pair, pair]);
const fraction = z.number().min(0).max(1);
const positive = z.number().positive();
const notNegative = z.number().min(0);

/**
 * The `simulator:` section of an instrument's YAML file: the truth of its virtual microscope.
 * Every field has a default, so the section may be empty; every unit is in the name of its field.
 */
export const simulatorOptions = z
  .strictObject({
    seed: z
      .number()
      .int()
      .min(0)
      .max(0x7fffffff)
      .default(1)
      .describe(
        'Number from which everything random follows; the same seed gives the same specimen, noise and errors.',
      ),
    speed: notNegative
      .default(0)
      .describe('How fast simulated time runs against real time; 1 is real time, 0 as fast as the computer can.'),
    truth: z
      .enum(['nominal', 'site'])
      .default('nominal')
      .describe(
        "What the microscope is built from: 'nominal' takes the pixel sizes and rotations of the properties, changed by the errors below; 'site' takes them, and the site's calibrated matrices, as they are.",
      ),

    pixelScaleError: z
      .number()
      .gt(-0.9)
      .lt(10)
      .default(0.02)
      .describe('Fraction by which true pixels are larger than the properties say (nominal truth only).'),
    rotationErrorDegrees: z
      .number()
      .default(1.5)
      .describe(
        'Degrees counter-clockwise by which true image rotations exceed those of the properties (nominal truth only).',
      ),
    imageShiftToSpecimen: matrix
      .default([
        [0.9343, -0.2916],
        [0.2865, 0.9879],
      ])
      .describe('Rows of the matrix from image-shift units to micrometres on the specimen, outside low magnification.'),
    imageShiftToSpecimenLowMagnification: matrix
      .default([
        [1.0246, 0.1872],
        [-0.1778, 0.9702],
      ])
      .describe('Rows of the matrix from image-shift units to micrometres on the specimen, in low magnification.'),
    imageShiftToSpecimenEftem: matrix
      .optional()
      .describe(
        'Rows of the matrix from image-shift units to micrometres on the specimen when the column works for the energy filter, outside low magnification; the same as without where nothing is said.',
      ),
    distortionAtEdge: z
      .number()
      .min(-0.2)
      .max(0.2)
      .default(0)
      .describe(
        'Radial (cubic) distortion of the projector: fraction by which a point at the edge of the camera is displaced.',
      ),
    quadraticDistortionAtEdge: z
      .number()
      .min(-0.2)
      .max(0.2)
      .default(0)
      .describe(
        'Quadratic distortion of the projector: change of magnification from the centre to the edge along camera X.',
      ),

    imageShiftSettlingFraction: z
      .number()
      .min(-1)
      .max(1)
      .default(0.02)
      .describe('Fraction of an image shift that has not arrived at once.'),
    imageShiftSettlingSeconds: positive
      .default(0.3)
      .describe('Seconds in which the missing part of an image shift falls to 1/e.'),
    imageShiftFurtherSettling: z
      .array(z.tuple([z.number().min(-1).max(1), positive]))
      .default([])
      .describe(
        'More parts of an image shift that arrive late, outside low magnification: the fraction of each and the seconds in which it falls to 1/e.',
      ),
    imageShiftHysteresis: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .describe('Fraction of an image shift that arrives only with the next one, however long one waits.'),
    imageShiftSettlingFractionLowMagnification: z
      .number()
      .min(-1)
      .max(1)
      .default(0.01)
      .describe('As imageShiftSettlingFraction, in low magnification.'),
    imageShiftSettlingSecondsLowMagnification: positive
      .default(0.3)
      .describe('As imageShiftSettlingSeconds, in low magnification.'),
    imageShiftCarriesBeam: z
      .boolean()
      .default(true)
      .describe('Whether the beam follows the image shift by itself, so that it stays on the camera.'),
    imageOffsetsMicrometres: z
      .record(z.string().regex(/^\d+$/), pair)
      .default({})
      .describe('Displacement of the image centre on the specimen, by magnification index.'),
    imageOffsetsEftemMicrometres: z
      .record(z.string().regex(/^\d+$/), pair)
      .default({})
      .describe('As imageOffsetsMicrometres, when the column works for the energy filter.'),

    driftNmPerSecond: pair.default([0.1, -0.05]).describe('Steady drift of the specimen along its X and Y.'),
    driftDecayNmPerSecond: pair.default([0, 0]).describe('Drift that dies away, as it is at the start.'),
    driftDecaySeconds: positive.default(60).describe('Seconds in which the decaying drift falls to 1/e.'),
    driftRestartsOnStageMove: z
      .boolean()
      .default(true)
      .describe('Whether each stage move starts the decaying drift afresh.'),

    ...chargingOptions,

    stageCycleError: pair
      .default([0.03, 0.03])
      .describe(
        'Local error of scale of the stage X and Y drives, 0 to 0.15 on real stages; it repeats with each cycle.',
      ),
    stageCyclesMicrometres: pair.default([62, 41]).describe('Length of a cycle of the stage X and Y drives.'),
    stageCyclePhasesDegrees: pair.default([30, 200]).describe('Phase of the cycles at stage position zero.'),
    stageBacklashMicrometres: notNegative.default(0.2).describe('Play of the stage drives.'),
    stageRepeatabilityNm: notNegative
      .default(10)
      .describe('Standard deviation of the position that a stage move ends at.'),
    stageSettlingFraction: fraction
      .default(0.002)
      .describe('Fraction of a stage move that is still to come when the stage reports its end.'),
    stageSettlingSeconds: positive.default(0.7).describe('Seconds in which that falls to 1/e.'),
    stageMicrometresPerSecond: positive.default(100).describe('Speed of the stage.'),
    stageDegreesPerSecond: positive.default(10).describe('Speed of tilting.'),
    eucentricHeightMicrometres: z
      .number()
      .default(0)
      .describe('Stage height at which the specimen is eucentric and in focus.'),

    specimen: z
      .enum(['film', 'cross-grating', 'catalase', 'grid-bars', 'empty'])
      .default('film')
      .describe('What is in the microscope.'),
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

    electronsPerFieldPixelPerSecond: notNegative
      .default(400)
      .describe(
        'Electrons per second in a pixel of an image with 512 pixels on its shorter side, at every magnification as if the beam were spread to suit it.',
      ),
    beamDiameterInFields: positive
      .default(2)
      .describe('Diameter of the beam at intensity 0.5, in diagonals of the field of view.'),
    beamCentreMicrometres: pair.default([0, 0]).describe('Where the centre of the unshifted beam is on the specimen.'),
    beamShiftToSpecimen: matrix
      .default([
        [1, 0],
        [0, 1],
      ])
      .describe('Rows of the matrix from beam-shift units to micrometres on the specimen.'),
    beamEdgeSoftness: fraction.default(0.05).describe('Width of the edge of the beam as a fraction of its radius.'),

    voltageKilovolts: positive.default(300).describe('Energy of the electrons.'),
    sphericalAberrationMillimetres: notNegative.default(2.7).describe('Spherical aberration of the objective lens.'),
    focusSpreadNm: notNegative.default(5).describe('Spread of focus by the energy spread of the source.'),
    convergenceMilliradians: notNegative.default(0.01).describe('Half angle of the illumination.'),
    phaseToAmplitudeContrast: z
      .number()
      .default(1)
      .describe('Phase contrast of the specimen as a multiple of its amplitude contrast.'),

    readNoiseCounts: notNegative.default(1.5).describe('Standard deviation of the read noise of a delivered pixel.'),
    darkLevelCounts: notNegative
      .default(40)
      .describe('Counts of a delivered pixel without electrons, before dark subtraction.'),
    staleDarkCounts: notNegative
      .default(0)
      .describe('Standard deviation of the additive pattern that a stale dark reference leaves in an unbinned pixel.'),
    gainVariation: fraction
      .default(0.05)
      .describe('Standard deviation of the gains of unbinned pixels, which gain normalisation removes.'),
    staleGainVariation: fraction
      .default(0)
      .describe('Standard deviation of the pattern that a stale gain reference leaves in an unbinned pixel.'),
    mtfAtNyquist: z
      .number()
      .min(0.01)
      .max(1)
      .default(0.3)
      .describe('Modulation transfer of the cameras at the Nyquist frequency, beyond that of a square pixel.'),
    saturationCounts: positive.max(65535).default(65535).describe('Counts at which a delivered pixel saturates.'),
    cameraDeadSeconds: notNegative
      .default(0)
      .describe('Seconds at the start of each exposure in which the cameras see nothing.'),
  })
  .describe('Truth of the virtual microscope, which no calibration can see.');

/** The `simulator:` section after checking, every field filled in. */
export type SimulatorOptions = z.output<typeof simulatorOptions>;
