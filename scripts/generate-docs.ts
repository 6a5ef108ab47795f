/** Writes docs/hooks.md, docs/errors.md and docs/virtual-microscope.md from the sources. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createHooks } from '../core/kernel';
import { generalOptions } from '../simulation/options';
import { standardParts } from '../simulation/column/parts';
import { type ErrorSite, errorSites } from './error-catalogue';

/**
 * The generated pages by file name; `root` is the folder of the sources. Throws when the table of hooks and the hooks
 * differ.
 */
export function generatedPages(root: string): Readonly<Record<string, string>> {
  return {
    'docs/hooks.md': hooksPage(readFileSync(path.join(root, 'core/kernel/hooks.ts'), 'utf8')),
    'docs/errors.md': errorsPage(errorSites(root)),
    'docs/virtual-microscope.md': virtualMicroscopePage(),
  };
}

const notice = '<!-- Written by scripts/generate-docs.ts; do not edit. -->';

/** The page of hooks, from the table in the comment above them. */
export function hooksPage(source: string): string {
  const rows = [...source.matchAll(/^ \* \| (.*) \|$/gm)].map((match) => match[1]!.split(' | '));
  const [heading, , ...described] = rows;
  const hooks = createHooks();
  const names = described.map(([name]) => name!);
  const missing = Object.keys(hooks).filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !(name in hooks));
  if (!heading || missing.length > 0 || unknown.length > 0)
    throw new Error(
      `The table in core/kernel/hooks.ts lacks ${missing.join(', ') || 'nothing'} and has ${unknown.join(', ') || 'nothing'} too many.`,
    );
  return [
    notice,
    '',
    '# Hooks',
    '',
    'A plugin taps a hook with `host.hooks.NAME.tap(listen)`; a menu item does it in its `listen` method. Hooks that begin with `will` are',
    'called before something is done: a tap may wait, change the value that the hook returns, or refuse by throwing. Hooks that begin with',
    '`did` only tell. Taps run in the order in which the configuration lists the plugins, and one that fails is reported with its plugin.',
    '',
    `| ${heading.join(' | ')} |`,
    `| ${heading.map(() => '---').join(' | ')} |`,
    ...described.map(([name, ...rest]) => `| ${[`\`${name}\``, ...rest].join(' | ')} |`),
    '',
  ].join('\n');
}

/** The page of errors: each code with its messages and hints. */
export function errorsPage(sites: readonly ErrorSite[]): string {
  const rooms = new Map<string, Map<string, ErrorSite[]>>();
  for (const site of sites) {
    const room = site.code.split('/')[0]!;
    const codes = rooms.get(room) ?? new Map<string, ErrorSite[]>();
    rooms.set(room, codes.set(site.code, [...(codes.get(site.code) ?? []), site]));
  }
  const parts = [...rooms]
    .sort(byName)
    .flatMap(([room, codes]) => [
      '',
      `## ${room}`,
      '',
      '| code | what happened | what to do |',
      '| --- | --- | --- |',
      ...[...codes].sort(byName).flatMap(([code, all]) => rowsOf(code, all)),
    ]);
  return [
    notice,
    '',
    '# Errors',
    '',
    'Every error that is thrown on purpose has a stable code, says what happened and where, and what to do. Three dots stand for what is',
    'filled in. With `--json` the code is the field `code` of the last line.',
    ...parts,
    '',
  ].join('\n');
}

function rowsOf(code: string, sites: readonly ErrorSite[]): readonly string[] {
  const rows = [
    ...new Set(sites.map(({ message, hint }) => `${cell(message)} | ${cell(hint ?? '(that of its cause)')}`)),
  ];
  return rows.map((row, index) => `| ${index === 0 ? `\`${code}\`` : ''} | ${row} |`);
}

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : 1);
const cell = (text: string): string => text.replace(/\s+/g, ' ').replace(/\|/g, '\\|').replace(/</g, '&lt;').trim();

/** The page of the virtual microscope: each part with its options. */
export function virtualMicroscopePage(): string {
  const sections = [{ name: 'general', options: generalOptions }, ...standardParts]
    .filter(({ options }) => Object.keys(options).length > 0)
    .flatMap(({ name, options }) => [
      '',
      `## ${name.charAt(0).toUpperCase()}${name
        .slice(1)
        .replace(/([A-Z])/g, ' $1')
        .toLowerCase()}`,
      '',
      '| option | default | what it is |',
      '| --- | --- | --- |',
      ...optionRows(options),
    ]);
  return [
    notice,
    '',
    '# The virtual microscope',
    '',
    'The section `simulator:` of a configuration says what is true of the virtual microscope: its specimen, its errors, its drift. No calibration can',
    'see it; `eucentric truth` prints what a perfect calibration would store. Every option has a default, so the section may be empty.',
    '',
    '```yaml',
    'simulator:',
    '  seed: 7                     # another specimen, other noise and errors',
    '  specimen: cross-grating     # for Find Pixel Size; film suits the other calibrations',
    '  driftNmPerSecond: [0.5, -0.2]',
    '```',
    '',
    'The same seed gives the same images. `speed` says how fast time passes: 1 as at an instrument, 0 without waiting; `start` takes 4.',
    'A twin of a site (`import --twin`) sets `truth: site`: pixel sizes, rotations and matrices are those of its own files.',
    ...sections,
    '',
  ].join('\n');
}

const optionRows = (options: z.ZodRawShape): readonly string[] => {
  const { properties = {} } = z.toJSONSchema(z.strictObject(options), { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => {
    const { default: usual, description = '' } = schema as {
      readonly default?: unknown;
      readonly description?: string;
    };
    return `| \`${name}\` | ${usual === undefined ? '' : cell(`\`${JSON.stringify(usual)}\``)} | ${cell(description)} |`;
  });
};

/** Writes the pages below the working directory. */
export function writePages(): void {
  for (const [file, text] of Object.entries(generatedPages(path.resolve('.')))) {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    writeFileSync(path.resolve(file), text);
  }
}

if (process.argv[1] && path.basename(process.argv[1]).startsWith('generate-docs')) writePages();
