import { errorsNamed } from '../harness/pooling';
import { defineTable } from '../harness/table';
import { runTest } from '../support/run-test';

/** Tests that draw more where the long statistics run them, with their processor time in seconds, about. */
const tests: Readonly<Record<string, number>> = {
  'test/app/device-limits.test.ts': 30,
  'test/conformance/broken-items.test.ts': 30,
  'test/core/consistency/corruption.test.ts': 10,
  'test/core/kernel/guards.test.ts': 120,
  'test/core/settings/convert/import-export.test.ts': 20,
  'test/core/settings/edit/edit-parameter-sets.test.ts': 10,
  'test/core/settings/edit/edit-properties.test.ts': 20,
  'test/core/settings/edit/keep-layout.test.ts': 10,
  'test/core/settings/hostile-input.test.ts': 20,
  'test/core/store/calibrations.test.ts': 10,
  'test/core/store/killed.test.ts': 15,
  'test/core/store/saved-twice.test.ts': 10,
  'test/core/store/serialem/hostile.test.ts': 20,
  'test/core/store/serialem/round-trip.test.ts': 10,
  'test/imaging/accuracy.test.ts': 200,
  'test/imaging/fft-memory.test.ts': 20,
  'test/imaging/fft.test.ts': 10,
  'test/imaging/lattice/find-lattice.test.ts': 60,
  'test/imaging/lifelike-images.test.ts': 600,
  'test/imaging/registration-accuracy.test.ts': 100,
  'test/imaging/registration-hostile.test.ts': 10,
  'test/plugins/calibrations/beam-and-spot/alpha-beam-shifts.test.ts': 20,
  'test/plugins/calibrations/beam-and-spot/beam-crossover.test.ts': 20,
  'test/plugins/calibrations/beam-and-spot/beam-intensity.test.ts': 20,
  'test/plugins/calibrations/beam-and-spot/beam-shift.test.ts': 20,
  'test/plugins/calibrations/beam-and-spot/electron-dose.test.ts': 20,
  'test/plugins/calibrations/beam-and-spot/illuminated-area-limits.test.ts': 20,
  'test/plugins/calibrations/beam-and-spot/refine-beam-shift.test.ts': 20,
  'test/plugins/calibrations/beam-and-spot/set-c2-factor.test.ts': 20,
  'test/plugins/calibrations/beam-and-spot/spot-beam-shifts.test.ts': 20,
  'test/plugins/calibrations/beam-and-spot/spot-intensity.test.ts': 20,
  'test/plugins/calibrations/focus-and-tuning/astigmatism-by-ctf.test.ts': 120,
  'test/plugins/calibrations/focus-and-tuning/base-focus-values.test.ts': 30,
  'test/plugins/calibrations/focus-and-tuning/btid/astigmatism-by-btid.test.ts': 240,
  'test/plugins/calibrations/focus-and-tuning/btid/btid-coma-free-alignment.test.ts': 300,
  'test/plugins/calibrations/focus-and-tuning/coma-vs-image-shift.test.ts': 600,
  'test/plugins/calibrations/focus-and-tuning/focus-series/autofocus.test.ts': 80,
  'test/plugins/calibrations/focus-and-tuning/focus-series/extended-autofocus.test.ts': 120,
  'test/plugins/calibrations/focus-and-tuning/standard-focus-at-all-mags.test.ts': 120,
  'test/plugins/calibrations/image-and-stage-shift/image-series/image-shift-uncertainty.test.ts': 10,
  'test/plugins/calibrations/image-and-stage-shift/offsets/eftem-is-offset.test.ts': 10,
  'test/plugins/calibrations/image-and-stage-shift/offsets/mag-is-offsets.test.ts': 10,
  'test/plugins/calibrations/image-and-stage-shift/settling/set-is-delay-factor.test.ts': 60,
  'test/plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift.test.ts': 200,
  'test/plugins/calibrations/pixel-size/find-pixel-size.test.ts': 30,
  'test/plugins/calibrations/tasks/autofocus.test.ts': 60,
  'test/plugins/calibrations/tasks/check-autofocus.test.ts': 60,
  'test/plugins/calibrations/tasks/coma-free-alignment-by-btid.test.ts': 240,
  'test/plugins/calibrations/tasks/coma-free-alignment-by-ctf.test.ts': 300,
  'test/plugins/calibrations/tasks/correct-astigmatism-by-btid.test.ts': 200,
  'test/plugins/calibrations/tasks/correct-astigmatism-by-ctf.test.ts': 120,
  'test/plugins/calibrations/tasks/find-shift-offset.test.ts': 20,
  'test/plugins/calibrations/tasks/measure-defocus-by-ctf.test.ts': 20,
  'test/plugins/console/images.test.ts': 30,
  'test/plugins/falcon-ceta/com.test.ts': 100,
  'test/plugins/falcon-ceta/temscript-faults.test.ts': 15,
  'test/plugins/fei/com.test.ts': 130,
  'test/plugins/fei/temscript-faults.test.ts': 15,
  'test/plugins/gatan-k2k3/faults.test.ts': 10,
  'test/plugins/gatan-k2k3/wire-faults.test.ts': 270,
  'test/plugins/hitachi/wire-faults.test.ts': 30,
  'test/plugins/jeol/com.test.ts': 90,
  'test/plugins/serialem/socket.test.ts': 40,
  'test/simulation/microscope.test.ts': 30,
  'test/wires/device-host/faults.test.ts': 60,
};

/** Items whose conformance `npm test` tries at some of their device calls, and the long statistics at each. */
const sampledItems: Readonly<Record<string, number>> = {
  'calibrations/image-and-stage-shift/image-shift': 100,
  'calibrations/image-and-stage-shift/is-from-scratch': 100,
  'calibrations/pixel-size/try-again-with-marker': 20,
};
const conformance = 'test/conformance/menu-items.test.ts';

export default defineTable({
  name: 'tests',
  about: 'Tests with more draws, sizes and faults than in `npm test`; each draws its own seeds.',
  rows: [...Object.keys(tests), ...Object.keys(sampledItems).map((item) => `${conformance} ${item}`)],
  seeds: 1,
  seconds: (row) => tests[row] ?? sampledItems[row.split(' ')[1]!]!,
  measure: (_, row) => {
    const [test = '', item] = row.split(' ');
    return runTest(test, item === undefined ? {} : { EUCENTRIC_ITEM: item });
  },
  pool: (measured) => [{ name: '', value: errorsNamed(measured, 'passed')[0] ?? 0, unit: 'tests passed', decimals: 0 }],
});
