import { sentencesOf, unitsOf, value, valueMismatches } from '../../../../core/kernel';

const specs = {
  rate: value.quantity('Rate.', { unit: 'counts' }),
  note: value.text('Note.', { optional: true }),
  axis: value.vector('Axis.', { unit: 'nm', optional: true }),
  rows: value.table('Rows.', {
    spot: value.quantity('Spot size.'),
    size: value.quantity('Size.', { unit: 'um', optional: true }),
  }),
};

test.each([
  ['values that fit', { rate: 1, rows: [{ spot: 1 }, { spot: 2, size: 3 }] }, []],
  ['a name that is not declared', { rate: 1, rows: [], rat: 2 }, ['"rat" is reported but not declared.']],
  ['a value that is missing', { rows: [] }, ['"rate" is declared but not reported.']],
  ['a value of another kind', { rate: '1', rows: [] }, ['"rate" is not a quantity.']],
  ['a vector without its Y', { rate: 1, rows: [], axis: { x: 1 } }, ['"axis" is not a vector.']],
  ['no table', { rate: 1, rows: 3 }, ['"rows" is not a table.']],
  [
    'rows that differ, each difference once',
    { rate: 1, rows: [{ spot: 'a' }, { spot: 'b' }, { spot: 1, width: 2 }] },
    ['In "rows": "spot" is not a quantity.', 'In "rows": "width" is reported but not declared.'],
  ],
])('%s', (_, values, expected) => {
  expect(valueMismatches(specs, values)).toEqual(expected);
});

test('units and sentences come from the declaration, those of columns by table and column', () => {
  expect(unitsOf(specs)).toEqual({ rate: 'counts', axis: 'nm', 'rows.size': 'um' });
  expect(sentencesOf(specs)).toEqual({ rate: 'Rate.', note: 'Note.', axis: 'Axis.', rows: 'Rows.' });
});
