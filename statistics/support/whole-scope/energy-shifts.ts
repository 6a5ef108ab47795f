import { magIndex as asMagIndex } from '../../../core/base';
import { ImageAcquisition } from '../../../core/acquisition';
import { Cameras, EftemMode, EnergyFilter, Scope, VirtualInstrument } from '../../../core/devices';
import { Administrator, type BufferedImage } from '../../../core/kernel';
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
    prepare = () => {},
  }: {
    readonly step?: number;
    readonly mags?: number;
    readonly twice?: boolean;
    readonly simulator?: Readonly<Record<string, unknown>>;
    readonly prepare?: (instrument: FilteredInstrument) => void;
  } = {},
): Promise<Measured> {
  await using instrument = await filteredInstrument(column, { seed, ...drawnFilter(seed), ...simulator });
  const { registry } = instrument.kernel;
  const [optics, cameras, scope] = [registry.get(Optics), registry.get(Cameras), registry.get(Scope)];
  registry.get(Administrator).set(twice);
  prepare(instrument);
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

/** Changes what an acquisition does at its images, counted from 1. */
function atImages(
  { kernel }: FilteredInstrument,
  change: (image: BufferedImage, count: number, last: BufferedImage | undefined) => BufferedImage,
): void {
  const acquisition = kernel.registry.get(ImageAcquisition);
  const take = acquisition.take.bind(acquisition);
  let count = 0;
  let last: BufferedImage | undefined;
  Object.assign(acquisition, {
    take: async (...given: Parameters<typeof take>) => {
      const image = await take(...given);
      count += 1;
      return (last = change(image, count, last));
    },
  });
}
/** An image with its counts multiplied. */
const scaled = (image: BufferedImage, factor: number): BufferedImage => ({
  ...image,
  frame: {
    ...image.frame,
    image: {
      ...image.frame.image,
      data: image.frame.image.data.map((count) => factor * count),
    },
  },
});

/** Circumstances that could spoil the shifts without anybody noticing, each drawn from a seed. */
const traps: readonly ((random: () => number) => {
  readonly simulator?: Readonly<Record<string, unknown>>;
  readonly prepare?: (instrument: FilteredInstrument) => void;
})[] = [
  (random) => ({ simulator: { inelasticThicknessNm: 600 * random() } }),
  (random) => ({ simulator: { zeroLossDriftElectronvoltsPerMinute: 6 * random() - 3 } }),
  (random) => ({ simulator: { electronsPerFieldPixelPerSecond: 10 ** (1 + 5 * random()) } }),
  (random) => {
    const every = 2 + Math.floor(12 * random());
    return {
      prepare: (instrument) =>
        atImages(instrument, (image, count, last) => (last && count % every === 0 ? last : image)),
    };
  },
  (random) => {
    const at = 1 + Math.floor(80 * random());
    return { prepare: (instrument) => atImages(instrument, (image, count) => (count > at ? scaled(image, 0) : image)) };
  },
  (random) => {
    const at = 1 + Math.floor(80 * random());
    return {
      prepare: (instrument) =>
        atImages(instrument, (image, count) => (count % 17 === at % 17 ? scaled(image, 0) : image)),
    };
  },
  (random) => {
    const [at, jump] = [1 + Math.floor(80 * random()), 8 * random() - 4];
    return {
      prepare: (instrument) => {
        const { microscope } = instrument.kernel.registry.get(VirtualInstrument) as {
          readonly microscope: { readonly setZeroLossAdjustment: (electronvolts: number) => void };
        };
        atImages(instrument, (image, count) => {
          if (count === at) microscope.setZeroLossAdjustment(jump);
          return image;
        });
      },
    };
  },
];

/** Measures in one of the circumstances; a stored shift that is wrong by more than half an electronvolt is a fault. */
export async function measureTrappedShifts(seed: number): Promise<Measured> {
  const random = randomNumbers(seed + 12_000);
  const trap = traps[seed % traps.length]!(random);
  const measured = await measureEnergyShifts(seed, 'a GIF behind an FEI column', trap);
  const wrong =
    (measured.errors['shift'] as readonly number[] | undefined)?.filter((each) => Math.abs(each) > 0.5) ?? [];
  const faults =
    wrong.length > 0
      ? [
          `Trap ${seed % traps.length}: shifts are off by ${wrong.map((each) => each.toFixed(2)).join(', ')} eV (${measured.verdict}).`,
        ]
      : [];
  return { errors: {}, verdict: measured.verdict, faults };
}
