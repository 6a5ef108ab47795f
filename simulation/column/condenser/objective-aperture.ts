import { direction, hypotenuse } from '../../base/functions';
import { notNegative, pair, positive } from '../../base/options';
import { definePart } from '../../base/part';
import { scaled, sum, transformed, vectorOf, type PlaneVector } from '../../base/plane';
import { aberrations } from '../aberrations';
import { beam } from './beam';
import { deflectors } from '../deflectors/deflectors';
import { magnification } from '../lenses/magnification';
import { z } from 'zod';
import { apertureOf, aperturesOf, type ApertureTruth } from './condenser-aperture';

/** The truth of the objective aperture. */
export interface ObjectiveApertureTruth extends ApertureTruth {
  /** Millimetres of focal length, by which a micrometre in the back focal plane is an angle. */
  readonly focalLength: number;
  /** Milliradians from the unscattered beam at zero tilt to the centre of the aperture. */
  readonly centre: PlaneVector;
  /** Micrometres: diameter of the viewing screen; 0 for one that collects the whole beam. */
  readonly screen: number;
  /** Milliradians: half angle of the illumination, which makes the unscattered beam a disc in the back focal plane. */
  readonly beam: number;
}

const micrometresPerMillimetre = 1000;

/** The objective aperture, in the back focal plane: it lets the beam pass where it is aligned, and cuts it when it is tilted. */
export const objectiveAperture = definePart({
  name: 'objectiveAperture',
  options: {
    objectiveAperturesMicrometres: z
      .array(positive)
      .min(1)
      .default([100, 70, 40, 20])
      .describe('Diameters of the objective apertures; those of the properties where the site lists them.'),
    objectiveApertureMicrometres: notNegative
      .default(0)
      .describe('Objective aperture that is in at the start; 0 for none.'),
    objectiveApertureCentreMilliradians: pair
      .default([0, 0])
      .describe('Tilt of the illumination at which the beam goes through the middle of the objective aperture.'),
    objectiveFocalLengthMillimetres: positive
      .default(2.3)
      .describe('Focal length of the objective lens, by which the size of its aperture is an angle.'),
    backFocalDiscMilliradians: positive
      .default(0.2)
      .describe('Half angle of the disc that the unscattered beam makes in the plane of the objective aperture.'),
    screenMillimetres: notNegative
      .default(0)
      .describe(
        'Diameter of the viewing screen, which measures the current of that part of the beam that falls on it; 0 for one that collects the whole beam.',
      ),
  },
  draw: (random) => ({
    objectiveApertureCentreMilliradians: random.pair(0.3),
    objectiveFocalLengthMillimetres: random.between(1.5, 3.5),
    backFocalDiscMilliradians: random.between(0.05, 0.5),
    screenMillimetres: random.between(120, 170),
  }),
  truth: (options, _random, { instrument }): ObjectiveApertureTruth => ({
    ...aperturesOf(
      instrument.objectiveApertures ?? options.objectiveAperturesMicrometres,
      options.objectiveApertureMicrometres,
    ),
    centre: vectorOf(options.objectiveApertureCentreMilliradians),
    focalLength: options.objectiveFocalLengthMillimetres,
    beam: options.backFocalDiscMilliradians,
    screen: options.screenMillimetres * micrometresPerMillimetre,
  }),
  start(truth, { of, truthOf, now }) {
    const lenses = of(magnification);
    const coils = of(deflectors);
    const illumination = of(beam);
    const { beamTiltToSpecimen } = truthOf(aberrations);
    let inserted = truth.atStart;
    /** Fraction of the beam that passes. */
    const transmission = (): number => {
      if (inserted === 0) return 1;
      const { beamTilt, imageBeamTilt } = coils.readings();
      const tilt = sum(transformed(beamTiltToSpecimen, sum(beamTilt, imageBeamTilt)), illumination.tilt());
      const off = sum(tilt, scaled(truth.centre, -1));
      // Micrometres over millimetres are milliradians.
      return sharedShare(hypotenuse(off.x, off.y), truth.beam, inserted / 2 / truth.focalLength);
    };
    /** Fraction of the beam that falls on the viewing screen. */
    const onScreen = (): number => {
      if (truth.screen === 0) return 1;
      const { x, y } = illumination.beamDisplacement(now());
      const radius = truth.screen / 2 / lenses.selected().magnification;
      return sharedShare(hypotenuse(x, y), illumination.disc().width / 2, radius);
    };
    return {
      transmission,
      commands: {
        /** Inserts an objective aperture, or retracts it with 0. @throws SimulationError for a size that it does not have */
        setObjectiveAperture(micrometres: number): void {
          inserted = apertureOf('objective', truth.sizes, micrometres);
        },
      },
      readings: () => ({
        /** Micrometres; 0 when it is retracted. */
        objectiveAperture: inserted,
        objectiveApertures: truth.sizes,
        /** Nanoamperes that arrive on the viewing screen while it is down. */
        screenCurrent: illumination.current() * transmission() * onScreen(),
      }),
    };
  },
});

/** Share of the area of a disc that lies within another one at a distance. */
function sharedShare(distance: number, disc: number, opening: number): number {
  if (distance + disc <= opening) return 1;
  if (distance >= disc + opening) return 0;
  if (distance + opening <= disc) return (opening * opening) / (disc * disc);
  const inDisc = (distance * distance + disc * disc - opening * opening) / (2 * distance);
  const inOpening = distance - inDisc;
  return (segment(disc, inDisc) + segment(opening, inOpening)) / (Math.PI * disc * disc);
}

/** Area of the segment that a chord at a distance from the centre cuts from a disc. */
function segment(radius: number, distance: number): number {
  const half = Math.sqrt(Math.max(0, radius * radius - distance * distance));
  return radius * radius * direction(half, distance) - distance * half;
}
