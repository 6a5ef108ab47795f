import { type Chart, cameraIndex, magIndex as asMagIndex } from '../../../../../core/base';
import { Cameras } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import { ImageShiftControl, Optics } from '../../../../../core/optics';
import { measuredSettling, settlingInstrument, sized, small } from '../../../../../statistics/support/settling';
import type { VirtualInstrumentUnderTest } from '../../../../../testing';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, trueImageShift, virtualInstrument } from '../../../../support/virtual-instrument';

const item = 'calibrations/image-and-stage-shift/set-is-delay-factor';
/** For searches, which take hundreds of images, and for runs that are broken off. */
const smallest = sized(256, 192);

/** The long statistics measure searches on columns of three vendors, and where nothing settles. */
describe('the search', () => {
  test('finds a factor that leaves less than 5 % of the truth, and leaves the factor as it was when the operator does not want it', async () => {
    // What settles is large, so that the search sees it in few series.
    await using instrument = await settlingInstrument(
      {
        imageShiftSettlingFraction: 0.4,
        imageShiftSettlingSeconds: 0.5,
        electronsPerFieldPixelPerSecond: 400,
        contrast: 0.3,
      },
      { edit: smallest },
    );
    const { result, said } = await runItem(instrument, item, { measure: 'search', 'use-factor': 'no', factor: '0.7' });
    expect(instrument.settings.get('ISdelayScaleFactor')).toBe(0.7);
    expect(result!.values).toMatchObject({ factor: 0.7, foundFactor: expect.any(Number) as number });
    const found = result!.values['foundFactor'] as number;
    // The curve that was shown while it ran stays with the result, and an operator without a screen for it reads a line.
    const chart = result!.plots!.find(({ id }) => id === 'settling') as Chart;
    const { measured } = result!.values as { measured: readonly { factor: number; unsettled: { x: number } }[] };
    expect(chart.series[0]!.points.map(({ x }) => x)).toEqual(
      measured.map(({ factor }) => Number(factor.toPrecision(4))),
    );
    for (const [at, { y, error }] of chart.series[0]!.points.entries()) {
      expect(y).toBeCloseTo(measured[at]!.unsettled.x, 2);
      expect(error).toBeGreaterThan(0);
    }
    const left = chart.residuals!.series[0]!.points.map(({ y }) => Math.abs(y));
    expect(Math.max(...left)).toBeLessThan(0.1 * Math.abs(measured[0]!.unsettled.x));
    expect(said.join('\n')).toMatch(/What had not settled .*: X \d+ points; Y \d+ points; residuals [\d.]+ rms\./);
    const [before, after] = [
      await measuredSettling(instrument, 0.2, 'six'),
      await measuredSettling(instrument, found, 'six'),
    ];
    expect(Math.abs(after.missing)).toBeLessThan(0.05 * Math.abs(before.missing));
  });
});

describe('what has not settled', () => {
  // A step that is still on its way smears the image towards its end, and is seen about 2 % too small; noise must not add to that.
  const settling = {
    imageShiftSettlingFraction: 0.2,
    imageShiftSettlingSeconds: 0.5,
    driftNmPerSecond: [0.3, -0.2],
    electronsPerFieldPixelPerSecond: 1000,
  };

  let instrument: Awaited<ReturnType<typeof settlingInstrument>>;
  const measured = new Map<'nine' | 'six', Awaited<ReturnType<typeof measuredSettling>>>();
  beforeAll(async () => {
    instrument = await settlingInstrument(settling);
    for (const pattern of ['nine', 'six'] as const)
      measured.set(pattern, await measuredSettling(instrument, 0.5, pattern));
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  test.each(['nine', 'six'] as const)('is measured from %s points as it is, and the drift with it', (pattern) => {
    const { result, missing } = measured.get(pattern)!;
    const { unsettledX, unsettledY } = result.values as { unsettledX: number; unsettledY: number };
    // A step is half the shorter side of the camera, in any direction.
    const { height } = instrument.kernel.registry.get(Cameras).selected.traits;
    const step =
      0.5 *
      height *
      instrument.kernel.registry.get(Optics).at({ magIndex: asMagIndex(instrument.magIndex), camera: cameraIndex(0) })
        .pixelSize!.value *
      1e9;
    expect(Math.abs(unsettledX / (step * missing) - 1)).toBeLessThan(0.04);
    expect(Math.abs(unsettledY / (step * missing) - 1)).toBeLessThan(0.04);
    expect(result.standardErrors['unsettledX']).toBeLessThan(0.05 * unsettledX);
  });

  test('nine points give the four lines, whose differences show it', async () => {
    const { lines, unsettledX, unsettledY } = measured.get('nine')!.result.values as {
      lines: { x: number; y: number }[];
      unsettledX: number;
      unsettledY: number;
    };
    expect(lines).toHaveLength(4);
    // The first image follows none, the third step the second: one and two shares, in opposite directions.
    expect(Math.abs((lines[0]!.x - lines[1]!.x) / (3 * unsettledX) - 1)).toBeLessThan(0.15);
    expect(Math.abs((lines[2]!.y - lines[3]!.y) / (3 * unsettledY) - 1)).toBeLessThan(0.15);
    const { result } = await measuredSettling(instrument, 6, 'nine');
    const settled = result.values as typeof result.values & { lines: { x: number; y: number }[] };
    expect(Math.abs(settled.lines[0]!.x - settled.lines[1]!.x)).toBeLessThan(
      0.05 * Math.abs(lines[0]!.x - lines[1]!.x),
    );
  });
});

test('what was measured goes into the history, with what it holds for, and is restored for the session', async () => {
  await using instrument = await settlingInstrument({ imageShiftSettlingFraction: 0.1 });
  await runItem(instrument, item, { measure: 'six', factor: '0.6' });
  const [entry, ...others] = await instrument.history.list({ item });
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    values: { factor: 0.6, unsettledX: expect.any(Number) as number },
    conditions: {
      magIndex: instrument.magIndex,
      camera: 0,
      binning: expect.any(Number) as number,
      stepX: expect.any(Number) as number,
    },
    changes: [{ session: 'ISdelayScaleFactor', value: 0.6, replaced: 1 }],
  });
  const { height } = instrument.kernel.registry.get(Cameras).selected.traits;
  const step =
    0.5 *
    height *
    instrument.kernel.registry.get(Optics).at({ magIndex: asMagIndex(instrument.magIndex), camera: cameraIndex(0) })
      .pixelSize!.value *
    1e9;
  expect(Math.abs((entry!.conditions['stepX'] as number) / step - 1)).toBeLessThan(0.02);
  instrument.settings.set('ISdelayScaleFactor', 2);
  await instrument.history.restore(entry!.id);
  expect(instrument.settings.get('ISdelayScaleFactor')).toBe(0.6);
});

describe('the microscope is left as it was', () => {
  test('and the factor too when it is stopped in the middle', async () => {
    let acquisitions = 0;
    const watching: { instrument?: VirtualInstrumentUnderTest } = {};
    const instrument = await virtualInstrument({
      edit: small,
      simulator: { seed: 1 },
      magIndex: 19,
      watch: (call) => void (call.startsWith('acquire') && ++acquisitions === 5 && watching.instrument!.runner.stop()),
    });
    await using held = instrument;
    watching.instrument = held;
    instrument.calibrations.imageShift.set(asMagIndex(19), cameraIndex(0), trueImageShift(instrument, 19), {
      sessionMeasured: false,
    });
    const net = await instrument.kernel.registry.get(ImageShiftControl).net.read();
    const before = instrument.settings.get('ISdelayScaleFactor');
    await expect(runItem(instrument, item, { measure: 'search' })).rejects.toMatchObject({ code: 'run/stopped' });
    expect(instrument.settings.get('ISdelayScaleFactor')).toBe(before);
    expect(await instrument.kernel.registry.get(ImageShiftControl).net.read()).toEqual(net);
  });

  test('a magnification without image-shift calibration is refused', async () => {
    await using instrument = await virtualInstrument({ edit: small, magIndex: 19 });
    await expect(runItem(instrument, item, { measure: 'nine', factor: '0.5' })).rejects.toMatchObject({
      code: 'image-shift-settling/not-calibrated',
    });
    expect(instrument.settings.get('ISdelayScaleFactor')).toBe(1);
  });
});

describe('the factor by itself', () => {
  test('takes a number and Enter, and measures nothing', async () => {
    await using instrument = await virtualInstrument({ magIndex: 19 });
    const { result, asked } = await runItem(instrument, item, { factor: '0.4' });
    expect(asked).toEqual(['factor', 'measure', 'write-properties']);
    expect(result!.values).toEqual({ factor: 0.4 });
    expect(instrument.settings.get('ISdelayScaleFactor')).toBe(0.4);
  });

  test('while something else runs, or in a script, it asks for the factor only', async () => {
    await using instrument = await virtualInstrument({ magIndex: 19 });
    const port = new ScriptedOperator({}, { defaults: true });
    await instrument.runner.run(item, { port, fromScript: true });
    expect(port.asked.map(({ id }) => id)).toEqual(['factor']);
  });

  test('a factor that is set scales the delays that were adapted to the column at the start', async () => {
    const template = (table: string) => (yaml: string) =>
      yaml.replace(/ImageShiftDelays:\n(?: {2}.*\n)+/, `ImageShiftDelays: ${table}\n`);
    const former = '[[0.1, 0], [0.3, 0.4], [0.8, 0.9], [1.6, 1.7], [3, 3], [3.5, 3.5], [4, 3.7]]';
    await using fei = await virtualInstrument({ edit: template(former), magIndex: 19 });
    const optics = fei.kernel.registry.get(Optics);
    const delays = optics.shiftProperties().delays;
    expect(delays).toHaveLength(4);
    await runItem(fei, item, { factor: '0.5' });
    expect(optics.shiftProperties()).toMatchObject({ delays, delayFactor: 0.5, assumedStartup: 0.25 });
    await using jeol = await virtualInstrument({
      configuration: 'jeol-cryo-arm-k2.yaml',
      edit: template(former),
    });
    expect(jeol.settings.get('ISdelayScaleFactor')).toBe(0.2);
    await runItem(jeol, item, { factor: '1' });
    expect(jeol.kernel.registry.get(Optics).shiftProperties().delayFactor).toBe(1);
  });
});

describeMenuItem(item, { sample: 3 });
describe('measuring', () => {
  describeMenuItem(item, {
    edit: smallest,
    magIndex: 22,
    answers: { factor: '0.2', measure: 'six' },
    keepsResult: true,
    sample: 3,
    prepare: (instrument) =>
      instrument.calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), trueImageShift(instrument, 22), {
        sessionMeasured: false,
      }),
  });
});
