import type { Place } from '../../base';
import { PARAMETER_SETS, parameterSetsSchema, unfitFields } from '../parameter-sets';
import { errorAt, type Problem, warningAt } from '../problem';
import type { Settings } from '../settings';

/** Problems between the parameter sets and the cameras; the form of the section is checked elsewhere. */
export function checkParameterSets(settings: Settings): readonly Problem[] {
  const section = settings.section('parameterSets');
  const parsed = parameterSetsSchema.safeParse(section?.value);
  if (!section || !parsed.success) return [];
  const found: Problem[] = [];
  for (const [index, sets] of Object.entries(parsed.data)) {
    const camera = settings.cameras.find((each) => each.index === Number(index));
    if (!camera) {
      found.push(inactive(settings, Number(index), section.place([index])));
      continue;
    }
    for (const name of PARAMETER_SETS) {
      const set = sets[name] ?? {};
      const of = `camera ${index} (${camera.name})`;
      const messages = {
        binning: `${name} has binning ${set.binning}, which ${of} does not offer.`,
        area: `The area of ${name} reaches beyond ${of}.`,
        readMode: `${name} asks for ${set.readMode} images, which ${of} cannot take.`,
      };
      for (const { field, hint } of unfitFields(set, camera))
        found.push(errorAt('out-of-range', section.place([index, name, field]), messages[field], hint));
    }
  }
  return found;
}

/** A camera that is out of ActiveCameraList for a while keeps its parameters; one that is not described is a slip. */
function inactive(settings: Settings, index: number, place: Place): Problem {
  const parked = settings.parkedCameras.find((each) => each.index === index);
  const active = settings.cameras.map((each) => each.index).join(', ') || 'none';
  if (parked)
    return warningAt(
      'inactive-camera',
      place,
      `Camera ${index} (${parked.name}) is not in ActiveCameraList, so its parameters are not used.`,
      `Active: ${active}. Add ${index} to ActiveCameraList to use the camera.`,
    );
  return errorAt(
    'unknown-camera',
    place,
    `There are camera parameters for camera ${index}, which is not described.`,
    `Active: ${active}.`,
  );
}
