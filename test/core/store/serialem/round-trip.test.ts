import { drawsOf, fc } from '../../../support/properties';
import { CalibrationFile, type FileKind, fileFormats } from '../../../../core/store';
import type { Field, Layout } from '../../../../core/store/serialem/fields';

const text = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.:\\-]{0,11}$/);
const real = (largest: number) =>
  fc.oneof(
    fc.double({ min: -1e4, max: 1e4, noNaN: true }),
    fc.double({ min: -1e-6, max: 1e-6, noNaN: true }),
    fc.double({ min: -largest, max: largest, noNaN: true }),
    fc.constantFrom(0, -0, -1e-9, 0.0078125, -19661.8769, 1 / 3),
  );
function arbitraryOf(field: Field): fc.Arbitrary<number | string> {
  if (field.kind === 'word') return text;
  if (field.kind === 'rest') return fc.array(text, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
  if (field.kind === 'int') return fc.integer({ min: field.minimum, max: field.maximum });
  return real(field.kind === 'f32' ? 1e30 : 1e25);
}
const valuesOf = (fields: readonly Field[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(fields.map((field) => [field.name, arbitraryOf(field)])));
function recordOf(layout: Layout): fc.Arbitrary<Record<string, unknown>> {
  if (layout.shape !== 'block') return valuesOf(layout.fields);
  return fc
    .tuple(valuesOf(layout.fields), fc.array(valuesOf(layout.rows), { minLength: 30, maxLength: 30 }), fc.nat(20))
    .map(([fields, rows, count]) => ({ ...fields, rows: rows.slice(0, layout.rowCount?.(fields) ?? count) }));
}
const recordsOf = (layout: Layout): fc.Arbitrary<readonly Record<string, unknown>[]> =>
  fc.array(recordOf(layout), { minLength: 1, maxLength: 4 }).map((rows) => {
    const { index } = layout.shape === 'table' ? layout : {};
    return index ? rows.map((row, at) => ({ [index.name]: index.from + at, ...row })) : rows;
  });

const cases = Object.values(fileFormats).flatMap((format) =>
  [...format.layouts].map(([name, layout]) => ({ kind: format.kind, name, layout })),
);

/** A number after it was printed with this many decimals and read again, computed without the code under test. */
function expected(value: unknown, field: Field): unknown {
  if (typeof value !== 'number' || field.kind === 'int') return value;
  const held = field.kind === 'f32' ? new Float32Array([value])[0]! : value;
  return Math.abs(held) < 1e21 ? Number(held.toFixed(field.decimals)) : held;
}
const expectedRow = (row: Record<string, unknown>, fields: readonly Field[]): Record<string, unknown> =>
  Object.fromEntries(fields.map((field) => [field.name, expected(row[field.name], field)]));
const plainZeros = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

const parse = (bytes: Buffer, kind: FileKind): CalibrationFile => {
  const { file, problems } = CalibrationFile.parse(bytes, 'file.txt', kind);
  expect(problems).toEqual([]);
  return file!;
};

describe.each(cases)('the codec of $name ($kind)', ({ kind, name, layout }) => {
  it('brings values back from text, and text back from values', () => {
    fc.assert(
      fc.property(recordsOf(layout), (rows) => {
        const file = CalibrationFile.empty(kind);
        file.replaceAll(name, rows);
        const written = file.render();
        expect(written.toString()).not.toMatch(/\s-?\d[\d.]*e[+-]?\d/i);
        const again = parse(written, kind);
        const wanted = rows.map((row) => {
          const { index } = layout.shape === 'table' ? layout : {};
          const own = { ...(index ? { [index.name]: row[index.name] } : {}), ...expectedRow(row, layout.fields) };
          return layout.shape === 'block'
            ? { ...own, rows: (row.rows as Record<string, unknown>[]).map((each) => expectedRow(each, layout.rows)) }
            : own;
        });
        expect(plainZeros(again.get(name))).toEqual(plainZeros(wanted));
        const fresh = CalibrationFile.empty(kind);
        fresh.replaceAll(name, again.get(name));
        expect(fresh.render().equals(written)).toBe(true);
        expect(again.render('preserve').equals(written)).toBe(true);
      }),
      { numRuns: drawsOf(40) },
    );
  });
});

describe('changing one record of a file', () => {
  const format = fileFormats.calibrations;
  const noise = fc.constantFrom(
    '',
    '# a comment',
    'NewerRecord 1 2 3',
    '  C2SpotOffset   3\t0.5  0.25   # by hand',
    'imageshiftmatrix 7',
    '\tStageToCameraMatrix 3 0 1 2 3 4   1000',
  );
  const whole = fc
    .tuple(
      fc.tuple(
        ...[...format.layouts].map(([name, layout]) => fc.option(recordsOf(layout).map((rows) => ({ name, rows })))),
      ),
      fc.array(fc.tuple(noise, fc.nat()), { maxLength: 6 }),
      fc.constantFrom('\n', '\r\n'),
    )
    .map(([records, lines, end]) => {
      const file = CalibrationFile.empty('calibrations');
      for (const record of records) if (record) file.replaceAll(record.name, record.rows);
      const text = file.render().toString('latin1').split('\r\n').slice(0, -1);
      // Only between records, where other lines are allowed.
      const places = text.flatMap((line, at) => (at > 0 && /^[A-Z]/.test(line) ? [at] : [])).concat(text.length);
      for (const [line, seed] of [...lines].sort(
        (a, b) => places[b[1] % places.length]! - places[a[1] % places.length]!,
      ))
        text.splice(places[seed % places.length]!, 0, line);
      return text.map((line) => line + end).join('');
    });

  it('leaves every other line as it was', () => {
    fc.assert(
      fc.property(whole, fc.nat(), fc.nat(1_000_000), (before, which, number) => {
        const { file } = CalibrationFile.parse(Buffer.from(before, 'latin1'), 'file.txt');
        expect(file!.render().toString('latin1')).toBe(before);
        const candidates = file!.all().filter(({ name }) => format.layouts.get(name)!.shape !== 'block');
        if (candidates.length === 0) return;
        const { name, values, line } = candidates[which % candidates.length]!;
        const field = format.layouts
          .get(name)!
          .fields.find(
            (each) =>
              each.kind === 'f32' ||
              each.kind === 'f64' ||
              each.name === 'lensValue' ||
              each.name === 'aperture1' ||
              each.name === 'micro',
          )!;
        const changed = {
          ...values,
          [field.name]: Number(values[field.name]) === number + 1 ? number + 2 : number + 1,
        };
        file!.put(name, changed, (each) => each === values);
        const lines = file!.render().toString('latin1').split('\n');
        const original = before.split('\n');
        expect(lines).toHaveLength(original.length);
        expect(lines.filter((each, at) => each !== original[at] && at !== line - 1)).toEqual([]);
        expect(lines[line - 1]).not.toBe(original[line - 1]);
        file!.put(name, values, (each) => each[field.name] === changed[field.name]);
        expect(file!.get(name)).toContainEqual(values);
      }),
      { numRuns: drawsOf(60) },
    );
  });

  it('keeps rows and unknown lines when records come and go', () => {
    fc.assert(
      fc.property(whole, (before) => {
        const { file } = CalibrationFile.parse(Buffer.from(before, 'latin1'), 'file.txt');
        const kept = file!.kept();
        const matrices = file!.get('ImageShiftMatrix').length;
        const matrix = { magIndex: 50, camera: 5, xpx: 1, xpy: 2, ypx: 3, ypy: 4, magnification: 100 };
        file!.put('ImageShiftMatrix', matrix, () => false);
        const again = CalibrationFile.parse(file!.render(), 'file.txt').file!;
        expect(again.get('ImageShiftMatrix')).toHaveLength(matrices + 1);
        expect(again.kept().map((each) => each.text)).toEqual(kept.map((each) => each.text));
        again.remove('ImageShiftMatrix', (each) => each.camera === 5 && each.magIndex === 50 && each.xpx === 1);
        expect(
          CalibrationFile.parse(again.render(), 'file.txt').problems.filter(
            ({ code }) => code !== 'store/unknown-record',
          ),
        ).toEqual([]);
        expect(
          again
            .render('canonical')
            .equals(CalibrationFile.parse(again.render('canonical'), 'file.txt').file!.render('canonical')),
        ).toBe(true);
      }),
      { numRuns: drawsOf(40) },
    );
  });
});
