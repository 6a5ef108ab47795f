/** Writes the files of something new: `npm run new -- calibration beam-and-spot/spot-size "Beam & Spot/Spot Size"`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { helpHeadings } from '../core/kernel';
import { nearestName } from '../core/settings';
import { type PlacedItem, placesOf } from '../plugins/calibrations/menu';

const usage = 'Usage: npm run new -- calibration FOLDER/NAME "Submenu/Label"';

/**
 * The files of a new calibration before its measurement is written, by their paths from the root. Throws a sentence for
 * the user for a wrong id or place.
 */
export function newCalibration(id: string, place: string): Readonly<Record<string, string>> {
  const name = id.replace(/^calibrations\//, '');
  if (!/^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.startsWith('shared/'))
    throw new Error(
      `"${id}" is not an id: an id is the folder of a submenu and a name, in small letters with hyphens, such as beam-and-spot/spot-size.`,
    );
  const menu = place.split('/').map((part) => part.trim());
  const label = menu.pop() ?? '';
  if (label === '' || menu.includes(''))
    throw new Error(
      `"${place}" is not a place in the menu: a place is the submenus and the label, such as "Beam & Spot/Spot Size".`,
    );
  const known = [...placesOf.values()];
  const submenus = [
    ...new Set(known.flatMap((each) => each.menu.map((_, depth) => each.menu.slice(0, depth + 1).join('/')))),
  ];
  const above = menu.join('/');
  if (above !== '' && !submenus.includes(above)) {
    const near = nearestName(above, submenus);
    throw new Error(
      `There is no submenu "${above}". ${near === undefined ? `There are: ${submenus.join(', ')}.` : `Did you mean "${near}"?`}`,
    );
  }
  const customary = known.find((each) => each.label === label && each.menu.join('/') === above);
  const given = customary ?? { id: `calibrations/${name}`, menu, label, summary: `Measures what ${label} needs.` };
  const file = `calibrations/${path.posix.dirname(name)}/${path.posix.basename(given.id)}`;
  return {
    [`plugins/${file}.ts`]: itemText(given, file, customary !== undefined),
    [`plugins/${file}.md`]: pageText(given),
    [`test/plugins/${file}.test.ts`]: testText(given, customary !== undefined),
  };
}

type Given = Pick<PlacedItem, 'id' | 'menu' | 'label' | 'summary'>;

const quoted = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;

/**
 * The place of a new item. A SerialEM item already has one in the menu of the plugin; any other item brings its own.
 */
const placeText = ({ menu, label, summary }: Given): string => `  place: {
    menu: [${menu.map(quoted).join(', ')}],
    label: ${quoted(label)},
    summary: ${quoted(summary)},
  },
`;

const itemText = (
  given: Given,
  file: string,
  customary: boolean,
): string => `import { EucentricError } from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import { defineItem } from '../../../core/kernel';

/** ${given.summary} */
export default defineItem({
  id: ${quoted(given.id)},
${customary ? '' : placeText(given)}  needs: { scope: Scope, cameras: Cameras },
  questions: {},
  results: {},
  forecast: 'nothing',
  async run({ scope, cameras }, run) {
    const magIndex = await scope.magIndex.read(run.signal);
    throw new EucentricError({
      code: '${path.posix.basename(given.id)}/not-written',
      message: ${quoted(`${given.label} does not measure anything yet`)} + \` (mag index \${magIndex}, camera \${cameras.selected.traits.name}).\`,
      hint: 'Write its run function in plugins/${file}.ts; docs/ADDING-A-CALIBRATION.md shows how.',
    });
  },
});
`;

/** The help page, with every heading that the page of a measurement has; those that do not apply are deleted. */
const pageText = ({ label, summary }: Given): string =>
  [`# ${label}`, summary, ...helpHeadings.map((heading) => `## ${heading}`)].join('\n\n') + '\n';

const testText = (
  { id, label }: Given,
  customary: boolean,
): string => `import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = ${quoted(id)};

describeMenuItem(id${customary ? '' : ', { beyondTheMenu: true }'});

test(${quoted(`${label} recovers the truth`)}, async () => {
  await using instrument = await virtualInstrument({ simulator: { seed: 1 }, magIndex: 22 });
  const { result } = await runItem(instrument, id);
  // Compare the result with the truth of the simulator; see docs/ADDING-A-CALIBRATION.md.
  expect(result?.values).toEqual({ 'what the truth is': 'say it here' });
});
`;

/** Writes the files below a folder and returns their paths. Writes nothing when one of them exists. */
export function writeNew(root: string, files: Readonly<Record<string, string>>): readonly string[] {
  const there = Object.keys(files).find((file) => existsSync(path.join(root, file)));
  if (there !== undefined) throw new Error(`${there} is there already; choose another id.`);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return Object.keys(files);
}

if (process.argv[1] && path.basename(process.argv[1]) === 'new') {
  const [kind, id, place] = process.argv.slice(2);
  try {
    if (kind !== 'calibration' || id === undefined || place === undefined) throw new Error(usage);
    for (const file of writeNew(path.resolve('.'), newCalibration(id, place))) process.stdout.write(`${file}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
