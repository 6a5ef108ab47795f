import { seconds } from '../../../core/base';
import { type CameraConstraints, type Exposure, fitArea, fitExposure } from '../../../core/devices';

const wish = (more: Partial<Exposure> = {}): Exposure => ({
  binning: 2,
  area: { left: 0, top: 0, right: 4096, bottom: 4096 },
  exposure: seconds(1),
  driftSettling: seconds(0),
  processing: 'gain normalized',
  readMode: 'linear',
  ...more,
});
const plain: CameraConstraints = {
  width: 4096,
  height: 4096,
  binnings: [1, 2, 4, 8],
  shortestExposure: 0.01,
  longestExposure: 60,
  area: { parts: 'any' },
};
/** A K3: areas begin at physical pixels, which are two of super-resolution. */
const k3: CameraConstraints = {
  ...plain,
  width: 11520,
  height: 8184,
  binnings: [1, 2, 4, 8],
  readModes: ['linear', 'counting', 'super-resolution'],
  area: { parts: 'any', pixelsPerPhysical: 2, widthMultiple: 4, heightMultiple: 2 },
  times: ({ readMode }) => ({ step: readMode === 'linear' ? 0.0133 : 0.01065, shortest: 0 }),
  frames: { shortestFrame: seconds(0.013), step: seconds(0.000665779) },
  shortestSettling: 0.075,
};

test('binning is the nearest in ratio, and time between the limits', () => {
  expect(fitExposure(wish({ binning: 5 }), plain).binning).toBe(4);
  expect(fitExposure(wish({ binning: 6 }), plain).binning).toBe(8);
  expect(fitExposure(wish({ exposure: seconds(0.001) }), plain).exposure).toBe(0.01);
  expect(fitExposure(wish({ exposure: seconds(100) }), plain).exposure).toBe(60);
  expect(fitExposure(wish({ exposure: seconds(0.12345) }), plain).exposure).toBe(0.12345);
});

test('times are whole steps of the read mode', () => {
  const steps = (readMode: Exposure['readMode']): number =>
    fitExposure(wish({ readMode }), k3).exposure / (readMode === 'linear' ? 0.0133 : 0.01065);
  expect([steps('linear'), steps('counting')]).toEqual([expect.closeTo(75, 6), expect.closeTo(94, 6)]);
});

test('frames are whole readouts, the exposure is whole frames, and a return after all of them is not early', () => {
  const saving = { folder: 'D:\\frames', name: 'a', returnAfter: 40 };
  const made = fitExposure(wish({ frames: { frameTime: seconds(0.005), saving } }), k3);
  expect(made.frames!.frameTime / 0.000665779).toBeCloseTo(20, 6);
  expect(made.exposure / made.frames!.frameTime).toBeCloseTo(75, 6);
  expect(made.frames!.saving).toEqual(saving);
  expect(
    fitExposure(wish({ exposure: seconds(0.4), frames: { frameTime: seconds(0.04), saving } }), k3).frames!.saving,
  ).toEqual({ folder: 'D:\\frames', name: 'a' });
  // A camera without frames keeps the wish, which is refused later.
  expect(fitExposure(wish({ frames: { frameTime: seconds(0.1) } }), plain).frames).toEqual({ frameTime: 0.1 });
});

test('drift settling is none or at least the shortest', () => {
  const settling = (asked: number): number => fitExposure(wish({ driftSettling: seconds(asked) }), k3).driftSettling;
  expect([0, 0.01, 0.02, 0.075, 0.5].map(settling)).toEqual([0, 0, 0.075, 0.075, 0.5]);
});

test('the finest binning of a counting camera is of super-resolution alone, and one that only counts still counts', () => {
  expect(fitExposure(wish({ binning: 1 }), k3).readMode).toBe('super-resolution');
  const counting: CameraConstraints = { ...plain, readModes: ['linear', 'counting'] };
  expect(fitExposure(wish({ readMode: 'super-resolution' }), counting).readMode).toBe('counting');
  expect(fitExposure(wish({ readMode: 'counting' }), plain).readMode).toBe('linear');
});

test('images are processed as the camera can, and otherwise as the last kind', () => {
  const camera: CameraConstraints = { ...plain, processings: ['unprocessed', 'gain normalized'] };
  const made = (processing: Exposure['processing']) => fitExposure(wish({ processing }), camera).processing;
  expect([made('unprocessed'), made('dark subtracted')]).toEqual(['unprocessed', 'gain normalized']);
});

describe('areas', () => {
  const wanted = { left: 101, top: 203, right: 1103, bottom: 1207 };
  const sides = ({ left, top, right, bottom }: Exposure['area']) => [right - left, bottom - top];

  test('have sides of the multiples, and edges too where those are asked for', () => {
    const made = fitArea(wanted, 2, { ...plain, area: { parts: 'any', widthMultiple: 8, heightMultiple: 4 } });
    expect(sides(made)).toEqual([992, 1000]);
    expect(Math.abs(made.left + made.right - 1204)).toBeLessThanOrEqual(4);
    const edges = fitArea(wanted, 2, { ...plain, area: { parts: 'any', widthMultiple: 8, edgesToo: true } });
    expect([edges.left % 16, edges.right % 16]).toEqual([0, 0]);
  });

  test('lie about the centre, or are the whole, where the camera has no other', () => {
    const centred = fitArea(wanted, 2, { ...plain, area: { parts: 'centred' } });
    // The odd rest of 1547 binned pixels lies on the far side.
    expect(centred.left + centred.right).toBe(4094);
    expect(sides(centred)).toEqual([1002, 1004]);
    // An odd rest lies on the far side.
    expect(fitArea(wanted, 1, { width: 101, height: 101, area: { parts: 'centred', widthMultiple: 4 } }).left).toBe(0);
    expect(fitArea(wanted, 8, { ...plain, area: { parts: 'whole' } })).toEqual(wish().area);
  });

  test('are the smallest share that holds them', () => {
    const shares = { ...plain, area: { parts: 'shares' } as const };
    expect(sides(fitArea({ left: 1600, top: 1600, right: 2500, bottom: 2500 }, 2, shares))).toEqual([1024, 1024]);
    expect(sides(fitArea({ left: 1400, top: 1600, right: 2500, bottom: 2500 }, 2, shares))).toEqual([2048, 2048]);
    expect(sides(fitArea(wanted, 2, shares))).toEqual([4096, 4096]);
  });

  test('of a multiple that the camera does not hold are the whole', () => {
    expect(sides(fitArea(wanted, 1, { width: 100, height: 90, area: { parts: 'any', widthMultiple: 512 } }))).toEqual([
      100, 90,
    ]);
  });
});
