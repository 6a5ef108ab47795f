import { beamTiltUnits, magIndex, micrometres, vector } from '../../../core/base';
import { feiDevices } from '../../../plugins/fei/devices';
import { FeiScope } from '../../../plugins/fei/scope';
import { imagingMode, screenPositions } from '../../../plugins/fei/transport';
import { FeiStage } from '../../../plugins/fei/stage';
import { FeiStageSpeed } from '../../../plugins/fei/stage-speed';
import { makeColumn, plainColumn } from './make-column';
import { makeTemscriptColumn } from './make-temscript-column';

const tilt = vector(beamTiltUnits(3.5), beamTiltUnits(-1.25));

it('tilts are milliradians of the rotation centre, each by a property of its own', async () => {
  const column = await makeColumn();
  const before = column.writes().length;
  await column.scope.beamTilt.write(tilt);
  await column.scope.imageBeamTilt.write(vector(beamTiltUnits(1), beamTiltUnits(2)));
  expect(column.writes().slice(before)).toEqual(['setBeamTilt 3.5 -1.25', 'setImageBeamTilt 1 2']);
  expect(column.microscope.state).toMatchObject({ beamTilt: tilt, imageBeamTilt: { x: 1, y: 2 } });
  for (const { traits } of [column.scope.beamTilt, column.scope.imageBeamTilt])
    expect(traits).toMatchObject({ unit: 'mrad' });
});

it('each stigmator has its own value', async () => {
  const { scope, microscope } = await makeColumn();
  await scope.objectiveStigmator.write(vector(0.1, 0.2));
  await scope.condenserStigmator.write(vector(-0.3, 0.4));
  await scope.diffractionStigmator.write(vector(0.5, -1));
  expect(microscope.state).toMatchObject({
    objectiveStigmator: { x: 0.1, y: 0.2 },
    condenserStigmator: { x: -0.3, y: 0.4 },
    diffractionStigmator: { x: 0.5, y: -1 },
  });
});

it('magnification is reported outside diffraction, and the camera length in it', async () => {
  const { scope, transport } = await makeColumn();
  expect(await scope.reportedMagnification.read()).toBeGreaterThan(100);
  expect(await scope.cameraLength.read()).toBe(0);
  await transport.setImagingMode(imagingMode.diffraction);
  expect(await scope.reportedMagnification.read()).toBe(0);
  expect(await scope.cameraLength.read()).toBeGreaterThan(0.01);
});

it('the current on the screen is that of the beam, and none while the screen is up or the beam is blanked', async () => {
  const { scope, transport, microscope } = await makeColumn();
  expect(await scope.screenCurrent.read()).toBe(0);
  await transport.setMainScreen(screenPositions.down);
  const current = await scope.screenCurrent.read();
  expect(current * 1e9).toBeCloseTo(microscope.state.beamCurrent, 9);
  await scope.spotSize.write(3);
  expect(await scope.screenCurrent.read()).not.toBeCloseTo(current, 12);
  await scope.beamBlanked.write(true);
  expect(await scope.screenCurrent.read()).toBe(0);
});

it('a recording of a run that never asked what the wire lacks has everything that this program knows', async () => {
  const { transport, clock } = await makeColumn();
  const neverAsked = new Proxy(transport, {
    get: (target, name) => (name === 'lacks' ? () => undefined : (Reflect.get(target, name) as unknown)),
  });
  const scope = new FeiScope(neverAsked, plainColumn, clock);
  const provided = feiDevices(scope, neverAsked, { ...plainColumn, hasFilter: true }).filter(
    (each) => 'driver' in each,
  );
  expect(provided.map(({ token }) => token.name)).toEqual(
    expect.arrayContaining(['BeamTilt', 'ImageBeamTilt', 'DiffractionStigmator', 'ReportedRotation', 'EftemMode']),
  );
  await scope.magIndex.write(magIndex(8));
});

it('over temscript the stigmators go by their own names, and no tilt is offered for the dark-field tilt', async () => {
  const column = await makeTemscriptColumn();
  await column.scope.objectiveStigmator.write(vector(0.1, 0.2));
  await column.scope.condenserStigmator.write(vector(-0.3, 0.4));
  expect(column.writes()).toEqual(['objective_stigmator [0.1,0.2]', 'condenser_stigmator [-0.3,0.4]']);
  expect(column.lacks.map(({ token, lacksBecause }) => [token.name, lacksBecause])).toEqual(
    expect.arrayContaining([
      ['BeamTilt', 'it cannot be reached over this wire'],
      ['ImageBeamTilt', 'it cannot be reached over this wire'],
    ]),
  );
  await column.dispose();
});

it('a camera length beyond the last is the last', async () => {
  const { scope, microscope } = await makeColumn({ cameraLengths: 60 });
  await scope.cameraLengthIndex.write(60);
  expect(await scope.cameraLengthIndex.read()).toBe(15);
  expect(await scope.cameraLength.read()).toBe(2);
  expect(microscope.state.diffracts).toBe(true);
});

it('an automatic normalization that was off stays off, and nothing is normalized twice', async () => {
  const column = await makeColumn();
  await column.scope.automaticNormalization.write(false);
  const before = column.writes().length;
  await column.scope.magIndex.write(magIndex(8));
  expect(column.writes().slice(before)).toEqual(['setMagnificationIndex 8', 'normalizeLens 11']);
  expect(await column.scope.automaticNormalization.read()).toBe(false);
});

describe('the speed of the stage', () => {
  const moved = async (share: number) => {
    const { transport, clock, wire } = await makeColumn();
    const speed = new FeiStageSpeed();
    const stage = new FeiStage(transport, plainColumn, clock, speed);
    await speed.speed.write(share);
    const began = clock.now();
    await stage.move({ x: micrometres(30), y: micrometres(-40) });
    const sent = wire.writes().filter((call) => call.startsWith('setStagePosition'));
    const { x, y } = await stage.position.read();
    expect([Math.round(x * 1e6), Math.round(y * 1e6)]).toEqual([30, -40]);
    return { sent, took: clock.now() - began };
  };

  it('is sent with each move, which then takes one axis after the other and as much longer', async () => {
    const [full, quarter] = [await moved(1), await moved(0.25)];
    expect(full.sent).toHaveLength(1);
    expect(full.took).toBeCloseTo(0.4, 3);
    expect(quarter.sent).toHaveLength(2);
    for (const call of quarter.sent) expect(call).toMatch(/ 0\.25$/);
    expect(quarter.took).toBeCloseTo((0.3 + 0.4) / 0.25, 3);
  });
});
