import {
  type BeamShiftUnits,
  EucentricError,
  type Vector,
  add,
  apply,
  inMicrometres,
  inverse,
  length,
  readable,
  scale,
  subtract,
} from '../../../../core/base';
import { BeamShift, Cameras, readBack } from '../../../../core/devices';
import { BeamControl, noBeamShift } from '../../../../core/illumination';
import { type Forecast, type Run, type Uses, value } from '../../../../core/kernel';
import { Optics } from '../../../../core/optics';

/** Dependencies of the tasks that move the beam. */
export const moveNeeds = { cameras: Cameras, beamShift: BeamShift, control: BeamControl, optics: Optics };
type MoveUse = Uses<typeof moveNeeds>;

/** The values that a task reports that moves the beam. */
export const moveResults = {
  before: value.vector('Beam shift before, as the column counts it.'),
  beamShift: value.vector('Beam shift afterwards, as the column counts it.'),
  moved: value.vector('Way of the beam by what the column holds, X right and Y up.', { unit: 'um' }),
};

/** The forecast of a task that moves the beam. */
export const moveForecast = ({ beamShift }: MoveUse): Forecast => ({
  images: 0,
  exposure: 0,
  duration: { least: 0, most: 5 },
  moves: [{ setting: beamShift.beamShift, how: 'by the distance, where it stays' }],
});

/** The distance along X and Y from the arguments of a script command; undefined where there are none. */
export function distanceOf(given: readonly string[]): Vector | undefined {
  if (given.length === 0) return undefined;
  const [x = NaN, y = NaN] = given.map(Number);
  if (!Number.isFinite(x) || !Number.isFinite(y)) throw badDistance(given);
  return { x, y };
}

/** A way of the beam in micrometres on the specimen or as parts of the camera field. */
interface BeamMove {
  readonly by: Vector;
  readonly in: 'micrometres' | 'field';
}

/** Moves the beam, and goes by what the column holds afterwards. Throws, with nothing moved, where a calibration is missing. */
export async function moveBeam(use: MoveUse, run: Pick<Run, 'signal' | 'here'>, move: BeamMove) {
  const { beamShift, cameras, control, optics } = use;
  const { width, height } = cameras.selected.traits;
  const toCamera = await control.shiftToCamera(run.signal);
  const back = toCamera && inverse(toCamera);
  const size = optics.at(run.here()).pixelSize;
  if (!back || !size) throw noBeamShift();
  const pixel = inMicrometres(size.value);
  const { x, y } = move.by;
  const pixels = move.in === 'field' ? { x: x * width, y: y * height } : scale(move.by, 1 / pixel);
  const before = await beamShift.beamShift.read(run.signal);
  if (move.in === 'field') await control.moveByFieldFraction(move.by, run.signal);
  else await control.moveByMicrometres(move.by, run.signal);
  const after = await readBack(beamShift.beamShift, add(before, apply(back, pixels) as Vector<BeamShiftUnits>), {
    signal: run.signal,
  });
  const moved = scale(apply(toCamera, subtract(after, before)), pixel);
  const summary = `The beam was moved by ${readable(length(moved), 3)} um: ${readable(moved.x, 3)} along X and ${readable(moved.y, 3)} along Y of the camera.`;
  return { summary, values: { before, beamShift: after, moved } };
}

const badDistance = (given: readonly string[]): EucentricError =>
  new EucentricError({
    code: 'move-beam/bad-distance',
    message: `"${given.join(' ')}" does not give a distance along X and one along Y.`,
    hint: 'Give two numbers. The beam shift is as it was.',
  });
