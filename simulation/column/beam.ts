import { finite, finitePair } from '../base/checks';
import { binaryLogarithm, cosine, hypotenuse, power, powerOfTwo, sine } from '../base/functions';
import { fraction, matrixRows, notNegative, pair, positive } from '../base/options';
import { definePart } from '../base/part';
import { matrixOf, origin, sum, transformed, vectorOf, type PlaneMatrix, type PlaneVector } from '../base/plane';
import { magnification } from './magnification';

/** Illumination of a small or a large part of the specimen by the objective prefield. */
export type ProbeMode = 'nano' | 'micro';

/** The truth of the illumination. */
export interface BeamTruth {
  /** Electrons per second through a 512th of the shorter side of the camera squared, at reference intensity and spot. */
  readonly electronsPerFieldPixelPerSecond: number;
  readonly referenceIntensity: number;
  readonly referenceSpotSize: number;
  /** Beam diameter at the reference intensity, in diagonals of the field of view. */
  readonly diameterInFields: number;
  /** The beam diameter changes by 2 to the power of this times the change of intensity. */
  readonly doublingsPerIntensity: number;
  /** The current falls by this factor with each spot size. */
  readonly currentPerSpotSize: number;
  /** Place of the beam in the specimen plane without beam shift, micrometres. */
  readonly centre: PlaneVector;
  /** Beam shift units to specimen micrometres. */
  readonly beamShiftToSpecimen: PlaneMatrix;
  /** Width of the edge of the disc as a fraction of its radius. */
  readonly edgeSoftness: number;
}

/** The illuminated disc. */
export interface Disc {
  /** Micrometres. */
  readonly diameter: number;
  /** Width of the edge as a fraction of the radius. */
  readonly edgeSoftness: number;
  /** Electrons per square micrometre and second. */
  readonly density: number;
}

const electronCharge = 1.602177e-10;
/** Largest and smallest diameters as multiples of that at the reference intensity: the condenser goes no further. */
const diameterRange = 64;

/** The illumination: spot size, intensity, beam shift. */
export const beam = definePart({
  name: 'beam',
  options: {
    electronsPerFieldPixelPerSecond: notNegative
      .default(400)
      .describe(
        'Electrons per second in a pixel of an image with 512 pixels on its shorter side, at every magnification as if the beam were spread to suit it.',
      ),
    beamDiameterInFields: positive
      .default(2)
      .describe('Diameter of the beam at intensity 0.5, in diagonals of the field of view.'),
    beamCentreMicrometres: pair.default([0, 0]).describe('Where the centre of the unshifted beam is on the specimen.'),
    beamShiftToSpecimen: matrixRows
      .default([
        [1, 0],
        [0, 1],
      ])
      .describe('Rows of the matrix from beam-shift units to micrometres on the specimen.'),
    beamEdgeSoftness: fraction.default(0.05).describe('Width of the edge of the beam as a fraction of its radius.'),
  },
  draw(random) {
    const angle = random.between(-0.5, 0.5);
    const scale = random.between(0.9, 1.1);
    return {
      beamCentreMicrometres: random.pair(0.02),
      beamShiftToSpecimen: [
        [scale * cosine(angle), -scale * sine(angle)],
        [scale * sine(angle), scale * cosine(angle) * random.between(0.97, 1.03)],
      ],
    };
  },
  truth: (options): BeamTruth => ({
    electronsPerFieldPixelPerSecond: options.electronsPerFieldPixelPerSecond,
    referenceIntensity: 0.5,
    referenceSpotSize: 5,
    diameterInFields: options.beamDiameterInFields,
    doublingsPerIntensity: 10,
    currentPerSpotSize: 2,
    centre: vectorOf(options.beamCentreMicrometres),
    beamShiftToSpecimen: matrixOf(options.beamShiftToSpecimen),
    edgeSoftness: options.beamEdgeSoftness,
  }),

  start(truth, { of }) {
    const lenses = of(magnification);
    let beamShift = origin;
    let intensity = truth.referenceIntensity;
    let spotSize = truth.referenceSpotSize;
    let probeMode: ProbeMode = 'nano';

    const fieldDiagonal = (): number => {
      const { pixelSize, width, height } = lenses.reference();
      return pixelSize * hypotenuse(width, height);
    };
    /** Electrons per square micrometre and second. */
    const density = (): number => {
      const { pixelSize, width, height } = lenses.reference();
      const side = (Math.min(width, height) / 512) * pixelSize;
      return (truth.electronsPerFieldPixelPerSecond / side ** 2) * relativeBrightness(truth, intensity, spotSize);
    };
    const disc = (): Disc => ({
      diameter: beamDiameter(truth, fieldDiagonal(), intensity),
      edgeSoftness: truth.edgeSoftness,
      density: density(),
    });
    return {
      disc,
      beamDisplacement: () => sum(truth.centre, transformed(truth.beamShiftToSpecimen, beamShift)),
      commands: {
        setBeamShift(value: PlaneVector): void {
          beamShift = finitePair('beam shift', value);
        },
        setIntensity(value: number): void {
          intensity = finite('intensity', value);
        },
        /** Sets the intensity at which the illuminated disc has a diameter in micrometres. */
        setBeamDiameter(micrometres: number): void {
          intensity = finite('beam diameter', intensityForDiameter(truth, fieldDiagonal(), micrometres));
        },
        setSpotSize(value: number): void {
          spotSize = finite('spot size', value);
        },
        setProbeMode(mode: ProbeMode): void {
          probeMode = mode;
        },
      },
      readings() {
        const { diameter, density } = disc();
        return {
          beamShift,
          intensity,
          spotSize,
          probeMode,
          /** Micrometres of specimen illuminated. */
          beamDiameter: diameter,
          /** Nanoamperes. */
          beamCurrent: (Math.PI / 4) * diameter ** 2 * density * electronCharge,
        };
      },
      recorded: () => ({ beamShift, intensity, spotSize }),
    };
  },
});

/** Diameter of the illuminated disc in micrometres. @param fieldDiagonal micrometres seen by the reference camera at this magnification */
function beamDiameter(beam: BeamTruth, fieldDiagonal: number, intensity: number): number {
  const factor = powerOfTwo(beam.doublingsPerIntensity * (intensity - beam.referenceIntensity));
  return beam.diameterInFields * fieldDiagonal * Math.min(diameterRange, Math.max(1 / diameterRange, factor));
}

/** The intensity at which the illuminated disc has a diameter in micrometres. */
function intensityForDiameter(beam: BeamTruth, fieldDiagonal: number, diameter: number): number {
  return (
    beam.referenceIntensity +
    binaryLogarithm(diameter / (beam.diameterInFields * fieldDiagonal)) / beam.doublingsPerIntensity
  );
}

/** Current density relative to that at reference intensity and spot: the same current on another area. */
function relativeBrightness(beam: BeamTruth, intensity: number, spotSize: number): number {
  const reference = beamDiameter(beam, 1, beam.referenceIntensity);
  return (
    (reference / beamDiameter(beam, 1, intensity)) ** 2 *
    power(beam.currentPerSpotSize, beam.referenceSpotSize - spotSize)
  );
}
