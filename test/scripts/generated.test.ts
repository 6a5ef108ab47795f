import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { staleFiles } from '../../scripts/check-generated';
import { errorSites } from '../../scripts/error-catalogue';
import { errorsPage, generatedPages, hooksPage } from '../../scripts/generate-docs';
import { schemaText } from '../../scripts/generate-schema';

const root = path.resolve(__dirname, '..', '..');

/** A copy of everything that the check reads, with all generated files up to date. */
function copy(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
  for (const part of ['app', 'core', 'imaging', 'simulation', 'wires', 'plugins', 'config', 'docs'])
    cpSync(path.join(root, part), path.join(folder, part), {
      recursive: true,
      filter: (from) => !/[\\/]target$/.test(from),
    });
  for (const [file, text] of Object.entries(generatedPages(folder))) writeFileSync(path.join(folder, file), text);
  writeFileSync(path.join(folder, 'config', 'schema.json'), schemaText());
  return folder;
}

describe('the check of generated files', () => {
  let folder: string;
  beforeAll(() => {
    folder = copy();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const change = (file: string, text: string) => writeFileSync(path.join(folder, file), text);

  test('is content with what was just made, and names each file that is not', () => {
    const before = staleFiles(folder).filter((each) => !each.startsWith('imaging/fft'));
    expect(before).toEqual([]);
    change('config/schema.json', '{}');
    change('docs/hooks.md', '# Hooks\n');
    rmSync(path.join(folder, 'docs', 'errors.md'));
    change('imaging/fft/pkg/sources.sha256', 'another\n');
    change('core/settings/definitions/camera.types.ts', '// nothing\n');
    const named = staleFiles(folder).map((each) => each.split(' ')[0]);
    expect(named).toEqual([
      'config/schema.json',
      'docs/hooks.md',
      'docs/errors.md',
      'imaging/fft/pkg',
      'camera.types.ts',
    ]);
  });

  test('finds definitions that contradict each other', () => {
    change('core/settings/definitions/camera.json', JSON.stringify([
      { name: 'Gain', scope: 'camera', form: 'value', fields: ['int'], required: 1, meaning: 'The gain.' },
      { name: 'gain', scope: 'camera', form: 'circle', fields: ['int'], required: 2, meaning: 'no sentence' },
    ])); // prettier-ignore
    const found = staleFiles(folder).filter((each) => each.startsWith('camera.json'));
    expect(found).toEqual([
      'camera.json: gain is also in camera.json; keep one of the two.',
      'camera.json: gain has the form "circle", which nobody reads.',
      'camera.json: gain requires 2 of 1 values.',
      'camera.json: the meaning of gain is not a sentence.',
    ]);
  });
});

describe('the generated pages', () => {
  test('a table of hooks that does not name the hooks is refused', () => {
    expect(() =>
      hooksPage(' * | hook | given |\n * | --- | --- |\n * | willRun | item |\n * | willFly | - |\n'),
    ).toThrow(/lacks didRun.*has willFly/s);
  });

  test('an error is found with its code, its message and what to do', () => {
    const sites = errorSites(root);
    expect(sites).toContainEqual(
      expect.objectContaining({
        code: 'run/busy',
        file: 'core/kernel/errors.ts',
        message: '... is still running; only one item can run at a time.',
      }),
    );
    expect(errorsPage(sites.filter(({ code }) => code === 'run/busy'))).toContain(
      '| `run/busy` | ... is still running; only one item can run at a time. | Wait until it has ended, or stop it. |',
    );
  });
});
