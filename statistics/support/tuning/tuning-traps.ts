import { EucentricError, length } from '../../../core/base';
import type { CalibrationResult } from '../../../core/store';
import { runItem } from '../../../testing/virtual-instrument';
import { type CameraChange, type Measured, broken } from '../../harness/table';
import { astigmatismByCtf, responseError } from './astigmatism-by-ctf';
import { columnOutOfTune, comaFreeAlignment, correctAstigmatism } from './tuning-corrections';
import { trueWave } from './tuning-world';

type Column = Awaited<ReturnType<typeof columnOutOfTune>>;

/** Worlds in which rings mislead, or in which there are none: options of the virtual microscope, and the dose in electrons per square Angstrom. */
const traps: Readonly<Record<string, (seed: number) => { readonly dose: number } & Readonly<Record<string, unknown>>>> =
  {
    'carbon as it should be': () => ({ dose: 20 }),
    // From films that show nothing to those that show just enough.
    'a weak film': (seed) => ({ dose: 3 + (seed % 3), carbonThicknessNm: 0.5 + 1.5 * (seed % 5) }),
    'a film of grains': (seed) => ({ dose: 20, specimen: 'film', contrast: 0.05 + 0.05 * (seed % 4) }),
    'small holes in a lattice': (seed) => ({
      dose: 20,
      specimen: 'holey-film',
      holeDiameterMicrometres: 0.012 + 0.01 * (seed % 4),
      holeSpacingMicrometres: 0.03 + 0.02 * (seed % 3),
      holePlacementNm: 0,
    }),
    'a crystal': (seed) => ({ dose: 20, specimen: 'crystal', crystalSpacingNm: 0.4 + 0.2 * (seed % 4) }),
    'gold beads': (seed) => ({
      dose: 20,
      specimen: 'gold-beads',
      goldBeadsPerSquareMicrometre: 300 * (1 + (seed % 4)),
    }),
    'latex on carbon': () => ({ dose: 20, specimen: 'latex' }),
    'a stale gain': (seed) => ({ dose: 20, staleGainVariation: [0.2, 0.6, 1][seed % 3] }),
    'drift in the exposure': (seed) => ({ dose: 20, driftNmPerSecond: [0.1 * (1 + (seed % 5)), 0.05] }),
    'no specimen': () => ({ dose: 20, specimen: 'empty' }),
    'no light': () => ({ dose: 1e-6 }),
    'another defocus than shown': (seed) => ({
      dose: 20,
      focusOffsetsMicrometres: { 26: [-7, -4, 3, 5, 9, 20][seed % 6] },
    }),
    'an objective aperture': (seed) => ({ dose: 20, objectiveApertureMicrometres: [20, 40, 70, 100][seed % 4] }),
  };

/** Names of the worlds. */
export const trapNames: readonly string[] = Object.keys(traps);

/** Really left or wrong, in a unit of the tolerance, and the same of the stated error. */
interface Outcome {
  readonly wrong: number;
  readonly stated: number;
}

/** Items that are tried in turn: the id, and how far its result is from the truth. */
const items: readonly { readonly id: string; judge(column: Column, result: CalibrationResult): Outcome }[] = [
  {
    id: astigmatismByCtf,
    judge: (column, result) => {
      const { percent, stated } = responseError(column, result);
      return { wrong: percent, stated: Math.max(...stated) };
    },
  },
  {
    id: correctAstigmatism,
    judge: (column, { standardErrors }) => ({
      wrong: (2000 * length(trueWave(column).astigmatism)) / 40,
      stated: (standardErrors['after'] as number) / 40,
    }),
  },
  {
    id: comaFreeAlignment,
    judge: (column, { standardErrors }) => ({
      wrong: (1000 * length(trueWave(column).coma)) / 150,
      stated: (standardErrors['after'] as number) / 150,
    }),
  },
];

/** Errors that a result may be off beyond its tolerance. */
const maxStated = 4;

/** Runs one of the items in a world; it refuses, or its result is right within its tolerance or four of its stated errors. */
export async function measureTrap(seed: number, name: string, camera?: CameraChange): Promise<Measured> {
  const { dose, ...more } = traps[name]!(seed);
  const { id, judge } = items[seed % items.length]!;
  await using column = await columnOutOfTune(seed, { dose, more, camera });
  const outcome = await runItem(column, id).catch((error: unknown) => error);
  if (!('result' in (outcome as object))) {
    if (!(outcome instanceof EucentricError)) throw outcome;
    return { errors: {}, verdict: `refused: ${outcome.code}` };
  }
  const { result } = outcome as { readonly result: CalibrationResult };
  const { wrong, stated } = judge(column, result);
  const right = wrong < Math.max(1, maxStated * stated);
  const good = result.quality?.verdict === 'good';
  const task = id.split('/').at(-1)!;
  return {
    errors: { wrong },
    verdict: `${right ? 'right' : 'wrong'}, ${good ? 'good' : 'doubtful'}`,
    faults: broken({ [`${task} is not silently wrong (${wrong.toFixed(1)} of its tolerance)`]: right || !good }),
  };
}
