import { EucentricError, StoppedError, describe as textOf, seconds } from '../core/base';
import {
  type AnySetting,
  Cameras,
  type DeviceToken,
  type Frame,
  Scope,
  type SettingTraits,
  isDevice,
  valueRefusal,
} from '../core/devices';
import { alike, shown, wrongValues } from './setting-values';
import { type VirtualInstrumentOptions, virtualInstrument } from './virtual-instrument';

type Virtual = Awaited<ReturnType<typeof virtualInstrument>>;
interface Tried {
  readonly key: DeviceToken<unknown>;
  readonly member: string;
  readonly setting: AnySetting;
}
type Pair = { readonly x: number; readonly y: number };

/**
 * Holds every setting of every device that a configuration brings to what its traits say, whatever plugin it comes from: it can be read,
 * keeps what is written within its range, refuses all else before anything is sent, listens to STOP, and every call is seen. A new
 * device needs no suite of its own.
 */
export function describeDevices(options: VirtualInstrumentOptions): void {
  let instrument: Virtual;
  let seen: string[] = [];
  let announced: [name: string, value: unknown][] = [];
  let settings: readonly Tried[];

  beforeAll(async () => {
    instrument = await virtualInstrument({
      ...options,
      watch: (call) => void seen.push(call),
    });
    instrument.session.onSetting(({ name }, value) => void announced.push([name, value]));
    settings = settingsOf(instrument);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());
  beforeEach(() => void ((seen = []), (announced = [])));

  /** Expects no fault in any of the settings, and names those that have one. */
  const expectOf = async (
    chosen: readonly Tried[],
    fault: (tried: Tried) => Promise<string | undefined>,
  ): Promise<void> => {
    const wrong: string[] = [];
    for (const tried of chosen) {
      const found = await fault(tried).catch((error: unknown) => String(error));
      if (found !== undefined) wrong.push(`${tried.key.name}.${tried.member}: ${found}`);
    }
    expect(chosen.length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  };
  const writable = (): readonly Tried[] => settings.filter(({ setting }) => 'write' in setting);

  test('say what each setting is, and no two settings are called the same', () => {
    const names = settings.map(({ setting }) => setting.name);
    expect(names).toEqual([...new Set(names)]);
    for (const { setting, key } of settings) {
      expect(setting.traits).toMatchObject({ name: setting.name, label: expect.stringMatching(/^[A-Z]/) as string });
      expect([key.called, key.part, key.heading]).toEqual([
        expect.stringMatching(/^(the|an?) /),
        expect.stringMatching(/^[a-z]/),
        expect.stringMatching(/^[A-Z]/),
      ]);
    }
  });

  test('can be read: a value of the kind, and each reading is seen and announced', () =>
    expectOf(settings, async ({ setting }) => {
      const value: unknown = await setting.read();
      const { range: _, ...kind } = setting.traits as SettingTraits & { readonly range?: unknown };
      const fault = setting.traits.kind === 'position' ? undefined : valueRefusal(kind, value);
      if (fault) return `${fault.asked} is not ${fault.allowed}`;
      if (seen.at(-1) !== `read ${setting.name}`) return `the reading was seen as ${String(seen.at(-1))}`;
      return announced.some(([name, each]) => name === setting.name && each === value)
        ? undefined
        : 'it was not announced';
    }));

  test('keep what is written within their range, and take back what they were', () =>
    expectOf(writable(), async ({ setting }) => {
      const before: unknown = await setting.read();
      for (const value of nearbyValues(setting, before, instrument)) {
        await setting.write(value);
        if (!announced.some(([name, each]) => name === setting.name && each === value))
          return 'a change was not announced';
        const after: unknown = await setting.read();
        if (!alike(setting.traits, after, value)) return `wrote ${shown(value)}, read ${shown(after)}`;
      }
      await setting.write(before);
      const after: unknown = await setting.read();
      if (!seen.includes(`write ${setting.name}`)) return 'no change was seen';
      return alike(setting.traits, after, before) ? undefined : `was ${shown(before)}, and is ${shown(after)} now`;
    }));

  test('refuse a wrong value, or one outside their range, before anything is sent', () =>
    expectOf(writable(), async ({ setting }) => {
      const before: unknown = await setting.read();
      for (const value of wrongValues(setting.traits)) {
        const error: unknown = await setting.write(value).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (!(error instanceof EucentricError))
          return `${shown(value)}: ${error === undefined ? 'was accepted' : textOf(error)}`;
        if (error.code !== 'limits/out-of-range' || error.hint === '') return `${shown(value)}: ${error.code}`;
        if (/undefined is|\[object/.test(error.message)) return error.message;
      }
      if (seen.includes(`write ${setting.name}`)) return 'something was sent';
      return alike(setting.traits, await setting.read(), before) ? undefined : 'it has changed';
    }));

  test('keep no camera in the dark: what blocks the beam is out of the way in every image', async () => {
    const cameras = instrument.kernel.registry.get(Cameras);
    const { selected } = cameras;
    const blocking = writable().filter(({ setting: { traits } }) => traits.kind === 'switch' && traits.blocksBeam);
    expect(blocking.length).toBeGreaterThanOrEqual(2);
    for (const camera of cameras.all) {
      // A camera that scans takes images in STEM alone, to which the column goes with it.
      await cameras.select(camera.traits.index);
      const { width, height, binnings } = camera.traits;
      const exposure = camera.fit({
        binning: binnings.at(-1)!,
        area: { left: 0, top: 0, right: width, bottom: height },
        exposure: seconds(0.5),
        driftSettling: seconds(0),
        processing: 'gain normalized',
        readMode: 'linear',
      });
      const lit = meanOf(await camera.acquire(exposure));
      for (const { setting } of blocking) {
        await setting.write(true);
        expect(meanOf(await camera.acquire(exposure)) / lit).toBeCloseTo(1, 1);
        await setting.write(false);
      }
    }
    await cameras.select(selected.traits.index);
  });

  test('are sent nothing once STOP was pressed', () =>
    expectOf(writable(), async ({ setting }) => {
      const before: unknown = await setting.read();
      const value = nearbyValues(setting, before, instrument)[0] ?? before;
      const error: unknown = await setting.write(value, AbortSignal.abort(new StoppedError())).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof StoppedError)) return 'it was not stopped';
      if (seen.includes(`write ${setting.name}`)) return 'something was sent';
      return alike(setting.traits, await setting.read(), before) ? undefined : 'it has changed';
    }));
}

/** Every setting of every device, those too that are only read on demand. */
function settingsOf({ kernel: { registry } }: Virtual): readonly Tried[] {
  return registry.tokens.filter(isDevice).flatMap((key) => {
    const device = registry.get(key) as Readonly<Record<string, AnySetting | undefined>>;
    return Object.keys(key.settings).flatMap((member) => {
      const setting = device[member];
      return setting ? [{ key, member, setting }] : [];
    });
  });
}

/** Values near the present one that an instrument takes: a step to each side, within the range. */
function nearbyValues(setting: AnySetting, present: unknown, instrument: Virtual): readonly unknown[] {
  const { traits } = setting;
  if (setting === instrument.kernel.registry.get(Scope).magIndex) {
    const indexes = instrument.settings.magnificationTable
      .filter(({ filmMag }) => filmMag > 0)
      .map(({ index }) => index);
    return indexes.filter((index) => Math.abs(index - (present as number)) === 1);
  }
  // What only serves to be given back has no steps that a person knows.
  if (traits.raw) return [];
  switch (traits.kind) {
    case 'number': {
      if (traits.choices) return traits.choices;
      const [least, most] = traits.range ?? [-Infinity, Infinity];
      return [-1, 1]
        .map((steps) => (present as number) + (steps * traits.step) / traits.factor)
        .filter((value) => value >= least && value <= most);
    }
    case 'pair': {
      const { x, y } = present as Pair;
      const step = traits.step / traits.factor;
      return [
        { x: x + step, y: y - step },
        { x: x - step, y },
      ];
    }
    case 'switch':
      return [!(present as boolean)];
    case 'choice':
      return traits.choices;
    case 'position':
      return [];
  }
}

/** Mean counts of an image. */
const meanOf = ({ image: { data } }: Frame): number =>
  (data as Float32Array).reduce((sum, each) => sum + each, 0) / data.length;
