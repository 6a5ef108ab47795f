import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkDrivenCameras, undrivenCameras } from '../../app/undriven-cameras';
import { cameraIndex } from '../../core/base';
import { Cameras, Scope } from '../../core/devices';
import { parseSettings } from '../../core/settings';
import { virtualInstrument } from '../support/virtual-instrument';
import { eucentric } from './eucentric';

const cameraOf = (index: number, properties: string) => `  - index: ${index}
    Name: Camera${index}
    CameraSizeX: 2048
    CameraSizeY: 2048
    PixelSizeInMicrons: 10
    Binnings: [1, 2, 4]
    ${properties}
`;
const settingsOf = (cameras: readonly string[], plugins = ['gatan-k2k3']) =>
  parseSettings(
    `plugins:\n${plugins.map((id) => `  ${id}: {}\n`).join('')}ActiveCameraList: [${cameras.map((_, at) => at).join(', ')}]\ncameras:\n${cameras.map((each, at) => cameraOf(at, each)).join('')}`,
    'site.yaml',
  ).settings;

describe('an active camera that no plugin drives', () => {
  test.each([
    ['DECameraType: 2', 'a camera of Direct Electron (DECameraType)'],
    ['TietzCameraType: 12', 'a camera of TVIPS (TietzCameraType)'],
    ['DectrisCameraType: 1', 'a camera of Dectris (DectrisCameraType)'],
    ['PluginName: OtherCam', 'a camera behind the SerialEM plugin OtherCam (PluginName)'],
    ['STEMCamera: 1\n    PluginName: OtherScan', 'a STEM camera (STEMCamera)'],
  ])('is named by what it is: %s', (properties, kind) => {
    const [found, ...more] = checkDrivenCameras(settingsOf(['K2Type: 3', properties]));
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      severity: 'warning',
      code: 'settings/undriven-camera',
      place: { file: 'site.yaml', line: 12 },
    });
    expect(found!.message).toBe(`Camera 1 (Camera1) is active, but it is ${kind}, which no plugin in use drives.`);
  });

  test('is not one that names no other program, even where it scans: that is DigitalMicrograph', () => {
    expect(checkDrivenCameras(settingsOf(['K2Type: 3', 'STEMCamera: 1']))).toEqual([]);
  });

  test('names the plugin that drives it where that is only switched off', () => {
    const [found] = checkDrivenCameras(settingsOf(['K2Type: 3', 'FEICameraType: 3']));
    expect(found!.message).toContain('the plugin falcon-ceta, which drives it, is not switched on');
    expect(found!.hint).toBe('Add "falcon-ceta: {}" to plugins.');
    expect(checkDrivenCameras(settingsOf(['K2Type: 3', 'FEICameraType: 3'], ['gatan-k2k3', 'falcon-ceta']))).toEqual(
      [],
    );
  });

  test('is said to be reached in another way where the plugin drives one, but not this one too', () => {
    const [found] = checkDrivenCameras(settingsOf(['K2Type: 3\n    UseSocket: 1', 'OneViewType: 1\n    UseSocket: 0']));
    expect(found!.message).toContain('the plugin gatan-k2k3 reaches the other cameras in another way');
  });

  test('is not spoken of where a plugin from outside may drive it, or where there are no plugins', () => {
    const outside = { default: { id: './own', summary: 'x', apply: () => {} } };
    const settings = settingsOf(['DECameraType: 2'], ['./own']);
    expect(checkDrivenCameras(settings, { './own': () => outside.default })).toHaveLength(1);
    expect(checkDrivenCameras(settingsOf(['DECameraType: 2'], []))).toEqual([]);
    expect(undrivenCameras(settings, () => true)).toEqual([]);
  });
});

describe('an instrument', () => {
  const second = (yaml: string) =>
    yaml
      .replace(/ActiveCameraList: \[0\]/, 'ActiveCameraList: [0, 4]')
      .replace(/^cameras:\n/m, `cameras:\n${cameraOf(4, 'DECameraType: 2')}`);

  test('with a second camera that nothing drives says why that one cannot be selected, and works with the first', async () => {
    await using instrument = await virtualInstrument({ edit: second });
    expect(instrument.settings.cameras.map(({ index }) => index)).toEqual([0, 4]);
    const cameras = instrument.kernel.registry.get(Cameras);
    await expect(cameras.select(cameraIndex(4))).rejects.toMatchObject({
      code: 'kernel/no-such-camera',
      message:
        'Camera 4 cannot be selected: it is a camera of Direct Electron (DECameraType), which no plugin in use drives.',
      hint: expect.stringContaining('0 (K3)') as string,
    });
    await expect(cameras.select(cameraIndex(7))).rejects.toThrow('no camera of the configuration has that number');
    expect(cameras.selected.traits.index).toBe(0);
  });

  test('without any camera gives the reason at each item that needs one, not the names of services', async () => {
    await using instrument = await virtualInstrument({
      edit: (yaml) => second(yaml).replace('ActiveCameraList: [0, 4]', 'ActiveCameraList: [4]'),
    });
    expect(instrument.kernel.registry.has(Scope)).toBe(true);
    const menu = instrument.session.menu();
    for (const id of ['image-shift', 'list-is-vectors', 'remove-stage-cal']) {
      const { reason } = menu.find((each) => each.id.endsWith(`/${id}`))!;
      expect(reason).toBe(
        'needs a camera: camera 4 (Camera4) cannot be used, it is a camera of Direct Electron (DECameraType), which no plugin in use drives',
      );
    }
  });
});

test('a twin of a site with such a camera has a plain one in its place, which takes images; the import for the instrument gives the reason', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-undriven-'));
  try {
    const [properties, twin] = [path.join(folder, 'properties.txt'), path.join(folder, 'twin.yaml')];
    const lines = [
      'SerialEMProperties',
      'ActiveCameraList 0',
      'MagnificationTable 2',
      '1 100 -90 100',
      '2 2000 90 2000',
      'CameraProperties 0',
      'Name Survey',
      'DECameraType 3',
      'CameraSizeX 4096',
      'CameraSizeY 4096',
      'PixelSizeInMicrons 6.5',
      'Binnings 1 2 4',
      'EndCameraProperties',
      '',
    ];
    writeFileSync(properties, lines.join('\n'));
    const reason = 'it is a camera of Direct Electron (DECameraType), which no plugin in use drives';
    const site = path.join(folder, 'site.yaml');
    const made = eucentric(['import', properties, '-o', site]);
    expect([made.code, made.stderr]).toEqual([
      0,
      expect.stringContaining(`Camera 0 (Survey) is active, but ${reason}`),
    ]);
    const checked = eucentric(['check', site]);
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining(reason)]);

    const twinMade = eucentric(['import', properties, '--twin', '-o', twin]);
    expect(twinMade.stderr).toContain('No plugin drives camera 0 (Survey). The twin has a plain simulated camera');
    expect(readFileSync(twin, 'utf8')).toContain('  simulator: { cameras: [0] }\n');
    const clean = eucentric(['check', twin]);
    expect([clean.code, clean.stdout]).toEqual([0, expect.not.stringContaining('camera')]);
    expect(eucentric(['devices', '--config', twin]).stdout).not.toContain('cannot be used');
    const ran = eucentric(['run', 'set-binned-size', '--take', 'View', '--defaults', '--config', twin, '--json']);
    expect([ran.code, ran.lines().at(-1)]).toMatchObject([0, { event: 'result' }]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
