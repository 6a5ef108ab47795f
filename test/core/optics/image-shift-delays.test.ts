import { fc } from '../../support/properties';
import type { DelayReplacement, DelayTable } from '../../../core/devices';
import { type Matrix, cameraIndex, identity, magIndex, matrix, seconds } from '../../../core/base';
import { adaptDelays, currentDelayTable, formerDelayTable, imageShiftDelay } from '../../../core/optics';
import { camera, imageShiftMatrix, optics, shiftProperties } from './instrument';

interface Case {
  readonly table?: DelayTable;
  readonly extra?: number;
  readonly factor?: number;
  readonly change: readonly [number, number];
  readonly recordPixelNanometres?: number;
  readonly low?: boolean;
  readonly stem?: boolean;
  readonly toSpecimen?: Matrix | undefined;
}
const delay = ({
  table = formerDelayTable,
  extra = 0.25,
  factor = 1,
  change: [x, y],
  recordPixelNanometres,
  low = false,
  stem = false,
  ...rest
}: Case): number =>
  imageShiftDelay(
    {
      change: { x, y },
      toSpecimen: 'toSpecimen' in rest ? rest.toSpecimen : identity,
      lowMagnification: low,
      stem,
      recordPixel: recordPixelNanometres === undefined ? undefined : recordPixelNanometres / 1000,
    },
    shiftProperties({ delays: table, extraPerDoubling: seconds(extra), delayFactor: factor }),
  );

describe('delay after image shift', () => {
  test.each<[string, Case, number]>([
    ['2 units at 0.5 nm', { change: [2, 0], recordPixelNanometres: 0.5 }, 2.321],
    ['5 units at 2 nm, beyond the table', { change: [5, 0], recordPixelNanometres: 2 }, 4.1],
    ['20 units in low magnification', { change: [20, 0], recordPixelNanometres: 20, low: true }, 2.071],
    ['0.05 units', { change: [0.05, 0], recordPixelNanometres: 2 }, 0],
    [
      '2 units with the current table at 0.5 nm',
      { table: currentDelayTable, extra: 0.1, change: [2, 0], recordPixelNanometres: 0.5 },
      0.6,
    ],
    ['(2, 1) with the default table', { table: shiftProperties().delays, change: [2, 1] }, 2],
    ['no change', { change: [0, 0] }, 0],
    ['no matrix', { change: [1, 0], toSpecimen: undefined }, 2.5],
    ['a table of one entry', { table: [[3, 0.7]], change: [12, 0] }, 0.7],
    ['scanning', { change: [5, 0], stem: true }, 0.82],
    ['a factor of the site', { change: [5, 0], factor: 0.2 }, 0.82],
    ['each axis by itself, not the length', { table: shiftProperties().delays, change: [3, -4] }, 4],
    [
      'the scale of each axis',
      { table: shiftProperties().delays, change: [2, 2], toSpecimen: matrix(0.3, 0, 0.4, 2) },
      4,
    ],
  ])('%s', (_, given, expected) => expect(delay(given)).toBeCloseTo(expected, 3));

  test('never negative, and never shorter for a longer way when the table rises', () => {
    const way = fc.double({ min: 0, max: 100, noNaN: true });
    const rising = fc
      .array(fc.tuple(fc.double({ min: 0.01, max: 5, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true })), {
        minLength: 1,
        maxLength: 30,
      })
      .map((steps) => {
        let [distance, wait] = [0, 0];
        return steps.map(([further, longer]): [number, number] => [(distance += further), (wait += longer)]);
      });
    fc.assert(
      fc.property(rising, way, way, (table, a, b) => {
        const [near, far] = [Math.min(a, b), Math.max(a, b)].map((x) => delay({ table, change: [x, 0] })) as [
          number,
          number,
        ];
        expect(near).toBeGreaterThanOrEqual(0);
        expect(far).toBeGreaterThanOrEqual(near - 1e-9);
      }),
    );
  });
});

describe('delays taken over from a template', () => {
  const assumedStartup = seconds(0.25);
  const kept: DelayReplacement = { of: currentDelayTable, maxExtraPerDoubling: seconds(0.1), assumedStartup };
  const fast: readonly DelayReplacement[] = [{ ...kept, of: formerDelayTable, delays: currentDelayTable }, kept];
  const scaledDown: readonly DelayReplacement[] = [{ of: formerDelayTable, delayFactor: 0.2, assumedStartup }];
  const former = shiftProperties({ delays: formerDelayTable });
  const current = shiftProperties({ delays: currentDelayTable });
  test('are replaced on a column that settles fast', () => {
    expect(adaptDelays(former, fast)).toMatchObject({
      delays: currentDelayTable,
      extraPerDoubling: 0.1,
      assumedStartup: 0.25,
      delayFactor: 1,
    });
    expect(adaptDelays(current, fast)).toMatchObject({
      delays: currentDelayTable,
      extraPerDoubling: 0.1,
      assumedStartup: 0.25,
    });
  });
  test('keep a smaller extra of the site', () => {
    expect(
      adaptDelays(shiftProperties({ delays: formerDelayTable, extraPerDoubling: seconds(0.05) }), fast)
        .extraPerDoubling,
    ).toBe(0.05);
  });
  test('are kept where only the current ones are replaced', () => {
    expect(adaptDelays(former, [kept])).toBe(former);
    expect(adaptDelays(current, [kept])).toMatchObject({ extraPerDoubling: 0.1, assumedStartup: 0.25 });
  });
  test('are scaled where only the old ones exist', () => {
    expect(adaptDelays(former, scaledDown)).toMatchObject({
      delays: formerDelayTable,
      delayFactor: 0.2,
      extraPerDoubling: 0.25,
      assumedStartup: 0.25,
    });
    expect(adaptDelays(current, scaledDown)).toBe(current);
  });
  test('are left alone when the site set a factor, wrote a table of its own, or the column replaces none', () => {
    const scaled = shiftProperties({ delays: formerDelayTable, delayFactor: 0.5 });
    expect(adaptDelays(scaled, fast)).toBe(scaled);
    const own = shiftProperties();
    expect(adaptDelays(own, fast)).toBe(own);
    expect(adaptDelays(former, undefined)).toBe(former);
  });
});

test('the delay of an instrument goes by its pixel size and the binning of Record', () => {
  const given = optics({
    properties: { cameras: [camera(0, { measured: [{ magIndex: 7, rotation: 84, pixelNanometres: 0.25 }] })] },
    shifts: { delays: formerDelayTable },
    imageShifts: [{ magIndex: 7, camera: 0, matrix: imageShiftMatrix(0.25, 84, identity) }],
    more: { recordBinning: () => 2 },
  });
  expect(given.at({ magIndex: magIndex(7), camera: cameraIndex(0) }).imageShiftDelay({ x: 2, y: 0 })).toBeCloseTo(
    2.321,
    3,
  );
});
