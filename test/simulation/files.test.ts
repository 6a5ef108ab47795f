import { importsOf, textOf, typescriptIn } from '../architecture/source-files';

const files = typescriptIn(['simulation']);

describe('the files of the simulation', () => {
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

  test('are read at once', () => {
    const long = files.filter((file) => textOf(file).split('\n').length > 300);
    expect(long).toEqual([]);
  });
});
