import { degrees, imageShiftUnits, magIndex, metres, micrometres, radians, seconds, vector } from '../../../core/base';
import { ScanRotation, ScannedField, StemMode } from '../../../core/devices';
import { FeiScan } from '../../../plugins/fei/scan';
import type { FeiColumn } from '../../../plugins/fei/column';
import { makeColumn, plainColumn } from './make-column';
import { makeTemscriptColumn } from './make-temscript-column';

const scan = {
  magnifications: [
    { index: 1, magnification: 1600, low: true },
    { index: 2, magnification: 12800, low: false },
    { index: 3, magnification: 25600, low: false },
  ],
};

/** A column that scans, with its devices by name. */
async function scanningColumn(changes: Partial<FeiColumn> = {}) {
  const column = await makeColumn({ scan, ...changes });
  const device = <Device>(token: { readonly symbol: symbol }): Device =>
    column.devices.find((each) => each.token.symbol === token.symbol)!.device as Device;
  return {
    ...column,
    mode: device<StemMode>(StemMode).stemMode,
    rotation: device<ScanRotation>(ScanRotation).scanRotation,
    field: device<ScannedField>(ScannedField).scannedField,
  };
}

describe('an FEI column that scans', () => {
  it('waits after a change of mode, gives each mode its focus, and leaves in microprobe', async () => {
    const { mode, scope, clock, microscope } = await scanningColumn();
    await scope.probeMode.write('nano');
    await scope.defocus.write(micrometres(-2));
    let before = clock.now();
    await mode.write(true);
    expect(clock.now() - before).toBeGreaterThanOrEqual(2);
    expect(microscope.state.scanning).toBe(true);
    await scope.defocus.write(micrometres(5));
    await mode.write(false);
    expect(await scope.defocus.read()).toBeCloseTo(-2e-6, 12);
    expect(microscope.state.probeMode).toBe('micro');
    await mode.write(true);
    expect(await scope.defocus.read()).toBeCloseTo(5e-6, 12);
    before = clock.now();
    await mode.write(true);
    expect(clock.now()).toBe(before);
  });

  it('keeps the rotation of the next scan until there is one, and asks nothing of a scan outside of it', async () => {
    const { mode, rotation, field, wire, microscope } = await scanningColumn();
    await rotation.write(degrees(30));
    expect(await rotation.read()).toBeCloseTo(Math.PI / 6, 12);
    expect(await field.read()).toEqual({ x: 0, y: 0 });
    const names = ['setStemRotation', 'getStemRotation', 'getStemMagnification', 'getStemField'] as const;
    expect(names.flatMap((name) => wire.calls(name))).toEqual([]);
    await mode.write(true);
    expect(microscope.state.scanRotation).toBeCloseTo(30, 9);
    await rotation.write(radians(-0.5));
    expect(microscope.state.scanRotation).toBeCloseTo((-0.5 * 180) / Math.PI, 9);
    await expect(rotation.write(radians(4))).rejects.toMatchObject({ code: 'limits/out-of-range' });
    const { x, y } = await field.read();
    expect(x).toBeGreaterThan(0);
    expect(y).toBeCloseTo(x, 12);
  });

  it('counts magnifications by the table of the scan while it scans', async () => {
    const { mode, scope, wire, transport } = await scanningColumn();
    await scope.magIndex.write(magIndex(6));
    await mode.write(true);
    await transport.setStemMagnification(25600);
    await scope.magIndex.write(magIndex(2));
    expect(wire.calls('setStemMagnification')).toEqual([[25600], [12800, undefined]]);
    expect(await scope.magIndex.read()).toBe(2);
    const sent = wire.writes().length;
    await expect(scope.magIndex.write(magIndex(6))).rejects.toMatchObject({ code: 'fei/no-such-scan' });
    expect(wire.writes()).toHaveLength(sent);
    await mode.write(false);
    expect(await scope.magIndex.read()).toBe(6);
  });

  it('goes from one range to the other only at the column, as its scripting cannot', async () => {
    const { mode, scope, wire, microscope } = await scanningColumn();
    microscope.setMagnification(8);
    await mode.write(true);
    await scope.magIndex.write(magIndex(3));
    const sent = wire.writes().length;
    await expect(scope.magIndex.write(magIndex(1))).rejects.toMatchObject({ code: 'fei/scan-in-other-range' });
    expect(wire.writes()).toHaveLength(sent);
    microscope.setMagnification(4);
    expect(await scope.magIndex.read()).toBe(1);
    await expect(scope.magIndex.write(magIndex(2))).rejects.toMatchObject({ code: 'fei/scan-in-other-range' });
  });

  it('knows nanoprobe and microprobe by their own magnifications, and those of low magnification by FeiSTEMprobeModeInLM', async () => {
    const magnifications = [
      { index: 1, magnification: 1600, low: true, probe: 'nano' },
      { index: 2, magnification: 12800, low: false, probe: 'nano' },
      { index: 3, magnification: 1600, low: true, probe: 'micro' },
      { index: 4, magnification: 6400, low: false, probe: 'micro' },
      { index: 5, magnification: 12800, low: false, probe: 'micro' },
    ] as const;
    const { mode, scope, wire, microscope } = await scanningColumn({ scan: { magnifications } });
    await mode.write(true);
    await scope.probeMode.write('nano');
    microscope.setMagnification(7);
    expect(await scope.magIndex.read()).toBe(2);
    const sent = wire.writes().length;
    await expect(scope.magIndex.write(magIndex(5))).rejects.toMatchObject({ code: 'fei/scan-of-other-probe' });
    expect(wire.writes()).toHaveLength(sent);
    await scope.probeMode.write('micro');
    expect(await scope.magIndex.read()).toBe(5);
    await scope.magIndex.write(magIndex(4));
    expect(microscope.state.magnification).toBe(6400);
    microscope.setMagnification(4);
    expect([await scope.magIndex.read(), await scope.probeMode.read()]).toEqual([3, 'micro']);
    const assumed = await scanningColumn({ scan: { magnifications, probeInLow: 'nano' } });
    await assumed.mode.write(true);
    await assumed.scope.probeMode.write('micro');
    assumed.microscope.setMagnification(4);
    expect(await assumed.scope.magIndex.read()).toBe(1);
    assumed.microscope.setMagnification(7);
    expect(await assumed.scope.magIndex.read()).toBe(5);
  });

  it('shifts a scan with the probe, and the image with the coils below the specimen', async () => {
    const { mode, scope, wire, microscope } = await scanningColumn();
    const to = (x: number, y: number) => scope.imageShift.write(vector(imageShiftUnits(x), imageShiftUnits(y)));
    await scope.probeMode.write('micro');
    await to(0.3, -0.1);
    await mode.write(true);
    expect(await scope.imageShift.read()).toEqual({ x: 0, y: 0 });
    await to(0.25, 0.5);
    expect(wire.calls('setBeamShift').at(-1)?.slice(0, 2)).toEqual([0.25, 0.5]);
    expect([microscope.state.beamShift, microscope.state.imageShift]).toEqual([
      { x: 0.25, y: 0.5 },
      { x: 0.3, y: -0.1 },
    ]);
    await mode.write(false);
    expect(await scope.imageShift.read()).toEqual({ x: 0.3, y: -0.1 });
  });

  it('does not take a magnification that the table does not have for one that it has', async () => {
    const { mode, scope, transport } = await scanningColumn();
    await mode.write(true);
    await transport.setStemMagnification(6400);
    await expect(scope.magIndex.read()).rejects.toMatchObject({
      code: 'fei/unknown-scan',
      message: expect.stringContaining('6400') as string,
    });
  });

  it('is not asked about its mode where the site has nothing to scan with', async () => {
    const { scope, wire, lacks } = await makeColumn();
    await scope.magIndex.read();
    await scope.imageShift.write(vector(imageShiftUnits(0.1), imageShiftUnits(0)));
    expect(wire.calls('getInstrumentMode')).toEqual([]);
    expect(lacks.find(({ token }) => token.symbol === StemMode.symbol)?.lacksBecause).toContain('STEMMagTable');
  });

  it('a column that stays in its mode is given up after some seconds', async () => {
    const { transport, clock } = await makeColumn();
    const stubborn = { ...transport, getInstrumentMode: () => Promise.resolve(0) };
    const device = new FeiScan(stubborn, { ...plainColumn, scan }, clock);
    const before = clock.now();
    const ended = expect(device.stemMode.write(true)).rejects.toMatchObject({ code: 'fei/stem-timeout' });
    await ended;
    expect(clock.now() - before).toBeLessThan(seconds(8));
  });

  it('over temscript, the server names the modes and rejects what is not in STEM', async () => {
    const { scope, wire, server, devices, dispose } = await makeTemscriptColumn({ column: { scan } });
    const find = <Device>(token: { readonly symbol: symbol }): Device =>
      devices.find((each) => each.token.symbol === token.symbol)!.device as Device;
    await expect(wire.getStemMagnification()).rejects.toMatchObject({ code: 'fei/server-refused' });
    await find<StemMode>(StemMode).stemMode.write(true);
    expect(server.writes).toContainEqual({ path: 'instrument_mode', body: 'STEM' });
    await wire.setStemMagnification(12000);
    await scope.magIndex.write(magIndex(3));
    expect(server.values['stem_magnification']).toBe(25600);
    expect(await scope.magIndex.read()).toBe(3);
    expect((await find<ScannedField>(ScannedField).scannedField.read()).x).toBeCloseTo(metres(0.12 / 25600), 12);
    await dispose();
  });
});
