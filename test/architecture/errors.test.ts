import { type ErrorSite, errorSites, promisedCodes } from '../../scripts/error-catalogue';
import { root } from './source-files';

/** Codes made in several files on purpose, because they mean the same for the operator. */
const shared: Readonly<Record<string, string>> = {
  'image-shift/out-of-range':
    'the shift calibration tests the range of its whole series first, the control each single shift',
};
/**
 * Rooms whose problems in files share codes by their nature: the same mistake can be made in YAML and in a properties
 * file.
 */
const sharedRooms = /^(settings|store|imaging|wire|simulation)\//;
/** Files that make an error from the code of another one. */
const handedOn = /^(core\/base\/errors|core\/settings\/problem)\.ts$/;

describe('the errors', () => {
  const sites = errorSites(root);
  const at = ({ code, file, line }: ErrorSite): string => `${code} (${file}:${line})`;

  test('are found, those of all rooms', () => {
    const rooms = new Set(sites.map(({ code }) => code.split('/')[0]));
    expect(sites.length).toBeGreaterThan(150);
    for (const room of [
      'run',
      'plugin',
      'settings',
      'store',
      'imaging',
      'simulation',
      'wire',
      'fei',
      'jeol',
      'hitachi',
      'gatan',
      'falcon-ceta',
      'image-shift',
    ])
      expect(rooms).toContain(room);
  });

  test('have codes of the form room/what-happened', () => {
    expect(sites.filter(({ code }) => !/^[a-z]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/.test(code)).map(at)).toEqual([]);
  });

  test('mean one thing each: a code is made in one file, or in several on purpose', () => {
    const files = new Map<string, Set<string>>();
    for (const { code, file } of sites.filter((site) => !handedOn.test(site.file)))
      files.set(code, (files.get(code) ?? new Set()).add(file));
    const several = [...files]
      .filter(([code, places]) => places.size > 1 && !sharedRooms.test(code))
      .map(([code, places]) => ({ code, places: [...places] }));
    expect(several.filter(({ code }) => !(code in shared))).toEqual([]);
    expect(Object.keys(shared).filter((code) => !several.some((each) => each.code === code))).toEqual([]);
  });

  test('say what to do', () => {
    const silent = sites.filter(({ hint }) => hint !== undefined && hint.trim().length < 10);
    expect(silent.map(at)).toEqual([]);
    // A hint that comes from elsewhere is checked where it is written.
    expect(sites.filter(({ hint }) => hint === undefined).length).toBeLessThan(0.05 * sites.length);
  });

  test('speak in sentences', () => {
    const unfinished = sites.filter(({ hint }) => hint !== undefined && !/[.!?)]$|\.\.\.$/.test(hint.trim()));
    expect(unfinished.map(at)).toEqual([]);
  });

  test('are made somewhere when a type promises them', () => {
    const made = new Set(sites.map(({ code }) => code));
    expect(promisedCodes(root).filter((code) => !made.has(code))).toEqual([]);
    expect(promisedCodes(root).length).toBeGreaterThan(15);
  });
});
