import type { CameraIndex, MagIndex } from '../base';
import type { Optics } from '../optics';
import { agreementFindings } from './agreement';
import { magnificationFindings } from './magnification-findings';
import { inRuns } from './mag-runs';
import { type FoundPixel, sitesOf } from './sites';
import { type Finding, type Subject, bySeverity } from './finding';
import {
  type Measured,
  type StoredMatrices,
  inversionFindings,
  missingFindings,
  relativeRotationFindings,
  staleFindings,
  strangerFindings,
} from './place-findings';
import { type BeamSources, beamFindings } from './beam';
import { energyShiftFindings } from './energy-shift-findings';
import { absoluteFindings } from './absolute-findings';
import { stageShapeFindings, stemFindings } from './stage-findings';
import { runFindings } from './run-findings';

/** Knowledge besides the optics. */
export interface ConsistencyOptions {
  /** The calibrations as they are stored, also of places that the instrument does not have. */
  readonly stored?: StoredMatrices;
  /** When calibrations were measured, where that is known. */
  readonly measured?: readonly Measured[];
  readonly now?: Date;
  /** Pixel sizes that were found on a grating and are not in the properties yet; they count instead of the ones there. */
  readonly found?: readonly FoundPixel[];
  /** The calibrations of the beam, which are held against each other where they are given. */
  readonly beam?: BeamSources;
}

/**
 * Holds the calibrations and the properties of an instrument against each other and names what contradicts what: each finding with the
 * numbers, how far they are apart, what is probably wrong and what to do again. What is uncertain in a good calibration is not named.
 * One calibration that is wrong in one way is one finding, whatever it contradicts.
 */
export function checkConsistency(
  optics: Optics,
  { stored, measured = [], now = new Date(), found: gratings = [], beam }: ConsistencyOptions = {},
): readonly Finding[] {
  const sites = sitesOf(optics, gratings);
  const absolute = absoluteFindings(sites, optics.shiftProperties().roughScale.regular !== undefined);
  // What is in a wrong unit contradicts everything else as well, and that is said once.
  const comparable = sites.filter(
    ({ camera, magIndex }) => !absolute.some((each) => isAbout(each, camera.index, magIndex)),
  );
  const found = [
    ...absolute,
    ...inversionFindings(sites),
    ...stageShapeFindings(sites),
    ...agreementFindings(comparable),
    ...magnificationFindings(comparable),
    ...runFindings(sites),
    ...relativeRotationFindings(sites, optics),
    ...(stored ? strangerFindings(optics, stored) : []),
    ...stemFindings(sites),
    ...missingFindings(sites),
    ...staleFindings(measured, now),
  ];
  // Of the beam and of the energy shifts one fact is one finding from the start.
  const ofBeam = beam ? [...beamFindings(optics, beam), ...energyShiftFindings(optics, beam)] : [];
  return [...onePerCause(onePerSubject(found)), ...ofBeam].sort(bySeverity);
}

const isAbout = (finding: Finding, camera: CameraIndex, magIndex: MagIndex): boolean =>
  finding.subject === 'pixel size' && finding.camera === camera && finding.magIndexes.includes(magIndex);

/** Aspect of each finding: a shape explains scale and direction as well. */
const aspects: Readonly<Record<Finding['code'], 'scale' | 'angle' | 'place'>> = {
  'consistency/pixel-size': 'scale',
  'consistency/unit': 'scale',
  'consistency/two-groups': 'place',
  'consistency/stage-shape': 'place',
  'consistency/not-compared': 'place',
  'consistency/binning': 'scale',
  'consistency/image-shift-scale': 'scale',
  'consistency/image-shift-shape': 'scale',
  'consistency/inverted-axis': 'angle',
  'consistency/rotation': 'angle',
  'consistency/quarter-turn': 'angle',
  'consistency/rotation-sign': 'angle',
  'consistency/relative-rotation': 'angle',
  'consistency/shift-boundary': 'place',
  'consistency/unknown-place': 'place',
  'consistency/magnification-changed': 'place',
  'consistency/crossover': 'place',
  'consistency/intensity-tables': 'place',
  'consistency/spot-ratios': 'place',
  'consistency/beam-shift': 'place',
  'consistency/aperture': 'place',
  'consistency/energy-shifts': 'place',
  'consistency/stale': 'place',
  'consistency/missing': 'place',
};

function onePerSubject(found: readonly Finding[]): Finding[] {
  const shaped = new Set(
    found
      .filter(
        ({ code, subject }) =>
          subject === 'image shift' &&
          (code === 'consistency/image-shift-shape' || code === 'consistency/inverted-axis'),
      )
      .map((each) => placeOf(each.subject, each)),
  );
  const kept = new Map<string, Finding>();
  for (const finding of [...found].sort(bySeverity)) {
    const place = placeOf(finding.subject, finding);
    const isShape = finding.code === 'consistency/image-shift-shape' || finding.code === 'consistency/inverted-axis';
    // A matrix with one wrong vector also has a wrong length and direction; the vector is what is wrong.
    if (finding.subject === 'image shift' && shaped.has(place) && !isShape && aspects[finding.code] !== 'place')
      continue;
    const key = `${place} ${isShape ? 'shape' : aspects[finding.code]} ${aspects[finding.code] === 'place' ? finding.code : ''}`;
    if (!kept.has(key)) kept.set(key, finding);
  }
  return [...kept.values()];
}

/** Largest number of findings of one kind that are each said in a line of their own. */
const maxLines = 4;

/** Puts many findings of one kind on one camera together: they have one cause, and one line for each would hide all others. */
function onePerCause(found: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of found) {
    const key = `${finding.code} ${finding.subject} ${finding.camera} ${JSON.stringify(finding.remedy)}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((group) => (group.length <= maxLines ? group : [together(group)]));
}

function together(group: readonly Finding[]): Finding {
  const size = ({ difference }: Finding): number => Math.abs(difference?.value ?? 0);
  const worst = [...group].sort(bySeverity).reduce((a, b) => (rankOf(b) === rankOf(a) && size(b) > size(a) ? b : a));
  const places = [...new Set(group.flatMap(({ magIndex }) => magIndex ?? []))].sort((a, b) => a - b);
  const where = places.length > 0 ? ` (mag indexes ${inRuns(places)})` : '';
  return {
    ...worst,
    magIndexes: places.length > 0 ? places : worst.magIndexes,
    message: `${group.length} findings of one kind${where}, probably of one cause. The largest: ${worst.message}`,
  };
}

const rankOf = ({ severity }: Finding): number => ['error', 'warning', 'information'].indexOf(severity);

const placeOf = (subject: Subject, { camera, magIndex }: Finding): string => `${subject} ${camera} ${magIndex}`;

const sameContradiction = (a: Finding, b: Finding): boolean =>
  a.code === b.code &&
  a.subject === b.subject &&
  a.camera === b.camera &&
  a.magIndex === b.magIndex &&
  a.spot === b.spot &&
  a.probe === b.probe &&
  a.side === b.side;

/** New findings of a change: those of `after` that were not there before, or are more severe now. */
export const newFindings = (before: readonly Finding[], after: readonly Finding[]): readonly Finding[] =>
  after.filter(
    (finding) =>
      !before.some(
        (earlier) =>
          sameContradiction(earlier, finding) &&
          (earlier.severity === finding.severity || bySeverity(earlier, finding) < 0),
      ),
  );
