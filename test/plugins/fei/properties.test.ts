import { seconds } from '../../../core/base';
import { feiProperties } from '../../../plugins/fei/transport';
import { expectRoundTrips } from '../../conformance/property-round-trip';
import { makeColumn } from './make-column';
import { makeTemscriptColumn } from './make-temscript-column';
import { specialSamples } from './special-samples';

it('gives back every property of the table over the simulated wire', async () => {
  const { wire, clock } = await makeColumn();
  await expectRoundTrips(feiProperties, wire.transport, specialSamples, () => clock.delay(seconds(5)));
});

it('gives back every property that temscript has over its wire, and refuses the others', async () => {
  const { wire, server, dispose } = await makeTemscriptColumn();
  const entries = Object.entries(feiProperties);
  const there = entries.filter(([, property]) => 'temscript' in property);
  await expectRoundTrips(Object.fromEntries(there), wire, specialSamples);
  const before = server.requests;
  const calls = wire as unknown as Readonly<Record<string, (value: number) => Promise<unknown>>>;
  const absent = entries.filter(([, property]) => !('temscript' in property));
  expect(absent.length).toBeGreaterThan(0);
  for (const [name, property] of absent) {
    const access = 'access' in property ? property.access : undefined;
    for (const way of ['get', ...(access !== 'read' ? ['set'] : [])])
      await expect(calls[`${way}${name}`]!(1)).rejects.toMatchObject({ code: 'fei/not-on-this-wire' });
  }
  expect(server.requests).toBe(before);
  await dispose();
});
