import { type StageMove, exposureRefusal } from '../../../core/devices';
import { degrees, micrometres, seconds } from '../../../core/base';
import { inMagnificationTable, stageLegs } from '../../../core/kernel';

const outOfRange = (message: RegExp) =>
  expect.objectContaining({
    code: 'limits/out-of-range',
    message: expect.stringMatching(message) as string,
  }) as Error;

describe('the check of a mag index', () => {
  test('hands back what stands in the table, and refuses what does not', () => {
    expect(inMagnificationTable(7, new Set([3, 7]))).toBe(7);
    expect(() => inMagnificationTable(4, new Set([3]))).toThrow(outOfRange(/^Mag index of 4/));
  });
});

describe('the legs of a stage move', () => {
  const reach = { stageLimits: { x: [-900, 950], y: [-800, 800] } as const, largestTilt: 60 };
  const um = (x: number, y: number) => ({ x: micrometres(x), y: micrometres(y) });

  test('begin with the one that takes up backlash, on the axes that move', () => {
    expect(stageLegs({ x: micrometres(10), tilt: degrees(3), backlash: um(-5, 7) }, reach)).toEqual([
      { x: 5 },
      { x: 10, tilt: expect.closeTo(3, 9) as number },
    ]);
    expect(stageLegs({ z: micrometres(2), backlash: um(-5, 7) }, reach)).toEqual([{ z: 2 }]);
    expect(stageLegs({ backlash: um(-5, 7) }, reach)).toEqual([]);
  });

  test('reach to the very end of the stage, whatever the rounding of metres', () => {
    for (let limit = 1; limit < 3000; limit++) {
      const narrow = { stageLimits: { x: [-limit, limit], y: [-limit, limit] } as const, largestTilt: 60 };
      expect(stageLegs({ x: micrometres(limit), y: micrometres(-limit) }, narrow)).toEqual([{ x: limit, y: -limit }]);
    }
  });

  test.each<[string, StageMove, RegExp]>([
    ['a target beyond the stage', { ...um(951, 0) }, /^Stage X of 951\.00 um .*-900 to 950 um/],
    ['a way against backlash beyond the stage', { ...um(948, 0), backlash: um(5, 0) }, /^Stage X of 953\.00 um/],
    ['a target that is not a number', { y: micrometres(NaN) }, /^Stage Y of NaN/],
    ['a height that is not a number, though there are no limits to it', { z: micrometres(Infinity) }, /^Stage Z/],
    ['a tilt beyond the largest', { tilt: degrees(-60.1) }, /^Tilt of -60\.10 degrees .*-60 to 60/],
    ['a tilt that is not a number', { tilt: degrees(NaN) }, /^Tilt of NaN/],
  ])('are refused for %s', (_, move, message) => {
    expect(() => stageLegs(move, reach)).toThrow(outOfRange(message));
  });

  test('have no limits on an axis for which none are given', () => {
    expect(stageLegs({ ...um(1e5, -1e5), z: micrometres(4e4) }, { stageLimits: undefined, largestTilt: 90 })).toEqual([
      { x: 1e5, y: -1e5, z: 4e4 },
    ]);
  });
});

describe('what a camera cannot do', () => {
  const limits = {
    binnings: [1, 2],
    width: 4096,
    height: 2048,
    longestExposure: 10,
    frames: { shortestFrame: seconds(0.1), step: seconds(0.1) },
  };
  const exposure = {
    binning: 2,
    area: { left: 0, top: 0, right: 4096, bottom: 2048 },
    exposure: seconds(10),
    driftSettling: seconds(0),
    processing: 'gain normalized',
    readMode: 'linear',
  } as const;
  const saving = { folder: 'C:', name: 'a' };

  test('is nothing at its limits', () => {
    expect(exposureRefusal(exposure, limits)).toBeUndefined();
    expect(exposureRefusal({ ...exposure, frames: { frameTime: seconds(10), saving } }, limits)).toBeUndefined();
  });

  test.each([
    [{ binning: 3 }, { what: 'binning', asked: '3', allowed: 'one of 1, 2' }],
    [{ area: { ...exposure.area, right: 4097 } }, { what: 'image area', asked: '0, 0 to 4097, 2048' }],
    [{ area: { ...exposure.area, right: 0 } }, { what: 'image area' }],
    [{ exposure: seconds(0) }, { what: 'exposure', asked: '0 s', allowed: 'more than 0 s' }],
    [{ exposure: seconds(NaN) }, { what: 'exposure' }],
    [{ exposure: seconds(10.1) }, { what: 'exposure', asked: '10.1 s', allowed: 'at most 10 s' }],
    [{ driftSettling: seconds(-1) }, { what: 'drift settling', asked: '-1 s', allowed: '0 to 10 s' }],
    [{ frames: { frameTime: seconds(11) } }, { what: 'frame time' }],
    [{ frames: { frameTime: seconds(1), saving: { ...saving, name: 'a:b' } } }, { what: 'file of frames' }],
    [{ frames: { frameTime: seconds(1), saving: { ...saving, returnAfter: 0.5 } } }, { what: 'early return' }],
  ])('is named for %j', (changes, fault) => {
    expect(exposureRefusal({ ...exposure, ...changes }, limits)).toMatchObject(fault);
  });

  test('is any division, for a camera that has no frames', () => {
    const { frames: _, ...undivided } = limits;
    expect(exposureRefusal({ ...exposure, frames: { frameTime: seconds(1) } }, undivided)).toMatchObject({
      what: 'division',
      allowed: 'undivided exposures',
    });
  });
});
