import { seconds } from '../../../core/base';
import { type JeolProperty, jeolProperties } from '../../../plugins/jeol/transport';
import { expectRoundTrips } from '../../conformance/property-round-trip';
import { makeColumn } from './make-column';

it('gives back every property of the table over the simulated wire', async () => {
  const { transport, clock } = await makeColumn();
  await expectRoundTrips(jeolProperties, transport, {}, () => clock.delay(seconds(5)));
});

it('names the method of the interface for each way in which a property is used', () => {
  const named = Object.entries<JeolProperty>(jeolProperties).map(([name, { access, get, set }]) => [
    name,
    (get !== undefined) === (access !== 'write') && (set !== undefined) === (access !== 'read'),
  ]);
  expect(named).toEqual(Object.keys(jeolProperties).map((name) => [name, true]));
});
