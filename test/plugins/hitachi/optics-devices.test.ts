import { beamTiltUnits, vector } from '../../../core/base';
import { makeColumn } from './make-column';
import { makeTcpColumn } from './make-tcp-column';

it('tilt and stigmators are coils of their own, from end to end', async () => {
  const column = await makeTcpColumn();
  await column.scope.beamTilt.write(vector(beamTiltUnits(50), beamTiltUnits(-100)));
  await column.scope.objectiveStigmator.write(vector(1, 0));
  await column.scope.condenserStigmator.write(vector(0, -0.5));
  expect(column.writes()).toEqual([
    'Set Coil BT FF,2FFD00,000000',
    'Set Coil OS FF,3FFC00,1FFE00',
    'Set Coil CS FF,1FFE00,0FFF00',
  ]);
  expect(column.scope.beamTilt.traits).toMatchObject({ unit: '%', range: [-100, 100] });
  await column.dispose();
});

it('the simulated column has them too, and shows its magnification', async () => {
  const { scope, microscope } = await makeColumn();
  await scope.objectiveStigmator.write(vector(0.25, -0.5));
  await scope.condenserStigmator.write(vector(-0.25, 0.5));
  expect(microscope.state.objectiveStigmator).toEqual({ x: 0.25, y: -0.5 });
  expect(microscope.state.condenserStigmator).toEqual({ x: -0.25, y: 0.5 });
  expect(await scope.reportedMagnification.read()).toBe(microscope.state.magnification);
});
