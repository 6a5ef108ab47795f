import path from 'node:path';
import { type Import, importsOf, programFolders, typescriptIn } from './source-files';

/**
 * The folders within each room from the ground up. A folder imports only from those before it. A file beside the folders stands as
 * high as the highest folder to which its imports lead.
 */
const orders: Readonly<Record<string, readonly string[]>> = {
  app: ['ring-fitting', 'working-state', 'instrument', 'commands'],
  'core/consistency': ['beam'],
  'core/devices': ['column'],
  'core/devices/column': ['illumination', 'deflectors', 'lenses'],
  'core/kernel': ['guards', 'operator', 'menu', 'run', 'recording'],
  'core/optics': ['geometry', 'image-shift'],
  'core/settings': ['definitions', 'yaml', 'check', 'text', 'convert', 'edit', 'schema'],
  'core/tuning': ['btid', 'zero-loss'],
  'core/store': ['serialem', 'disk', 'calibration-store', 'history'],
  imaging: [
    'kernel-memory',
    'fft',
    'statistics',
    'fits',
    'geometry',
    'reduction',
    'spectra',
    'lattice',
    'registration',
    'beam',
    'ctf',
    'synthesis',
  ],
  'imaging/ctf': ['kernels'],
  simulation: ['base', 'kernels', 'camera', 'specimen', 'scan', 'column', 'image'],
  'simulation/image': ['transfer', 'scanning'],
  'simulation/column': ['lenses', 'deflectors', 'condenser', 'tuning'],
  'app/commands': ['base'],
  wires: ['device-host', 'com', 'http-json', 'serialem-packets', 'temscript', 'text-lines'],
  'plugins/calibrations': [
    'shared',
    'administration',
    'pixel-size',
    'image-and-stage-shift',
    'focus-and-tuning',
    'beam-and-spot',
    'whole-scope',
    'timing',
    'energy',
    'tasks',
  ],
  'plugins/calibrations/shared': ['result', 'contradictions', 'ctf-images'],
  'plugins/calibrations/focus-and-tuning': ['plans', 'focus-series', 'stigmator', 'coma', 'btid'],
  'plugins/calibrations/beam-and-spot': [
    'beam-images',
    'crossover',
    'intensity-table',
    'dose',
    'illuminated-area',
    'beam-sizes',
    'listing',
  ],
  'plugins/calibrations/timing': ['shots'],
  'plugins/calibrations/energy': ['mag-shifts'],
  'plugins/calibrations/whole-scope': ['neutral', 'high-defocus', 'distortion', 'stretch'],
  'plugins/calibrations/pixel-size': ['lattice'],
  'plugins/calibrations/tasks': ['tuning', 'focusing', 'shift-offset', 'btid', 'beam', 'intensity', 'zero-loss'],
  'plugins/calibrations/image-and-stage-shift': ['offsets', 'image-series', 'image-shift', 'stage-shift', 'settling'],
  'plugins/console': ['protocol', 'server', 'page'],
  'plugins/console/server': ['guide', 'images', 'web', 'working-state'],
  'plugins/console/page': ['base', 'image', 'run', 'views', 'setup'],
  'plugins/fei': ['wires'],
  'plugins/jeol': ['detectors', 'wires'],
  'plugins/serialem': ['cameras'],
  'plugins/gatan-k2k3': ['protocol', 'stand-in'],
};

/** Folders whose own folders are ordered by the table of layers. */
const aboveRooms = ['.', 'core', 'plugins'];

interface Arrow {
  readonly room: string;
  /** The parts of the room that the importing file and the imported one belong to. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** An import as an arrow between two parts of the lowest folder that holds both files. */
function arrowOf({ file, line, target, wanted }: Import): Arrow | undefined {
  if (target === undefined) return undefined;
  const [from, to] = [file.replace(/\.ts$/, '').split('/'), target.split('/')];
  let shared = 0;
  while (from[shared] === to[shared] && shared < Math.min(from.length, to.length) - 1) shared++;
  const room = from.slice(0, shared).join('/') || '.';
  if (aboveRooms.includes(room) || from[shared] === to[shared]) return undefined;
  return { room, from: from[shared]!, to: to[shared] ?? 'index', text: `${file}:${line} imports '${wanted}'` };
}

/** Returns the rank of a part of a room among its folders: its own, or that of the highest folder to which a file leads; -1 for none. */
function ranking(arrows: readonly Arrow[]): (room: string, part: string) => number {
  const next = new Map<string, Set<string>>();
  for (const { room, from, to } of arrows) {
    const key = `${room}/${from}`;
    next.set(key, (next.get(key) ?? new Set()).add(to));
  }
  const known = new Map<string, number>();
  const rankOf = (room: string, part: string): number => {
    const [key, own] = [`${room}/${part}`, orders[room]?.indexOf(part) ?? -1];
    if (own >= 0) return own;
    if (!known.has(key)) {
      // A circle of files is another test's matter, and must not go on for ever here.
      known.set(key, -1);
      known.set(key, Math.max(-1, ...[...(next.get(key) ?? [])].map((to) => rankOf(room, to))));
    }
    return known.get(key)!;
  };
  return rankOf;
}

/** The problem with an arrow of a folder that does not go down; undefined for all others. */
function upward({ room, from, to, text }: Arrow, rankOf: ReturnType<typeof ranking>): string | undefined {
  const order = orders[room] ?? [];
  const [own, other] = [order.indexOf(from), rankOf(room, to)];
  if (own < 0 || other < own) return undefined;
  const above = order.includes(to) ? `${to} stands above ${from}` : `${to} leads to ${order[other]}`;
  return `${text}: within ${room}, ${above}. Move what is needed down, into a folder or file that stands below ${from}.`;
}

describe('the parts of a room', () => {
  const files = typescriptIn(programFolders);
  const folders = new Set<string>();
  for (const file of files)
    for (let folder = path.posix.dirname(file); folder !== '.'; folder = path.posix.dirname(folder))
      folders.add(folder);

  const arrows = files.flatMap((file) => importsOf(file)).flatMap((each) => arrowOf(each) ?? []);
  const rankOf = ranking(arrows);

  test('have an order wherever there are folders, and each of it exists', () => {
    const inner = [...folders].filter(
      (folder) => !aboveRooms.includes(path.posix.dirname(folder)) && folder.includes('/'),
    );
    const listed = Object.entries(orders).flatMap(([room, parts]) => parts.map((part) => `${room}/${part}`));
    expect(inner.sort()).toEqual(listed.sort());
  });

  test('import only what stands below them', () => {
    expect(arrows.length).toBeGreaterThan(800);
    expect(arrows.flatMap((arrow) => upward(arrow, rankOf) ?? [])).toEqual([]);
  });

  test.each([
    ['core/kernel/guards/limits.ts', '../run/runner', 'within core/kernel, run stands above guards'],
    ['core/kernel/menu/order.ts', '../session', 'session leads to run'],
    ['core/settings/text/lines.ts', '../load', 'load leads to text'],
    ['imaging/fits/least-squares.ts', '../geometry', 'within imaging, geometry stands above fits'],
    ['plugins/console/page/base/dom.ts', '../views/guide-view', 'views stands above base'],
    ['plugins/calibrations/pixel-size/lattice/x.ts', '../find-pixel-size', 'find-pixel-size leads to lattice'],
    ['plugins/calibrations/shared/result/x.ts', '../../pixel-size/lattice/y', 'pixel-size stands above shared'],
    ['simulation/base/frame.ts', '../column/condenser/beam', 'column stands above base'],
    ['simulation/base/frame.ts', '../microscope', 'microscope leads to image'],
  ])('an arrow up from %s to %s is seen', (file, wanted, problem) => {
    const made = importsOf(file, `import { x } from '${wanted}';`).flatMap((each) => arrowOf(each) ?? []);
    expect(made.flatMap((arrow) => upward(arrow, rankOf) ?? [])).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    ['core/kernel/run/runner.ts', '../menu/menu'],
    ['core/kernel/guards/limits.ts', '../errors'],
    ['core/kernel/session.ts', './run/runner'],
  ])('an arrow down from %s to %s is right', (file, wanted) => {
    const made = importsOf(file, `import { x } from '${wanted}';`).flatMap((each) => arrowOf(each) ?? []);
    expect(made).toHaveLength(1);
    expect(made.flatMap((arrow) => upward(arrow, rankOf) ?? [])).toEqual([]);
  });
});
