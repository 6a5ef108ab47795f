import { VirtualInstrument } from '../../../core/devices';
import { type Vector, vector } from '../../../core/base';
import { truthOf, viewOf, type VirtualMicroscope } from '../../../simulation';
import type { virtualInstrument } from '../../../testing/virtual-instrument';
import { randomNumbers } from '../random-numbers';

type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** Product of two complex numbers. */
const times = (a: Vector, b: Vector): Vector => vector(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
const conjugate = ({ x, y }: Vector): Vector => vector(x, -y);
const sum = (...all: readonly Vector[]): Vector =>
  all.reduce((total, each) => vector(total.x + each.x, total.y + each.y), vector(0, 0));
const scaled = (v: Vector, by: number): Vector => vector(v.x * by, v.y * by);

/** Size of the images in pixels, mag index and exposure of the runs. */
export const tuningImages = { size: 512, magIndex: 26, binning: 2, exposure: 2 } as const;

/** Flux of the virtual beam that gives a dose in electrons per square Angstrom to images of a size. */
export function fluxFor(dose: number, size: number = tuningImages.size): number {
  // Micrometres of an unbinned pixel at that mag index of the virtual Krios.
  const field = size * tuningImages.binning * 0.08032e-3;
  return ((dose * 1e8) / tuningImages.exposure) * (field / 512) ** 2;
}

/** A column as real ones are, of which no calibration knows anything; a carbon film is in it. */
export function drawnColumn(seed: number): Readonly<Record<string, unknown>> {
  const next = randomNumbers(seed + 7000);
  const between = (low: number, high: number): number => low + (high - low) * next();
  const about = (size: number): readonly [number, number] => [between(-size, size), between(-size, size)];
  const [angle, skew] = [between(-Math.PI, Math.PI), between(-0.03, 0.03)];
  const gains = [between(0.95, 1.05), between(0.95, 1.05)];
  return {
    seed,
    specimen: 'carbon',
    carbonThicknessNm: between(8, 20),
    // The error of a pixel is that of every defocus, twice; here it is left out.
    pixelScaleError: 0,
    rotationErrorDegrees: between(-3, 3),
    sphericalAberrationMillimetres: between(2, 2.7),
    objectiveStigmatorMicrometres: between(8, 11),
    objectiveStigmatorAngleDegrees: between(0, 360),
    objectiveStigmatorHysteresis: between(0, 0.008),
    defocusHysteresisNm: between(5, 60),
    astigmatismNm: about(60),
    comaNm: about(300),
    threefoldAstigmatismNm: about(200),
    comaFreeAxisMilliradians: about(0.7),
    pivotErrorNmPerMilliradian: about(0.8),
    beamTiltToSpecimen: [
      [gains[0]! * Math.cos(angle), -gains[1]! * Math.sin(angle + skew)],
      [gains[0]! * Math.sin(angle), gains[1]! * Math.cos(angle + skew)],
    ],
    imageShiftTiltMilliradiansPerMicrometre: between(0.3, 0.55),
    imageShiftAstigmatismNmPerMicrometre: between(8, 20),
    driftNmPerSecond: about(0.02),
  };
}

/** The wave of the virtual microscope as an image sees it now, by formulas of its own: micrometres, complex in the frame of the selected camera, Y up. */
export interface TrueWave {
  readonly defocus: number;
  readonly astigmatism: Vector;
  /** Axial coma about the direction of the beam. */
  readonly coma: Vector;
}

/** The wave of the virtual microscope at this moment; `shift` is the image shift on the specimen in micrometres. */
export function trueWave(instrument: Instrument, shift: Vector = vector(0, 0)): TrueWave {
  const microscope = instrument.kernel.registry.get(VirtualInstrument).microscope as VirtualMicroscope;
  const truth = truthOf(microscope);
  const { aberrations: lens, wavefront, focus } = truth;
  const { beamTilt, objectiveStigmator, defocus, magIndex } = microscope.state as unknown as {
    readonly beamTilt: Vector;
    readonly objectiveStigmator: Vector;
    readonly defocus: number;
    readonly magIndex: number;
  };
  const spherical = 1000 * wavefront.sphericalAberration;
  const { beamTiltToSpecimen: m } = lens;
  const tilt = sum(
    scaled(vector(m.xpx * beamTilt.x + m.xpy * beamTilt.y, m.ypx * beamTilt.x + m.ypy * beamTilt.y), 1e-3),
    scaled(lens.comaFreeAxis, -1),
    scaled(shift, lens.imageShiftTilt),
  );
  const axis = (degrees: number): Vector =>
    scaled(vector(Math.cos((degrees * Math.PI) / 90), Math.sin((degrees * Math.PI) / 90)), lens.stigmatorStrength);
  const poles = sum(
    scaled(axis(lens.stigmatorAngle), objectiveStigmator.x),
    scaled(axis(lens.stigmatorAngle + (lens.stigmatorMirrored ? -45 : 45)), objectiveStigmator.y),
  );
  const square = tilt.x ** 2 + tilt.y ** 2;
  const astigmatism = sum(
    lens.astigmatism,
    poles,
    scaled(shift, lens.imageShiftAstigmatism),
    scaled(times(tilt, tilt), spherical),
    scaled(times(conjugate(lens.coma), tilt), 2),
    scaled(times(lens.threefold, conjugate(tilt)), 2),
  );
  const { specimenToCamera } = viewOf(truth, magIndex, 0)!;
  const turn = Math.atan2(specimenToCamera.ypx - specimenToCamera.xpy, specimenToCamera.xpx + specimenToCamera.ypy);
  const turned = (v: Vector, by: number): Vector => times(v, vector(Math.cos(by * turn), Math.sin(by * turn)));
  return {
    defocus: defocus - (focus.offsets.get(magIndex) ?? 0) + 2 * spherical * square + 4 * times(lens.coma, tilt).x,
    astigmatism: turned(astigmatism, 2),
    coma: turned(sum(lens.coma, scaled(conjugate(tilt), spherical)), -1),
  };
}
