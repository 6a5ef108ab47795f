import type { PropertyRow } from '../../core/devices';

type Sample = readonly (number | boolean)[];
type Calls = Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown>>>;

/** Values that any property of their kind can take, where it is not special. */
function usualSample({
  as,
}: PropertyRow & { readonly as: { readonly form?: string; readonly sent?: string } }): Sample {
  if (as.parts === 2) return [0.25, -0.5];
  switch (as.form ?? as.sent) {
    case 'flag':
      return [true];
    case 'whole':
      return [2];
    default:
      return [1e-4];
  }
}

/** A value, with numbers as near as the units of a wire leave them. */
function nearly(value: number | boolean): unknown {
  return typeof value === 'number' ? (expect.closeTo(value, 9) as unknown) : value;
}

function fits(value: unknown, expected: unknown): boolean {
  try {
    expect(value).toEqual(expected);
    return true;
  } catch {
    return false;
  }
}

/**
 * Writes every property of a table over a wire, reads it again and expects what was written; of a property that is only read, a value.
 * @param special values of properties that do not take any
 * @param settle waits until what was written has arrived; it is given a way to ask whether it has
 */
export async function expectRoundTrips(
  table: Readonly<Record<string, PropertyRow>>,
  transport: object,
  special: Readonly<Record<string, Sample>> = {},
  settle: (arrived: () => Promise<boolean>) => Promise<void> = async () => {},
): Promise<void> {
  const calls = transport as Calls;
  const read: Record<string, unknown> = {};
  const expected: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) {
    const sample = special[name] ?? usualSample(row);
    if (row.access !== 'read') await calls[`set${name}`]!(...sample);
    const [first, second] = sample;
    if (row.access === 'read') expected[name] = expect.any(Number) as unknown;
    else if (row.access !== 'write')
      expected[name] = second === undefined ? nearly(first!) : { x: nearly(first!), y: nearly(second) };
    await settle(async () => row.access === 'write' || fits(await calls[`get${name}`]!(), expected[name]));
    if (row.access !== 'write') read[name] = await calls[`get${name}`]!();
  }
  expect(Object.keys(read).length).toBeGreaterThan(Object.keys(table).length / 3);
  expect(read).toEqual(expected);
}
