import path from 'node:path';
import { type Import, importsOf, textOf, typescriptIn } from '../architecture/source-files';

/** The rooms of the simulation from the ground up, each with those below that it may look into. The files beside them put everything together. */
const below: Readonly<Record<string, readonly string[]>> = {
  'simulation/base': [],
  'simulation/camera': ['simulation/base'],
  'simulation/specimen': ['simulation/base'],
  'simulation/column': ['simulation/base', 'simulation/camera', 'simulation/specimen'],
  'simulation/image': ['simulation/base', 'simulation/camera', 'simulation/specimen', 'simulation/column'],
};

const files = typescriptIn(['simulation']);
const imports = files.flatMap((file) => importsOf(file));
const roomOf = (file: string): string => path.posix.dirname(file);
const isUpward = ({ file, target }: Import): boolean => {
  const [from, to] = [roomOf(file), target === undefined ? undefined : roomOf(target)];
  return to?.startsWith('simulation') === true && from !== to && from in below && !below[from]!.includes(to);
};

describe('the rooms of the simulation', () => {
  test('are those of the table, and no import goes up', () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(['simulation', ...Object.keys(below)].sort());
    expect(imports.length).toBeGreaterThan(80);
    expect(imports.filter(isUpward)).toEqual([]);
    const upward = importsOf('simulation/base/frame.ts', "import { beam } from '../column/beam';");
    expect(upward.filter(isUpward)).toHaveLength(1);
  });

  test('have no circle of files', () => {
    const targets = new Map(
      files.map((file) => [file, importsOf(file).flatMap(({ target }) => (target ? [`${target}.ts`] : []))]),
    );
    const done = new Set<string>();
    const circleFrom = (file: string, way: readonly string[]): readonly string[] => {
      if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
      if (done.has(file)) return [];
      const circle = (targets.get(file) ?? []).flatMap((next) => circleFrom(next, [...way, file]));
      done.add(file);
      return circle;
    };
    expect(files.flatMap((file) => circleFrom(file, []))).toEqual([]);
  });

  test('hold files that are read at once', () => {
    const long = files.filter((file) => textOf(file).split('\n').length > 300);
    expect(long).toEqual([]);
  });
});
