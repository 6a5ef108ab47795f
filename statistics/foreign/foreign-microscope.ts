import { type Asked, type ForeignWorld, type Moment, type Picture, type Point, sumOf } from './foreign-world';
import { type Places, resampled } from './resampling';

/** A 2x2 matrix: `x' = xpx*x + xpy*y`, `y' = ypx*x + ypy*y`. */
export interface Linear {
  readonly xpx: number;
  readonly xpy: number;
  readonly ypx: number;
  readonly ypy: number;
}

/** Part of a camera in unbinned pixels. */
interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Request for an image, as far as a world has to know it. */
interface Request {
  readonly camera: number;
  readonly binning: number;
  readonly exposure: number;
  readonly area?: Area;
  readonly atTime?: number;
}

/** Image of a virtual microscope. */
interface Taken {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
}

/** Virtual microscope, as far as a world takes its place. */
export interface WrappedMicroscope {
  expose(request: Request): Taken;
  setImageShift(shift: Point): void;
  moveStage(to: Partial<Point>): number;
  readonly state: { readonly imageShift: Point; readonly stage: Point };
}

/** Circumstances of a wrapped microscope. */
export interface Surroundings {
  readonly now: () => number;
  /** Pixels of the camera that is used, as the microscope counts them. */
  readonly camera: { readonly width: number; readonly height: number };
  /** True matrices from image shift and from the stage to these pixels, before the world changes them. */
  readonly imageShift: Linear;
  readonly stage: Linear;
  /** Micrometres of such a pixel. */
  readonly pixel: number;
}

/** Motion in pixels of an image above which an exposure is divided, and the largest number of its parts. */
const motionOfPart = 0.5;
const maxParts = 8;

const times = (m: Linear, { x, y }: Point): Point => ({ x: m.xpx * x + m.xpy * y, y: m.ypx * x + m.ypy * y });
function backThrough(m: Linear, { x, y }: Point): Point {
  const area = m.xpx * m.ypy - m.xpy * m.ypx;
  return { x: (m.ypy * x - m.xpy * y) / area, y: (m.xpx * y - m.ypx * x) / area };
}

/**
 * Puts a world between a virtual microscope and those who use it: its image shift goes where the world wants it before each exposure, and
 * its images are resampled and painted over. Settings read as they were asked for.
 */
export function putInto(world: ForeignWorld, microscope: WrappedMicroscope, around: Surroundings): void {
  const expose = microscope.expose.bind(microscope);
  const setImageShift = microscope.setImageShift.bind(microscope);
  const moveStage = microscope.moveStage.bind(microscope);
  const asked: Asked[] = [{ ...microscope.state.imageShift, time: -1e6 }];
  const moves: Asked[] = [{ x: microscope.state.stage.x, y: microscope.state.stage.y, time: -1e6 }];
  const began = around.now();
  let image = 0;
  const known = new Map<string, Places>();

  const carriageAt = (moment: Moment): Point =>
    times(around.stage, sumOf(world.carriage.map((of) => of(moves, moment))));
  // The image shift that stands for the carriage moves the image out of the beam, where the carriage takes the specimen under it: a
  // small beam would miss all of the view, if the carriage stood off at the start.
  const atStart = carriageAt({ image, time: began });

  /** Unbinned pixels by which the picture is displaced, Y up. */
  const displacement = (time: number): Point => {
    const moment = { image, time };
    const coils = times(around.imageShift, sumOf(world.coils.map((of) => of(asked, moment))));
    const now = carriageAt(moment);
    const carriage = { x: now.x - atStart.x, y: now.y - atStart.y };
    const wander = sumOf(world.wander.map((of) => of({ image, time: time - began })));
    return { x: wander.x / around.pixel - coils.x - carriage.x, y: wander.y / around.pixel - coils.y - carriage.y };
  };

  /** Counts of an exposure whose picture is displaced. */
  const exposeAt = (request: Request, { x, y }: Point): Taken => {
    const held = asked.at(-1)!;
    const more = backThrough(around.imageShift, { x: -x, y: -y });
    setImageShift({ x: held.x + more.x, y: held.y + more.y });
    return expose(request);
  };

  Object.assign(microscope, {
    setImageShift(shift: Point): void {
      asked.push({ x: shift.x, y: shift.y, time: around.now() });
      setImageShift(shift);
    },
    moveStage(to: Partial<Point>): number {
      const seconds = moveStage(to);
      const before = moves.at(-1)!;
      if (to.x !== undefined || to.y !== undefined)
        moves.push({ x: to.x ?? before.x, y: to.y ?? before.y, time: around.now() + seconds });
      return seconds;
    },
    expose(request: Request): Taken {
      // A dark reference sees nothing of the world.
      if (request.exposure <= 0) return expose(request);
      const whole = { left: 0, top: 0, width: around.camera.width, height: around.camera.height };
      const area = request.area ?? whole;
      if (area.left + area.width > whole.width || area.top + area.height > whole.height)
        throw new Error(`An area of ${area.width} x ${area.height} pixels is larger than the camera of the world.`);
      const start = request.atTime ?? around.now();
      const at = (share: number): Point => displacement(start + share * request.exposure);
      const [from, to] = [at(0), at(1)];
      const path = Math.hypot(to.x - from.x, to.y - from.y) / request.binning;
      const parts = Math.min(maxParts, Math.max(1, Math.ceil(path / motionOfPart)));
      const copies = world.copies?.({ image, time: start }) ?? [];
      const still = 1 - copies.reduce((sum, { share }) => sum + share, 0);
      const taken: Taken[] = [];
      // Only a world with a field of its own needs more than the part that was asked for.
      const wanted = { ...request, area: world.field ? whole : area };
      for (let part = 0; part < parts; part++)
        taken.push(exposeAt({ ...wanted, exposure: (request.exposure * still) / parts }, at((part + 0.5) / parts)));
      for (const { share, by } of copies) {
        const { x, y } = at(0.5);
        taken.push(
          exposeAt(
            { ...wanted, exposure: request.exposure * share },
            { x: x + by.x / around.pixel, y: y + by.y / around.pixel },
          ),
        );
      }
      const { x, y } = asked.at(-1)!;
      setImageShift({ x, y });
      const first = taken[0]!;
      const counts = new Float32Array(first.data.length);
      for (const { data } of taken) for (let each = 0; each < counts.length; each++) counts[each]! += data[each]!;
      const result = picture(counts, first, { world, area, binning: request.binning, image, time: start });
      image += 1;
      return { ...first, width: result.columns, height: result.rows, data: rounded(result.counts) };
    },
  });

  /** Lays the field of the world over a picture, and paints it. */
  function picture(
    counts: Float32Array,
    { width, height }: Taken,
    given: {
      readonly world: ForeignWorld;
      readonly area: Area;
      readonly binning: number;
      readonly image: number;
      readonly time: number;
    },
  ): Picture {
    const { area, binning } = given;
    const moment = { image: given.image, time: given.time };
    const half = Math.min(around.camera.width, around.camera.height) / 2;
    const place = (column: number, row: number): Point => ({
      x: ((column + 0.5) * binning + area.left - around.camera.width / 2) / half,
      y: (around.camera.height / 2 - (row + 0.5) * binning - area.top) / half,
    });
    const { field } = world;
    if (!field) {
      const whole = { columns: width, rows: height, counts, place };
      for (const paint of world.paint) paint(whole, moment);
      return whole;
    }
    const size = { columns: Math.floor(area.width / binning), rows: Math.floor(area.height / binning) };
    const key = [area.left, area.top, area.width, area.height, binning].join();
    const places = (!world.fieldWanders && known.get(key)) || placesIn(size, place, { half, binning, field, moment });
    known.set(key, places);
    const seen = resampled({ columns: width, rows: height, counts }, places);
    const whole = { ...size, counts: seen, place };
    for (const paint of world.paint) paint(whole, moment);
    return whole;
  }

  /** Places in the undistorted picture of the pixels of an image. */
  function placesIn(
    size: { readonly columns: number; readonly rows: number },
    place: Picture['place'],
    given: {
      readonly half: number;
      readonly binning: number;
      readonly field: NonNullable<ForeignWorld['field']>;
      readonly moment: Moment;
    },
  ): Places {
    const { half, binning, field, moment } = given;
    const pixels = size.columns * size.rows;
    const places = { columns: new Float64Array(pixels), rows: new Float64Array(pixels) };
    for (let row = 0, at = 0; row < size.rows; row++)
      for (let column = 0; column < size.columns; column++, at++) {
        const ideal = field(place(column, row), moment);
        places.columns[at] = ((ideal.x / world.reach) * half + around.camera.width / 2) / binning - 0.5;
        places.rows[at] = (around.camera.height / 2 - (ideal.y / world.reach) * half) / binning - 0.5;
      }
    return places;
  }
}

/** Counts as a camera delivers them. `Uint16Array.from` with a function makes an object of every pixel, which took half of a run. */
function rounded(counts: Float32Array): Uint16Array {
  const delivered = new Uint16Array(counts.length);
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at]!;
    delivered[at] = count <= 0 ? 0 : count >= 65535 ? 65535 : Math.round(count);
  }
  return delivered;
}

/** True matrix in a world: its field enlarges the picture in the middle by its reach. */
export const seenThrough = ({ reach }: ForeignWorld, matrix: Linear): Linear => ({
  xpx: matrix.xpx * reach,
  xpy: matrix.xpy * reach,
  ypx: matrix.ypx * reach,
  ypy: matrix.ypy * reach,
});
