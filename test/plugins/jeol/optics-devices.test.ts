import { beamTiltUnits, magIndex, vector } from '../../../core/base';
import { JeolOpticsDevices } from '../../../plugins/jeol/optics-devices';
import { type JeolTransport, functionModes } from '../../../plugins/jeol/transport';
import { makeColumn } from './make-column';

const writesOf = async (change: (column: Awaited<ReturnType<typeof makeColumn>>) => Promise<void>) => {
  const column = await makeColumn();
  const before = column.writes().length;
  await change(column);
  return column.writes().slice(before);
};

it.each<
  [what: string, change: (scope: Awaited<ReturnType<typeof makeColumn>>['scope']) => Promise<void>, sent: string]
>([
  [
    'the beam tilt, in percent',
    (scope) => scope.beamTilt.write(vector(beamTiltUnits(50), beamTiltUnits(-100))),
    'setDeflector CLA2 49152 0',
  ],
  [
    'the objective stigmator',
    (scope) => scope.objectiveStigmator.write(vector(0.5, -0.25)),
    'setDeflector OLs 49152 24576',
  ],
  ['the condenser stigmator', (scope) => scope.condenserStigmator.write(vector(0, -1)), 'setDeflector CLs 32768 0'],
  [
    'the diffraction stigmator',
    (scope) => scope.diffractionStigmator.write(vector(-0.5, 0)),
    'setDeflector ILs 16384 32768',
  ],
])('%s is sent in steps of its own deflector', async (_, change, sent) => {
  expect(await writesOf(({ scope }) => change(scope))).toEqual([sent]);
});

it('the step of a deflector is known, and the end of its range is one step short of 100 percent', async () => {
  const { scope } = await makeColumn();
  const step = 100 / 0x8000;
  expect(scope.beamTilt.traits).toMatchObject({
    unit: '%',
    deviceStep: { x: step, y: step },
    range: [-100, 100 - step],
  });
  const end = vector(beamTiltUnits(100 - step), beamTiltUnits(-100));
  await scope.beamTilt.write(end);
  expect(await scope.beamTilt.read()).toEqual(end);
  await expect(scope.beamTilt.write(vector(beamTiltUnits(100), beamTiltUnits(0)))).rejects.toMatchObject({
    code: 'limits/out-of-range',
  });
});

it('one display shows the magnification or, in diffraction, the camera length', async () => {
  const { scope, transport, microscope } = await makeColumn();
  expect(await scope.reportedMagnification.read()).toBe(microscope.state.magnification);
  expect(await scope.cameraLength.read()).toBe(0);
  await transport.setFunctionMode(functionModes.diffraction);
  expect(await scope.reportedMagnification.read()).toBe(0);
  expect(await scope.cameraLength.read()).toBeCloseTo(0.8, 12);
});

it.each([
  ['mm', 150, 0.15],
  ['cm', 80, 0.8],
  ['m', 2, 2],
])('a camera length in %s is read in metres', async (unit, value, expected) => {
  const showing = {
    getFunctionMode: async () => functionModes.diffraction,
    getMagValue: async () => ({ value, unit }),
  };
  const { cameraLength } = new JeolOpticsDevices(showing as unknown as JeolTransport);
  expect(await cameraLength.read()).toBeCloseTo(expected, 12);
});

it('a value in a unit that nobody knows is refused, not taken for another', async () => {
  for (const [mode, unit] of [
    [functionModes.diffraction, 'X'],
    [functionModes.diffraction, 'inch'],
    [functionModes.mag, 'cm'],
    [functionModes.mag, ''],
  ] as const) {
    const showing = { getFunctionMode: async () => mode, getMagValue: async () => ({ value: 80, unit }) };
    const { cameraLength, reportedMagnification } = new JeolOpticsDevices(showing as unknown as JeolTransport);
    const reading = mode === functionModes.mag ? reportedMagnification.read() : cameraLength.read();
    await expect(reading).rejects.toMatchObject({
      code: 'jeol/strange-unit',
      message: expect.stringContaining('80') as string,
    });
  }
});

it('a lens that is taken from its program has the value that it is given, and the old one when it is given back', async () => {
  const column = await makeColumn();
  const before = column.microscope.state.defocus;
  await column.scope.freeLens('OLf', 0.6);
  expect(column.writes().slice(-2)).toEqual(['setFreeLens 7 true', 'setFreeLensValue 7 39321']);
  expect(column.microscope.state.defocus - before).toBeCloseTo((39321 - 0x8000) * 0.0058, 6);
  await column.scope.linkLens('OLf');
  expect(column.microscope.state.defocus).toBeCloseTo(before, 6);
});

it('the camera length follows its index in diffraction, and imaging comes back in the mode that it had', async () => {
  const column = await makeColumn();
  await column.scope.magIndex.write(magIndex(9));
  await column.scope.cameraLengthIndex.write(3);
  expect(await column.scope.cameraLength.read()).toBeCloseTo(0.12, 12);
  expect(await column.scope.magIndex.read()).toBe(0);
  await column.scope.cameraLengthIndex.write(0);
  expect(await column.scope.magIndex.read()).toBe(9);
});
