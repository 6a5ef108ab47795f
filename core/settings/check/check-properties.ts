import type { Problem } from '../problem';
import type { Settings } from '../settings';
import type { PropertySource } from '../source';
import { checkEntry } from './check-entry';

/** Everything that is wrong with the properties of a file, apart from how they are written down. */
export function checkProperties(source: PropertySource, _settings?: Settings): readonly Problem[] {
  const found: Problem[] = source.general.entries.flatMap(checkEntry);
  for (const camera of source.cameras) {
    const inCamera = camera.entries.flatMap(checkEntry);
    // SerialEM does not read parked blocks.
    found.push(...(camera.index! < 0 ? inCamera.map((problem) => ({ ...problem, severity: 'warning' as const })) : inCamera));
  }
  return found;
}
