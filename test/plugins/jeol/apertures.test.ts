import { VirtualClock, inMicrometres, micrometres, seconds } from '../../../core/base';
import { parseSettings } from '../../../core/settings';
import { jeolColumn } from '../../../plugins/jeol/column';
import { JeolApertures } from '../../../plugins/jeol/apertures';
import type { JeolTransport } from '../../../plugins/jeol/transport';
import { makeColumn, plainColumn } from './make-column';

/** A column whose apertures do as a test says. */
function withHoles(hole: (kind: number) => number, given: (string | number)[] = []) {
  const clock = new VirtualClock();
  const transport = {
    getAperture: async (kind: number) => hole(kind),
    setAperture: async (kind: number, to: number, extra: boolean) => void given.push(`${kind} ${to} ${extra}`),
  } as Partial<JeolTransport> as JeolTransport;
  return new JeolApertures(transport, plainColumn, clock);
}

describe('the apertures of a JEOL column', () => {
  test('have the sizes of their holes, and 0 when they are out', async () => {
    for (const [hole, size] of [0, 150, 100, 70, 50].entries())
      expect(inMicrometres(await withHoles(() => hole).condenserAperture.read())).toBeCloseTo(size, 9);
    expect(inMicrometres(await withHoles((kind) => kind).objectiveAperture.read())).toBeCloseTo(70, 9);
  });

  test('are refused at a hole of which nobody wrote the size', async () => {
    await expect(withHoles(() => 5).condenserAperture.read()).rejects.toMatchObject({ code: 'jeol/strange-aperture' });
  });

  test('are not taken to be where they were sent before they are there', async () => {
    const given: (string | number)[] = [];
    await expect(withHoles(() => 1, given).condenserAperture.write(micrometres(50))).rejects.toMatchObject({
      code: 'jeol/aperture-timeout',
    });
    expect(given).toEqual(['1 4 false']);
  });

  test('are waited for, and change the beam of the virtual microscope', async () => {
    const { scope, microscope, clock } = await makeColumn();
    const before = clock.now();
    await scope.condenserAperture.write(micrometres(50));
    expect(clock.now() - before).toBeGreaterThan(3);
    expect(microscope.state.condenserAperture).toBe(50);
    await scope.objectiveAperture.write(micrometres(40));
    expect(microscope.state.objectiveAperture).toBe(40);
    await clock.delay(seconds(1));
    expect(inMicrometres(await scope.objectiveAperture.read())).toBeCloseTo(40, 9);
  });
});

test('the properties say how large the holes are, and which condenser aperture counts', () => {
  const columnOf = (text: string) => jeolColumn(parseSettings(text, 'site.yaml').settings, 'column');
  const sizes = 'ApertureSizes:\n  - [0, 200, 120]\n  - [1, 150, 100, 70]\n  - [2, 60, 30]\n';
  expect(columnOf(sizes)).toMatchObject({
    apertures: { condenser: { kind: 1, sizes: [150, 100, 70] }, objective: { kind: 2, sizes: [60, 30] } },
    extraApertures: false,
  });
  expect(columnOf(`${sizes}JeolCondenserApertureID: 0\nJeolHasExtraApertures: true\n`)).toMatchObject({
    apertures: { condenser: { kind: 0, sizes: [200, 120] } },
    extraApertures: true,
  });
  expect(columnOf(`${sizes}JeolCondenserApertureID: 0\n`).apertures.condenser.kind).toBe(1);
  expect(columnOf('').apertures).toEqual({
    condenser: { kind: 1, sizes: [] },
    objective: { kind: 2, sizes: [] },
  });
});
