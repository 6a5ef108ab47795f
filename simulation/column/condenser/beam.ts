import { finite, finitePair } from '../../base/checks';
import { cosine, hypotenuse, sine } from '../../base/functions';
import { fraction, matrixRows, notNegative, pair, positive } from '../../base/options';
import { definePart, type Aberrations } from '../../base/part';
import { matrixOf, scaled, sum, transformed, vectorOf, type PlaneVector } from '../../base/plane';
import { beamDeflection, beamPlace, beamShiftMatrix } from './beam-deflection';
import { beamShape, enlargedOutline, type BeamShape } from './beam-shape';
import type { BeamTruth } from './beam-truth';
import { condenser, convergenceOf, currentOf, readoutOf } from './condenser';
import { condenserAperture } from './condenser-aperture';
import { plainBeam, plainBrightness, plainIntensityFor } from './plain-law';
import { calibratedBeamShift } from './calibrated-beam-shift';
import { beamRecords } from './records';
import { intensityOfShownArea, lensBeam, lensIntensityFor, shownArea } from './lens-law';
import type { IlluminationSettings } from './settings';
import type { ProbeMode } from '../../base/instrument';
import { magnification } from '../lenses/magnification';

/** The illuminated disc. */
export interface Disc {
  /** Micrometres from one end of the beam to the other; of a beam that is not round, that of the disc of the same area. */
  readonly diameter: number;
  /** Micrometres that the column has for its diameter: up to the middle of the edge where it has a crossover. */
  readonly width: number;
  /** Width of the edge as a fraction of the radius. */
  readonly edgeSoftness: number;
  /** Electrons per square micrometre and second. */
  readonly density: number;
  /** There when the beam is not an even disc. */
  readonly shape?: BeamShape;
}

/** Coulombs of an electron, in nanocoulombs. */
export const electronCharge = 1.602177e-10;
/** Micrometres of illuminated area that stand for the whole range of intensity where the condenser has no crossover. */
const plainAreaRange = 250;
const milli = 1e-3;

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
  truth: (options, _random, context): BeamTruth => ({
    electronsPerFieldPixelPerSecond: options.electronsPerFieldPixelPerSecond,
    referenceIntensity: 0.5,
    referenceSpotSize: 5,
    diameterInFields: options.beamDiameterInFields,
    doublingsPerIntensity: 10,
    currentPerSpotSize: 2,
    centre: vectorOf(options.beamCentreMicrometres),
    beamShiftToSpecimen: calibratedBeamShift(context, false) ?? matrixOf(options.beamShiftToSpecimen),
    edgeSoftness: options.beamEdgeSoftness,
  }),

  start(truth, { of, truthOf }) {
    const lenses = of(magnification);
    const [lens, aperture, deflection, shape] = [
      of(condenser),
      of(condenserAperture),
      of(beamDeflection),
      of(beamShape),
    ];
    const condenserTruth = truthOf(condenser);
    const deflectionTruth = truthOf(beamDeflection);
    const { hasCrossover } = condenserTruth;
    let spotSize = truth.referenceSpotSize;
    let probeMode: ProbeMode = condenserTruth.startsInNanoprobe ? 'nano' : 'micro';
    let alpha = 0;

    const settings = (intensity = lens.lens()): IlluminationSettings => {
      const { low } = lenses.selected();
      // There is no nanoprobe in low magnification.
      return {
        intensity,
        spotSize,
        probeMode: low ? 'micro' : probeMode,
        alpha,
        lowMagnification: low,
        aperture: aperture.scale(),
      };
    };
    const fieldDiagonal = (): number => {
      const { pixelSize, width, height } = lenses.reference();
      return pixelSize * hypotenuse(width, height);
    };
    /** Electrons per square micrometre and second of a beam that is spread to suit the magnification. */
    const plainDensity = (intensity: number): number => {
      const { pixelSize, width, height } = lenses.reference();
      const side = (Math.min(width, height) / 512) * pixelSize;
      const steps = spotSize - truth.referenceSpotSize;
      const dimmer = condenserTruth.brightensUpwards ? -steps : steps;
      return (truth.electronsPerFieldPixelPerSecond / (side * side)) * plainBrightness(truth, intensity, dimmer);
    };
    const discAt = (now: IlluminationSettings): Disc => {
      const made = hasCrossover ? lensBeam(condenserTruth, now) : plainBeam(truth, fieldDiagonal(), now);
      const outline = shape.outline(made);
      const { diameter } = outline;
      if (hasCrossover) {
        // The edge lies to either side of the diameter, so that its width does not change the density in the middle.
        const edge = Math.min(2, truth.edgeSoftness + made.least / diameter);
        const outer = 1 + edge / 2;
        const edgeSoftness = edge / outer;
        const electrons = currentOf(condenserTruth, now) / electronCharge;
        const area = (Math.PI / 4) * (diameter * outer) * (diameter * outer) * filled(edgeSoftness);
        return { ...enlargedOutline(outline, outer), edgeSoftness, density: electrons / area, width: diameter };
      }
      const { edgeSoftness } = truth;
      const squeezed = made.spread / diameter;
      const density = plainDensity(now.intensity) * (squeezed * squeezed);
      return { ...outline, edgeSoftness, density, width: diameter };
    };
    const disc = (): Disc => {
      const now = settings();
      const found = discAt(now);
      const constant = condenserTruth.constantBrightnessInNanoprobe && now.probeMode === 'nano';
      return constant ? { ...found, density: discAt(settings(truth.referenceIntensity)).density } : found;
    };
    const current = (lit?: Disc): number => {
      if (hasCrossover) return currentOf(condenserTruth, settings());
      const { diameter, density } = lit ?? disc();
      return (Math.PI / 4) * (diameter * diameter) * density * electronCharge;
    };
    /** Half angle of the illumination in milliradians beyond that of the source; none where the condenser has no crossover. */
    const convergence = (): number => (hasCrossover ? convergenceOf(condenserTruth, settings()) : 0);
    /** Milliradians on the specimen by which alpha tilts the beam. */
    const tilt = (): PlaneVector => deflectionTruth.alphaTilts[alpha] ?? { x: 0, y: 0 };
    return {
      disc,
      tilt,
      /** Nanoamperes. */
      current,
      convergence,
      beamDisplacement(time: number): PlaneVector {
        const now = settings();
        const matrix = beamShiftMatrix(deflectionTruth, truth.beamShiftToSpecimen, now);
        return sum(sum(truth.centre, beamPlace(deflectionTruth, now)), transformed(matrix, deflection.reached(time)));
      },
      aberrations: (): Partial<Aberrations> => ({ tilt: scaled(tilt(), milli) }),
      commands: {
        setBeamShift(value: PlaneVector): void {
          deflection.deflect(finitePair('beam shift', value));
        },
        setIntensity(value: number): void {
          lens.excite(finite('intensity', value));
        },
        /** Sets the intensity at which the illuminated disc has a diameter in micrometres. */
        setBeamDiameter(micrometres: number): void {
          const wanted = hasCrossover
            ? lensIntensityFor(condenserTruth, settings(), micrometres)
            : plainIntensityFor(truth, fieldDiagonal(), micrometres / aperture.scale());
          lens.excite(finite('beam diameter', wanted));
        },
        /** Sets the illuminated area in micrometres as a column with three condensers shows it; it stops at the end of its range. */
        setIlluminatedArea(micrometres: number): void {
          finite('illuminated area', micrometres);
          if (hasCrossover) lens.excite(intensityOfShownArea(condenserTruth, settings(), micrometres));
          else lens.excite(Math.min(plainAreaRange, Math.max(0, micrometres)) / plainAreaRange);
        },
        setSpotSize(value: number): void {
          spotSize = finite('spot size', value);
        },
        setProbeMode(mode: ProbeMode): void {
          probeMode = mode;
        },
        /** Chooses the illumination angle series of a JEOL column, from 0. */
        setAlpha(value: number): void {
          alpha = finite('alpha', value);
        },
      },
      readings() {
        const held = lens.held();
        const lit = disc();
        return {
          beamShift: deflection.setting(),
          intensity: held,
          spotSize,
          probeMode,
          alpha,
          /** Micrometres of specimen illuminated. */
          beamDiameter: lit.width,
          /** Nanoamperes. */
          beamCurrent: current(lit),
          /** Micrometres as a column with three condensers shows them. */
          illuminatedArea: hasCrossover ? shownArea(condenserTruth, settings(held)) : held * plainAreaRange,
          /** Half angle of the illumination in milliradians, beyond that of the source. */
          convergence: convergence(),
          /** Per cent on the display of the condenser lens. */
          condenserReadout: readoutOf(condenserTruth, settings(held)),
        };
      },
      recorded: () => ({ beamShift: deflection.setting(), intensity: lens.held(), spotSize }),
    };
  },

  perfect: beamRecords,
});

/** Share of a disc that its electrons would fill at the density of its middle, by the width of its edge over its radius. */
const filled = (softness: number): number => 1 - softness + 0.3 * softness * softness;
