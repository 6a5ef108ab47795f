import {
  beamShiftUnits,
  degrees,
  imageShiftUnits,
  inMicrometres,
  magIndex,
  matrix,
  micrometres,
  seconds,
  vector,
} from '../../../core/base';
import { type HitachiUnderTest, makeColumn } from './make-column';

const writesOf = async (column: HitachiUnderTest, change: () => Promise<unknown>): Promise<readonly string[]> => {
  const before = column.writes().length;
  await change();
  return column.writes().slice(before);
};
const imageShift = (x: number, y: number) => vector(imageShiftUnits(x), imageShiftUnits(y));

describe('change of magnification', () => {
  it('goes by the value, and by the mode where the range changes', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(magIndex(3));
    for (const [index, writes] of [
      [5, ['Set Column Magnification 4000']],
      [7, ['Set Column Mode FF,02', 'Set Column Magnification 4000']],
      [10, ['Set Column Magnification 32000']],
      [1, ['Set Column Mode FF,0e', 'Set Column Magnification 100']],
      [6, ['Set Column Mode FF,00', 'Set Column Magnification 8000']],
    ] as const) {
      expect(await writesOf(column, () => column.scope.magIndex.write(magIndex(index)))).toEqual(writes);
      expect(column.microscope.state.magIndex).toBe(index);
      expect(await column.scope.magIndex.read()).toBe(index);
    }
  });

  it('waits for focus and image shift, but not for ever', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(magIndex(3));
    const began = column.clock.now();
    await column.scope.magIndex.write(magIndex(5));
    expect(column.clock.now() - began).toBeGreaterThanOrEqual(0.25 + 0.15);
    expect(column.clock.now() - began).toBeLessThan(1.5);
  });
});

describe('image shift', () => {
  it('uses the coil of the range, in hexadecimal', async () => {
    const column = await makeColumn();
    for (const [index, coil] of [
      [2, 'IA'],
      [5, 'PA'],
      [9, 'ISF'],
    ] as const) {
      await column.scope.magIndex.write(magIndex(index));
      expect(await writesOf(column, () => column.scope.imageShift.write(imageShift(25, -50)))).toEqual([
        `Set Coil ${coil} FF,2FFD00,000000`,
      ]);
    }
  });

  it('is kept for each magnification in LM and HR, and once for all of HC', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(magIndex(4));
    await column.scope.imageShift.write(imageShift(2, 3));
    await column.scope.magIndex.write(magIndex(9));
    const remembered = await column.scope.neutral.read();
    await column.scope.imageShift.write(imageShift(5, 6));
    await column.scope.magIndex.write(magIndex(10));
    expect((await column.scope.imageShift.read()).x).not.toBeCloseTo(5, 1);
    await column.scope.magIndex.write(magIndex(9));
    expect((await column.scope.imageShift.read()).x).toBeCloseTo(5, 3);
    expect(remembered.x).not.toBeCloseTo(5, 1);
    await column.scope.magIndex.write(magIndex(6));
    expect((await column.scope.imageShift.read()).y).toBeCloseTo(3, 3);
  });

  it('moves the specimen by what it differs from neutral', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(magIndex(9));
    const neutral = await column.scope.neutral.read();
    await column.scope.imageShift.write(imageShift(neutral.x + 4, neutral.y - 7));
    expect(column.microscope.state.imageShift.x).toBeCloseTo(4, 3);
    expect(column.microscope.state.imageShift.y).toBeCloseTo(-7, 3);
  });

  it('takes the beam along where that is calibrated and the column does not do it', async () => {
    const column = await makeColumn({}, () => matrix(2, 0, 0, -1));
    await column.scope.magIndex.write(magIndex(5));
    await column.scope.beamShift.write(vector(beamShiftUnits(1), beamShiftUnits(1)));
    expect(await writesOf(column, () => column.scope.imageShift.write(imageShift(3, 4)))).toEqual([
      expect.stringContaining('Coil PA') as string,
      expect.stringContaining('Coil BH') as string,
    ]);
    expect(column.microscope.state.beamShift.x).toBeCloseTo(7, 3);
    expect(column.microscope.state.beamShift.y).toBeCloseTo(-3, 3);
    await column.scope.magIndex.write(magIndex(9));
    expect(await writesOf(column, () => column.scope.imageShift.write(imageShift(3, 4)))).toHaveLength(1);
  });

  it('beyond the coil, or beyond what the beam can follow, is refused before anything is sent', async () => {
    const plain = await makeColumn();
    expect(
      await writesOf(plain, () =>
        expect(plain.scope.imageShift.write(imageShift(50.1, 0))).rejects.toMatchObject({
          code: 'hitachi/outside-coils',
        }),
      ),
    ).toEqual([]);
    const column = await makeColumn({}, () => matrix(100, 0, 0, 100));
    await column.scope.magIndex.write(magIndex(5));
    expect(
      await writesOf(column, () =>
        expect(column.scope.imageShift.write(imageShift(20, 0))).rejects.toMatchObject({
          code: 'hitachi/outside-coils',
        }),
      ),
    ).toEqual([]);
  });
});

describe('spot size', () => {
  it('goes up at once, and down from 1 in steps with a pause after each', async () => {
    const column = await makeColumn();
    await column.scope.spotSize.write(2);
    expect(await writesOf(column, () => column.scope.spotSize.write(5))).toEqual(['Set Column Mode 04,FF']);
    const began = column.clock.now();
    expect(await writesOf(column, () => column.scope.spotSize.write(3))).toEqual([
      'Set Column Mode 00,FF',
      'Set Column Mode 01,FF',
      'Set Column Mode 02,FF',
    ]);
    expect(column.clock.now() - began).toBeGreaterThanOrEqual(3 * 0.3);
    expect(column.microscope.state.spotSize).toBe(3);
  });
});

describe('blanking', () => {
  it('deflects the beam by a gun coil and puts the coil back', async () => {
    const column = await makeColumn();
    await column.protocol.setCoil('GH', { x: 0.7, y: 0.1 });
    await column.scope.beamBlanked.write(false);
    const before = await column.protocol.coil('GH');
    await column.scope.beamBlanked.write(true);
    expect((await column.protocol.coil('GH')).x).toBeCloseTo(0.2, 6);
    expect((await column.protocol.coil('GH')).y).toBeCloseTo(before.y, 6);
    await column.scope.beamBlanked.write(false);
    expect(await column.protocol.coil('GH')).toEqual(before);
  });

  it('keeps the beam from the virtual microscope', async () => {
    const column = await makeColumn({ blanking: { coil: 'GT', axis: 'y', delta: 0.5 } });
    await column.scope.beamBlanked.write(true);
    expect(column.microscope.state.blanked).toBe(true);
    await column.scope.beamBlanked.write(false);
    expect(column.microscope.state.blanked).toBe(false);
  });
});

it('turns Z upside down and sends the stage in tenths', async () => {
  const column = await makeColumn();
  await column.stage.move({ x: micrometres(12.34), y: micrometres(-5), z: micrometres(7.5), tilt: degrees(-30) });
  expect(column.writes()).toEqual(['Set StageXY Move 123,-50', 'Set StageZ Move -75', 'Set StageTilt Move -30.0']);
  expect(column.microscope.state.stage.z).toBeCloseTo(7.5, 6);
  expect(inMicrometres((await column.stage.position.read()).z)).toBeCloseTo(7.5, 6);
});

it('focuses by the objective, and in low magnification by the first intermediate lens', async () => {
  const column = await makeColumn();
  expect((await writesOf(column, () => column.scope.defocus.write(micrometres(-20))))[0]).toMatch(/^Set Lens OBJ FF,/);
  expect(column.microscope.state.defocus).toBeCloseTo(-20, 2);
  await column.scope.magIndex.write(magIndex(2));
  expect((await writesOf(column, () => column.scope.defocus.write(micrometres(15))))[0]).toMatch(/^Set Lens I1 FF,/);
  expect(column.microscope.state.defocus).toBeCloseTo(15, 2);
});

describe('the lens that focuses has a base of its own at each magnification', () => {
  const baseFocus = { 4: 0.52, 5: 0.47, 9: 0.55, 2: 0.41 };
  const visited = [4, 5, 9, 2, 1, 4];

  it('so that defocus jumps with the magnification until the base is calibrated, though the image stays in focus', async () => {
    const column = await makeColumn({}, undefined, { simulator: { baseFocus } });
    await column.scope.magIndex.write(magIndex(4));
    const before = await column.scope.defocus.read();
    await column.scope.magIndex.write(magIndex(5));
    // A twentieth of the range of 10 mm.
    expect(inMicrometres(await column.scope.defocus.read()) - inMicrometres(before)).toBeCloseTo(-500, 1);
    expect(column.microscope.state.defocus).toBeCloseTo(0, 6);
  });

  it('and defocus stays within 0.01 um once it is', async () => {
    const records = new Map(Object.entries(baseFocus).map(([index, value]) => [Number(index), value]));
    const column = await makeColumn({}, undefined, { simulator: { baseFocus }, baseFocus: () => records });
    for (const index of visited) {
      await column.scope.magIndex.write(magIndex(index));
      const first = inMicrometres(await column.scope.defocus.read());
      await column.scope.defocus.write(micrometres(first - 30));
      expect(Math.abs(inMicrometres(await column.scope.defocus.read()) - first + 30)).toBeLessThan(0.01);
      await column.scope.defocus.write(micrometres(first));
    }
    expect(Math.abs(inMicrometres(await column.scope.defocus.read()))).toBeLessThan(0.01);
  });
});

it('an operator who turns the knob gets the image shift that was kept there', async () => {
  const column = await makeColumn();
  await column.scope.magIndex.write(magIndex(9));
  await column.scope.imageShift.write(imageShift(5, 6));
  await column.scope.magIndex.write(magIndex(10));
  const there = await column.scope.imageShift.read();
  column.microscope.setMagnification(9);
  await column.clock.delay(seconds(1));
  expect(await column.scope.magIndex.read()).toBe(9);
  expect((await column.scope.imageShift.read()).x).toBeCloseTo(5, 3);
  expect(there.x).not.toBeCloseTo(5, 1);
});
