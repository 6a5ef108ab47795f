import { inverse, product, token } from '../../core/base';
import type { ShownRecord } from '../../core/store';
import { viewKey } from '../../simulation';
import type { SiteTruth } from './site-instrument';

/** What perfect calibrations of the virtual microscope would store; for checking results, out of reach of every calibration. */
export interface SimulatedTruth {
  /** The records under the names and with the fields of the calibration file. */
  readonly records: readonly ShownRecord[];
}
/** The token of that truth. */
export const SimulatedTruth = token<SimulatedTruth>('SimulatedTruth');

/** Writes out the truth: image-shift and stage matrices at every mag index of every camera, in the order of the file. */
export function perfectRecords({ truth, optics }: SiteTruth): readonly ShownRecord[] {
  const stageToSpecimen = inverse(truth.specimenToStage);
  const imageShift: ShownRecord[] = [];
  const stage: ShownRecord[] = [];
  for (const { index: magIndex, low } of truth.magnifications)
    for (const { index: camera } of truth.cameras) {
      const view = truth.views.get(viewKey(magIndex, camera));
      if (!view) continue;
      const place = { magIndex, camera };
      const magnification = Math.round(optics.magnificationFor(magIndex, camera));
      imageShift.push({ record: 'ImageShiftMatrix', ...place, ...view.imageShiftToCamera, magnification });
      const absoluteFocus = low ? truth.optics.lowMagnificationFocusInFocus : truth.optics.focusInFocus;
      if (stageToSpecimen)
        stage.push({
          record: 'StageToCameraMatrix',
          ...place,
          ...product(view.specimenToCamera, stageToSpecimen),
          absoluteFocus,
          magnification,
        });
    }
  return [...imageShift, ...stage];
}
