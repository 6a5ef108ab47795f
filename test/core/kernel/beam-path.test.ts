import { EucentricError, StoppedError, type Token } from '../../../core/base';
import {
  type AnySetting,
  type CameraTraits,
  type ProvidedSetting,
  Scope,
  Screen,
  settingsOf,
} from '../../../core/devices';
import { takeImage } from '../../../core/acquisition';
import { BeamPath } from '../../../core/kernel/guards/beam-path';
import { runItem, virtualInstrument } from '../../support/virtual-instrument';

describe('on the virtual microscope', () => {
  let instrument: Awaited<ReturnType<typeof virtualInstrument>>;
  beforeEach(async () => (instrument = await virtualInstrument({ magIndex: 17 })));
  afterEach(() => instrument[Symbol.asyncDispose]());

  const setting = (name: string): AnySetting => {
    const { registry } = instrument.kernel;
    const all = settingsOf(registry.tokens, <T>(key: Token<T>): T => registry.get(key));
    return all.find((each) => each.setting.name === name)!.setting as AnySetting;
  };
  const block = async (): Promise<void> => {
    await setting('screen down').write(true);
    await setting('beam blanked').write(true);
  };
  const state = async (): Promise<readonly unknown[]> => [
    (await setting('screen down').read()) as unknown,
    (await setting('beam blanked').read()) as unknown,
  ];

  test('a plain image is lit: the screen is raised for it and stays up, the beam is blanked again', async () => {
    const lit = await takeImage(instrument.session, 'View');
    await block();
    const image = await takeImage(instrument.session, 'View');
    const mean = ({ frame: { image } }: NonNullable<typeof lit>): number =>
      (image.data as Float32Array).reduce((sum, each) => sum + each, 0) / image.data.length;
    expect(mean(image!) / mean(lit!)).toBeCloseTo(1, 1);
    expect(await state()).toEqual([false, true]);
    expect(instrument.lines.join('\n')).toMatch(/Screen: was down, is up now[^]*Beam: was blanked, is on now/);
  });

  test('a run measures with screen and beam out of the way, and leaves both as it found them', async () => {
    await block();
    const { result } = await runItem(instrument, 'image-shift');
    expect(result?.quality?.verdict).toBe('good');
    expect(await state()).toEqual([true, true]);
  });

  test('a run that is stopped at its first image leaves both as it found them', async () => {
    await block();
    instrument.kernel.hooks.didAcquire.tapPromise('test', async () => instrument.runner.stop());
    await expect(runItem(instrument, 'image-shift')).rejects.toBeInstanceOf(StoppedError);
    expect(await state()).toEqual([true, true]);
  });

  test('after a run the screen stays up again', async () => {
    await runItem(instrument, 'image-shift');
    await setting('screen down').write(true);
    await takeImage(instrument.session, 'View');
    expect(await state()).toEqual([false, false]);
  });
});

describe('what is in the way', () => {
  const traits = { stem: false } as CameraTraits;
  const lines: string[] = [];
  const log = { info: (text: string) => void lines.push(text), warn: (text: string) => void lines.push(text) };
  beforeEach(() => void (lines.length = 0));

  /** A way with a screen and a blanker; `stuck` names what does not move. */
  function way(stuck?: 'screenDown' | 'beamBlanked') {
    const on = { screenDown: true, beamBlanked: true };
    const writes: string[] = [];
    const provided = (['beamBlanked', 'screenDown'] as const).map((member): ProvidedSetting => ({
      token: member === 'screenDown' ? Screen : Scope,
      member,
      setting: {
        name: member,
        traits: { ...Scope.settings, ...Screen.settings }[member],
        read: async () => on[member],
        write: async (value) => {
          writes.push(`${member} ${String(value)}`);
          if (member !== stuck) on[member] = value as boolean;
        },
      },
    }));
    return { on, writes, provided, path: new BeamPath(() => provided, log) };
  }

  test('refuses the image when it stays there, and blanks again what was opened already', async () => {
    const { path, on } = way('screenDown');
    await expect(path.clear(traits)).rejects.toMatchObject({
      code: 'camera/beam-blocked',
      message: expect.stringContaining('Screen: still down') as string,
    });
    expect(on).toEqual({ screenDown: true, beamBlanked: true });
  });

  test('refuses the image when it cannot be read, but not where the wire does not know it', async () => {
    const { provided } = way();
    const failing = (code: string): BeamPath => {
      const read = (): Promise<never> => Promise.reject(new EucentricError({ code, message: 'Lost.', hint: '' }));
      return new BeamPath(() => provided.map((each) => ({ ...each, setting: { ...each.setting, read } })), log);
    };
    await expect(failing('fei/lost').clear(traits)).rejects.toMatchObject({ code: 'fei/lost' });
    await expect(failing('serialem/not-on-this-wire').clear(traits)).resolves.toBeDefined();
  });

  test('is moved away before the beam is unblanked, whatever comes first, so that the specimen is spared meanwhile', async () => {
    const { path, writes } = way();
    await path.clear(traits);
    expect(writes).toEqual(['screenDown false', 'beamBlanked false']);
  });

  test('of a scanned image is only the blanker: the screen stays where it is', async () => {
    const { path, on } = way();
    const close = await path.clear({ ...traits, stem: true });
    expect(on).toEqual({ screenDown: true, beamBlanked: false });
    await close();
    expect(on).toEqual({ screenDown: true, beamBlanked: true });
  });

  test('goes back once in a run, though the operator lowered the screen again in between', async () => {
    const { path, on, writes } = way();
    const undos: (() => Promise<void> | void)[] = [];
    const leave = path.restoreBy((_, undo) => void undos.push(() => undo(new AbortController().signal)));
    await (
      await path.clear(traits)
    )();
    expect(on).toEqual({ screenDown: false, beamBlanked: false });
    on.screenDown = true;
    await (
      await path.clear(traits)
    )();
    leave();
    expect(undos).toHaveLength(2);
    for (const undo of undos) await undo();
    expect(on).toEqual({ screenDown: true, beamBlanked: true });
    expect(writes.filter((each) => each === 'screenDown false')).toHaveLength(2);
  });

  test('that cannot be put back after an image does not cost the image; the log says so', async () => {
    const { path, provided } = way();
    const close = await path.clear(traits);
    (provided[0]!.setting as { write: unknown }).write = () => Promise.reject(new Error('The blanker is gone'));
    await close();
    expect(lines.at(-1)).toMatch(/Beam: could not be blanked again: The blanker is gone/);
  });
});
