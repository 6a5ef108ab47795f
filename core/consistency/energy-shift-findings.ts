import type { MagIndex } from '../base';
import type { Optics } from '../optics';
import type { BeamSources } from './beam';
import { type Finding, plain } from './finding';
import { inRuns } from './mag-runs';

/** A stored shift of the zero-loss peak. */
interface StoredShift {
  readonly magIndex: MagIndex;
  readonly energyShift: number;
}

/** Electronvolts from what its neighbours give beyond which a shift is named, and times the usual distance. */
const minDeviation = 12;
const usualFactor = 5;

/** Energy shifts that stand far from their neighbours, and magnifications of filtered cameras that are in use and have none. */
export function energyShiftFindings(optics: Optics, { calibrations, settings }: BeamSources): readonly Finding[] {
  const shifts = [...calibrations.records('FilterMagShifts').all()].sort((a, b) => a.magIndex - b.magIndex);
  if (shifts.length === 0) return [];
  return [...outlyingShifts(shifts), ...missingShifts(optics, shifts, settings.get('HasOmegaFilter'))];
}

/** A shift with what the line between its neighbours gives. */
interface Compared {
  readonly each: StoredShift;
  readonly before: StoredShift;
  readonly after: StoredShift;
  readonly expected: number;
  readonly distance: number;
}

/** Every shift but the first and the last, compared with its neighbours; the farthest from them first. */
const compared = (shifts: readonly StoredShift[]): readonly Compared[] =>
  shifts
    .slice(1, -1)
    .map((each, at) => {
      const [before, after] = [shifts[at]!, shifts[at + 2]!];
      const part = (each.magIndex - before.magIndex) / (after.magIndex - before.magIndex);
      const expected = before.energyShift + part * (after.energyShift - before.energyShift);
      return { each, before, after, expected, distance: Math.abs(each.energyShift - expected) };
    })
    .sort((a, b) => b.distance - a.distance);

/** Takes the worst shift away until all others lie near the line between their neighbours. */
function outlyingShifts(all: readonly StoredShift[]): readonly Finding[] {
  const found: Finding[] = [];
  let left = all;
  for (;;) {
    const [worst] = compared(left);
    // Its neighbours are drawn away by it, so that only without it they tell what is usual.
    const usual = compared(left.filter((other) => other !== worst?.each))[0]?.distance ?? 0;
    if (!worst || worst.distance < Math.max(minDeviation, usualFactor * usual)) return found;
    const { each, before, after, expected } = worst;
    found.push(
      plain(
        'consistency/energy-shifts',
        'warning',
        'energy shifts',
        { magIndex: each.magIndex },
        `Mag index ${each.magIndex}: the energy shift is ${each.energyShift.toFixed(1)} eV, where its neighbours at mag indexes ${before.magIndex} and ${after.magIndex} suggest ${expected.toFixed(1)} eV.`,
        'Shifts of one filter change by a few electronvolts from one magnification to the next; with this one the zero-loss peak may leave the slit.',
        {
          numbers: [
            { what: 'energy shift', value: each.energyShift, unit: 'eV' },
            { what: 'between the neighbours', value: expected, unit: 'eV' },
          ],
        },
      ),
    );
    left = left.filter((other) => other !== each);
  }
}

/** Magnifications outside low magnification at which image shift is calibrated for a filtered camera, but no energy shift. */
function missingShifts(optics: Optics, shifts: readonly StoredShift[], isInColumn: boolean): readonly Finding[] {
  const known = new Set(shifts.map(({ magIndex }) => magIndex));
  return optics.cameras.flatMap((camera): readonly Finding[] => {
    if (camera.stem || !(camera.behindFilter || isInColumn)) return [];
    const missing = optics
      .imageShiftCalibrations()
      .filter(
        (each) =>
          each.camera === camera.index &&
          !known.has(each.magIndex) &&
          !optics.at({ magIndex: each.magIndex, camera: camera.index }).isLowMagnification,
      )
      .map(({ magIndex }) => magIndex);
    if (missing.length === 0) return [];
    return [
      plain(
        'consistency/energy-shifts',
        'information',
        'energy shifts',
        { camera: camera.index, magIndex: missing[0]! },
        `${camera.name}: there is no energy shift at mag indexes ${inRuns(missing)}, at which image shift is calibrated.`,
        'There the filter keeps the shift of the magnification before, and the zero-loss peak may leave a narrow slit.',
        { magIndexes: missing },
      ),
    ];
  });
}
