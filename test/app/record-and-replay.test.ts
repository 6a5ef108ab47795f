import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VirtualClock, errorContents, imageShiftUnits, micrometres, seconds, vector } from '../../core/base';
import { type AnySetting, Cameras, Scope, Stage } from '../../core/devices';
import { WireRecorder } from '../../core/kernel';
import { eucentric, temporarySite } from './eucentric';
import {
  type VirtualInstrumentOptions,
  partOfCamera,
  projectFolder,
  virtualInstrument as instrumentOf,
} from '../support/virtual-instrument';
import { needs } from '../support/needs';

const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const devices = /^ {2}(fei|jeol|hitachi|serialem|gatan-k2k3|falcon-ceta): \{(.*)\}$/gm;
const replayOf = (file: string) => (yaml: string) =>
  yaml.replace(/^ {2}simulator: .*\n/m, '').replace(devices, `  $1: { wire: replay, recording: '${file}', $2 }`);
/** An instrument whose cameras are small: what is recorded of an image does not depend on its size. */
const virtualInstrument = ({ edit, ...options }: VirtualInstrumentOptions) =>
  instrumentOf({ ...options, edit: (yaml) => partOfCamera(edit?.(yaml) ?? yaml) });
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** Uses every device a little, and tells what it answered. */
async function use({ kernel: { registry }, session }: Instrument, x = 1.5) {
  const [scope, stage, cameras] = [registry.get(Scope), registry.get(Stage), registry.get(Cameras)];
  const scanning = cameras.all.find(({ traits }) => traits.stem);
  if (scanning) await cameras.select(scanning.traits.index);
  const magIndex = await scope.magIndex.read();
  await scope.imageShift.write(vector(imageShiftUnits(x), imageShiftUnits(-0.5)));
  await stage.move({ x: micrometres(12), y: micrometres(-3) });
  const { traits } = cameras.selected;
  const area = { left: 0, top: 0, right: traits.width, bottom: traits.height };
  const exposure = cameras.selected.fit({
    binning: traits.binnings.at(-1)!,
    area,
    exposure: seconds(0.2),
    driftSettling: seconds(0),
    processing: 'gain normalized',
    readMode: 'counting',
  });
  const { image } = await cameras.selected.acquire(exposure);
  const settings: Record<string, unknown> = {};
  for (const { setting } of session.deviceSettings()) {
    if (setting.name === 'image shift' || !('write' in setting) || setting.traits.kind !== 'pair') continue;
    await (setting as AnySetting).write(vector(0.25, -0.5));
    settings[setting.name] = await setting.read();
  }
  // What only operators of a virtual microscope change is on no wire, and so not in a recording.
  const ofWires = session.deviceSettings().filter(({ setting }) => !setting.traits.operatorsOnly);
  for (const { setting } of ofWires)
    settings[setting.name] ??= await setting.read().catch((error: unknown) => errorContents(error).code);
  return {
    settings,
    magIndex,
    shift: await scope.imageShift.read(),
    place: await stage.position.read(),
    voltage: await scope.highTension.read(),
    shape: [...image.shape],
    pixels: [...image.data.slice(0, 2000)],
  };
}

describe.each([
  'krios-k3.yaml',
  'talos-ceta.yaml',
  'talos-oneview-orius.yaml',
  'talos-through-serialem.yaml',
  'jeol-cryo-arm-k2.yaml',
  'jeol-stem.yaml',
  'talos-stem.yaml',
  'hitachi-ht7700.yaml',
])('%s', (name) => {
  const configuration = path.join(projectFolder, 'config', name);
  const file = path.join(folder, `${name}.jsonl`);

  it('is played back as it was recorded, without a microscope', async () => {
    let recorded: unknown;
    {
      await using instrument = await virtualInstrument({ configuration, record: { file, images: true } });
      recorded = await use(instrument);
    }
    for (let round = 0; round < 2; round++) {
      await using instrument = await virtualInstrument({ configuration, edit: replayOf(file) });
      expect(await use(instrument)).toEqual(recorded);
    }
  });

  it('says where another run leaves the recording', async () => {
    await using instrument = await virtualInstrument({ configuration, edit: replayOf(file) });
    await expect(use(instrument, 1.25)).rejects.toMatchObject({
      code: 'recording/mismatch',
      message: expect.stringMatching(
        /does not fit: on the wire of (fei|jeol|hitachi|serialem), .* was asked for, but in the recording .* comes next, as call \d+\./,
      ) as string,
    });
  });
});

describe('a recording', () => {
  const configuration = path.join(projectFolder, 'config', 'talos-ceta.yaml');
  const file = path.join(folder, 'plain.jsonl');
  const opened = (recording: string) => virtualInstrument({ configuration, edit: replayOf(recording) });

  it('keeps of images only their size and a hash, unless the whole images are requested; the rest is still played back', async () => {
    let shape: unknown;
    {
      await using instrument = await virtualInstrument({ configuration, record: { file, images: false } });
      ({ shape } = await use(instrument));
    }
    const images = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"$array"'));
    expect(images).toHaveLength(1);
    const [image = ''] = images;
    expect(image).toMatch(/"answer":\{.*"\$array":"Uint16Array","length":\d+,"sha256":"[0-9a-f]{64}"\}/);
    // The image itself would be sixteen thousand numbers; the rest is what was asked for.
    expect(image.length).toBeLessThan(2000);
    await using again = await opened(file);
    expect(await use(again)).toMatchObject({ shape, pixels: expect.arrayContaining([0]) as number[] });
  });

  it('that ends in the middle of a line, as after a crash, is played back as far as it goes', async () => {
    const cut = path.join(folder, 'cut.jsonl');
    writeFileSync(cut, readFileSync(file));
    appendFileSync(cut, '{"n":9999,"wire":"fei","ca');
    await using instrument = await opened(cut);
    await use(instrument);
    await expect(instrument.kernel.registry.get(Scope).defocus.read()).rejects.toMatchObject({
      code: 'recording/mismatch',
      message: expect.stringMatching(
        /getDefocus\(\) was asked for, but in the recording close\(\) comes next/,
      ) as string,
    });
  });

  it.each([
    ['that is not there', undefined, 'recording/unreadable'],
    ['that is something else', 'hello\nworld\n', 'recording/unreadable'],
    ['of another version', '{"recording":"eucentric wires","version":9}\n', 'recording/unreadable'],
    [
      'of other wires',
      '{"recording":"eucentric wires","version":1,"images":false}\n{"n":1,"wire":"jeol","call":"open","given":[],"at":0}\n',
      'recording/other-wire',
    ],
  ])('%s is refused with what to do', async (_what, text, code) => {
    const other = path.join(folder, 'other.jsonl');
    rmSync(other, { force: true });
    if (text !== undefined) writeFileSync(other, text);
    const failure = (await opened(other).catch((error: unknown) => error)) as {
      code: string;
      hint: string;
      errors?: readonly { code: string }[];
    };
    expect([failure.code, ...(failure.errors ?? []).map((error) => error.code)]).toContain(code);
    expect(failure.hint).not.toBe('');
  });

  it('has to be named, and its file has to be one that can be written', async () => {
    const none = await virtualInstrument({
      configuration,
      edit: (yaml) => yaml.replace(/^ {2}fei: .*$/m, '  fei: { wire: replay }'),
    }).catch((error: unknown) => error);
    expect(none).toMatchObject({ code: 'recording/not-named' });
    await expect(
      virtualInstrument({ configuration, record: { file: path.join(folder, 'no', 'such', 'folder'), images: false } }),
    ).rejects.toMatchObject({ code: 'recording/not-written' });
  });
});

describe('a recording that fails', () => {
  // Writing to this device fails as on a full disk.
  const fullDisk = '/dev/full';

  needs('the device /dev/full', existsSync(fullDisk)).test(
    'on a full disk ends, and the run goes on to its result and a warning',
    () => {
      const site = temporarySite();
      const item = 'calibrations/image-and-stage-shift/image-shift';
      const given = ['run', item, '--defaults', '--json', '--seed', '3', '--config', site.configuration];
      const { code, lines, stderr } = eucentric([...given, '--record', fullDisk]);
      expect(code).toBe(0);
      expect(lines().at(-1)).toMatchObject({ event: 'result', item });
      expect(stderr.match(/The recording \/dev\/full ends here, and the run goes on: ENOSPC/g)).toHaveLength(1);
      expect(stderr.trimEnd().split('\n').at(-1)).toBe('warn: The recording /dev/full is not complete.');
      site.remove();
    },
  );

  it('by an error of its own neither changes the answer of a call nor hides its error', async () => {
    const warnings: string[] = [];
    const file = path.join(folder, 'broken.jsonl');
    const recorder = new WireRecorder(file, false, new VirtualClock(), { warn: (text) => warnings.push(text) });
    const unwritable = {
      get pressure(): number {
        throw new Error('it cannot be written down');
      },
    };
    const wire = recorder.record('test', {
      first: () => 1,
      pump: async () => unwritable,
      valve: async () => Promise.reject(new Error('The valve is stuck')),
    });
    expect(wire.first()).toBe(1);
    expect(await wire.pump()).toBe(unwritable);
    await expect(wire.valve()).rejects.toThrow('The valve is stuck');
    recorder.close();
    expect(warnings).toEqual([
      `The recording ${file} ends here, and the run goes on: it cannot be written down`,
      `The recording ${file} is not complete.`,
    ]);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(2);
  });
});
