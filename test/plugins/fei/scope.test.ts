import {
  StoppedError,
  imageShiftUnits,
  inMicrometres,
  magIndex,
  metres,
  micrometres,
  seconds,
  vector,
} from '../../../core/base';
import { IlluminatedArea } from '../../../core/devices';
import type { Calibrations } from '../../../core/store';
import { areaOfIntensity, intensityOfArea } from '../../../core/illumination';
import { FeiIlluminatedArea } from '../../../plugins/fei/illuminated-area';
import { imagingMode } from '../../../plugins/fei/transport';
import { guarded } from '../../support/guarded';
import { type FeiUnderTest, makeColumn } from './make-column';

const writesOf = async (column: FeiUnderTest, change: () => Promise<unknown>): Promise<readonly string[]> => {
  const before = column.writes().length;
  await change();
  return column.writes().slice(before);
};

describe('change of magnification', () => {
  it('normalizes the projector once, by itself, with the column not doing the same', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(magIndex(6));
    const { normalizations } = column.microscope.state;
    expect(await writesOf(column, () => column.scope.magIndex.write(magIndex(8)))).toEqual([
      'setAutoNormEnabled false',
      'setMagnificationIndex 8',
      'normalizeLens 11',
      'setAutoNormEnabled true',
    ]);
    expect(column.microscope.state).toMatchObject({ magIndex: 8, normalizations: normalizations + 1 });
    expect(column.scope.lastNormalized()).toBe(column.clock.now());
  });

  it('normalizes all projection lenses when it crosses into or out of low magnification', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(magIndex(6));
    for (const index of [2, 7])
      expect(await writesOf(column, () => column.scope.magIndex.write(magIndex(index)))).toContain('normalizeLens 12');
    await column.scope.magIndex.write(magIndex(2));
    expect(await writesOf(column, () => column.scope.magIndex.write(magIndex(3)))).toContain('normalizeLens 11');
  });

  it('leaves normalization out where the site wants that', async () => {
    const column = await makeColumn({ normalizesProjector: false, normalizesCondenser: false });
    await column.scope.magIndex.write(magIndex(8));
    await column.scope.spotSize.write(7);
    expect(column.writes().filter((write) => write.startsWith('normalizeLens'))).toEqual([]);
    expect(column.microscope.state.normalizations).toBe(0);
    expect(column.scope.lastNormalized()).toBeUndefined();
  });

  it('blanks the beam meanwhile where the site wants that, and only if it was on', async () => {
    const column = await makeColumn({ blanksDuringTransients: true });
    await column.scope.magIndex.write(magIndex(6));
    const writes = await writesOf(column, () => column.scope.magIndex.write(magIndex(8)));
    expect(writes[0]).toBe('setBeamBlank true');
    expect(writes.at(-1)).toBe('setBeamBlank false');
    await column.scope.beamBlanked.write(true);
    expect(await writesOf(column, () => column.scope.magIndex.write(magIndex(6)))).not.toContain('setBeamBlank false');
    expect(column.microscope.state.blanked).toBe(true);
  });

  it('puts automatic normalization and the beam back when it is stopped halfway', async () => {
    const column = await makeColumn({ blanksDuringTransients: true });
    await column.scope.magIndex.write(magIndex(6));
    const stop = new AbortController();
    column.wire.onWrite = (index) => {
      if (column.writes()[index] === 'setMagnificationIndex 8') stop.abort(new StoppedError());
    };
    await expect(column.scope.magIndex.write(magIndex(8), stop.signal)).rejects.toBeInstanceOf(StoppedError);
    expect(column.writes().slice(-2)).toEqual(['setAutoNormEnabled true', 'setBeamBlank false']);
    expect(column.microscope.state.blanked).toBe(false);
  });

  it('leaves diffraction first, and waits for that', async () => {
    const column = await makeColumn();
    await column.transport.setImagingMode(imagingMode.diffraction);
    expect(await column.scope.magIndex.read()).toBe(0);
    expect((await writesOf(column, () => column.scope.magIndex.write(magIndex(8)))).slice(0, 2)).toEqual([
      'setImagingMode 1',
      'setAutoNormEnabled false',
    ]);
    expect(await column.scope.magIndex.read()).toBe(8);
  });

  it('gives up on a column that stays in diffraction after 10 s', async () => {
    const column = await makeColumn();
    await column.transport.setImagingMode(imagingMode.diffraction);
    column.wire.transport.getImagingMode = () => Promise.resolve(imagingMode.diffraction);
    const began = column.clock.now();
    await expect(column.scope.magIndex.write(magIndex(8))).rejects.toMatchObject({ code: 'fei/diffraction-timeout' });
    expect(column.clock.now() - began).toBeCloseTo(10, 6);
    expect(column.writes()).not.toContain('setMagnificationIndex 8');
  });
});

describe('spot size', () => {
  it('normalizes the spot lens once', async () => {
    const column = await makeColumn();
    expect(await writesOf(column, () => column.scope.spotSize.write(3))).toEqual([
      'setAutoNormEnabled false',
      'setSpotSize 3',
      'normalizeLens 1',
      'setAutoNormEnabled true',
    ]);
    expect(column.microscope.state).toMatchObject({ spotSize: 3, normalizations: 1 });
  });
});

describe('normalization', () => {
  it('goes by FEI numbers', async () => {
    const column = await makeColumn();
    for (const group of ['spot size', 'condenser', 'illumination', 'objective', 'projector', 'all'] as const)
      await column.scope.normalize(group);
    expect(column.writes()).toEqual([1, 3, 6, 10, 11, 99].map((lens) => `normalizeLens ${lens}`));
  });
});

describe('probe mode', () => {
  it('gives image shift back after the column has settled', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(magIndex(6));
    await column.scope.imageShift.write(vector(imageShiftUnits(1.25), imageShiftUnits(-0.5)));
    const began = column.clock.now();
    expect(await writesOf(column, () => column.scope.probeMode.write('micro'))).toEqual([
      'setProbeMode 1',
      'setImageShift 1.25 -0.5',
    ]);
    expect(column.clock.now() - began).toBeGreaterThanOrEqual(3);
    expect(column.microscope.state).toMatchObject({ probeMode: 'micro', imageShift: { x: 1.25, y: -0.5 } });
  });

  it('gives image shift back even when it is stopped', async () => {
    const column = await makeColumn();
    await column.scope.magIndex.write(magIndex(6));
    await column.scope.imageShift.write(vector(imageShiftUnits(1.25), imageShiftUnits(-0.5)));
    const stop = new AbortController();
    column.wire.onWrite = () => stop.abort(new StoppedError());
    await expect(column.scope.probeMode.write('micro', stop.signal)).rejects.toBeInstanceOf(StoppedError);
    expect(column.microscope.state.imageShift).toEqual({ x: 1.25, y: -0.5 });
  });
});

describe('screen', () => {
  it('is asked every 50 ms until it has arrived', async () => {
    const column = await makeColumn({ screenRaiseDelay: seconds(1.5) });
    const asked: number[] = [];
    const { getMainScreen } = column.wire.transport;
    column.wire.transport.getMainScreen = (signal) => {
      asked.push(column.clock.now());
      return getMainScreen(signal);
    };
    await column.scope.screenDown.write(true);
    expect(column.writes()).toEqual(['setMainScreen 3']);
    const intervals = asked.slice(2).map((time, index) => time - asked[index + 1]!);
    for (const interval of intervals) expect(interval).toBeCloseTo(0.05, 6);
    expect(column.microscope.state.screenDown).toBe(true);
    const began = column.clock.now();
    await column.scope.screenDown.write(false);
    expect(column.clock.now() - began).toBeGreaterThanOrEqual(2.5 + 1.5);
  });

  it('counts as down while it is neither here nor there', async () => {
    const column = await makeColumn();
    await column.transport.setMainScreen(3);
    await column.transport.setMainScreen(2);
    expect(await column.scope.screenDown.read()).toBe(true);
  });

  it('is given up on after 15 s', async () => {
    const column = await makeColumn();
    column.wire.transport.getMainScreen = () => Promise.resolve(1);
    await expect(column.scope.screenDown.write(true)).rejects.toMatchObject({ code: 'fei/screen-timeout' });
    expect(column.clock.now()).toBeCloseTo(15, 6);
  });
});

describe('illuminated area in place of intensity', () => {
  const limits = { low: -0.033, high: 2.51 };

  it('spreads the limits over 0.1 to 0.9', () => {
    expect(intensityOfArea(-0.033e-4, limits)).toBeCloseTo(0.1, 12);
    expect(intensityOfArea(2.51e-4, limits)).toBeCloseTo(0.9, 12);
    for (const intensity of [0, 0.1, 0.37, 1])
      expect(intensityOfArea(areaOfIntensity(intensity, limits), limits)).toBeCloseTo(intensity, 12);
    expect(intensityOfArea(0.7e-4, undefined)).toBeCloseTo(0.7, 12);
  });

  it('is what the column gets and reports', async () => {
    const column = await makeColumn({ usesIlluminatedArea: true, illuminatedAreaLimits: limits });
    expect(await writesOf(column, () => column.scope.intensity.write(0.5))).toEqual(['setIlluminatedArea 0.00012385']);
    const { illuminatedArea } = new FeiIlluminatedArea(column.transport);
    expect(inMicrometres(await illuminatedArea.read())).toBeCloseTo(123.85, 6);
    await illuminatedArea.write(micrometres(150));
    expect(await column.scope.intensity.read()).toBeCloseTo(0.1 + ((1.5 + 0.033) * 0.8) / 2.543, 9);
  });

  it('goes by the limits that the site has calibrated for the spot size and probe mode, where there are any', async () => {
    const row = (spot: number, nano: readonly [number, number], micro: readonly [number, number]) => ({
      spot,
      nanoLow: nano[0],
      nanoHigh: nano[1],
      microLow: micro[0],
      microHigh: micro[1],
    });
    const rows = [row(1, [0, 0], [0, 2]), row(5, [0.5, 1.5], [0, 1]), row(6, [0, 0], [0, 0])];
    const calibrations = {
      records: () => ({ find: (fits: (each: unknown) => boolean) => rows.find(fits) }),
    } as unknown as Pick<Calibrations, 'records'>;
    const column = await makeColumn({ usesIlluminatedArea: true, illuminatedAreaLimits: limits }, calibrations);
    await column.scope.magIndex.write(magIndex(6));
    const areaAt = async (spot: number, probe: 'nano' | 'micro'): Promise<number> => {
      await column.scope.spotSize.write(spot);
      await column.scope.probeMode.write(probe);
      await column.scope.intensity.write(0.5);
      expect(await column.scope.intensity.read()).toBeCloseTo(0.5, 9);
      return (await column.transport.getIlluminatedArea()) * 1e4;
    };
    expect(await areaAt(1, 'micro')).toBeCloseTo(1, 9);
    expect(await areaAt(5, 'micro')).toBeCloseTo(0.5, 9);
    expect(await areaAt(5, 'nano')).toBeCloseTo(1, 9);
    expect(await areaAt(6, 'nano')).toBeCloseTo((2.51 - 0.033) / 2, 9);
    rows[0] = row(1, [0, 1], [0, 0]);
    expect(await areaAt(5, 'nano')).toBeCloseTo((2.51 - 0.033) / 2, 9);
  });

  it('stops at what the column can make', async () => {
    const column = await makeColumn({ usesIlluminatedArea: true, illuminatedAreaLimits: limits });
    const driver = new FeiIlluminatedArea(column.transport);
    const { illuminatedArea } = driver;
    for (const [wanted, reached] of [
      [10e-4, 2.5e-4],
      [-10e-4, 0],
    ] as const) {
      await illuminatedArea.write(metres(wanted));
      expect(await illuminatedArea.read()).toBeCloseTo(reached, 12);
    }
    await expect(guarded(IlluminatedArea, driver).illuminatedArea.write(metres(NaN))).rejects.toMatchObject({
      code: 'limits/out-of-range',
    });
  });
});

it('reaches the virtual microscope in its units', async () => {
  const column = await makeColumn();
  await column.scope.defocus.write(micrometres(-3.5));
  await column.scope.intensity.write(0.62);
  await column.stage.move({ x: micrometres(12), y: micrometres(-7), z: micrometres(3) });
  expect(column.microscope.state).toMatchObject({ intensity: 0.62, stage: { tilt: 0 } });
  expect(column.microscope.state.defocus).toBeCloseTo(-3.5, 9);
  const { x, y, z } = column.microscope.state.stage;
  expect([x, y, z]).toEqual([expect.closeTo(12, 9), expect.closeTo(-7, 9), expect.closeTo(3, 9)]);
  expect(await column.scope.highTension.read()).toBe(200_000);
});
