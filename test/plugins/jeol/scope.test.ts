import {
  beamShiftUnits,
  imageShiftUnits,
  inMicrometres,
  magIndex as asMagIndex,
  matrix,
  micrometres,
  rawLensValue,
  seconds,
  vector,
} from '../../../core/base';
import { imageShiftToBeamShift } from '../../../core/optics';
import { rangeOf } from '../../../plugins/jeol/column';
import { type JeolUnderTest, makeColumn, plainColumn } from './make-column';

const writesOf = async (column: JeolUnderTest, change: () => Promise<unknown>): Promise<readonly string[]> => {
  const before = column.writes().length;
  await change();
  return column.writes().slice(before);
};
const imageShift = (x: number, y: number) => vector(imageShiftUnits(x), imageShiftUnits(y));

describe('change of magnification', () => {
  it('uses the selector within a range and changes the function mode between ranges', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(asMagIndex(5));
    for (const [index, writes] of [
      [7, ['setSelector 2']],
      [10, ['setFunctionMode 3', 'setSelector 1']],
      [2, ['setFunctionMode 2', 'setSelector 1']],
      [6, ['setFunctionMode 0', 'setSelector 1']],
    ] as const) {
      expect(await writesOf(column, () => column.scope.magIndex.write(asMagIndex(index)))).toEqual(writes);
      expect(await column.scope.magIndex.read()).toBe(index);
      expect(column.microscope.state.magIndex).toBe(index);
    }
  });

  it('waits for the column, longer between ranges', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(asMagIndex(5));
    const took = async (index: number): Promise<number> => {
      const began = column.clock.now();
      await column.scope.magIndex.write(asMagIndex(index));
      return column.clock.now() - began;
    };
    expect(await took(7)).toBeGreaterThan(1.25 + 0.8);
    expect(await took(2)).toBeGreaterThan(3 + 0.8);
  });

  it('gives up on a column that stays at another magnification', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(asMagIndex(5));
    column.wire.transport.getSelector = () => Promise.resolve(0);
    await expect(column.scope.magIndex.write(asMagIndex(7))).rejects.toMatchObject({
      code: 'jeol/magnification-timeout',
    });
  });

  it('has no mag index in diffraction', async () => {
    const column = await makeColumn();
    await column.transport.setFunctionMode(4);
    expect(await column.scope.magIndex.read()).toBe(0);
  });
});

describe('image shift', () => {
  it('is lost by a change of magnification: the coils go to what is neutral there', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(asMagIndex(6));
    await column.scope.imageShift.write(imageShift(3, -2));
    await column.scope.magIndex.write(asMagIndex(8));
    expect(column.microscope.state.imageShift).toEqual({ x: 0, y: 0 });
    expect(await column.scope.imageShift.read()).toEqual(await column.scope.neutral.read());
  });

  it('is lost as well when an operator turns the knob, and the old magnification is shown for a moment', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(asMagIndex(6));
    await column.scope.imageShift.write(imageShift(3, -2));
    column.microscope.setMagnification(7);
    expect(column.microscope.state.imageShift).toEqual({ x: 0, y: 0 });
    expect(await column.scope.magIndex.read()).toBe(6);
    await column.clock.delay(seconds(1));
    expect(await column.scope.magIndex.read()).toBe(7);
    expect(await column.scope.imageShift.read()).toEqual(await column.scope.neutral.read());
  });

  it('is neutral at another value at each magnification, that of the alignment within a step', async () => {
    const column = await makeColumn();
    const found = [];
    for (const index of [6, 7, 8]) {
      await column.scope.magIndex.write(asMagIndex(index));
      const { x, y } = await column.scope.neutral.read();
      const { neutralImageShift: truth } = column.microscope.state;
      expect(Math.abs(x - truth.x)).toBeLessThanOrEqual(0.00508 / 2);
      expect(Math.abs(y - truth.y)).toBeLessThanOrEqual(0.00434 / 2);
      found.push(`${x} ${y}`);
    }
    expect(new Set(found).size).toBe(3);
  });

  it('moves the specimen by what it differs from neutral', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(asMagIndex(6));
    const neutral = await column.scope.neutral.read();
    await column.scope.imageShift.write(imageShift(neutral.x + 5.08, neutral.y - 4.34));
    expect(column.microscope.state.imageShift.x).toBeCloseTo(5.08, 6);
    expect(column.microscope.state.imageShift.y).toBeCloseTo(-4.34, 6);
  });

  it('is as it was after reading what is neutral', async () => {
    const column = await makeColumn();
    await column.scope.imageShift.write(imageShift(2, 1));
    const before = await column.scope.imageShift.read();
    expect(await writesOf(column, () => column.scope.neutral.read())).toEqual([
      'setNeutral 8',
      expect.stringMatching(/^setDeflector IS1/) as string,
    ]);
    expect(await column.scope.imageShift.read()).toEqual(before);
  });

  it('beyond the coils is refused before anything is sent', async () => {
    const column = await makeColumn();
    const far = 0x3fff * 0.00508;
    await column.scope.imageShift.write(imageShift(far, 0));
    expect(
      await writesOf(column, () =>
        expect(column.scope.imageShift.write(imageShift(far + 0.01, 0))).rejects.toMatchObject({
          code: 'jeol/outside-coils',
        }),
      ),
    ).toEqual([]);
    expect(
      await writesOf(column, () =>
        expect(column.scope.imageShift.write(imageShift(0, 0x3fff * 0.00434 + 0.01))).rejects.toMatchObject({
          code: 'jeol/outside-coils',
        }),
      ),
    ).toEqual([]);
  });

  it('takes the beam along where that is calibrated', async () => {
    const column = await makeColumn({ imageToBeam: () => matrix(0.5, 0.1, -0.2, 0.4) });
    await column.scope.imageShift.write(imageShift(0, 0));
    await column.scope.beamShift.write(vector(beamShiftUnits(1), beamShiftUnits(-1)));
    await column.scope.imageShift.write(imageShift(10, 5));
    const { beamShift } = column.microscope.state;
    expect(beamShift.x).toBeCloseTo(1 + 0.5 * 10 + 0.1 * 5, 1);
    expect(beamShift.y).toBeCloseTo(-1 - 0.2 * 10 + 0.4 * 5, 1);
    expect(column.writes().slice(-2)).toEqual([
      expect.stringMatching(/^setDeflector IS1/) as string,
      expect.stringMatching(/^setDeflector CLA1/) as string,
    ]);
  });

  it('is refused whole when the beam cannot follow', async () => {
    const column = await makeColumn({ imageToBeam: () => matrix(1000, 0, 0, 1000) });
    expect(
      await writesOf(column, () =>
        expect(column.scope.imageShift.write(imageShift(10, 5))).rejects.toMatchObject({ code: 'jeol/outside-coils' }),
      ),
    ).toEqual([]);
  });
});

describe('the beam that follows image shift', () => {
  const row = (magIndex: number, alpha: number, xpx: number) => ({
    magIndex,
    alpha,
    probe: 1,
    retain: 0,
    magnification: 0,
    xpx,
    xpy: 0,
    ypx: 0,
    ypy: xpx,
  });
  const calibrations = (rows: readonly object[]) =>
    ({ records: () => ({ all: () => rows }) }) as unknown as Parameters<typeof imageShiftToBeamShift>[0];
  const found = (rows: readonly object[], magIndex: number, alpha: number) =>
    imageShiftToBeamShift(
      calibrations(rows),
      asMagIndex(magIndex),
      (other) => rangeOf(plainColumn, other) === rangeOf(plainColumn, magIndex),
      alpha,
    )?.xpx;

  it('goes by the nearest calibration of the same range, for this alpha if there is one', () => {
    const rows = [row(2, 1, 1), row(5, 1, 2), row(8, 1, 3), row(6, 2, 4), row(9, 1, 5)];
    expect(found(rows, 7, 1)).toBe(3);
    expect(found(rows, 5, 2)).toBe(4);
    expect(found(rows, 5, 0)).toBe(2);
    expect(found(rows, 10, 1)).toBe(5);
    expect(found(rows, 1, 1)).toBe(1);
    expect(found(rows.slice(1), 1, 1)).toBeUndefined();
    expect(found([row(-6, 1, 9)], 5, 1)).toBeUndefined();
  });
});

describe('focus', () => {
  it('counts from where the objective was at the start, in steps of the fine lens', async () => {
    const column = await makeColumn();
    expect(await writesOf(column, () => column.scope.defocus.write(micrometres(-5.8)))).toEqual(['setLens OLf 31768']);
    expect(inMicrometres(await column.scope.defocus.read())).toBeCloseTo(-5.8, 6);
    expect(column.microscope.state.defocus).toBeCloseTo(-5.8, 6);
  });

  it('goes over to the coarse lens when the fine one ends', async () => {
    const column = await makeColumn();
    const writes = await writesOf(column, () => column.scope.defocus.write(micrometres(400)));
    expect(writes.map((write) => write.split(' ')[1])).toEqual(['OLc', 'OLf']);
    expect(column.microscope.state.defocus).toBeCloseTo(400, 2);
    expect(inMicrometres(await column.scope.defocus.read())).toBeCloseTo(400, 2);
  });

  it('is the minilens in low magnification, with a zero of its own', async () => {
    const column = await makeColumn();
    await column.scope.defocus.write(micrometres(-5.8));
    await column.scope.magIndex.write(asMagIndex(3));
    expect(inMicrometres(await column.scope.defocus.read())).toBe(0);
    expect(await writesOf(column, () => column.scope.defocus.write(micrometres(20)))).toEqual(['setLens OM 34768']);
    await column.scope.magIndex.write(asMagIndex(6));
    expect(inMicrometres(await column.scope.defocus.read())).toBeCloseTo(-5.8, 6);
  });

  it('beyond the lens is refused before anything is sent', async () => {
    const column = await makeColumn();
    expect(
      await writesOf(column, () =>
        expect(column.scope.absoluteFocus.write(rawLensValue(2200))).rejects.toMatchObject({
          code: 'jeol/outside-coils',
        }),
      ),
    ).toEqual([]);
    expect(await column.scope.absoluteFocus.read()).toBeCloseTo(1056, 0);
  });
});

describe('alpha', () => {
  it('is chosen from 0, with half a second to settle', async () => {
    const column = await makeColumn();
    const began = column.clock.now();
    expect(await writesOf(column, () => column.scope.alpha.write(2))).toEqual(['setAlpha 2']);
    expect(column.clock.now() - began).toBeGreaterThanOrEqual(0.5);
    expect(await column.scope.alpha.read()).toBe(2);
    expect(
      await writesOf(column, () =>
        expect(column.scope.alpha.write(3)).rejects.toMatchObject({ code: 'limits/out-of-range' }),
      ),
    ).toEqual([]);
  });
});

it('counts spot sizes from 1, the column from 0', async () => {
  const column = await makeColumn();
  expect(await writesOf(column, () => column.scope.spotSize.write(2))).toEqual(['setSpotSize 1']);
  expect(column.microscope.state.spotSize).toBe(2);
});
