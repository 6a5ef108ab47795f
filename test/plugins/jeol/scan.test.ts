import { imageShiftUnits, magIndex, micrometres, milliseconds, seconds, vector } from '../../../core/base';
import { StemMode } from '../../../core/devices';
import { JeolScan } from '../../../plugins/jeol/scan';
import type { JeolTransport } from '../../../plugins/jeol/transport';
import { makeColumn, plainColumn } from './make-column';

const scan = {
  magIndexes: new Set([1, 2, 3, 4, 5, 6]),
  ranges: [
    { mode: 1, first: 1 },
    { mode: 2, first: 4 },
  ],
  shiftDeflector: 'CLA1' as const,
  defocusFactor: 0.5,
  switchDelay: { toStem: milliseconds(1000), toTem: milliseconds(200) },
  preMagDelay: milliseconds(1500),
};

describe('a JEOL column that scans', () => {
  const make = async (shiftDeflector: 'CLA1' | 'CLA2' = 'CLA1') => {
    const made = await makeColumn({
      column: { scan: { ...scan, shiftDeflector } },
      options: { neutralScanShift: [3, -2] },
    });
    const { device } = made.devices.find(({ token }) => token.symbol === StemMode.symbol)!;
    return { ...made, mode: (device as StemMode).stemMode };
  };

  it('changes its mode and waits for the lenses, once', async () => {
    const { mode, clock, microscope, wire, dispose } = await make();
    const before = clock.now();
    await mode.write(true);
    expect(clock.now() - before).toBeGreaterThan(1);
    expect([microscope.state.scanning, await mode.read()]).toEqual([true, true]);
    const sent = wire.calls('setTemStem').length;
    await mode.write(true);
    expect(wire.calls('setTemStem')).toHaveLength(sent);
    await mode.write(false);
    expect(await mode.read()).toBe(false);
    await dispose();
  });

  it('counts magnifications by the ranges of the scan, and waits before it changes them', async () => {
    const { mode, scope, clock, wire, dispose } = await make();
    await scope.magIndex.write(magIndex(9));
    await mode.write(true);
    const before = clock.now();
    await scope.magIndex.write(magIndex(5));
    expect(clock.now() - before).toBeGreaterThan(1.5);
    expect(wire.calls('setSelector').at(-1)).toEqual([1]);
    expect(await scope.magIndex.read()).toBe(5);
    await scope.magIndex.write(magIndex(2));
    expect(wire.calls('setFunctionMode').at(-1)).toEqual([1]);
    expect(await scope.magIndex.read()).toBe(2);
    await mode.write(false);
    await clock.delay(seconds(2));
    expect(await scope.magIndex.read()).toBe(9);
    await dispose();
  });

  it.each(['CLA1', 'CLA2'] as const)(
    'shifts a scan with the probe by %s, in whole steps, and knows where it does nothing',
    async (coils) => {
      const { mode, scope, wire, microscope, dispose } = await make(coils);
      const { transport } = wire;
      const imageCoils = await transport.getDeflector('IS1');
      const inImage = scope.imageShift.traits;
      await mode.write(true);
      const sent = wire.writes().length;
      await scope.imageShift.write(vector(imageShiftUnits(1.01), imageShiftUnits(-0.49)));
      expect(wire.writes().slice(sent)).toEqual([`setDeflector ${coils} ${0x8000 + 40} ${0x8000 - 20}`]);
      const held = await scope.imageShift.read();
      expect([held.x, held.y]).toEqual([expect.closeTo(1, 9), expect.closeTo(-0.5, 9)]);
      expect(scope.imageShift.traits).toMatchObject({ deviceStep: { x: 0.025, y: 0.025 } });
      // At its neutral value the deflector does nothing.
      expect([microscope.state.beamShift.x, microscope.state.beamShift.y]).toEqual([
        expect.closeTo(1 - 3, 9),
        expect.closeTo(-0.5 + 2, 9),
      ]);
      const neutral = await scope.neutral.read();
      expect([neutral.x, neutral.y]).toEqual([expect.closeTo(3, 9), expect.closeTo(-2, 9)]);
      expect(wire.calls('setNeutral').at(-1)).toEqual([coils === 'CLA1' ? 2 : 3]);
      expect(await scope.imageShift.read()).toEqual(held);
      const before = wire.writes().length;
      await expect(scope.imageShift.write(vector(imageShiftUnits(900), imageShiftUnits(0)))).rejects.toMatchObject({
        code: 'jeol/outside-coils',
      });
      expect(wire.writes()).toHaveLength(before);
      await mode.write(false);
      await scope.imageShift.read();
      expect(scope.imageShift.traits).toMatchObject({ deviceStep: (inImage as { deviceStep: unknown }).deviceStep });
      expect(await transport.getDeflector('IS1')).toEqual(imageCoils);
      await dispose();
    },
  );

  it('takes its own factor for the defocus of a scan, and refuses it where a condenser lens focuses', async () => {
    const { mode, scope, wire, dispose } = await make();
    await scope.magIndex.write(magIndex(6));
    const zero = await stepsAfter(0);
    const tem = (await stepsAfter(1)) - zero;
    await mode.write(true);
    await scope.magIndex.write(magIndex(5));
    const from = await stepsAfter(0);
    expect(((await stepsAfter(1)) - from) / tem).toBeCloseTo(2, 1);
    expect(await scope.defocus.read()).toBeCloseTo(1e-6, 8);
    await scope.magIndex.write(magIndex(2));
    const sent = wire.writes().length;
    await expect(scope.defocus.write(micrometres(1))).rejects.toMatchObject({ code: 'jeol/no-focus-in-low-scan' });
    expect(wire.writes()).toHaveLength(sent);
    await dispose();

    /** Fine steps of the objective lens at a defocus in micrometres. */
    async function stepsAfter(defocus: number): Promise<number> {
      await scope.defocus.write(micrometres(defocus));
      return 32 * (await wire.transport.getLens('OLc')) + (await wire.transport.getLens('OLf'));
    }
  });

  it('is not asked where the site has nothing to scan with', async () => {
    const { scope, wire, lacks, dispose } = await makeColumn();
    await scope.magIndex.read();
    expect(wire.calls('getTemStem')).toEqual([]);
    expect(lacks.find(({ token }) => token.symbol === StemMode.symbol)?.lacksBecause).toContain('STEMMagTable');
    await dispose();
  });

  it('a column that stays in its mode is given up after some seconds', async () => {
    const { clock, dispose } = await makeColumn();
    const stubborn = { getTemStem: async () => false, setTemStem: async () => {} } as unknown as JeolTransport;
    const before = clock.now();
    await expect(new JeolScan(stubborn, { ...plainColumn, scan }, clock).stemMode.write(true)).rejects.toMatchObject({
      code: 'jeol/stem-timeout',
    });
    expect(clock.now() - before).toBeLessThan(8);
    await dispose();
  });
});
