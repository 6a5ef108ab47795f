import type { ItemDefinition, ItemPlace } from '../core/kernel';

const unitWords = /\b(nm|um|nanometres?|micrometres?|degrees|percent|pixels|seconds|eV)\b/;
const sentences = /^[A-Z].*[.]$/s;
const oneSentence = /^[A-Z][^.!?]*(\.\d[^.!?]*)*[.]$/;

/** The part that runs nothing: sentences, units and questions of an item. */
export function describeDeclaration(
  definition: () => ItemDefinition,
  placeOf: (id: string) => ItemPlace | undefined = () => undefined,
): void {
  test('is described in one sentence each: the item, its questions and its results', () => {
    const { id, place, questions, results } = definition().declaration;
    expect((place ?? placeOf(id))?.summary).toMatch(oneSentence);
    for (const question of questions) expect(question.summary).toMatch(sentences);
    for (const spec of Object.values(results)) {
      expect(spec.what).toMatch(sentences);
      if (spec.kind === 'table') for (const { what } of Object.values(spec.columns)) expect(what).toMatch(sentences);
    }
  });

  test('says to the operator why it asks, not what the question does', () => {
    for (const { summary } of definition().declaration.questions)
      expect(summary).not.toMatch(/^(Whether|Asks|Shows)\b|: whether\b|\bin scripts\b/);
  });

  test('gives the unit of every result whose sentence has one', () => {
    const { results } = definition().declaration;
    const scalars = Object.entries(results).flatMap(([name, spec]) =>
      spec.kind === 'table'
        ? Object.entries(spec.columns).map(([column, each]) => [`${name}.${column}`, each] as const)
        : [[name, spec] as const],
    );
    const unitless = scalars.filter(([, { what, unit }]) => unit === undefined && unitWords.test(what));
    expect(unitless.map(([name]) => name)).toEqual([]);
  });

  test('has questions with ids of their own form', () => {
    for (const each of Object.keys(definition().questions)) expect(each).toMatch(/^[a-z][a-z0-9-]*$/);
  });
}
