import { cameraIndex, length, magIndex as asMagIndex, micrometres } from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import { Optics } from '../../../core/optics';
import { findStigmatorResponse } from '../../../core/tuning';
import { UserSettings } from '../../../core/user-settings';
import { runItem, virtualInstrument } from '../../../testing/virtual-instrument';
import { type Measured, broken } from '../../harness/table';
import { astigmatismByCtf } from './astigmatism-by-ctf';
import { cameraOf } from '../small-camera';
import { comaFreeAlignment, correctAstigmatism } from './tuning-corrections';
import { drawnColumn, trueWave } from './tuning-world';

/** Columns of several vendors: a mag index with a pixel of about 0.18 nm, the side of the camera for images of 256 pixels, light, and a tilt in the unit of the column. */
const columns = {
  // A camera with super-resolution has two pixels for each one of its properties.
  'jeol-cryo-arm-k2.yaml': { magIndex: 23, side: 256, light: 60, tilt: 70 },
  'hitachi-ht7700.yaml': { magIndex: 24, side: 256, light: 60, tilt: 50 },
  'talos-ceta.yaml': { magIndex: 31, side: 512, light: 4000, tilt: 10 },
} as const;

/** Configurations of those columns. */
export const vendorNames: readonly string[] = Object.keys(columns);

/** Items that are run one after the other on a column. */
const tuningRoutines: readonly string[] = [astigmatismByCtf, correctAstigmatism, comaFreeAlignment];

/** Calibrates the stigmator of a drawn column and corrects it: the strength that was found in percent of the true one, and the nanometres that are really left. */
export async function measureVendor(
  seed: number,
  configuration: string,
  routines: readonly string[] = tuningRoutines,
): Promise<Measured> {
  const { magIndex, side, light, tilt } = columns[configuration as keyof typeof columns];
  const strength = 10;
  await using instrument = await virtualInstrument({
    configuration,
    magIndex,
    edit: cameraOf(side),
    simulator: {
      ...drawnColumn(seed),
      objectiveStigmatorMicrometres: strength,
      electronsPerFieldPixelPerSecond: light,
    },
  });
  const { registry } = instrument.kernel;
  await registry.get(UserSettings).set('CtfComaTilt', tilt);
  await registry.get(Scope).defocus.write(micrometres(-1.8));
  instrument.calibrations.records('CtfAstigCalib').replaceAll([]);
  const verdicts: string[] = [];
  for (const item of routines) verdicts.push((await runItem(instrument, item)).result!.quality?.verdict ?? '');
  const camera = cameraIndex(registry.get(Cameras).selected.traits.index);
  const { matrix } = findStigmatorResponse(instrument.calibrations, registry.get(Optics), {
    magIndex: asMagIndex(magIndex),
    camera,
  })!;
  const { coma, astigmatism } = trueWave(instrument);
  const percent = 100 * (Math.hypot(matrix.xpx, matrix.ypx) / strength - 1);
  const left = 2000 * length(astigmatism);
  return {
    errors: { percent, astigmatism: left, coma: 1000 * length(coma) },
    verdict: verdicts.every((each) => each === 'good') ? 'good' : verdicts.join(', '),
    faults: broken({ 'the strength is right to 1 %': Math.abs(percent) < 1, 'less than 40 nm are left': left < 40 }),
  };
}
