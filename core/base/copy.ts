import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One copy of this program in memory. Two of them, even of one version, have different tokens and cannot work together. */
export interface ProgramCopy {
  /** The folder of its package.json. */
  readonly folder: string;
  readonly version: string;
}

/** The nearest folder upward that has a package.json. */
function packageFolder(from: string): string {
  if (existsSync(path.join(from, 'package.json')) || from === path.dirname(from)) return from;
  return packageFolder(path.dirname(from));
}

const folder = packageFolder(__dirname);

/** The copy that this very file belongs to. */
export const thisCopy: ProgramCopy = Object.freeze({
  folder,
  get version() {
    return (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }).version;
  },
});

/** The name under which a copy marks what it makes; the same in all copies, so that each can recognise the others' work. */
const mark = Symbol.for('eucentric/copy');

/** Marks something as made by this copy. */
export function markCopy<T extends object>(made: T): T {
  return Object.isExtensible(made) ? Object.defineProperty(made, mark, { value: thisCopy, configurable: true }) : made;
}

/** The other copy of the program that made something; undefined for what this copy made, or nobody marked. */
export function otherCopyOf(made: object): ProgramCopy | undefined {
  const copy = (made as { readonly [mark]?: ProgramCopy })[mark];
  return copy === thisCopy ? undefined : copy;
}
