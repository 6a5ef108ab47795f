import { basename } from 'node:path';
import { findDefinition } from '../../core/settings';
import { type ItemDefinition, helpHeadings, helpPageBeside, helpText } from '../../core/kernel';
import { placesOf } from '../../plugins/calibrations/menu';
import { taskPlaces } from '../../plugins/calibrations/task-list';
import { itemFiles } from '../support/item-files';
import { projectFolder } from '../support/project-folder';

const items = itemFiles('calibrations').map(({ file, definition }) => ({
  id: definition.declaration.id,
  file: `${projectFolder}/plugins/${file}.ts`,
  definition,
}));

/** The page of an item; empty where there is none. */
function pageOf(file: string): string {
  const helpPage = helpPageBeside(file);
  return (helpPage === undefined ? undefined : helpText({ helpPage })) ?? '';
}

/** True for an item that measures something: its page has every heading. */
const measures = ({ declaration }: ItemDefinition): boolean =>
  declaration.stores.length > 0 && declaration.measures.length > 0;

const headingsOf = (page: string): readonly string[] => [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]!);

/** Problems of a page in words; none for a good one. */
function problemsOf(page: string, definition: ItemDefinition, label: string): readonly string[] {
  const found: string[] = [];
  const [title, , about] = page.split('\n');
  if (title !== `# ${label}`) found.push(`the title is "${title ?? ''}", not "# ${label}"`);
  if (!/^[A-Z].{30,}\.$/.test(about ?? '')) found.push('the first paragraph does not say what the item is for');
  const headings = headingsOf(page);
  const order = headings.map((heading) => (helpHeadings as readonly string[]).indexOf(heading));
  if (order.includes(-1) || order.some((at, index) => index > 0 && at <= order[index - 1]!))
    found.push(`the headings are ${headings.join(', ')}`);
  if (measures(definition) && headings.length < helpHeadings.length)
    found.push(`an item that measures has all headings, this one ${headings.join(', ')}`);
  if (!headings.includes('References')) found.push('it names no references');
  const properties = /^- Propert(?:y|ies):(.*)$/m.exec(page)?.[1] ?? '';
  for (const [, name] of properties.split('Option')[0]!.matchAll(/`([^`]+)`/g))
    if (!findDefinition('general', name!) && !findDefinition('camera', name!))
      found.push(`no property is called ${name}`);
  for (const name of definition.declaration.stores)
    if (!page.includes(`\`${name}\``)) found.push(`it does not say that ${name} is stored`);
  const script = definition.declaration.script;
  if (script !== undefined && !page.includes(`\`${script}`))
    found.push(`it does not name the script command ${script}`);
  return found;
}

describe('help pages', () => {
  test.each(items)('$id has one that says what people need', ({ id, file, definition }) => {
    const { label = basename(file, '.ts') } = placesOf.get(id) ?? taskPlaces.get(id) ?? {};
    expect(problemsOf(pageOf(file), definition, label)).toEqual([]);
  });

  test('a page that lacks something is found', () => {
    const { definition } = items.find(({ id }) => id.endsWith('/image-shift'))!;
    const page = pageOf(items.find(({ id }) => id.endsWith('/image-shift'))!.file);
    expect(problemsOf(page.replace('## Steps', '## How'), definition, 'Image Shift')).toHaveLength(1);
    expect(problemsOf(page.replaceAll('ImageShiftLimit', 'ImageShiftLimits'), definition, 'Image Shift')).toEqual([
      'no property is called ImageShiftLimits',
    ]);
    expect(problemsOf('', definition, 'Image Shift').length).toBeGreaterThan(4);
  });
});
