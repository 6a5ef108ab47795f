/** A real site pays for nothing that it does not use: the physics of the virtual microscope is loaded by the simulated wires alone. */
const vendors = {
  fei: require.resolve('../../../plugins/fei'),
  jeol: require.resolve('../../../plugins/jeol'),
  hitachi: require.resolve('../../../plugins/hitachi'),
  'falcon-ceta': require.resolve('../../../plugins/falcon-ceta'),
};
const simulation = require.resolve('../../../simulation');

afterEach(() => [simulation, ...Object.values(vendors)].forEach((each) => jest.dontMock(each)));

describe.each(Object.entries(vendors))('%s', (vendor, path) => {
  it('loads neither the simulation nor another vendor until its wire is chosen', () => {
    const forbidden = [simulation, ...Object.values(vendors).filter((other) => other !== path)];
    jest.isolateModules(() => {
      for (const each of forbidden)
        jest.doMock(each, () => {
          throw new Error(`${vendor} loaded ${each}`);
        });
      const { default: plugin } = require(path) as { default: { id: string } };
      expect(plugin.id).toBe(vendor);
    });
  });
});
