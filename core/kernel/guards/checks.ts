import { kernelErrors } from '../errors';

/** Checks that a mag index stands in the magnification table, and hands it back; throws `limits/out-of-range`. */
export function inMagnificationTable<Index extends number>(index: Index, listed: ReadonlySet<number>): Index {
  if (!listed.has(index))
    throw kernelErrors.outOfRange('mag index', String(index), 'the indexes in MagnificationTable');
  return index;
}
