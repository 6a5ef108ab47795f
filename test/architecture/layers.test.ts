import { type Import, importsOf, programFolders, typescriptIn } from './source-files';

/**
 * Allowed imports between rooms, from the top to the bottom. A room is a folder that is entered through its index only.
 * `plugins` means every plugin; none of them imports another. Everything else is forbidden.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  app: [
    'plugins',
    'wires',
    'core/registration',
    'core/illumination',
    'core/tuning',
    'core/low-dose',
    'core/buffers',
    'core/image-files',
    'core/consistency',
    'core/acquisition',
    'core/kernel',
    'core/optics',
    'core/user-settings',
    'core/store',
    'core/settings',
    'core/devices',
    'core/judgement',
    'core/base',
    'imaging',
  ],
  api: [
    'core/illumination',
    'core/buffers',
    'core/tuning',
    'core/acquisition',
    'core/kernel',
    'core/optics',
    'core/user-settings',
    'core/store',
    'core/settings',
    'core/devices',
    'core/judgement',
    'core/base',
  ],
  testing: [
    'app',
    'plugins',
    'core/illumination',
    'core/acquisition',
    'core/kernel',
    'core/optics',
    'core/user-settings',
    'core/store',
    'core/settings',
    'core/devices',
    'core/base',
  ],
  plugins: [
    'core/registration',
    'core/low-dose',
    'core/buffers',
    'core/image-files',
    'core/tuning',
    'core/illumination',
    'core/consistency',
    'core/acquisition',
    'core/kernel',
    'core/optics',
    'core/user-settings',
    'core/store',
    'core/settings',
    'core/devices',
    'core/judgement',
    'core/base',
    'simulation',
    'wires',
    'imaging',
  ],
  'core/buffers': [
    'core/image-files',
    'core/kernel',
    'core/optics',
    'core/user-settings',
    'core/devices',
    'core/base',
    'imaging',
  ],
  'core/image-files': ['core/kernel', 'core/store', 'core/devices', 'core/base', 'imaging'],
  'core/registration': ['core/kernel', 'core/optics', 'core/store', 'core/devices', 'core/base', 'imaging'],
  'core/low-dose': [
    'core/kernel',
    'core/optics',
    'core/user-settings',
    'core/store',
    'core/settings',
    'core/devices',
    'core/base',
  ],
  'core/illumination': ['core/optics', 'core/store', 'core/settings', 'core/devices', 'core/base', 'imaging'],
  'core/tuning': [
    'core/acquisition',
    'core/kernel',
    'core/optics',
    'core/user-settings',
    'core/store',
    'core/settings',
    'core/devices',
    'core/judgement',
    'core/base',
    'imaging',
  ],
  'core/consistency': ['core/illumination', 'core/optics', 'core/store', 'core/settings', 'core/devices', 'core/base'],
  'core/acquisition': [
    'core/kernel',
    'core/optics',
    'core/store',
    'core/settings',
    'core/devices',
    'core/base',
    'imaging',
  ],
  'core/kernel': [
    'core/optics',
    'core/user-settings',
    'core/store',
    'core/settings',
    'core/devices',
    'core/judgement',
    'core/base',
    'imaging',
  ],
  'core/optics': ['core/store', 'core/settings', 'core/devices', 'core/base'],
  'core/user-settings': ['core/store', 'core/settings', 'core/base'],
  'core/store': ['core/settings', 'core/devices', 'core/judgement', 'core/base'],
  'core/settings': ['core/devices', 'core/base'],
  'core/devices': ['core/base', 'imaging'],
  'core/judgement': ['core/base'],
  'core/base': [],
  simulation: ['imaging'],
  wires: [],
  imaging: [],
};

/** Packages that only one file may use, so that the rest of the program sees them through it. */
const gates: Readonly<Record<string, RegExp>> = {
  tsyringe: /^core\/base\/di\.ts$/,
  'reflect-metadata': /^core\/base\/di\.ts$/,
  tapable: /^core\/kernel\/hooks\.ts$/,
  koffi: /^wires\//,
  commander: /^app\//,
  '@inquirer/prompts': /^plugins\/terminal\//,
  fastify: /^plugins\/console\//,
  ws: /^plugins\/console\//,
};

/** The room in which a file or folder lies. */
function roomOf(place: string): string {
  const [first, second] = place.split('/');
  return first === 'core' || first === 'plugins' ? `${first}/${second}` : first!;
}
const kindOf = (room: string): string => (room.startsWith('plugins/') ? 'plugins' : room);

/** The problem with an import and its remedy; undefined when the import is allowed. */
function problemOf({ file, line, wanted, target }: Import): string | undefined {
  const at = `${file}:${line} imports '${wanted}'`;
  if (target === undefined) {
    const gate = gates[wanted.replace(/^node:/, '')];
    return gate && !gate.test(file)
      ? `${at}: only ${gate.source.replace(/\\/g, '')} uses that package; move the code there or use what it exports.`
      : undefined;
  }
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === to) return undefined;
  if (kindOf(from) === 'plugins' && kindOf(to) === 'plugins')
    return `${at}: plugins never import each other. Move what both need to core, imaging, simulation or wires, or hand it over through a token.`;
  const rooms = allowed[kindOf(from)];
  if (!rooms) return `${at}: the room ${from} is not in the table of layers; say there what it may import.`;
  if (!rooms.includes(kindOf(to))) {
    const upward = allowed[kindOf(to)]?.includes(kindOf(from));
    const lowest = rooms.length === 0 ? `${from} itself` : `${from} or one of ${rooms.join(', ')}`;
    return `${at}: ${from} may not import ${to}${upward ? `, which stands above it` : ''}. Move what is needed down into ${lowest}.`;
  }
  if (target !== to && target !== `${to}/index`)
    return `${at}: enter ${to} through its index; export there what you need.`;
  return undefined;
}

/** Circles of files, each with the lines of its imports; what two files need of each other belongs in a third one below both. */
function circlesOf(
  imports: readonly Import[],
  files: readonly string[] = typescriptIn(programFolders),
): readonly string[] {
  const known = new Set(files);
  const steps = new Map<string, { readonly to: string; readonly line: number }[]>();
  for (const { file, line, target } of imports) {
    const to = [`${target}.ts`, `${target}/index.ts`].find((each) => known.has(each));
    if (target !== undefined && to !== undefined) steps.set(file, [...(steps.get(file) ?? []), { to, line }]);
  }
  const circles: string[] = [];
  const done = new Set<string>();
  const way: { readonly file: string; line: number }[] = [];
  const visit = (file: string): void => {
    const at = way.findIndex((each) => each.file === file);
    if (at >= 0)
      circles.push(
        `${way
          .slice(at)
          .map((each) => `${each.file}:${each.line} -> `)
          .join('')}${file}: move what one of them needs of the next into a file below both.`,
      );
    if (at >= 0 || done.has(file)) return;
    for (const { to, line } of steps.get(file) ?? []) {
      way.push({ file, line });
      visit(to);
      way.pop();
    }
    done.add(file);
  };
  for (const file of steps.keys()) visit(file);
  return circles;
}

describe('the layers', () => {
  const imports = typescriptIn(programFolders).flatMap((file) => importsOf(file));

  test('hold: every import goes down, and into a room through its index', () => {
    expect(imports.length).toBeGreaterThan(500);
    expect(imports.flatMap((each) => problemOf(each) ?? [])).toEqual([]);
  });

  test('have no circles', () => {
    const below = (room: string, seen: readonly string[]): void => {
      if (seen.includes(room)) throw new Error(`Circle: ${[...seen, room].join(' -> ')}`);
      for (const next of allowed[room] ?? []) below(next, [...seen, room]);
    };
    for (const room of Object.keys(allowed)) below(room, []);
    expect(
      Object.values(allowed)
        .flat()
        .filter((room) => !(room in allowed)),
    ).toEqual([]);
  });

  test('go down within a room too: no file leads back to itself by what it imports', () => {
    expect(circlesOf(imports)).toEqual([]);
  });

  test('a circle of files is found, with the imports that make it', () => {
    const made = [
      ['core/a.ts', './b'],
      ['core/b.ts', './c'],
      ['core/c.ts', './a'],
      ['core/d.ts', './a'],
    ].flatMap(([file, wanted]) => importsOf(file!, `import { x } from '${wanted}';`));
    expect(circlesOf(made, ['core/a.ts', 'core/b.ts', 'core/c.ts', 'core/d.ts'])).toEqual([
      expect.stringMatching(/^core\/a\.ts:1 -> core\/b\.ts:1 -> core\/c\.ts:1 -> core\/a\.ts: .*move/) as string,
    ]);
  });

  test.each([
    [
      'core/optics/geometry/geometry.ts',
      "import { x } from '../../../plugins/fei';",
      /core\/optics\/geometry\/geometry\.ts:1 .*may not import plugins\/fei, which stands above it\. Move/,
    ],
    [
      'plugins/fei/scope.ts',
      "\nimport { x } from '../jeol/scope';",
      /plugins\/fei\/scope\.ts:2 .*plugins never import each other/,
    ],
    ['core/base/clock.ts', "import type { Scope } from '../devices';", /core\/base may not import core\/devices/],
    ['plugins/fei/scope.ts', "import { x } from '../../core/base/clock';", /enter core\/base through its index/],
    ['simulation/beam.ts', "import { x } from '../core/base';", /simulation may not import core\/base/],
    ['plugins/fei/scope.ts', "const { x } = require('../../app/instrument');", /plugins\/fei may not import app/],
    ['core/settings/load.ts', "import type { x } from '../store';", /core\/settings may not import core\/store/],
    ['plugins/fei/scope.ts', "import { container } from 'tsyringe';", /only \^core\/base\/di\.ts\$ uses that package/],
    ['stage/x.ts', "import { x } from '../core/base';", /not in the table of layers/],
  ])('a wrong import in %s is found', (file, text, message) => {
    expect(importsOf(file, text).map(problemOf)).toEqual([expect.stringMatching(message)]);
  });
});
