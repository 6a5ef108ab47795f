import { readable } from '../../base';
import { type ProbeMode, probeNumber } from '../../devices';
import { type IntensityTable, isWithin, splitSpotBlocks } from '../../illumination';
import { type Finding, limits } from '../finding';
import { inRuns } from '../mag-runs';
import {
  type ApertureRecord,
  crossoverName,
  highFocusNames,
  highFocusRecord,
  otherApertureFinding,
  ratiosName,
  recordKeys,
  tableName,
} from './aperture-findings';
import { type BeamCheck, aboutBeam, compared, intensityInWords, placeInWords, tablesOf } from './beam-check';

/** Contradictions of the crossovers in a probe mode, with what else may be wrong because of them. */
interface CrossoverFindings {
  readonly findings: readonly Finding[];
  /** Spot sizes whose tables and ratios are not compared with others, since what is wrong with them is said. */
  readonly spots: ReadonlySet<number>;
  /** Keys of the records whose aperture is named in a finding. */
  readonly records: ReadonlySet<string>;
}

/** A crossover that stands with a table or a ratio, as it was when that was measured. */
interface Memory {
  readonly record: ApertureRecord;
  readonly spot: number;
  readonly crossover: number;
  /** The calibrated crossover, for the aperture of the crossovers. */
  readonly calibrated: number;
  /** Distance from crossover to the nearest intensity that was measured with it, for the aperture of the record. */
  readonly distance: number;
}

/** Difference between two crossovers that rounding in the file explains, and one from which on a crossover has changed. */
const rounding = 4e-6;
const minChange = 1e-5;

/** Crossovers against the tables on whose end they lie, and against those that stand with what was measured. */
export function findingsOfCrossover(check: BeamCheck, probe: ProbeMode): CrossoverFindings {
  const outside = outsideFindings(check, probe);
  const misplaced = new Set(outside.flatMap(({ spot }) => spot ?? []));
  const memories = memoriesOf(check, probe).filter(({ spot }) => !misplaced.has(spot));
  const changed = memories.filter((memory) => isChanged(check, memory, probe));
  const apertures = changed.length > 0 ? findingsOfApertures(check, probe, memories, changed) : [];
  const explained = new Set(apertures.flatMap(({ explains }) => explains));
  const left = changed.filter((memory) => !explained.has(memory));
  return {
    findings: [
      ...outside,
      ...apertures.map(({ finding }) => finding),
      ...(left.length > 0 ? [changedFinding(check, probe, left)] : []),
    ],
    spots: new Set([...misplaced, ...changed.map(({ spot }) => spot)]),
    records: new Set(apertures.map(({ key }) => key)),
  };
}

/** Crossovers that are not beyond the bright end of a table of their spot size, or too far from it; one finding for each spot size. */
function outsideFindings(check: BeamCheck, probe: ProbeMode): readonly Finding[] {
  // There the intensity says nothing about the side of crossover.
  if (probe === 'nano' && check.settings.get('ConstantBrightnessInNano')) return [];
  const tables = (['below', 'above'] as const).flatMap((side) => tablesOf(check, probe, side));
  const found = tables.flatMap((table) => outsideOf(check, table) ?? []);
  return [...new Set(found.map(({ spot }) => spot))].map((spot) => found.find((each) => each.spot === spot)!);
}

function outsideOf(check: BeamCheck, table: IntensityTable): Finding | undefined {
  const { spot, probe, side, points } = table;
  const crossover = check.beam.crossover(table);
  if (crossover === undefined) return undefined;
  const [dim, bright] = [points[0]!.intensity, points.at(-1)!.intensity];
  const suggested = suggestedCrossover(table);
  const place = placeInWords(check, `spot size ${spot}`, probe);
  const range = `from ${intensityInWords(dim)} to ${intensityInWords(bright)} with rising density`;
  const say = (severity: Finding['severity'], what: string): Finding =>
    aboutBeam(
      'consistency/crossover',
      severity,
      'crossover',
      `Crossover of ${place} is at intensity ${intensityInWords(crossover)}, ${what}. Probably wrong: the crossover, or the table belongs to another one.`,
      `The density of the beam rises towards crossover on both sides of it${suggested === undefined ? '' : `; the brightest points of the table lead to crossover at ${intensityInWords(suggested)}`}.`,
      {
        spot,
        probe,
        side,
        numbers: [
          compared('intensity of crossover', crossover),
          compared('intensity at the bright end of the table', bright),
          ...(suggested === undefined ? [] : [compared('crossover by the table', suggested)]),
        ],
      },
    );
  if (isWithin(table, crossover)) return say('error', `within the intensity table, which goes ${range}`);
  if (Math.abs(crossover - dim) < Math.abs(crossover - bright))
    return say('error', `at the dim end of the intensity table, which goes ${range}`);
  if (suggested === undefined) return undefined;
  const factor = (bright - crossover) / (bright - suggested);
  const limit = limits.crossoverDistance.factor;
  return factor > limit || factor < 1 / limit
    ? say('warning', `${readable(factor)} times as far from the bright end of the intensity table as that suggests`)
    : undefined;
}

/** Points at the bright end of a table through which a line is laid. */
const brightPoints = 6;

/** The intensity at which the diameter of the beam would be nothing, by the bright end of a table; undefined where that is on no side of it. */
function suggestedCrossover({ points }: IntensityTable): number | undefined {
  const near = points
    .slice(-brightPoints)
    .map(({ intensity, logDensity }) => ({ x: Math.exp(-logDensity / 2), y: intensity }));
  if (near.length < 3) return undefined;
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  const [x, y] = [mean(near.map((each) => each.x)), mean(near.map((each) => each.y))];
  const across = near.reduce((sum, each) => sum + (each.x - x) ** 2, 0);
  const along = near.reduce((sum, each) => sum + (each.x - x) * (each.y - y), 0);
  const crossover = across === 0 ? undefined : y - (along / across) * x;
  const [dim, bright] = [points[0]!.intensity, points.at(-1)!.intensity];
  return crossover !== undefined && (bright - crossover) * (dim - bright) > 0 ? crossover : undefined;
}

/** The crossovers that stand with tables and ratios of a probe mode, where one is calibrated and one was known then. */
function memoriesOf({ calibrations, hasNanoprobe }: BeamCheck, probe: ProbeMode): readonly Memory[] {
  const of = (spot: number): number =>
    calibrations.records('CrossoverIntensity').find((row) => row.spot === spot)?.[probe] ?? 0;
  const tables = calibrations
    .records('BeamIntensityTable')
    .all()
    .map((row, at) => ({ row, at }))
    .filter(({ row }) => row.probe === probeNumber(probe) && row.rows.length > 0)
    .map(({ row, at }): Memory => {
      const { spot, crossover, aperture } = row;
      const record = {
        key: recordKeys.table(row, at),
        name: tableName(spot),
        aperture,
        settledBy: { measure: 'beam intensity' } as const,
      };
      const distance = Math.min(...row.rows.map(({ intensity }) => Math.abs(intensity - crossover)));
      return { record, spot, crossover, calibrated: of(spot), distance };
    });
  const [apertures] = calibrations.records('SpotCalAtC2Aperture').all();
  const ratios = splitSpotBlocks(calibrations.records('SpotIntensities').all(), apertures).flatMap((measured, at) =>
    measured.probe !== probe
      ? []
      : measured.spots.map(({ spot, crossover, intensity }): Memory => {
          const { aperture } = measured;
          const record = {
            key: recordKeys.ratios(at),
            name: ratiosName,
            aperture,
            settledBy: { measure: 'spot intensity' } as const,
          };
          return { record, spot, crossover, calibrated: of(spot), distance: Math.abs(intensity - crossover) };
        }),
  );
  const highFocus = highFocusNames.flatMap((name) =>
    calibrations
      .records(name)
      .all()
      .filter((row) => row.probe === probeNumber(probe))
      .map((row): Memory => {
        const { spot, crossover, intensity } = row;
        const distance = Math.abs(intensity - crossover);
        return { record: highFocusRecord(name, row), spot, crossover, calibrated: of(spot), distance };
      }),
  );
  const parallel = calibrations
    .records('ParallelIllum')
    .all()
    // Without probe modes the number is that of alpha, for which crossover is the same.
    .filter(({ probeOrAlpha }) => (hasNanoprobe ? probeOrAlpha === probeNumber(probe) : probe === 'micro'))
    .map(({ spot, crossover, intensity }): Memory => {
      const distance = Math.abs(intensity - crossover);
      return { record: parallelRecord, spot, crossover, calibrated: of(spot), distance };
    });
  return [...tables, ...ratios, ...highFocus, ...parallel].filter(
    ({ crossover, calibrated }) => crossover > 0 && calibrated > 0,
  );
}

/** Parallel illumination, which is kept where the aperture does not matter. */
const parallelRecord: ApertureRecord = {
  key: 'parallel',
  name: 'intensities of parallel illumination',
  aperture: 0,
  settledBy: { correct: 'ParallelIllum' },
};

const apertureOf = ({ calibrations }: BeamCheck, probe: ProbeMode): number =>
  calibrations.records('CrossCalAtC2Aperture').all()[0]?.[probe] ?? 0;

/** Change of the crossover since a table or ratio was measured, for the aperture of that. */
function changeOf(
  check: BeamCheck,
  { spot, crossover, calibrated }: Memory,
  probe: ProbeMode,
  { own, ofCrossovers }: { readonly own: number; readonly ofCrossovers: number },
): number {
  return check.beam.scale.throughAperture(calibrated, { spot, probe }, ofCrossovers, own) - crossover;
}

const recorded = (check: BeamCheck, { record }: Memory, probe: ProbeMode) => ({
  own: record.aperture,
  ofCrossovers: apertureOf(check, probe),
});

function isChanged(check: BeamCheck, memory: Memory, probe: ProbeMode): boolean {
  const change = Math.abs(changeOf(check, memory, probe, recorded(check, memory, probe)));
  return change > Math.max(minChange, limits.crossoverChange.warning * memory.distance);
}

interface ApertureFinding {
  readonly key: string;
  readonly finding: Finding;
  readonly explains: readonly Memory[];
}

/** Apertures that explain why crossovers do not fit: one of the crossovers themselves if that explains all, or those of single records. */
function findingsOfApertures(
  check: BeamCheck,
  probe: ProbeMode,
  memories: readonly Memory[],
  changed: readonly Memory[],
): readonly ApertureFinding[] {
  if (!check.beam.scale.isArea) return [];
  const listed = check.settings.get('C2ApertureSizes');
  const sizes = listed.length > 0 ? listed : [...new Set(memories.map(({ record }) => record.aperture))];
  const fits = (some: readonly Memory[], of: (memory: Memory) => Parameters<typeof changeOf>[3]): boolean =>
    some.every((memory) => Math.abs(changeOf(check, memory, probe, of(memory))) <= rounding);
  const ofCrossovers = apertureOf(check, probe);
  const own = { key: recordKeys.crossover(probe), name: crossoverName(probe), aperture: ofCrossovers };
  const forAll = sizes.find(
    (size) => size !== ofCrossovers && fits(memories, ({ record }) => ({ own: record.aperture, ofCrossovers: size })),
  );
  if (forAll !== undefined && new Set(memories.map(({ record }) => record.key)).size > 1) {
    const finding = otherApertureFinding({ ...own, settledBy: { measure: 'crossover' } }, forAll);
    return [{ key: own.key, finding: { ...finding, probe }, explains: changed }];
  }
  return [...new Set(changed.map(({ record }) => record.key))].flatMap((key): ApertureFinding[] => {
    const some = memories.filter(({ record }) => record.key === key);
    const [{ record, spot }] = some as [Memory, ...Memory[]];
    const size = sizes.find((each) => each !== record.aperture && fits(some, () => ({ own: each, ofCrossovers })));
    if (size === undefined) return [];
    const finding = otherApertureFinding(record, size, some.length === 1 ? spot : undefined);
    return [{ key, finding: { ...finding, probe }, explains: some }];
  });
}

/** One finding of the crossovers in a probe mode that are no longer those with which something was measured. */
function changedFinding(check: BeamCheck, probe: ProbeMode, changed: readonly Memory[]): Finding {
  const fraction = (memory: Memory): number =>
    Math.abs(changeOf(check, memory, probe, recorded(check, memory, probe))) / memory.distance;
  const worst = changed.reduce((a, b) => (fraction(b) > fraction(a) ? b : a));
  const present = worst.crossover + changeOf(check, worst, probe, recorded(check, worst, probe));
  const spots = [...new Set(changed.map(({ spot }) => spot))];
  const more = spots.length > 1 ? ` So it is of spot sizes ${inRuns(spots)}; this is the largest change.` : '';
  return aboutBeam(
    'consistency/crossover',
    fraction(worst) > limits.crossoverChange.error ? 'error' : 'warning',
    'crossover',
    `Crossover of ${placeInWords(check, `spot size ${worst.spot}`, probe)} is at intensity ${intensityInWords(present)}; the ${worst.record.name} were measured with it at ${intensityInWords(worst.crossover)}.${more}`,
    'When Beam Crossover moves a crossover, it shifts what was measured with the earlier one. Here that has not happened, or one of the two numbers was changed.',
    {
      spot: worst.spot,
      probe,
      numbers: [
        compared('intensity of crossover', present),
        compared(`crossover that stands with the ${worst.record.name}`, worst.crossover),
      ],
    },
  );
}
