import { StoppedError, toFault } from '../../../core/base';
import type { MenuItemDeclaration } from '../../../core/kernel';
import { type CalibrationResult, mainChange } from '../../../core/store';
import type { OutcomeState, ValueState } from '../protocol';

type Shell = Pick<OutcomeState, 'number' | 'item' | 'label' | 'stored' | 'seconds'>;

const nothing = { remarks: [], values: [], tables: [] } as const;
const mostRows = 200;

/** A result as people read it: each value with its error, beside what it replaces; lists of rows as tables. */
export function outcomeOf(
  shell: Shell,
  result: CalibrationResult | undefined,
  { results: about = {}, units = {} }: Pick<MenuItemDeclaration, 'results' | 'units'> = {},
): OutcomeState {
  if (!result) return { ...shell, ...nothing, end: 'done', summary: `${shell.label} has ended; nothing was stored.` };
  const { values, standardErrors, quality } = result;
  const replaced = mainChange(result.changes)?.replaced;
  const plain: ValueState[] = [];
  const tables: OutcomeState['tables'][number][] = [];
  for (const [name, value] of Object.entries(values)) {
    const table = tableOf(name, value, units);
    if (table) {
      tables.push(table);
      continue;
    }
    const shown = plainValue(value);
    if (shown === undefined) continue;
    const [error, before] = [standardErrors[name], replaced?.[name]];
    plain.push({
      name,
      value: shown,
      ...(about[name] !== undefined && { about: about[name] }),
      ...(units[name] !== undefined && { unit: units[name] }),
      ...(typeof error === 'number' && Number.isFinite(error) && { error }),
      ...(typeof before === 'number' && Number.isFinite(before) && { before }),
    });
  }
  return {
    ...shell,
    end: 'done',
    summary: result.summary,
    remarks: quality?.remarks ?? [],
    ...(quality?.verdict !== undefined && { verdict: quality.verdict }),
    values: plain,
    tables,
  };
}

/** How a run ended that gave no result. */
export function failureOf(shell: Shell, error: unknown): OutcomeState {
  const { message, hint, code } = toFault(error);
  return {
    ...shell,
    ...nothing,
    end: error instanceof StoppedError ? 'stopped' : 'failed',
    summary: message,
    hint,
    code,
  };
}

function plainValue(value: unknown): ValueState['value'] | undefined {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    return typeof value === 'number' && !Number.isFinite(value) ? 'not known' : value;
  if (Array.isArray(value) && value.length > 0 && value.length <= 24 && value.every((each) => typeof each === 'number'))
    return value.map((each: number) => Number(each.toPrecision(5))).join(', ');
  return undefined;
}

function tableOf(
  name: string,
  value: unknown,
  units: Readonly<Record<string, string>>,
): OutcomeState['tables'][number] | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every((row) => typeof row === 'object' && row !== null))
    return undefined;
  const rows = value.slice(0, mostRows) as Record<string, unknown>[];
  const columns = Object.keys(rows[0]!).filter((column) =>
    rows.every((row) => ['number', 'string'].includes(typeof row[column])),
  );
  return columns.length === 0
    ? undefined
    : {
        name,
        columns: columns.map((column) => ({
          name: column,
          ...(units[`${name}.${column}`] !== undefined && { unit: units[`${name}.${column}`]! }),
        })),
        rows: rows.map((row) => columns.map((column) => row[column] as number | string)),
      };
}
