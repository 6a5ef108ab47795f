import { describe } from '../../../../core/base';
import { type PluginHost, Session, itemMeasuring } from '../../../../core/kernel';
import {
  CalibrationFindings,
  type Finding,
  checkConsistency,
  newFindings,
  remedyInWords,
} from '../../../../core/consistency';
import { Optics } from '../../../../core/optics';
import { Calibrations } from '../../../../core/store';

/** Reports after each calibration the contradictions that were not there before it. */
export function reportContradictions(host: Pick<PluginHost, 'hooks' | 'log' | 'find' | 'settings' | 'provide'>): void {
  let before: readonly Finding[] | undefined;
  const latest = new Map<string, readonly Finding[]>();
  host.provide(CalibrationFindings, { of: (item) => latest.get(item) ?? [] });
  host.hooks.willStore.tap(() => {
    before ??= check(host);
  });
  host.hooks.didRun.tap((...[item]) => {
    const [earlier, now] = [before, before && check(host)];
    before = undefined;
    const findings = earlier && now ? newFindings(earlier, now) : [];
    latest.set(item, findings);
    const itemOf = itemMeasuring(host.find(Session)?.menu() ?? []);
    for (const { message, reason, remedy } of findings)
      host.log.warn(`Doubtful now: ${message} ${reason} ${remedyInWords(remedy, itemOf)}.`);
  });
}

/** The present findings. A check that fails only logs a warning, so that the calibration stays stored. */
function check({ find, settings, log }: Pick<PluginHost, 'find' | 'settings' | 'log'>): readonly Finding[] | undefined {
  const [optics, calibrations] = [find(Optics), find(Calibrations)];
  if (!optics || !calibrations) return undefined;
  try {
    const found = calibrations
      .shortTerm('FoundPixelSize')
      .all()
      .map(({ camera, magIndex, pixelSize }) => {
        const perPixel = settings.cameras.find(({ index }) => index === camera)?.pixelsPerPropertyPixel ?? 1;
        return { camera, magIndex, pixelNanometres: pixelSize / perPixel };
      });
    return checkConsistency(optics, {
      found,
      stored: { imageShift: calibrations.imageShift.entries(), stage: calibrations.stage.entries() },
      beam: { calibrations, settings },
    });
  } catch (error) {
    log.warn(`The calibrations could not be checked against each other: ${describe(error)}`);
    return undefined;
  }
}
