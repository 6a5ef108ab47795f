import { magIndex as asMagIndex } from '../../core/base';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { checkPlugins } from '../../app/check-plugins';
import { loadSettings } from '../../core/settings';
import { Stage } from '../../core/devices';
import {
  matrixError,
  partOfCamera,
  projectFolder,
  runItem,
  trueImageShift,
  trueStage,
  virtualInstrument,
} from '../support/virtual-instrument';

const folder = path.join(projectFolder, 'config');
/** A mag index in each range of each instrument, low magnification first. */
const magIndexes: Readonly<Record<string, readonly number[]>> = {
  'hitachi-ht7700.yaml': [8, 20, 36],
  'jeol-cryo-arm-k2.yaml': [10, 22],
  'jeol-digiscan.yaml': [10, 22],
  'jeol-stem.yaml': [10],
  'krios-k3.yaml': [10, 22],
  'simulator.yaml': [10, 22],
  'talos-ceta.yaml': [10, 22],
  'talos-oneview-orius.yaml': [10, 22],
  'talos-stem.yaml': [22],
  'talos-through-serialem.yaml': [10, 22],
};
/** A magnification at which the steps of Stage Shift cover whole cycles of the stage in few images, and what the cycles are. */
const stageShifts: Readonly<
  Record<string, { readonly magIndex: number; readonly extents: readonly [number, number] }>
> = {
  'hitachi-ht7700.yaml': { magIndex: 6, extents: [40, 40] },
  'jeol-cryo-arm-k2.yaml': { magIndex: 8, extents: [40, 40] },
  'jeol-digiscan.yaml': { magIndex: 8, extents: [40, 40] },
  'jeol-stem.yaml': { magIndex: 13, extents: [40, 40] },
  'krios-k3.yaml': { magIndex: 6, extents: [61, 42] },
  'simulator.yaml': { magIndex: 7, extents: [62, 41] },
  'talos-ceta.yaml': { magIndex: 11, extents: [61, 41] },
  'talos-oneview-orius.yaml': { magIndex: 11, extents: [61, 41] },
  'talos-stem.yaml': { magIndex: 11, extents: [61, 41] },
  'talos-through-serialem.yaml': { magIndex: 11, extents: [61, 41] },
};
/** Images of half as many pixels on a side for a direct detector; those of the other cameras are as small as that already. */
const coarseTrial = (yaml: string): string => yaml.replaceAll('Trial: { binning: 8,', 'Trial: { binning: 16,');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

test('every instrument file is tried', () => expect(files.sort()).toEqual(Object.keys(magIndexes)));

describe.each(files)('config/%s', (file) => {
  const configuration = path.join(folder, file);

  test('has no fault', () => {
    const { settings, problems } = loadSettings(configuration);
    expect([...problems, ...checkPlugins(settings)]).toEqual([]);
  });

  /** Measures image shift by items one after the other; each has to be right. */
  async function expectImageShift(
    magIndex: number,
    items: readonly string[],
    edit = (yaml: string): string => yaml,
  ): Promise<void> {
    await using instrument = await virtualInstrument({ configuration, magIndex, edit });
    const truth = trueImageShift(instrument, magIndex);
    for (const item of items) {
      const { result } = await runItem(instrument, `calibrations/image-and-stage-shift/${item}`);
      expect(result!.quality?.verdict).toBe('good');
      const { camera } = result!.conditions;
      const measured = instrument.calibrations.imageShift.get(asMagIndex(magIndex), camera!)!;
      expect(matrixError(measured, truth).percent).toBeLessThan(0.3);
    }
  }

  test('connects as it stands and measures image shift to 0.3 %', () =>
    expectImageShift(magIndexes[file]!.at(-1)!, ['is-from-scratch']));

  test.each(magIndexes[file]!)(
    'measures image shift to 0.3 %% twice at mag index %i, with a part of its camera',
    (magIndex) => expectImageShift(magIndex, ['is-from-scratch', 'image-shift'], partOfCamera),
  );

  test('measures the stage to 0.5 % and 0.2 degrees, and brings it back', async () => {
    const { magIndex, extents } = stageShifts[file]!;
    await using instrument = await virtualInstrument({ configuration, magIndex, edit: coarseTrial });
    const stage = instrument.kernel.registry.get(Stage);
    const before = await stage.position.read();
    const { result } = await runItem(instrument, 'calibrations/image-and-stage-shift/stage-shift');
    const { camera } = result!.conditions;
    const error = matrixError(
      instrument.calibrations.stage.get(asMagIndex(magIndex), camera!)!,
      trueStage(instrument, magIndex),
    );
    expect(error.percent).toBeLessThan(0.5);
    expect(error.degrees).toBeLessThan(0.2);
    // One cycle, and more where one cycle leaves the length of the cycle uncertain.
    for (const [index, name] of ['extentX', 'extentY'].entries()) {
      expect(result!.values[name]).toBeGreaterThanOrEqual(extents[index]!);
      expect(result!.values[name]).toBeLessThanOrEqual(1.5 * extents[index]!);
    }
    expect(result!.quality!.remarks).toEqual([]);
    const after = await stage.position.read();
    for (const axis of ['x', 'y'] as const) expect(Math.abs(after[axis] - before[axis])).toBeLessThan(0.1e-6);
  });
});
