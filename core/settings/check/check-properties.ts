import { type Problem } from '../problem';
import type { Settings } from '../settings';
import type { PropertySource } from '../source';
import { checkCameras } from './check-cameras';
import { checkEntry } from './check-entry';
import { checkMagnifications } from './check-magnifications';
import { checkOrder } from './check-order';
import { checkParameterSets } from './check-parameter-sets';
import { checkStage } from './check-stage';

/** Everything that is wrong with the properties of a file, apart from how they are written down. */
export function checkProperties(source: PropertySource, settings: Settings): readonly Problem[] {
  const found: Problem[] = source.general.entries.flatMap(checkEntry);
  for (const camera of source.cameras) {
    const inCamera = [...camera.entries.flatMap(checkEntry), ...checkOrder(camera)];
    // SerialEM does not read parked blocks.
    found.push(...(camera.index! < 0 ? inCamera.map((problem) => ({ ...problem, severity: 'warning' as const })) : inCamera));
  }
  found.push(...checkOrder(source.general), ...checkStage(source.general), ...checkCameras(source, settings), ...checkMagnifications(source, settings));
  found.push(...checkParameterSets(settings));
  return found;
}
