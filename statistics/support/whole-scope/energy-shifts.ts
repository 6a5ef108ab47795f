import { magIndex as asMagIndex } from '../../../core/base';
import { Cameras, EftemMode, EnergyFilter, Scope } from '../../../core/devices';
import { Administrator } from '../../../core/kernel';
import { Optics } from '../../../core/optics';
import { SimulatedTruth } from '../../../plugins/simulator';
import { runItem, virtualInstrument } from '../../../testing/virtual-instrument';
import type { Measured } from '../../harness/table';
import { randomNumbers } from '../random-numbers';
import { cameraOf } from '../small-camera';

const item = 'calibrations/mag-energy-shifts';

/** The instruments on which energy shifts are measured: each has a filter of another kind. */
export const filterColumns = {
  'a GIF behind an FEI column': { configuration: 'krios-k3.yaml', edit: (yaml: string) => yaml },
  'the omega filter of a JEOL column': {
    configuration: 'jeol-cryo-arm-k2.yaml',
    edit: (yaml: string) => yaml.replace(/^HasOmegaFilter: \d/m, 'HasOmegaFilter: 1\nOmegaCanDoNegativeShift: 1'),
  },
} as const;
/** A kind of filter. */
export type FilterColumn = keyof typeof filterColumns;

/** A filter as instruments have it, drawn from a seed. */
export function drawnFilter(seed: number): Readonly<Record<string, number>> {
  const random = randomNumbers(seed + 9000);
  const between = (low: number, high: number): number => low + (high - low) * random();
  return {
    zeroLossWidthElectronvolts: between(0.5, 1.2),
    zeroLossTailShare: between(0.02, 0.1),
    zeroLossTailElectronvolts: between(0.5, 1.5),
    zeroLossOffsetElectronvolts: between(-3, 3),
    energyShiftPerDoublingElectronvolts: between(-1.5, 1.5),
    energyShiftScatterElectronvolts: between(0, 1.5),
    slitWidthScale: between(0.95, 1.05),
    slitEdgeElectronvolts: between(0.3, 1),
    slitTravelSeconds: between(0.1, 0.28),
    nonIsochromaticityElectronvolts: between(-1, 1),
    energySettlingFraction: between(0.01, 0.06),
    energySettlingSeconds: between(0.03, 0.1),
    energyHysteresis: between(0, 0.004),
  };
}

/** An instrument whose camera looks through the filter. */
export async function filteredInstrument(
  column: FilterColumn,
  simulator: Readonly<Record<string, unknown>>,
  magIndex = 20,
) {
  const { configuration, edit } = filterColumns[column];
  const instrument = await virtualInstrument({
    configuration,
    edit: (yaml) => cameraOf(512)(edit(yaml)),
    simulator: { specimen: 'empty', inelasticThicknessNm: 0, contrast: 0, ...simulator },
  });
  const { registry } = instrument.kernel;
  const cameras = registry.get(Cameras);
  const behind = cameras.all.find(({ traits }) => traits.behindFilter);
  if (behind && cameras.selected !== behind) await cameras.select(behind.traits.index);
  if (registry.has(EftemMode)) await registry.get(EftemMode).on.write(behind !== undefined);
  await registry.get(Scope).magIndex.write(asMagIndex(magIndex));
  return Object.assign(instrument, { filter: registry.get(EnergyFilter) });
}
/** An instrument with a filter. */
export type FilteredInstrument = Awaited<ReturnType<typeof filteredInstrument>>;

/** True shifts of an instrument by mag index. */
export const trueShifts = ({ kernel }: FilteredInstrument): ReadonlyMap<number, number> =>
  new Map(
    kernel.registry
      .get(SimulatedTruth)
      .records.filter(({ record }) => record === 'FilterMagShifts')
      .map((row) => [Number(row['magIndex']), Number(row['energyShift'])]),
  );

/** Measures the shifts of a few magnifications; errors are against the truth, from their common mean, since the place of the peak as a whole counts for nothing. */
export async function measureEnergyShifts(
  seed: number,
  column: FilterColumn,
  {
    step = 3,
    mags = 4,
    twice = false,
    simulator = {},
  }: {
    readonly step?: number;
    readonly mags?: number;
    readonly twice?: boolean;
    readonly simulator?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<Measured> {
  await using instrument = await filteredInstrument(column, { seed, ...drawnFilter(seed), ...simulator });
  const { registry } = instrument.kernel;
  const [optics, cameras, scope] = [registry.get(Optics), registry.get(Cameras), registry.get(Scope)];
  registry.get(Administrator).set(twice);
  const camera = cameras.selected.traits;
  const first = optics.magnifications
    .indexes(camera)
    .find((magIndex) => !optics.at({ magIndex, camera: camera.index }).isLowMagnification)!;
  await scope.magIndex.write(first);
  const highest = optics.at({ magIndex: asMagIndex(first + mags - 1), camera: camera.index }).magnification;
  try {
    const { result } = await runItem(instrument, item, { highest: String(highest), step: String(step) });
    const rows = result!.values['shifts'] as readonly {
      readonly magIndex: number;
      readonly shift: number;
      readonly standardError: number;
    }[];
    const truth = trueShifts(instrument);
    const errors = rows.map(({ magIndex, shift }) => shift - truth.get(magIndex)!);
    const mean = errors.reduce((sum, each) => sum + each, 0) / errors.length;
    return {
      errors: { shift: errors.map((each) => each - mean) },
      stated: { shift: rows.map(({ standardError }) => standardError) },
      verdict: result!.quality?.verdict ?? 'good',
    };
  } catch (error) {
    return { errors: {}, verdict: String((error as { readonly code?: string }).code ?? error) };
  }
}
