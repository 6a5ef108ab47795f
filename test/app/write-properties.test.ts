import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inDegrees, inNanometres } from '../../core/base';
import { loadSettings } from '../../core/settings';
import { changesOf } from '../../app/check-plugins';
import { offerProperties, prepareChange } from '../../app/property-writing';
import type { PropertySuggestion } from '../../core/store';
import { eucentric, temporarySite } from './eucentric';

const magIndex = 12;
/** A site of whose pixel size and rotation at one magnification nothing is right: what the virtual microscope has is 3 % larger and turned by 7 degrees. */
const wrongSite = () =>
  temporarySite((yaml) =>
    yaml
      .replace('CameraSizeX: 11520', 'CameraSizeX: 1440')
      .replace('CameraSizeY: 8184', 'CameraSizeY: 1024')
      .replace('  seed: 1', '  seed: 1\n  pixelScaleError: 0.03\n  rotationErrorDegrees: 7')
      .replace('RotationAndPixel:', 'RotationAndPixel:   # by hand, 2019'),
  );

const linesOf = (file: string): readonly string[] => readFileSync(file, 'utf8').split(/(?<=\n)/);
const at = (file: string) =>
  loadSettings(file).settings.cameras[0]!.rotationAndPixel.find((row) => row.magIndex === magIndex);

describe('what was measured', () => {
  it('is written into the configuration by the items themselves, used from the next start, and exported; nothing else changes', () => {
    const site = wrongSite();
    const { configuration } = site;
    const before = linesOf(configuration);
    const run = (...given: readonly string[]) => {
      const called = eucentric([
        'run',
        ...given,
        '--mag-index',
        String(magIndex),
        '--defaults',
        '--json',
        '--config',
        configuration,
      ]);
      expect(called.stderr).not.toContain('error');
      expect(called.code).toBe(0);
      return called.lines();
    };
    const resultOf = (lines: readonly Record<string, unknown>[]) =>
      lines.find(({ event }) => event === 'result') as {
        values: Record<string, number>;
        standardErrors: Record<string, number>;
      };
    const edit = (change: (yaml: string) => string) =>
      writeFileSync(configuration, change(readFileSync(configuration, 'utf8')));

    // The stage, on a specimen with detail.
    const stage = run('stage-shift', 'list-stage-cals', '--save', '--answer', 'write-properties=yes');
    const turned = (lines: readonly Record<string, unknown>[]): number => {
      const { values } = lines.find(
        ({ event, item }) => event === 'result' && String(item).endsWith('list-stage-cals'),
      ) as { values: { rows: { specimenToStage: { xpx: number; xpy: number } }[] } };
      const { xpx, xpy } = values.rows[0]!.specimenToStage;
      return Math.abs((Math.atan2(xpy, xpx) * 180) / Math.PI) - 180;
    };
    expect(Math.abs(turned(stage))).toBeCloseTo(7, 0);
    const angle = Number(resultOf(stage).values['rotation']!.toFixed(2));
    const shown = stage.filter(({ event }) => event === 'log').map(({ text }) => text as string);
    expect(shown).toContain(`+      - [${magIndex}, 999, ${angle}, 0]`);
    expect(shown.filter((text) => text.startsWith('-      - ['))).toEqual([]);

    // Then the grating.
    edit((yaml) => yaml.replace('  seed: 1\n', '  seed: 1\n  specimen: cross-grating\n'));
    const grating = run('find-pixel-size', '--take', 'Record', '--answer', 'write-properties=yes');
    const pixel = Number(resultOf(grating).values['pixelSize']!.toPrecision(5));

    edit((yaml) => yaml.replace('  specimen: cross-grating\n', ''));
    const row = `      - [${magIndex}, 999, ${angle}, ${pixel}]\n`;
    const after = linesOf(configuration);
    expect(after.filter((line) => line !== row)).toEqual(before);
    expect(after.indexOf(row)).toBe(before.findIndex((line) => line.includes('[10, 999,')) + 1);
    expect(loadSettings(configuration).problems).toEqual([]);

    // Units: degrees and nanometres of a pixel of the properties, which on this camera is two unbinned ones.
    const read = at(configuration)!;
    expect(inDegrees(read.rotation!)).toBeCloseTo(angle, 6);
    const { pixelsPerPropertyPixel } = loadSettings(configuration).settings.cameras[0]!;
    expect(inNanometres(read.pixelSize!) * pixelsPerPropertyPixel).toBeCloseTo(pixel, 6);

    // The virtual microscope is built on what the configuration says, so with true values in it the same microscope is the one without errors.
    edit((yaml) =>
      yaml
        .replace('pixelScaleError: 0.03', 'pixelScaleError: 0')
        .replace('rotationErrorDegrees: 7', 'rotationErrorDegrees: 0'),
    );
    edit((yaml) => yaml.replace('  seed: 1\n', '  seed: 1\n  specimen: cross-grating\n'));
    const again = run('list-stage-cals', 'find-pixel-size', '--take', 'Record');
    expect(Math.abs(turned(again))).toBeLessThan(0.2);
    expect(again.map(({ text }) => text).join('\n')).toMatch(
      /this is 0(\.0\d*)? % (larger|smaller) than the previous pixel size, which was measured/,
    );

    const exported = eucentric(['export', '--config', configuration]).stdout;
    expect(exported).toMatch(new RegExp(`^RotationAndPixel ${magIndex} 999 ${angle} ${pixel}\\s*$`, 'm'));
    site.remove();
  });

  it('is written later by the command, which shows what would change and changes nothing unless told to', async () => {
    const site = wrongSite();
    const { configuration } = site;
    const before = readFileSync(configuration, 'utf8');
    const called = eucentric([
      'run',
      'stage-shift',
      '--mag-index',
      String(magIndex),
      '--answer',
      'start=yes',
      '--json',
      '--config',
      configuration,
    ]).lines();
    // Prepared answers that say nothing of it decline the offer.
    expect(called.find(({ id }) => id === 'write-properties')).toMatchObject({
      event: 'ask',
      kind: 'confirm',
      default: false,
      answer: false,
    });
    const { values } = called.find(({ event }) => event === 'result') as { values: { rotation: number } };
    const row = `[${magIndex}, 999, ${Number(values.rotation.toFixed(2))}, 0]`;
    const looked = eucentric(['properties', 'write', '--config', configuration]);
    expect(looked.stdout).toContain(`+      - ${row}`);
    expect(looked.stdout).toMatch(/RotationAndPixel of camera 0 at mag index 12: tilt axis angle -?\d+\.\d+ \+- \d/);
    expect(looked.stderr).toContain('--yes');
    expect(readFileSync(configuration, 'utf8')).toBe(before);
    const written = eucentric(['properties', 'write', '--yes', '--json', '--config', configuration]).lines().at(-1);
    expect(written).toMatchObject({
      event: 'result',
      written: true,
      suggestions: [{ property: 'RotationAndPixel', camera: 0, row: magIndex, field: 2 }],
    });
    expect(readFileSync(configuration, 'utf8')).toContain(row);
    expect(readFileSync(configuration.replace('.yaml', '.bak'), 'utf8')).toBe(before);
    expect(
      await prepareChange(configuration, (written as unknown as { suggestions: PropertySuggestion[] }).suggestions),
    ).toBeUndefined();
    site.remove();
  });
});

describe('writing into a configuration', () => {
  const suggestion: PropertySuggestion = {
    property: 'StageCycleLengthX',
    value: 63.5,
    what: 'cycle of the X drive',
    unit: 'um',
  };
  const operator = (answer: boolean, meanwhile: () => void = () => {}) => {
    const said: string[] = [];
    const asked: { lines?: readonly string[] } = {};
    return {
      said,
      asked,
      log: (text: string) => void said.push(text),
      confirm: ({ lines }: { readonly lines?: readonly string[] }) => {
        Object.assign(asked, { lines });
        meanwhile();
        return Promise.resolve(answer);
      },
    };
  };

  it('is refused when the file has changed after the difference was shown, and leaves no other file behind', async () => {
    const site = temporarySite();
    const person = operator(true, () =>
      writeFileSync(site.configuration, `${readFileSync(site.configuration, 'utf8')}# another hand\n`),
    );
    await expect(offerProperties(site.configuration, [suggestion], person)).rejects.toMatchObject({
      code: 'properties/changed-meanwhile',
    });
    const text = readFileSync(site.configuration, 'utf8');
    expect(text).toContain('# another hand');
    expect(text).not.toContain('63.5');
    expect(readdirSync(site.folder)).toEqual([path.basename(site.configuration)]);
    site.remove();
  });

  it.each([
    ['broken', 'cameras: [\n', 'settings/not-valid'],
    ['a properties file', 'SerialEMProperties\nStageCycleLengthX 62\n', 'settings/not-yaml'],
    ['empty', '', 'settings/not-valid'],
  ])('leaves a file alone that is %s', async (_, text, code) => {
    const site = temporarySite(() => text);
    await expect(prepareChange(site.configuration, [suggestion])).rejects.toMatchObject({ code });
    expect(readFileSync(site.configuration, 'utf8')).toBe(text);
    site.remove();
  });

  it('shows the lines, and writes nothing when the answer is no', async () => {
    const site = temporarySite();
    const before = readFileSync(site.configuration);
    const person = operator(false);
    await expect(offerProperties(site.configuration, [suggestion], person)).resolves.toBeUndefined();
    expect(person.said.join('\n')).toContain('+StageCycleLengthX: 63.5');
    // A console that has the room shows them with the question.
    expect(person.asked.lines).toEqual(person.said);
    expect(readFileSync(site.configuration).equals(before)).toBe(true);
    site.remove();
  });

  it('is written when the answer is yes, and a program that runs on says that it goes by the earlier values', async () => {
    const site = temporarySite();
    const changes = changesOf(site.configuration);
    expect(changes()).toEqual([]);
    await expect(offerProperties(site.configuration, [suggestion], operator(true))).resolves.toBe(site.configuration);
    expect(changes()).toMatchObject([
      { severity: 'warning', code: 'settings/changed-since-start', hint: expect.stringContaining('Restart') as string },
    ]);
    site.remove();
  });

  it('is not done to the example that comes with the program', () => {
    const { code, lines } = eucentric(['properties', 'write', '--json']);
    expect(code).toBe(1);
    expect(lines().at(-1)).toMatchObject({ code: 'properties/example' });
  });
});
