import { EucentricError } from '../../../core/base';
import { ProbeModeSelector } from '../../../core/devices';
import type { VirtualMicroscope } from '../../../simulation';
import { largest, verdictCounts } from '../../harness/pooling';
import { type CameraChange, type Measured, defineTable } from '../../harness/table';
import {
  type BeamColumn,
  type BeamInstrument,
  condense,
  drawnBeam,
  evenBeam,
  fieldOf,
  knowBeam,
  knowImageShift,
  microscopeOf,
} from '../../support/beam/beam-instrument';
import {
  type BeamOutcome,
  doseOutcome,
  intensityOutcome,
  shiftOutcome,
  spotOutcome,
} from '../../support/beam/beam-outcomes';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';

interface TrappedItem {
  /** An instrument of each vendor, with a current that suits the item. */
  readonly columns: readonly BeamColumn[];
  /** Width of the beam in fields, at least and at most. */
  readonly width: readonly [number, number];
  /** Percent by which a result may be off. */
  readonly tolerance: number;
  run(instrument: BeamInstrument, column: BeamColumn): Promise<BeamOutcome>;
}

const [talos, jeol, hitachi] = ['talos-ceta.yaml', 'jeol-cryo-arm-k2.yaml', 'hitachi-ht7700.yaml'] as const;
const items: Readonly<Record<string, TrappedItem>> = {
  'Beam Shift': {
    columns: [
      { configuration: talos, nanoamperes: 0.003, magIndex: 25 },
      { configuration: jeol, nanoamperes: 0.0008, magIndex: 17 },
      { configuration: hitachi, nanoamperes: 0.0001, magIndex: 13 },
    ],
    width: [0.2, 0.4],
    tolerance: 0.1,
    run: (instrument) => shiftOutcome(instrument),
  },
  'Beam Intensity': {
    columns: [
      { configuration: talos, nanoamperes: 3, magIndex: 25 },
      { configuration: jeol, nanoamperes: 0.3, magIndex: 21 },
      { configuration: hitachi, nanoamperes: 0.1, magIndex: 15 },
    ],
    width: [1.6, 2],
    tolerance: 0.5,
    run: (instrument, { magIndex }) => intensityOutcome(instrument, magIndex),
  },
  'Spot Intensity': {
    columns: [
      { configuration: talos, nanoamperes: 0.2, magIndex: 31 },
      { configuration: jeol, nanoamperes: 0.03, magIndex: 17 },
      { configuration: hitachi, nanoamperes: 0.015, magIndex: 20 },
    ],
    width: [2, 5],
    tolerance: 0.5,
    run: (instrument) => spotOutcome(instrument),
  },
  'Electron Dose': {
    columns: [
      { configuration: talos, nanoamperes: 0.05, magIndex: 25 },
      { configuration: jeol, nanoamperes: 0.6, magIndex: 22 },
      { configuration: hitachi, nanoamperes: 0.05, magIndex: 20 },
    ],
    width: [2, 4],
    tolerance: 1,
    run: (instrument, { magIndex }) => doseOutcome(instrument, magIndex, 1),
  },
};

interface Trap {
  readonly simulator?: (next: () => number) => Readonly<Record<string, unknown>>;
  readonly prepare?: (instrument: BeamInstrument, next: () => number) => void | Promise<void>;
  /** Items whose truth it takes away, too. */
  readonly not?: readonly string[];
}

const traps: Readonly<Record<string, Trap>> = {
  'the beam off the frame': {
    prepare: async (instrument, next) => {
      const microscope = microscopeOf(instrument);
      const { beamShift, beamDiameter } = microscope.state;
      const far = (0.2 + 0.8 * next()) * Math.max(await fieldOf(instrument), beamDiameter / 2);
      microscope.setBeamShift({ x: beamShift.x + far, y: beamShift.y - far * next() });
    },
  },
  'an uneven beam': {
    simulator: (next) => ({ beamSlope: [0.6 * next(), -0.6 * next()], beamRim: 0.5 * next() - 0.1 }),
    // The density in the middle of a beam that is darker there is not that of its whole.
    not: ['Electron Dose'],
  },
  'a specimen in the way': {
    simulator: (next) => ({ contrast: 0.05 + 0.3 * next(), specimen: next() < 0.5 ? 'holey-film' : 'film' }),
  },
  'a gun that drifts': {
    prepare: (instrument, next) => {
      const drift = (next() - 0.5) * 0.2;
      const from = instrument.clock.now();
      // Over five minutes, to a constant current or a jump on the way.
      const jump = next() < 0.3 ? 5 * next() * 10 : 0;
      dim(instrument, () => {
        const passed = instrument.clock.now() - from;
        return jump > 0 ? (passed > jump ? 1 + drift / 2 : 1) : 1 + drift * Math.min(1, passed / 300);
      });
    },
    not: ['Electron Dose'],
  },
  'images that saturate': {
    simulator: (next) => ({ saturationCounts: Math.round(300 * 100 ** next()) }),
  },
  'the wrong side of crossover': {
    prepare: (instrument, next) => {
      const { intensity } = microscopeOf(instrument).state;
      const rows = instrument.calibrations.records('CrossoverIntensity');
      // Somebody has stored a crossover beyond the present intensity.
      const { spotSize } = microscopeOf(instrument).state;
      const own = rows.find(({ spot }) => spot === spotSize)!;
      const off = 2 * (intensity - own.micro) * (0.6 + 0.6 * next());
      rows.replaceAll(rows.all().map((row) => ({ ...row, micro: row.micro + off, nano: row.nano + off })));
    },
    not: ['Beam Shift', 'Spot Intensity'],
  },
};

/** Makes every image brighter or dimmer by a share that goes with the time. */
function dim(instrument: BeamInstrument, share: () => number): void {
  const microscope = microscopeOf(instrument) as unknown as VirtualMicroscope;
  const expose = microscope.expose.bind(microscope);
  microscope.expose = (request) => {
    const taken = expose(request);
    const now = share();
    return { ...taken, data: taken.data.map((count) => Math.round(count * now)) };
  };
}

const parts = (row: string): readonly [string, string] => {
  const [item, ...trap] = row.split(', ');
  return [item!, trap.join(', ')];
};

async function measure(seed: number, row: string, camera: CameraChange = coarseCamera(8)): Promise<Measured> {
  const [itemName, trapName] = parts(row);
  const [item, trap] = [items[itemName]!, traps[trapName]!];
  const next = randomNumbers(seed);
  const column = item.columns[seed % item.columns.length]!;
  const edit: CameraChange = (yaml) =>
    camera(yaml).replace(/^( +)Name: .*$/m, (line, indent: string) =>
      yaml.includes('CountsPerElectron') ? line : `${line}\n${indent}CountsPerElectron: 40`,
    );
  await using instrument = await drawnBeam(column, seed, edit, {
    intensityHysteresis: 0,
    ...evenBeam,
    beamCentreMicrometres: [0, 0],
    spotBeamShiftsMicrometres: [],
    nanoprobeBeamShiftMicrometres: [0, 0],
    nanoprobeFocusOffsetMicrometres: 0,
    focusSpreadByMagMicrometres: 0,
    pixelScaleError: 0,
    ...trap.simulator?.(next),
  });
  const { registry } = instrument.kernel;
  await knowImageShift(instrument);
  knowBeam(instrument);
  if (registry.has(ProbeModeSelector)) await registry.get(ProbeModeSelector).probeMode.write('micro');
  const [least, most] = item.width;
  await condense(instrument, least + (most - least) * next());
  await trap.prepare?.(instrument, next);
  const outcome = await item.run(instrument, column).catch((error: unknown) => error);
  if (!(outcome as BeamOutcome).result) {
    if (!(outcome instanceof EucentricError)) throw outcome;
    return { errors: {}, verdict: `refused: ${outcome.code}` };
  }
  const { result, percent, stated } = outcome as BeamOutcome;
  const wrong = percent.filter((each, at) => !(Math.abs(each) <= Math.max(item.tolerance, 4 * stated[at]!)));
  const good = result.quality?.verdict === 'good';
  const worst = Math.max(...wrong.map(Math.abs));
  return {
    errors: { percent: Math.max(...percent.map(Math.abs)) },
    verdict: `${wrong.length === 0 ? 'right' : 'wrong'}, ${good ? 'good' : 'doubtful'}`,
    faults: good && wrong.length > 0 ? [`what is called good is silently wrong by ${worst.toFixed(2)} %`] : [],
  };
}

export default defineTable({
  name: 'beam-traps',
  about:
    'Items of the beam where something misleads them: they store what is right within the tolerance or four of the stated errors, doubt it, or refuse with the reason.',
  rows: Object.keys(items).flatMap((item) =>
    Object.keys(traps).flatMap((trap) => (traps[trap]!.not?.includes(item) ? [] : [`${item}, ${trap}`])),
  ),
  seeds: 26,
  seconds: 2,
  measure,
  pool: (measured) => [...verdictCounts(measured), largest(measured, 'percent', { unit: '% off' })],
});
