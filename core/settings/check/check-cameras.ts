import type { Place } from '../../base';
import { errorAt, type Problem, warningAt } from '../problem';
import type { Settings } from '../settings';
import { type PropertySource, type Section, rowsOf } from '../source';
import { allValues, lastEntry } from './rows';

/** Problems between the list of active cameras and the cameras, and of active cameras that lack something. */
export function checkCameras(source: PropertySource, settings: Settings): readonly Problem[] {
  return [
    ...activeList(source),
    ...currentCamera(source, settings),
    ...source.cameras.flatMap((camera) => checkCamera(camera, settings)),
  ];
}

function activeList({ general, cameras }: PropertySource): readonly Problem[] {
  const described = new Set(cameras.map((camera) => camera.index!));
  const names = [...described].filter((index) => index >= 0).sort((a, b) => a - b);
  const say = names.length === 0 ? 'No camera is described.' : `Described: ${names.join(', ')}.`;
  const entered = allValues(general, 'ActiveCameraList');
  if (entered.length === 0 && names.length > 0 && !described.has(0)) {
    return [
      errorAt(
        'unknown-camera',
        cameras[0]!.place,
        'Without ActiveCameraList camera 0 is used, but it is not described.',
        `Enter ActiveCameraList. ${say}`,
      ),
    ];
  }
  const found: Problem[] = [];
  const seen = new Set<number>();
  for (const { written, value } of entered) {
    if (!described.has(value)) {
      const parked = described.has(-value) && value > 0 ? ` A block with the number -${value} is parked.` : '';
      found.push(
        errorAt(
          'unknown-camera',
          written.place,
          `Camera ${written.text} is in ActiveCameraList, but it is not described.`,
          `${say}${parked}`,
        ),
      );
    }
    if (seen.has(value))
      found.push(
        warningAt(
          'duplicate-camera',
          written.place,
          `Camera ${written.text} is listed twice.`,
          'Remove one of the two.',
        ),
      );
    seen.add(value);
  }
  return found;
}

function currentCamera({ general }: PropertySource, settings: Settings): readonly Problem[] {
  const entered = allValues(general, 'InitialCurrentCamera').at(-1);
  if (
    !entered ||
    entered.value < 0 ||
    settings.cameras.length === 0 ||
    settings.cameras.some((camera) => camera.index === entered.value)
  )
    return [];
  return [
    warningAt(
      'unknown-camera',
      entered.written.place,
      `InitialCurrentCamera is ${entered.written.text}, which is not an active camera.`,
      `Active: ${settings.cameras.map((camera) => camera.index).join(', ')}.`,
    ),
  ];
}

function checkCamera(section: Section, settings: Settings): readonly Problem[] {
  const camera = settings.cameras.find((each) => each.index === section.index);
  if (!camera) return [];
  const found: Problem[] = [];
  const need = (name: 'CameraSizeX' | 'CameraSizeY' | 'PixelSizeInMicrons', what: string): void => {
    if (!camera.has(name))
      found.push(
        errorAt(
          'missing-key',
          section.place,
          `Camera ${camera.index} (${camera.name}) lacks ${name}.`,
          `Enter ${what}.`,
        ),
      );
    else if (!(camera.get(name) > 0))
      found.push(
        errorAt(
          'out-of-range',
          rowsOf(section, name)[0]?.[0]?.place ?? section.place,
          `${name} should be larger than 0.`,
          `Enter ${what}.`,
        ),
      );
  };
  need('CameraSizeX', 'the width of the camera in unbinned pixels');
  need('CameraSizeY', 'the height of the camera in unbinned pixels');
  if (!camera.isStem) need('PixelSizeInMicrons', 'the size of a pixel of the sensor in micrometres');
  return [...found, ...checkBinnings(section)];
}

function checkBinnings(section: Section): readonly Problem[] {
  const found: Problem[] = [];
  const seen = new Set<number>();
  let highest = 0;
  const warn = (code: string, place: Place, message: string): void =>
    void found.push(
      warningAt(code, place, message, 'Write the binnings that the camera offers, each once, ascending.'),
    );
  for (const { written, value } of allValues({ ...section, entries: lastBinnings(section) }, 'Binnings')) {
    const { text, place } = written;
    if (value < 1) warn('out-of-range', place, `A binning of ${text} is taken as 1.`);
    else if (seen.has(value)) warn('out-of-range', place, `Binning ${text} is listed twice.`);
    else if (value < highest)
      warn('not-ascending', place, `Binning ${text} comes after ${highest}; the binnings are not in their order.`);
    seen.add(value);
    highest = Math.max(highest, value);
  }
  return found;
}

/** A later line of Binnings replaces an earlier one. */
const lastBinnings = (section: Section): Section['entries'] => {
  const last = lastEntry(section, 'Binnings');
  return last ? [last] : [];
};
