import type { Optics } from '../../optics';
import type { Finding } from '../finding';
import { apertureFindings } from './aperture-findings';
import { type BeamSources, beamCheck, probes } from './beam-check';
import { beamShiftFindings } from './beam-shift-findings';
import { findingsOfCrossover } from './crossover-findings';
import { spotRatioFindings } from './spot-ratio-findings';
import { findingsOfTables } from './table-findings';

/** Contradictions among the calibrations of the beam, and between those of beam shift and of image shift. */
export function beamFindings(optics: Optics, sources: BeamSources): readonly Finding[] {
  const check = beamCheck(sources);
  const ofProbes = probes.map((probe) => {
    const ofCrossover = findingsOfCrossover(check, probe);
    const compared = { probe, except: ofCrossover.spots };
    const tables = findingsOfTables(check, compared);
    const left = { probe, except: new Set([...ofCrossover.spots, ...tables.turning]) };
    return {
      records: ofCrossover.records,
      findings: [...ofCrossover.findings, ...tables.findings, ...spotRatioFindings(check, left)],
    };
  });
  return [
    ...ofProbes.flatMap(({ findings }) => findings),
    ...apertureFindings(check, new Set(ofProbes.flatMap(({ records }) => [...records]))),
    ...beamShiftFindings(optics, sources),
  ];
}
