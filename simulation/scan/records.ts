import type { PerfectRecord } from '../base/part';

/** The truth of a probe mode. */
export interface ProbeTruth {
  readonly halfAngle: number;
  /** Micrometres of height for one of defocus, and their change with defocus. */
  readonly focusToHeight: number;
  readonly focusCurvature: number;
}

/** The spot size from which the focus and the current of a probe are counted. */
export const middleSpot = 5;

/** The height and the absolute focus that are in focus. */
interface InFocus {
  readonly eucentricHeight: number;
  readonly focusInFocus: number;
  readonly micrometresPerFocusUnit: number;
}

/** Heights in micrometres about the eucentric one at which sites focus a probe. */
const heights = Array.from({ length: 13 }, (_, k) => 2 * k - 12);

/** The convergence angles of a probe in milliradians, and its focus over the height of the stage. */
export function scanRecords(
  { nano, micro }: Readonly<Record<'nano' | 'micro', ProbeTruth>>,
  { eucentricHeight, focusInFocus, micrometresPerFocusUnit }: InFocus,
): readonly PerfectRecord[] {
  const curves = [nano, micro].map((mode, probe): PerfectRecord => ({
    record: 'STEMfocusVersusZ',
    spot: middleSpot,
    probe,
    rows: heights.map((height) => {
      const defocus = focusAt(mode, height);
      return {
        stageZ: eucentricHeight + height,
        defocus,
        absoluteFocus: focusInFocus + defocus / micrometresPerFocusUnit,
      };
    }),
  }));
  return [{ record: 'STEMconvAngle', nano: 1000 * nano.halfAngle, micro: 1000 * micro.halfAngle }, ...curves];
}

/** The defocus in micrometres that brings a probe into focus at a height. */
function focusAt({ focusToHeight, focusCurvature }: ProbeTruth, height: number): number {
  let focus = -height / focusToHeight;
  for (let k = 0; k < 20; k++) {
    const off = height + focus * (focusToHeight + focus * focusCurvature);
    focus -= off / (focusToHeight + 2 * focus * focusCurvature);
  }
  return focus;
}
