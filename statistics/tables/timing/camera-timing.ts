import { Cameras } from '../../../core/devices';
import { runItem } from '../../../testing/virtual-instrument';
import { largest, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';
import { type TimedCamera, scanOf, timedInstrument } from '../../support/timing/timing-instrument';

const item = 'calibrations/camera-timing';
interface Row extends TimedCamera {
  readonly edit?: (yaml: string) => string;
  readonly stem?: true;
}
const withNoShutter = (value: number) => (yaml: string) =>
  yaml.replace("    Name: 'BM-Ceta'\n", `    Name: 'BM-Ceta'\n    NoShutter: ${value}\n`);
const rows: Readonly<Record<string, Row>> = {
  'two shutters': { configuration: 'talos-oneview-orius.yaml', camera: /Orius/i },
  OneView: { configuration: 'talos-oneview-orius.yaml', camera: /OneView/i },
  'one shutter': { configuration: 'talos-ceta.yaml', camera: /Ceta/ },
  'no shutter': { configuration: 'talos-ceta.yaml', camera: /Ceta/, edit: withNoShutter(1) },
  'blanked until the start': { configuration: 'talos-ceta.yaml', camera: /Ceta/, edit: withNoShutter(2) },
  'K2 Summit': { configuration: 'jeol-cryo-arm-k2.yaml', camera: /K2/ },
  K3: { configuration: 'krios-k3.yaml', camera: /K3/ },
  'FEI scan': { configuration: 'talos-stem.yaml', camera: /STEM/, magIndex: 5, stem: true },
  DigiScan: { configuration: 'jeol-digiscan.yaml', camera: /DigiScan/, magIndex: 5, stem: true },
};

export default defineTable({
  name: 'camera-timing',
  about:
    'Camera Timing in virtual time against the start-up delays and the flyback of the virtual microscope. Without a spread the start-up delay is compared with the true one; with one it has to be within the true range.',
  item,
  rows: Object.keys(rows),
  seeds: 20,
  seconds: 4,
  measure: async (seed, name, given) => {
    const next = randomNumbers(seed);
    const row = rows[name]!;
    const spread = seed % 2 === 0 ? 0 : (row.stem ? 0.2 : 1) * (0.01 + 0.03 * next());
    const flyback = 60 + 500 * next();
    const simulator = row.stem
      ? {
          scanStartupSeconds: 0.15 + 0.4 * next(),
          scanStartupSpreadSeconds: spread,
          flybackMicroseconds: flyback,
          // Scans of fewer pixels stay longer on each.
          probeCurrentPicoamperes: given ? 10 : 100,
        }
      : { startupErrorSeconds: -0.05 + 0.3 * next(), startupSpreadSeconds: spread };
    const camera = given ?? (row.stem ? scanOf(64, 1024) : coarseCamera(16));
    await using instrument = await timedInstrument(row, seed, simulator, {
      camera,
      ...(row.edit && { edit: row.edit }),
    });
    const { traits } = instrument.kernel.registry.get(Cameras).selected;
    const { result } = await runItem(instrument, item, { images: given ? '6' : row.stem ? '15' : '20' });
    const { values, quality, standardErrors } = result!;
    const builtIn = row.stem ? 0 : traits.builtInSettling;
    const truth = row.stem
      ? simulator.scanStartupSeconds!
      : traits.startupDelay + builtIn + simulator.startupErrorSeconds!;
    const found = (values['startup'] as number) + (values['builtIn'] as number);
    const off = found - truth;
    return {
      errors: {
        ...(spread === 0 ? { seconds: off } : { beyond: Math.max(0, Math.abs(off) - spread) }),
        ...(row.stem && { percent: 100 * ((values['flyback'] as number) / flyback - 1) }),
      },
      ...(row.stem && { stated: { percent: (100 * (standardErrors['flyback'] as number)) / flyback } }),
      verdict: quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured, row) => [
    largest(measured, 'seconds', { unit: 's off without a spread', decimals: 4, atMost: 0.01 }),
    largest(measured, 'beyond', { unit: 's beyond the true range', decimals: 4, atMost: 0 }),
    ...(rows[row]?.stem ? [largest(measured, 'percent', { unit: '% off the flyback', atMost: 2 })] : []),
    ...verdictCounts(measured),
  ],
});
