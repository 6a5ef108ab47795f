import path from 'node:path';
import { type Matrix, StoppedError, type Vector, errorContents, readable } from '../../../core/base';
import type { Columns, ItemDeclaration, ResultSpecs, ValueSpec } from '../../../core/kernel';
import { describeReason } from '../../../core/judgement';
import { type CalibrationResult, isMainRecord, mainChange } from '../../../core/store';
import type { OutcomeState, ValueState } from '../protocol';
import { isElement, matrixOf } from './matrices';

type Shell = Pick<OutcomeState, 'number' | 'item' | 'label' | 'stored' | 'stores' | 'seconds'>;

const nothing = { remarks: [], values: [], tables: [] } as const;
const maxRows = 200;

/**
 * A result for reading, as the item declares it: each value with its error, beside the previous one; lists of rows as
 * tables.
 */
export function outcomeOf(
  shell: Shell,
  result: CalibrationResult | undefined,
  { results = {} }: Partial<Pick<ItemDeclaration, 'results'>> = {},
): OutcomeState {
  if (!result) return { ...shell, ...nothing, end: 'done', summary: `${shell.label} is done.` };
  const { values, quality } = result;
  const given = specsOf(results, values).filter(([name]) => values[name] !== undefined);
  const shown = given.flatMap(([name, spec]) => (isTable(spec) ? [] : valueOf(name, spec, result)));
  const matrix = matrixOf(result, shown, new Map(given));
  return {
    ...shell,
    end: 'done',
    summary: result.summary,
    remarks: [...(quality?.reasons ?? []).map(describeReason), ...(quality?.remarks ?? [])],
    ...(quality?.verdict !== undefined && { verdict: quality.verdict }),
    values: matrix ? shown.filter(({ name }) => !isElement(name)) : shown,
    ...(matrix && { matrix }),
    ...(shell.stored && { keptBy: keptBy(result) }),
    ...(result.writtenTo !== undefined && { writtenTo: path.basename(result.writtenTo) }),
    tables: given.flatMap(([name, spec]) => tableOf(name, spec, values[name])),
  };
}

/** The way in which the changes of a result are kept. */
export function keptBy({ changes }: Pick<CalibrationResult, 'changes'>): 'saving' | 'itself' | 'session' {
  const records = changes.flatMap((change) => ('record' in change ? [change.record] : []));
  if (records.some(isMainRecord)) return 'saving';
  return records.length > 0 ? 'itself' : 'session';
}

/** The declared values, and those that an earlier version of the item reported. */
function specsOf(results: ResultSpecs, values: CalibrationResult['values']): readonly (readonly [string, ValueSpec])[] {
  const undeclared = Object.keys(values).filter((name) => !(name in results));
  const plain = undeclared.flatMap((name) => {
    const kind = plainKinds[typeof values[name] as keyof typeof plainKinds];
    return kind ? [[name, { kind, what: '', optional: false }] as const] : [];
  });
  return [...Object.entries(results), ...plain];
}
const plainKinds = { number: 'quantity', string: 'text', boolean: 'flag' } as const;

const isTable = ({ kind }: ValueSpec): boolean => kind === 'table' || kind === 'vectors';

function valueOf(name: string, spec: ValueSpec, { values, standardErrors, changes }: CalibrationResult): ValueState[] {
  const { kind, what } = spec;
  const unit = kind === 'table' ? undefined : spec.unit;
  const [error, before] = [standardErrors[name], mainChange(changes)?.replaced?.[name]];
  const shared = { ...(what !== '' && { about: what }), ...(unit !== undefined && { unit }) };
  const shown = plainValue(kind, values[name]);
  if (shown === undefined) return [];
  return [
    {
      name,
      value: shown,
      ...shared,
      ...(typeof error === 'number' && Number.isFinite(error) && { error }),
      ...(typeof before === 'number' && Number.isFinite(before) && { before }),
    },
  ];
}

/** The end of a run without a result. */
export function outcomeOfError(shell: Shell, error: unknown): OutcomeState {
  const { message, hint, code } = errorContents(error);
  return {
    ...shell,
    ...nothing,
    end: error instanceof StoppedError ? 'stopped' : 'failed',
    summary: message,
    hint,
    code,
  };
}

function plainValue(kind: ValueSpec['kind'], value: unknown): ValueState['value'] | undefined {
  switch (kind) {
    case 'quantity':
      return Number.isFinite(value) ? (value as number) : 'not known';
    case 'text':
    case 'flag':
      return value as string | boolean;
    case 'quantities':
      return figures(value as readonly number[]);
    case 'vector':
      return figures([(value as Vector).x, (value as Vector).y]);
    case 'matrix': {
      const { xpx, xpy, ypx, ypy } = value as Matrix;
      return figures([xpx, xpy, ypx, ypy]);
    }
    case 'vectors':
    case 'table':
      return undefined;
  }
}

const figures = (numbers: readonly number[]): string => numbers.map((each) => readable(each)).join(', ');

const pair: Columns = {
  x: { kind: 'quantity', what: 'X', optional: false },
  y: { kind: 'quantity', what: 'Y', optional: false },
};

function tableOf(name: string, spec: ValueSpec, value: unknown): readonly OutcomeState['tables'][number][] {
  if (!isTable(spec) || !Array.isArray(value) || value.length === 0) return [];
  const columns = spec.kind === 'table' ? spec.columns : inUnit(pair, spec.unit);
  const rows = value.slice(0, maxRows) as readonly Readonly<Record<string, unknown>>[];
  const filled = Object.entries(columns).filter(([column]) => rows.some((row) => row[column] !== undefined));
  const cell = (kind: ValueSpec['kind'], each: unknown): number | string => {
    const shown = each === undefined ? '' : plainValue(kind, each);
    return typeof shown === 'boolean' ? (shown ? 'yes' : 'no') : (shown ?? '');
  };
  return [
    {
      name,
      columns: filled.map(([column, { unit }]) => ({ name: column, ...(unit !== undefined && { unit }) })),
      rows: rows.map((row) => filled.map(([column, { kind }]) => cell(kind, row[column]))),
    },
  ];
}

const inUnit = (columns: Columns, unit: string | undefined): Columns =>
  unit === undefined
    ? columns
    : Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, { ...column, unit }]));
