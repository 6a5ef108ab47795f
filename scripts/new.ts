/** Writes the files of something new: `npm run new -- calibration beam-and-spot/spot-size "Beam & Spot/Spot Size"`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { nearestName } from '../core/settings';
import { calibrationMenu } from '../plugins/calibrations/menu';

const usage = 'Usage: npm run new -- calibration FOLDER/NAME "Submenu/Label"';

/** The files of a new calibration, by their paths from the root, before anybody has written what it measures. Throws a sentence for the user when that cannot be. */
export function newCalibration(id: string, place: string): Readonly<Record<string, string>> {
  const name = id.replace(/^calibrations\//, '');
  if (!/^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.startsWith('shared/'))
    throw new Error(
      `"${id}" is no id: it is the folder of a submenu and a name, in small letters with hyphens, such as beam-and-spot/spot-size.`,
    );
  const menu = place.split('/').map((part) => part.trim());
  const label = menu.pop() ?? '';
  if (label === '' || menu.includes(''))
    throw new Error(
      `"${place}" is no place in the menu: it is the submenus and the label, such as "Beam & Spot/Spot Size".`,
    );
  const submenus = submenuPaths(calibrationMenu);
  const above = menu.join('/');
  if (above !== '' && !submenus.includes(above)) {
    const near = nearestName(above, submenus);
    throw new Error(
      `There is no submenu "${above}". ${near === undefined ? `There are: ${submenus.join(', ')}.` : `Did you mean "${near}"?`}`,
    );
  }
  const known = knownItem(calibrationMenu, menu, label);
  const given = {
    id: `calibrations/${name}`,
    menu,
    label,
    summary: known ?? `Measures what ${label} needs.`,
    beyond: known === undefined,
  };
  return { [`plugins/${given.id}.ts`]: itemText(given), [`test/plugins/${given.id}.test.ts`]: testText(given) };
}

type Parts = typeof calibrationMenu;

function submenuPaths(parts: Parts, above: readonly string[] = []): readonly string[] {
  return parts.flatMap((part) =>
    part !== '---' && 'submenu' in part
      ? [[...above, part.submenu].join('/'), ...submenuPaths(part.parts, [...above, part.submenu])]
      : [],
  );
}

/** The sentence of an item that people know already. */
function knownItem(parts: Parts, menu: readonly string[], label: string): string | undefined {
  const [first, ...rest] = menu;
  for (const part of parts) {
    if (part === '---') continue;
    if ('submenu' in part) {
      if (part.submenu === first) return knownItem(part.parts, rest, label);
    } else if (first === undefined && part.label === label) return part.summary;
  }
  return undefined;
}

interface Given {
  readonly id: string;
  readonly menu: readonly string[];
  readonly label: string;
  readonly summary: string;
  readonly beyond: boolean;
}

const quoted = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
const slugOf = (id: string): string => path.posix.basename(id);
const classOf = (id: string): string => slugOf(id).split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('').replace(/^(?=\d)/, 'Item'); // prettier-ignore

const itemText = ({ id, menu, label, summary }: Given): string => `import { EucentricError } from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import type { CalibrationResult } from '../../../core/store';

/** ${summary} */
@menuItem({
  id: ${quoted(id)},
  menu: [${menu.map(quoted).join(', ')}],
  label: ${quoted(label)},
  summary: ${quoted(summary)},
  needs: [Scope, Cameras],
  touchesNothing: true,
  questions: [],
  results: {},
})
export default class ${classOf(id)} implements MenuItem {
  constructor(
    private readonly scope: Scope,
    private readonly cameras: Cameras,
  ) {}

  async run(run: Run): Promise<CalibrationResult> {
    const magIndex = await this.scope.magIndex.read(run.signal);
    throw new EucentricError({
      code: '${slugOf(id)}/not-written',
      message: ${quoted(`${label} does not measure anything yet`)} + \` (mag index \${magIndex}, camera \${this.cameras.selected.traits.name}).\`,
      hint: 'Write its run method in plugins/${id}.ts; docs/ADDING-A-CALIBRATION.md shows how.',
    });
  }
}
`;

const testText = ({
  id,
  label,
  beyond,
}: Given): string => `import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = ${quoted(id)};

describeMenuItem(id${beyond ? ', { beyondTheMenu: true }' : ''});

test(${quoted(`${label} recovers the truth`)}, async () => {
  await using instrument = await virtualInstrument({ simulator: { seed: 1 }, magIndex: 22 });
  const { result } = await runItem(instrument, id);
  // Compare what it found with what the simulator was told; see docs/ADDING-A-CALIBRATION.md.
  expect(result?.values).toEqual({ 'what the truth is': 'say it here' });
});
`;

/** Writes the files below a folder and returns their paths. Nothing is written when one of them is there already. */
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
