import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { definitions } from '../core/settings';
import { isInForce } from '../core/store';
import type { virtualInstrument } from './virtual-instrument';

type VirtualInstrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** Properties that calibrations set for the session. */
export const sessionProperties = definitions.general.filter((each) => each.session).map(({ name }) => name);

/**
 * Everything that calibrations change, as text: the calibration file, the short-term file without the matrices that were measured in this
 * session (what is restored was not measured just now), the flyback times, and the settings of the session.
 */
export async function storedText({ calibrations, settings }: VirtualInstrument): Promise<string> {
  await calibrations.saveShortTerm({ overwrite: true });
  const file = path.join(path.dirname(calibrations.path), path.basename(settings.calibrationFiles.shortTerm));
  const [, ...shortTerm] = existsSync(file) ? readFileSync(file, 'latin1').split('\n') : [];
  return [
    calibrations.file.render().toString('latin1'),
    ...shortTerm.filter((line) => !/^(ImageShiftMatrix|StageCalibration) |^$/.test(line)),
    // A file without rows is not written, so the rows say more.
    ...calibrations.flyback.all().map((row) => JSON.stringify(row)),
    ...sessionProperties.map((name) => `${name} ${String(settings.get(name as 'ISdelayScaleFactor'))}`),
  ].join('\n');
}

/** Takes everything back that the newest entries of the history stored, and brings it back again; the files must follow byte for byte. */
export async function expectBroughtBack(
  instrument: VirtualInstrument,
  { entries, before }: { readonly entries: number; readonly before: string },
): Promise<void> {
  const { history, calibrations, settings } = instrument;
  const made = (await history.list()).slice(entries);
  const after = await storedText(instrument);
  const used = () => made.map((entry) => isInForce({ calibrations, settings }, entry));
  expect(used()).toEqual(made.map(() => true));
  for (const { id } of [...made].reverse()) await history.restore(id, 'replaced');
  expect(await storedText(instrument)).toBe(before);
  for (const { id } of made) await history.restore(id);
  expect(await storedText(instrument)).toBe(after);
  expect(used()).toEqual(made.map(() => true));
}
