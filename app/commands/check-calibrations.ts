import { type CameraIndex, EucentricError, type MagIndex, describe, counted } from '../../core/base';
import { Scope } from '../../core/devices';
import {
  type Finding,
  type ItemOf,
  type StoredMatrix,
  checkConsistency,
  findingWithRedo,
  remedyInWords,
} from '../../core/consistency';
import { itemMeasuring } from '../../core/kernel';
import { type OpticsTraits, createOptics } from '../../core/optics';
import { type Settings, loadSettings } from '../../core/settings';
import { type CalibrationFile, type HistoryEntry } from '../../core/store';
import type { BeamRecords } from '../../core/illumination';
import { declaredMenu } from '../declared-menu';
import type { Instrument } from '../instrument/instrument';
import { exitCodes } from '../output';
import { readCalibrations } from './calibrations';
import type { CommandContext } from './base/context';

type Matrices = Parameters<typeof createOptics>[1];
interface Checked {
  readonly calibrations: Matrices;
  readonly beam: BeamRecords;
  readonly measured: NonNullable<Parameters<typeof checkConsistency>[1]>['measured'];
}

/** `calibrations check [FILE]`: what in the calibrations and the properties contradicts what, and what to do again. */
export async function checkCalibrationsCommand(
  { output, open, configuration }: CommandContext,
  file: string | undefined,
): Promise<number> {
  const content = file === undefined ? undefined : await readCalibrations(output, file);
  const { settings, traits, checked, itemOf } = await siteOf(open, configuration, content);
  const optics = createOptics(settings, checked.calibrations, traits);
  const findings = checkConsistency(optics, {
    stored: { imageShift: checked.calibrations.imageShift.entries(), stage: checked.calibrations.stage.entries() },
    measured: checked.measured ?? [],
    beam: { calibrations: checked.beam, settings },
  });
  for (const finding of findings) {
    output.emit({ event: 'finding', ...findingWithRedo(finding, itemOf) });
    output.print(inWords(finding, itemOf));
  }
  const count = (severity: Finding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const matrices = optics.imageShiftCalibrations().length + optics.stageCalibrations().length;
  output.emit({
    event: 'result',
    matrices,
    errors: count('error'),
    warnings: count('warning'),
    remarks: count('information'),
  });
  output.print(
    findings.length === 0
      ? `${matrices} matrices: nothing contradicts anything.`
      : `${counted(matrices, 'matrix', 'matrices')}: ${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}, ${counted(count('information'), 'remark')}.`,
  );
  return count('error') > 0 ? exitCodes.failed : exitCodes.done;
}

/** One finding as people read it. */
function inWords({ severity, message, reason, remedy, code }: Finding, itemOf: ItemOf): string {
  const indent = ' '.repeat(13);
  return `${severity.padEnd(11)}  ${message}\n${indent}${reason}\n${indent}${remedyInWords(remedy, itemOf)} [${code}]`;
}

async function siteOf(
  open: CommandContext['open'],
  configuration: string,
  content: CalibrationFile | undefined,
): Promise<{
  readonly settings: Settings;
  readonly traits: OpticsTraits;
  readonly checked: Checked;
  readonly itemOf: ItemOf;
}> {
  const read = content && { calibrations: matricesOf(content), beam: beamRecordsOf(content), measured: [] };
  // A SerialEMproperties.txt names no plugins; what its column is like follows from the properties as far as it matters here.
  const { settings, problems } = loadSettings(configuration);
  if (settings && settings.plugins.length === 0) {
    if (!read)
      throw new EucentricError({
        code: 'command/no-calibrations',
        message: `${configuration} does not say where the calibrations are.`,
        hint: 'Name the calibration file: eucentric calibrations check SerialEMcalibrations.txt --config SerialEMproperties.txt.',
      });
    return { settings, traits: plainTraits(settings), checked: read, itemOf: itemMeasuring(declaredMenu()) };
  }
  if (!settings) throw new EucentricError(problems[0]!);
  await using instrument = await open();
  return {
    settings: instrument.settings,
    traits: instrument.session.find(Scope)?.traits ?? plainTraits(instrument.settings),
    checked: read ?? {
      calibrations: instrument.calibrations,
      beam: instrument.calibrations,
      measured: await timesOf(instrument),
    },
    itemOf: itemMeasuring(instrument.session.menu()),
  };
}

const plainTraits = (settings: Settings): OpticsTraits => ({
  usesProjectorForImageShift: false,
  roughImageShiftScale: { regular: 1, lowMagnification: 1 },
  nominalSpecimenToStage: { xpx: settings.get('InvertStageXAxis') ? 1 : -1, xpy: 0, ypx: 0, ypy: -1 },
});

/** The matrices of a file; of several at one place the last one counts, and a first row of zeros says that there is none. */
function matricesOf(content: CalibrationFile): Matrices {
  const entriesOf = (name: 'ImageShiftMatrix' | 'StageToCameraMatrix') => {
    const rows = content.get(name) as readonly unknown[] as readonly (StoredMatrix & {
      readonly xpx: number;
      readonly xpy: number;
      readonly ypx: number;
      readonly ypy: number;
    })[];
    const byPlace = new Map(
      rows.filter(({ xpx, xpy }) => xpx !== 0 || xpy !== 0).map((row) => [`${row.magIndex} ${row.camera}`, row]),
    );
    const entries = [...byPlace.values()].map(({ magIndex, camera, magnification, xpx, xpy, ypx, ypy }) => ({
      magIndex,
      camera,
      ...(magnification !== undefined && { magnification }),
      matrix: { xpx, xpy, ypx, ypy },
    }));
    return { entries: () => entries };
  };
  return {
    imageShift: entriesOf('ImageShiftMatrix'),
    stage: entriesOf('StageToCameraMatrix'),
    records: () => ({ all: () => [] }),
  };
}

/** The records of a file alone, without what the short-term file would add. */
function beamRecordsOf(content: CalibrationFile): BeamRecords {
  const tableOf = (rows: readonly unknown[]) => ({
    all: () => rows as never[],
    find: (fits: (row: never) => boolean) => rows.findLast((row) => fits(row as never)) as never,
  });
  return { records: (name) => tableOf(content.get(name)), shortTerm: () => tableOf([]) };
}

/** When the matrices that are in use were measured, by the history. */
async function timesOf({ history }: Instrument): Promise<Checked['measured']> {
  const kinds = { ImageShiftMatrix: 'image shift', StageToCameraMatrix: 'stage' } as const;
  const latest = new Map<string, NonNullable<Checked['measured']>[number]>();
  let entries: readonly HistoryEntry[];
  try {
    entries = await history.list();
  } catch (error) {
    throw new EucentricError({
      code: 'command/no-history',
      message: `The history of the calibrations cannot be read: ${describe(error)}.`,
      hint: 'Name a calibration file to check that alone.',
      cause: error,
    });
  }
  const measured = entries.filter(({ kind }) => kind === 'measured');
  for (const [change, when] of measured.flatMap((entry) => entry.changes.map((each) => [each, entry.when] as const))) {
    if ('session' in change || change.removed || change.derived) continue;
    const subject = kinds[change.record as keyof typeof kinds] as (typeof kinds)[keyof typeof kinds] | undefined;
    if (!subject) continue;
    const { magIndex, camera } = change.values as { readonly magIndex: MagIndex; readonly camera: CameraIndex };
    latest.set(`${subject} ${camera} ${magIndex}`, { subject, magIndex, camera, when: new Date(when) });
  }
  return [...latest.values()];
}
