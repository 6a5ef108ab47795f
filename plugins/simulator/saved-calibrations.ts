import { existsSync, readFileSync } from 'node:fs';
import { type CameraIndex, type MagIndex, type Matrix, matrix } from '../../core/base';
import { CalibrationFile } from '../../core/store';
import type { SiteRecord } from '../../simulation';
import type { SiteCalibrations } from './site-instrument';

interface Row extends Matrix {
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
}

/**
 * The matrices and other records as they stand in a site's calibration file. What was measured since, and is kept for a day elsewhere, is left out:
 * it was measured on the virtual microscope itself, and its errors must not become true.
 */
export function savedCalibrations(path: string): SiteCalibrations {
  const file = existsSync(path) ? CalibrationFile.parse(readFileSync(path), path, 'calibrations').file : undefined;
  const entriesOf = (name: string) => {
    const rows = (file?.get(name) ?? []) as readonly unknown[] as readonly Row[];
    // A first row of zeros says that there is no matrix; of several at one place the last one counts.
    const byPlace = new Map(
      rows.filter(({ xpx, xpy }) => xpx !== 0 || xpy !== 0).map((row) => [`${row.magIndex} ${row.camera}`, row]),
    );
    const entries = [...byPlace.values()].map(({ magIndex, camera, xpx, xpy, ypx, ypy }) => ({
      magIndex,
      camera,
      matrix: matrix(xpx, xpy, ypx, ypy),
    }));
    return { entries: () => entries };
  };
  return {
    imageShift: entriesOf('ImageShiftMatrix'),
    stage: entriesOf('StageToCameraMatrix'),
    records: () => ({ all: () => [] }),
    recorded: (record) => (file?.get(record) ?? []) as readonly object[] as readonly SiteRecord[],
  };
}
