import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The headings of the help page of an item that measures, in their order. */
export const helpHeadings = [
  'Specimen and beam',
  'Steps',
  'A good result',
  'When it is not good',
  'What it stores',
  'References',
] as const;

/** The help page beside the file of an item: the same name, written in Markdown. Undefined where there is none. */
export function helpPageBeside(itemFile: string): string | undefined {
  const { dir, name } = path.parse(itemFile);
  const page = path.join(dir, `${name}.md`);
  return existsSync(page) ? page : undefined;
}

/** The text of a help page, as Markdown. Undefined where the item has none. */
export function helpText({ helpPage }: { readonly helpPage?: string }): string | undefined {
  return helpPage === undefined ? undefined : readFileSync(helpPage, 'utf8').trim();
}
