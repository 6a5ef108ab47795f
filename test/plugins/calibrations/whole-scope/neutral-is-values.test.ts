import { type Vector, imageShiftUnits, length, magIndex as asMagIndex, subtract, vector } from '../../../../core/base';
import { NeutralImageShift, Scope, VirtualInstrument } from '../../../../core/devices';
import { ImageShiftControl } from '../../../../core/optics';
import type { VirtualMicroscope } from '../../../../simulation';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/neutral-is-values';
const shift = (x: number, y: number) => vector(imageShiftUnits(x), imageShiftUnits(y));
/** A step of the deflector of a JEOL column, once when it is read and once when it is set. */
const oneCount = 2 * Math.hypot(0.00508, 0.00434);

/** Some magnifications of each range; a run is as long as the table. */
const shortTable =
  (tried: readonly number[]) =>
  (yaml: string): string =>
    yaml.replace(/^ {2}- \[(\d+), \d+, \d+, \d+.*\]\n/gm, (row, index: string) =>
      tried.includes(Number(index)) ? row : '',
    );
const jeol = {
  configuration: 'jeol-cryo-arm-k2.yaml',
  magIndex: 22,
  edit: shortTable([1, 8, 16, 20, 21, 22, 23, 24, 25]),
  simulator: { neutralImageShiftSpread: 0.2 },
};
const hitachi = {
  configuration: 'hitachi-ht7700.yaml',
  edit: shortTable([1, 2, 4, 11, 12, 20, 31, 32]),
  simulator: { neutralImageShiftSpread: 0.3 },
};

describe('on a JEOL column', () => describeMenuItem(id, { ...jeol, sample: 2, follows: ['net image shift'] }));
describe('on a Hitachi column', () => describeMenuItem(id, { ...hitachi, sample: 2, follows: ['net image shift'] }));

async function start(given: Parameters<typeof virtualInstrument>[0]) {
  const instrument = await virtualInstrument(given);
  const { registry } = instrument.kernel;
  const microscope = registry.get(VirtualInstrument).microscope as VirtualMicroscope;
  return {
    instrument,
    scope: registry.get(Scope),
    net: registry.get(ImageShiftControl).net,
    neutral: () => registry.get(NeutralImageShift).neutral.read(),
    /** The shift that reaches the specimen, which no calibration sees. */
    real: (): Vector => microscope.state.imageShift,
    records: instrument.calibrations.records('NeutralImageShifts'),
    [Symbol.asyncDispose]: () => instrument[Symbol.asyncDispose](),
  };
}

test.each([1, 2, 3])(
  'what is shifted stays so on the specimen from one magnification to the next, seed %d',
  async (seed) => {
    await using given = await start({ ...jeol, seed });
    const { net, scope, real } = given;
    await net.write(shift(0.8, -0.5));
    const jump = length(subtract(real(), vector(0.8, -0.5)));
    expect(jump).toBeGreaterThan(oneCount);
    await runItem(given.instrument, id);
    await net.write(shift(0.8, -0.5));
    for (const magIndex of [23, 25, 20, 16, 22]) {
      await scope.magIndex.write(asMagIndex(magIndex));
      expect(length(subtract(await net.read(), shift(0.8, -0.5)))).toBeLessThan(oneCount);
      expect(length(subtract(real(), vector(0.8, -0.5)))).toBeLessThan(oneCount);
    }
  },
);

test('the image stays where it was, and the program shows by how much it is shifted', async () => {
  await using given = await start(jeol);
  await given.net.write(shift(0.3, 0.2));
  const before = given.real();
  await runItem(given.instrument, id);
  expect(await given.scope.magIndex.read()).toBe(22);
  expect(length(subtract(given.real(), before))).toBeLessThan(oneCount);
  expect(length(subtract(await given.net.read(), before))).toBeLessThan(oneCount);
  expect((await runItem(given.instrument, id)).result!.values['changed']).toBe(0);
});

test('a Hitachi column gives the values of low magnification and HR, and HC is left out', async () => {
  await using given = await start(hitachi);
  await runItem(given.instrument, id);
  expect(given.records.all().map(({ magIndex }) => Number(magIndex))).toEqual([1, 2, 4, 31, 32]);
  for (const { magIndex } of given.records.all()) {
    await given.scope.magIndex.write(magIndex);
    expect(length(given.real())).toBeLessThan(0.01);
    expect(length(await given.net.read())).toBeLessThan(0.01);
  }
});

test('says which columns it is for', async () => {
  await using instrument = await virtualInstrument();
  expect(instrument.kernel.menu.find(id).reason).toContain('neutral');
});

describe('the check of a session', () => {
  test('a stored value that is off is replaced where its neighbours have the same, and nowhere else', async () => {
    await using given = await start({ ...jeol, simulator: { neutralImageShiftSpread: 0 } });
    await runItem(given.instrument, id);
    const { records, net, scope, instrument, real } = given;
    const off = { x: 5 * 0.00508, y: 0 };
    // 20 to 23 hold one wrong value; 24 and 25 are right.
    for (const row of records.all()) if (row.magIndex >= 20 && row.magIndex <= 23) records.put({ ...row, ...off });
    const stored = records.all();
    const warnings = () => instrument.lines.filter((line) => line.includes('neutral image shift'));
    await net.write(shift(0.4, 0));
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toContain('4 magnifications');
    expect(length(subtract(real(), vector(0.4, 0)))).toBeLessThan(oneCount);
    for (const magIndex of [20, 23, 24, 25]) {
      await scope.magIndex.write(asMagIndex(magIndex));
      await net.write(shift(0.4, 0));
      expect(length(subtract(real(), vector(0.4, 0)))).toBeLessThan(oneCount);
    }
    expect(warnings()).toHaveLength(1);
    // The values stay until the item is run.
    expect(records.all()).toEqual(stored);
    await runItem(instrument, id);
    expect(records.all().every(({ x, y }) => Math.hypot(x, y) < oneCount)).toBe(true);
  });

  test('a site can leave it out', async () => {
    await using given = await start({
      ...jeol,
      simulator: { neutralImageShiftSpread: 0 },
      edit: (yaml) => `${jeol.edit(yaml)}\nSkipJeolNeutralCheck: 1\n`,
    });
    await runItem(given.instrument, id);
    for (const row of given.records.all()) given.records.put({ ...row, x: 5 * 0.00508, y: 0 });
    await given.net.write(shift(0.4, 0));
    expect(given.real().x).toBeGreaterThan(0.41);
  });
});
