import type { ProbeMode } from '../../devices';
import {
  type BeamCalibrations,
  type BeamRecords,
  type CrossoverSide,
  type IntensityTable,
  StoredBeamCalibrations,
} from '../../illumination';
import type { Settings } from '../../settings';
import { type ComparedNumber, type Finding, plain } from '../finding';

/** Sources of the calibrations of the beam. */
export interface BeamSources {
  readonly calibrations: BeamRecords;
  readonly settings: Pick<Settings, 'get'>;
}

/** The calibrations of the beam under check, all as they are with one condenser aperture. */
export interface BeamCheck extends BeamSources {
  readonly beam: BeamCalibrations;
  /** True where there are calibrations in nanoprobe, so that the probe mode has to be named. */
  readonly hasNanoprobe: boolean;
}

/** Both probe modes and both sides of crossover. */
export const probes: readonly ProbeMode[] = ['micro', 'nano'];
/** Highest number of a spot size. */
const maxSpot = 13;

/** The calibrations of the beam with the present condenser aperture, or with that of the crossovers where the present one is not known. */
export function beamCheck({ calibrations, settings }: BeamSources): BeamCheck {
  const recorded = [
    calibrations.shortTerm('LastC2Aperture').all()[0]?.aperture,
    calibrations.records('CrossCalAtC2Aperture').all()[0]?.micro,
    calibrations.records('CrossCalAtC2Aperture').all()[0]?.nano,
    ...calibrations
      .records('BeamIntensityTable')
      .all()
      .map((table) => table.aperture),
  ];
  const aperture = recorded.find((each) => each !== undefined && each > 0) ?? 0;
  const present: BeamRecords = {
    records: (name) => calibrations.records(name),
    shortTerm: (name) => {
      if (name !== 'LastC2Aperture') return calibrations.shortTerm(name);
      const rows = [{ aperture }] as never[];
      return { all: () => rows, find: (fits) => rows.find(fits) };
    },
  };
  const hasNanoprobe =
    calibrations
      .records('CrossoverIntensity')
      .all()
      .some(({ nano }) => nano > 0) ||
    calibrations
      .records('BeamIntensityTable')
      .all()
      .some(({ probe }) => probe === 0);
  return { calibrations, settings, hasNanoprobe, beam: new StoredBeamCalibrations(settings, present) };
}

/** A probe mode with the spot sizes that are left out of comparisons. */
export interface ComparedSpots {
  readonly probe: ProbeMode;
  readonly except: ReadonlySet<number>;
}

/** All tables of intensity in a probe mode on one side of crossover, by spot size. */
export const tablesOf = ({ beam }: BeamCheck, probe: ProbeMode, side: CrossoverSide): readonly IntensityTable[] =>
  Array.from({ length: maxSpot }, (_, at) => beam.tables({ spot: at + 1, probe }, side)).flat();

/** A place in a sentence, such as "spot size 3 in nanoprobe". */
export const placeInWords = ({ hasNanoprobe }: BeamCheck, spots: string, probe: ProbeMode): string =>
  `${spots}${hasNanoprobe ? ` in ${probe}probe` : ''}`;

/** Digits of an intensity in a sentence: small changes of it matter. */
const intensityDigits = 5;
/** An intensity in a sentence. */
export const intensityInWords = (intensity: number): string => intensity.toFixed(intensityDigits);
/** A number without a unit, for programs. */
export const compared = (what: string, value: number): ComparedNumber => ({ what, value, unit: '' });

/** Makes a finding about the beam. */
export const aboutBeam = (
  code: Finding['code'],
  severity: Finding['severity'],
  subject: Finding['subject'],
  message: string,
  reason: string,
  more: Partial<Finding>,
): Finding => plain(code, severity, subject, {}, message, reason, more);
