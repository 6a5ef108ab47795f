import { configurations, probe } from '../conformance/probe';

const krios = configurations['simulator.yaml']!;

/** A configuration with other plugins. */
const withPlugins = (text: string, plugins: readonly string[]): string =>
  text.replace(/^plugins:\n( {2}.*\n)+/m, `plugins:\n${plugins.map((plugin) => `  ${plugin}\n`).join('')}`);

/** Everything that a program with these plugins has loaded and open once it is connected. */
async function loadedWith(plugins: readonly string[], base = krios) {
  const { connectedFiles, steps } = await probe('', withPlugins(base, plugins));
  const rooms = [
    ...new Set(
      connectedFiles
        .map((file) => /^(plugins\/[^/]+|simulation|wires)\//.exec(file)?.[1])
        .filter((room) => room !== undefined),
    ),
  ].sort();
  return { files: connectedFiles, rooms, open: steps.connected };
}

describe('a site loads what it names, and nothing else', () => {
  test('a column without cameras loads no other vendor, no wire, no socket and no foreign libraries', async () => {
    const { files, rooms, open } = await loadedWith(['simulator: {}', 'fei: {}']);
    expect(rooms).toEqual(['plugins/fei', 'plugins/simulator', 'simulation']);
    expect(files.filter((file) => /koffi|inquirer/.test(file))).toEqual([]);
    expect(open.filter((each) => each.startsWith('TCP'))).toEqual([]);
  });

  test('the console in a terminal loads its prompts when it asks for something', async () => {
    const { rooms, files } = await loadedWith(['simulator: {}', 'fei: {}', 'terminal: {}']);
    expect(rooms).toContain('plugins/terminal');
    expect(files.filter((file) => /inquirer/.test(file))).toEqual([]);
  });

  test('the camera on its own wire brings that wire, and its sockets', async () => {
    const { files, rooms, open } = await loadedWith(['simulator: {}', 'fei: {}', 'gatan-k2k3: { wire: simulated }']);
    expect(rooms).toEqual(['plugins/fei', 'plugins/gatan-k2k3', 'plugins/simulator', 'simulation', 'wires']);
    expect(files).toContain('plugins/gatan-k2k3/simulated-wire.js');
    expect(open.some((each) => each.startsWith('TCP'))).toBe(true);
  });

  test('a camera behind a real socket loads nothing of the simulation before it is connected', async () => {
    const { appliedFiles } = await probe('', withPlugins(krios, ['gatan-k2k3: { wire: socket }']), 'applied');
    expect(appliedFiles).toContain('plugins/gatan-k2k3/protocol/socket-transport.js');
    expect(appliedFiles.filter((file) => /^simulation\/|simulated-wire|stand-in-server/.test(file))).toEqual([]);
  });

  test.each([
    ['fei', 'talos-ceta.yaml'],
    ['falcon-ceta', 'talos-ceta.yaml'],
    ['jeol', 'jeol-cryo-arm-k2.yaml'],
  ])(
    '%s on its wire to Windows loads no simulation, no other vendor, and nothing that calls Windows in this program',
    async (plugin, file) => {
      const { appliedFiles, steps } = await probe(
        '',
        withPlugins(configurations[file]!, [`${plugin}: { wire: com }`]),
        'applied',
      );
      expect(appliedFiles.some((each) => each.startsWith(`plugins/${plugin}/`) && each.endsWith('/com-wire.js'))).toBe(
        true,
      );
      expect(appliedFiles.filter((each) => /^simulation\/|simulated-wire|com-device|koffi/.test(each))).toEqual([]);
      expect([
        ...new Set(
          appliedFiles.map((each) => /^plugins\/([^/]+)\//.exec(each)?.[1]).filter((each) => each !== undefined),
        ),
      ]).toEqual([plugin]);
      expect(steps.applied.filter((each) => /TCP|Process/.test(each))).toEqual([]);
    },
  );

  test.each([
    ['jeol', 'jeol-cryo-arm-k2.yaml'],
    ['hitachi', 'hitachi-ht7700.yaml'],
  ])('%s brings no other vendor', async (plugin, file) => {
    const { rooms } = await loadedWith(['simulator: {}', `${plugin}: {}`], configurations[file]);
    expect(rooms).toEqual([`plugins/${plugin}`, 'plugins/simulator', 'simulation']);
  });
});
