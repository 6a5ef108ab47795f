import { cameraIndex, magIndex as asMagIndex } from '../../../core/base';
import {
  amend,
  applyChanges,
  type CalibrationResult,
  type Calibrations,
  type Change,
  isInForce,
  put,
} from '../../../core/store';
import { otherMatrix, Site, someMatrix } from './site';

let site: Site;
let calibrations: Calibrations;
beforeEach(async () => {
  site = new Site();
  calibrations = await site.calibrations();
});
afterEach(() => site.remove());

const store = (...changes: readonly Change[]): Pick<CalibrationResult, 'changes'> => ({
  changes: applyChanges({ calibrations }, changes),
});
const inForce = (result: Pick<CalibrationResult, 'changes'>) => isInForce({ calibrations }, result);

test('all that was measured has to be in use, not what followed from it', () => {
  const shift = (magIndex: number, sessionMeasured: boolean) =>
    put(
      'ImageShiftMatrix',
      { magIndex: asMagIndex(magIndex), camera: cameraIndex(0), ...someMatrix },
      { sessionMeasured },
    );
  const result = store(shift(17, true), shift(18, true), shift(19, false));
  expect(inForce(result)).toBe(true);
  calibrations.imageShift.set(asMagIndex(19), cameraIndex(0), otherMatrix);
  expect(inForce(result)).toBe(true);
  calibrations.imageShift.set(asMagIndex(18), cameraIndex(0), otherMatrix);
  expect(inForce(result)).toBe(false);
  // Of a result that only carries another one on, everything counts.
  const carried = store(shift(20, false));
  expect(inForce(carried)).toBe(true);
  calibrations.imageShift.remove(asMagIndex(20), cameraIndex(0));
  expect(inForce(carried)).toBe(false);
});

test('rows of a record are compared too, as far as the file keeps them', () => {
  const focus = {
    magIndex: asMagIndex(30),
    camera: cameraIndex(1),
    slopeX: -28,
    slopeY: 0,
    beamTilt: 1.6,
    direction: 0,
    probe: 1,
    alpha: -999,
  };
  const rows = [{ defocus: -37.618359, shiftX: 1038.428955, shiftY: -14.380548 }];
  const result = store(put('FocusCalibration', { ...focus, rows }));
  calibrations.records('FocusCalibration').put({ ...focus, rows: [{ ...rows[0]!, shiftX: 1038.4289 }] });
  expect(inForce(result)).toBe(true);
  calibrations.records('FocusCalibration').put({ ...focus, rows: [{ ...rows[0]!, shiftX: 1040 }] });
  expect(inForce(result)).toBe(false);
});

test('a pixel size is in use with any rotation added, at any time, and also when its record has expired', () => {
  const found = {
    time: 29_000_000,
    camera: cameraIndex(0),
    magIndex: asMagIndex(17),
    addedRotation: 0,
    pixelSize: 0.5,
    gridAngle: 12,
  };
  const size = store(put('FoundPixelSize', found));
  const rotation = store(
    amend('FoundPixelSize', { camera: cameraIndex(0), magIndex: asMagIndex(17) }, { addedRotation: 90 }),
  );
  expect([inForce(size), inForce(rotation)]).toEqual([true, true]);
  store(
    amend(
      'FoundPixelSize',
      { camera: cameraIndex(0), magIndex: asMagIndex(17) },
      { addedRotation: 180, time: 29_000_001 },
    ),
  );
  expect([inForce(size), inForce(rotation)]).toEqual([true, false]);
  calibrations.shortTerm('FoundPixelSize').put({ ...found, pixelSize: 0.6 });
  expect(inForce(size)).toBe(false);
  calibrations.shortTerm('FoundPixelSize').remove(() => true);
  expect(inForce(size)).toBe(true);
});

test('a factor that was written into the configuration with its digits is in use', () => {
  const isOfSession = (name: string): name is 'ISdelayScaleFactor' => name === 'ISdelayScaleFactor';
  const holding = (value: number) => ({ settings: { isOfSession, get: () => value, set: () => {} } });
  const result = {
    changes: [{ session: 'ISdelayScaleFactor', value: 0.4567, replaced: 1 } as const],
    propertySuggestions: [{ property: 'ISdelayScaleFactor', value: 0.46, what: 'factor', unit: '' }],
  };
  expect([0.4567, 0.46, 0.47].map((value) => isInForce(holding(value), result))).toEqual([true, true, false]);
  expect(isInForce({}, result)).toBe(true);
});
