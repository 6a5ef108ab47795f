import type { Problem } from '../problem';
import type { Settings } from '../settings';
import type { PropertySource, Section } from '../source';
import { checkCameras } from './check-cameras';
import { checkEntry } from './check-entry';
import { checkMagnifications } from './check-magnifications';
import { checkOrder } from './check-order';
import { checkParameterSets } from './check-parameter-sets';
import { checkStage } from './check-stage';

/** Problems in the properties of a file, apart from their form in the text. */
export function checkProperties(source: PropertySource, settings: Settings): readonly Problem[] {
  return [
    ...source.general.entries.flatMap(checkEntry),
    ...source.cameras.flatMap(checkBlock),
    ...checkOrder(source.general),
    ...checkStage(source.general),
    ...checkCameras(source, settings),
    ...checkMagnifications(source, settings),
    ...checkParameterSets(settings),
  ];
}

/** SerialEM does not read parked blocks, so an error in one of them is only a warning. */
function checkBlock(camera: Section): readonly Problem[] {
  const found = [...camera.entries.flatMap(checkEntry), ...checkOrder(camera)];
  return camera.index! < 0 ? found.map((problem) => ({ ...problem, severity: 'warning' })) : found;
}
