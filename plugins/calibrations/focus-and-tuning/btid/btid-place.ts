import {
  type BeamTiltUnits,
  type Matrix,
  type Seconds,
  type Vector,
  inMicrometres,
  length,
  metres,
  micrometres,
  milliseconds,
  withError,
} from '../../../../core/base';
import type { Exposure } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import { describeReason, judge } from '../../../../core/judgement';
import {
  type AutofocusUses,
  type FocusShots,
  type FoundFocusCurve,
  type TuningConditions,
  autofocusNeeds,
  defocusEvidence,
  focusShots,
  measureDefocus,
  nanometresPerPixel,
  requireFocusCurve,
} from '../../../../core/tuning';
import { btidErrors } from './btid-errors';

/** Dependencies of everything that works by beam-tilt-induced displacement. */
export const btidNeeds = autofocusNeeds;
/** Those devices and services as they are provided. */
export type BtidUses = AutofocusUses;

/** The side of a run that calibrations and tasks have in common. */
export type BtidRun = Omit<Run, 'accept' | 'report'>;

/** The conditions of a run. */
export interface BtidPlace {
  readonly conditions: TuningConditions;
  readonly magnification: number;
  /** From unbinned pixels to nanometres on the specimen. */
  readonly perPixel: Matrix;
  readonly exposure: Exposure;
  readonly base: Vector<BeamTiltUnits>;
  /** Wait after a change of the beam tilt. */
  readonly settling: Seconds;
  readonly largestSide: number;
  readonly shots: FocusShots;
  readonly curve: FoundFocusCurve;
}

/** Waits in milliseconds after a change of stigmator, focus and beam tilt. SerialEM reads the second one twice; the third is meant. */
export function tuningDelays({ settings }: Pick<BtidUses, 'settings'>): {
  readonly stigmator: Seconds;
  readonly focus: Seconds;
  readonly tilt: Seconds;
} {
  const [stigmator = 900, focus = 500, tilt = 750] = settings.get('AstigmatismComaDelays');
  return {
    stigmator: milliseconds(stigmator),
    focus: milliseconds(focus),
    tilt: milliseconds(Math.max(tilt, settings.get('FocusPostTiltDelay'))),
  };
}

/** Reads the conditions; throws where defocus or displacements on the specimen could not be calculated. */
export async function btidPlace(use: BtidUses, signal: AbortSignal): Promise<BtidPlace> {
  const shots = await focusShots(use, signal);
  const { magIndex, camera, probe, alpha } = shots.conditions;
  const { specimenToCamera, magnification } = use.optics.at({ magIndex, camera });
  if (!specimenToCamera) throw btidErrors.noPixelSize(magnification);
  const curve = requireFocusCurve(use, shots);
  return {
    conditions: { magIndex, probe, ...(alpha !== undefined && { alpha }) },
    magnification,
    perPixel: nanometresPerPixel(specimenToCamera),
    exposure: shots.exposure,
    base: shots.base,
    settling: tuningDelays(use).tilt,
    largestSide: shots.largestSide,
    shots,
    curve,
  };
}

/** Images of a measurement of defocus. */
export const focusImages = 3;

/** A present defocus in micrometres, with the mean counts of the images that showed it. */
export interface PresentDefocus {
  readonly defocus: number;
  readonly brightness: number;
}

/** Measures the present defocus by the focus calibration; twice where the images are lost the first time. */
export async function presentDefocus(run: BtidRun, use: BtidUses): Promise<PresentDefocus> {
  const measure = () => measureDefocus(use, { clock: run.clock, signal: run.signal, offset: metres(0), shots: 3 });
  let measured = await measure();
  if (measured.swing.lost !== undefined) measured = await measure();
  const { swing, standardError } = measured;
  if (swing.lost !== undefined) throw btidErrors.noDefocus(swing.lost);
  const { verdict, reasons } = judge(defocusEvidence(measured, { onTheWay: true }));
  if (verdict === 'refused') throw btidErrors.noDefocus(reasons.map(describeReason).join(' '));
  const defocus = inMicrometres(measured.defocus);
  run.operator.log(`Present defocus ${withError(defocus, inMicrometres(standardError))} um by beam tilt.`);
  return { defocus, brightness: Math.max(...swing.series.views.map(({ mean }) => mean)) };
}

/** Nanometres on the specimen of the swing for a micrometre of defocus and a unit of tilt, as the focus calibration says. */
export const curveColumn = ({ curve, perPixel }: BtidPlace): number => {
  const { xpx, xpy, ypx, ypy } = perPixel;
  const { x, y } = curve.slope;
  return length({ x: xpx * x + xpy * y, y: ypx * x + ypy * y });
};

/** A defocus of the column at which the specimen has a wished one. */
export const readoutAt = (wished: number, readout: number, present: number) => micrometres(readout + wished - present);

/** Milliradians of a unit of beam tilt, as the focus calibration says: a micrometre moves the image by two nanometres for each. */
export const milliradiansAt = (place: BtidPlace): number => curveColumn(place) / 2;
