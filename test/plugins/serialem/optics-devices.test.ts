import { beamTiltUnits, vector } from '../../../core/base';
import { makeColumn, makeSocketColumn } from './make-column';

it('tilts and stigmators go by their commands, in the units of its scripts', async () => {
  const column = await makeSocketColumn();
  const { scope, server } = column;
  expect(await scope.objectiveStigmator.read()).toEqual({ x: 0.1, y: -0.05 });
  await scope.beamTilt.write(vector(beamTiltUnits(3), beamTiltUnits(-2)));
  await scope.imageBeamTilt.write(vector(beamTiltUnits(1), beamTiltUnits(0.5)));
  await scope.objectiveStigmator.write(vector(0.2, 0.3));
  await scope.condenserStigmator.write(vector(-0.4, 0.1));
  expect(column.writes()).toEqual(['244 3 -2', '560 1 0.5', '250 0.2 0.3', '562 -0.4 0.1']);
  expect(server.state).toMatchObject({ tilts: [3, -2], imageBeamTilt: [1, 0.5], condenserStigmator: [-0.4, 0.1] });
  await scope.screenDown.write(true);
  expect((await scope.screenCurrent.read()) * 1e9).toBeCloseTo(1.5, 9);
  await column.dispose();
});

it('says why a column has no image-beam tilt, and that its own table is not what the column reports', async () => {
  const { lacks } = await makeColumn({ hasImageBeamTilt: false });
  const reasons = Object.fromEntries(lacks.map(({ token, lacksBecause }) => [token.name, lacksBecause]));
  expect(reasons).toMatchObject({
    ImageBeamTilt: 'the option "imageBeamTilt" says that the column has none',
    ReportedMagnification: 'SerialEM tells that of its own table',
  });
});
