import { VirtualClock, degrees, metres, micrometres, nanometres, seconds } from '../../../core/base';
import type { Frame } from '../../../core/devices';
import { type FocusRamp, planFocusRamp, scanWithFocusRamp } from '../../../core/acquisition';

const scan = {
  rows: 1000,
  pixel: nanometres(4),
  exposure: seconds(10),
  flyback: seconds(100e-6),
  startup: seconds(0.2),
  tilt: degrees(45),
  tiltAxis: degrees(0),
};
const traits = { interval: seconds(0.08), initialDelay: seconds(0.25), focusToHeight: 1, inverted: false };

describe('the ramp of the focus for a tilted specimen', () => {
  it('goes over the field in whole steps of at least the interval, each right for the middle of its lines', () => {
    const ramp = planFocusRamp(scan, traits);
    // 10.1 s of lines; the 4 um of height go from the top to the bottom.
    expect(ramp.steps).toBe(126);
    expect(ramp.interval).toBeCloseTo(10.1 / 126, 12);
    expect(ramp.change * 126).toBeCloseTo(-4e-6, 12);
    const atStep = (step: number): number => ramp.base + step * ramp.change;
    expect(atStep(1)).toBeCloseTo(2e-6 - 2e-6 / 126, 12);
    expect(atStep(126)).toBeCloseTo(-2e-6 + 2e-6 / 126, 12);
    expect(atStep(63.5)).toBeCloseTo(0, 12);
    expect(ramp.alongLine).toBe(0);
  });

  it('is steeper where the lens must do more, turns with the image, and can be inverted', () => {
    const range = (more: object, change: object = {}): number => {
      const ramp = planFocusRamp({ ...scan, ...more }, { ...traits, ...change });
      return -1e6 * ramp.change * ramp.steps;
    };
    expect(range({}, { focusToHeight: -2 })).toBeCloseTo(-2, 9);
    expect(range({}, { focusToHeight: 30 })).toBeCloseTo(4 / 30, 9);
    expect(range({ tilt: degrees(-60) })).toBeCloseTo(-4 * Math.sqrt(3), 9);
    expect(range({ tiltAxis: degrees(180) })).toBeCloseTo(-4, 9);
    expect(range({}, { inverted: true })).toBeCloseTo(-4, 9);
    expect(planFocusRamp({ ...scan, tiltAxis: degrees(30) }, traits).alongLine).toBeCloseTo(1e-6, 12);
  });

  it('is refused where the focus could be set less than five times', () => {
    const short = { ...scan, rows: 100, exposure: seconds(0.389) };
    expect(() => planFocusRamp(short, traits)).toThrow(
      expect.objectContaining({ code: 'scan/too-short-for-focus' }) as Error,
    );
    expect(planFocusRamp({ ...short, exposure: seconds(0.391) }, traits).steps).toBe(5);
  });
});

describe('a scan with a ramp of the focus', () => {
  const ramp: FocusRamp = {
    steps: 10,
    interval: seconds(0.1),
    base: micrometres(5.5),
    change: micrometres(-1),
    startup: seconds(0.3),
    initialDelay: seconds(0.25),
    alongLine: metres(0),
  };
  const frame = {} as Frame;

  /** A column whose focus takes a time to be set. */
  function column(takes: number) {
    const clock = new VirtualClock();
    const sent: { at: number; value: number }[] = [];
    let value = metres(1e-6);
    const defocus = {
      read: async () => value,
      write: async (to: typeof value) => {
        if (takes > 0) await clock.delay(seconds(takes));
        value = to;
        sent.push({ at: clock.now(), value: Number((to * 1e6).toFixed(6)) });
      },
    };
    return { clock, sent, defocus, focus: () => value };
  }

  it.each([0, 0.06])('follows its steps on time where a value takes %p s, and gives the focus back', async (takes) => {
    const { clock, sent, defocus, focus } = column(takes);
    let began = 0;
    await scanWithFocusRamp(ramp, { clock, defocus }, async () => {
      began = clock.now();
      await clock.delay(seconds(1.5));
      return frame;
    });
    // From the far side, then the first value, as a lens with hysteresis needs it.
    expect(sent.slice(0, 2).map(({ value }) => value)).toEqual([7.5, 6.5]);
    const steps = sent.slice(2, -1);
    expect(steps.map(({ value }) => value)).toEqual([5.5, 4.5, 3.5, 2.5, 1.5, 0.5, -0.5, -1.5, -2.5, -3.5]);
    steps.forEach(({ at }, k) => expect(at - began).toBeCloseTo(0.3 + 0.1 * k, 6));
    expect(focus()).toBe(1e-6);
  });

  it('leaves values out where the column is slow, ends with the image, and passes an error on once the scan has ended', async () => {
    const slow = column(0.25);
    await scanWithFocusRamp(ramp, slow, async () => {
      await slow.clock.delay(seconds(0.9));
      return frame;
    });
    const values = slow.sent.slice(2, -1).map(({ value }) => value);
    expect(values.length).toBeLessThan(5);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(slow.focus()).toBe(1e-6);

    const { clock, defocus } = column(0);
    let ended = false;
    let calls = 0;
    const failing = {
      ...defocus,
      write: async (to: Parameters<typeof defocus.write>[0]) => {
        if (++calls === 4) throw new Error('the lens does not answer');
        await defocus.write(to);
      },
    };
    await expect(
      scanWithFocusRamp(ramp, { clock, defocus: failing }, async () => {
        await clock.delay(seconds(1.5));
        ended = true;
        return frame;
      }),
    ).rejects.toThrow('does not answer');
    expect([ended, await defocus.read()]).toEqual([true, 1e-6]);
  });
});
