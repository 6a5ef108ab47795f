import { nanometres, seconds } from '../../../core/base';
import type { ScanTraits } from '../../../core/devices';
import { scanRate, singleExposureOf, slowerBy } from '../../../core/acquisition';
import type { ParameterSet } from '../../../core/settings';

const area = { left: 0, top: 0, right: 1024, bottom: 1024 };

test('the rate of a scan is that of the probe along its lines', () => {
  // 512 pixels of 10 nm in 512 times 1 us: 10 um in a millisecond.
  const scan = { area, binning: 2, exposure: seconds(512 * 512 * 1e-6) };
  expect(scanRate(scan, nanometres(10))).toBeCloseTo(10, 9);
  expect(slowerBy(scan, nanometres(10), 4)).toBeCloseTo(2.5, 9);
  expect(slowerBy(scan, nanometres(10), 12)).toBe(1);
  expect(slowerBy(scan, nanometres(10), 0)).toBe(1);
});

test('a parameter set chooses the detectors by their numbers, and lines that wait where the camera has them', () => {
  const set = {
    binning: 1,
    exposure: seconds(1),
    area: 'full',
    driftSettling: seconds(0),
    processing: 'unprocessed',
    readMode: 'linear',
    scan: { lineSync: true, dynamicFocus: false, integration: 0, detectors: [1, 0, 7] },
  } as unknown as ParameterSet;
  const scan = { detectors: ['HAADF', 'BF'], maxDetectors: 2, lineSync: true } as unknown as ScanTraits;
  const camera = { width: 1024, height: 1024, scan };
  expect(singleExposureOf(set, camera).scanning).toEqual({ detectors: ['BF', 'HAADF'], lineSync: true });
  expect(singleExposureOf(set, { ...camera, scan: { ...scan, lineSync: false, maxDetectors: 1 } }).scanning).toEqual({
    detectors: ['BF'],
  });
  expect(singleExposureOf(set, { width: 1024, height: 1024 }).scanning).toBeUndefined();
  const plain = { ...set, scan: { ...set.scan!, lineSync: false, detectors: [] } };
  expect(singleExposureOf(plain, camera).scanning).toBeUndefined();
});
