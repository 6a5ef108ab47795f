import {
  type Matrix,
  type Vector,
  apply,
  cameraIndex,
  imageShiftUnits,
  inverse,
  magIndex as asMagIndex,
  product,
  subtract,
  vector,
} from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import { ScriptedOperator } from '../../../core/kernel';
import { takeImage } from '../../../core/acquisition';
import { ImageShiftAdjustment, ImageShiftControl, Optics } from '../../../core/optics';
import { SimulatedTruth } from '../../../plugins/simulator';
import { virtualInstrument } from '../../../testing/virtual-instrument';
import { randomNumbers } from '../random-numbers';

/** The regular and the energy-filter camera of the virtual Krios. */
export const [regular, filtered] = [0, 1];
type Pair = [number, number];

/** The cameras of the virtual Krios made so small that an image takes no time. */
export const smallCameras = (yaml: string): string =>
  yaml
    .replace('CameraSizeX: 11520', 'CameraSizeX: 480')
    .replace('CameraSizeY: 8184', 'CameraSizeY: 360')
    .replace('CameraSizeX: 4096', 'CameraSizeX: 512')
    .replace('CameraSizeY: 4096', 'CameraSizeY: 512');

/** A truth as instruments with a filter show it: each mode has an image shift and a displacement of its own at every magnification. */
export function drawTruth(seed: number) {
  const next = randomNumbers(seed);
  const even = (low: number, high: number): number => low + (high - low) * next();
  const offsets = (): Record<string, Pair> =>
    Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [String(16 + at), [even(-0.4, 0.4), even(-0.4, 0.4)] as Pair]),
    );
  const turned = (): [Pair, Pair] => {
    const [angle, along, across] = [even(-1, 1), even(0.9, 1.1), even(0.9, 1.1)];
    return [
      [along * Math.cos(angle), -across * Math.sin(angle)],
      [along * Math.sin(angle), across * Math.cos(angle)],
    ];
  };
  return {
    seed,
    pixelScaleError: even(-0.03, 0.03),
    rotationErrorDegrees: even(-3, 3),
    imageShiftToSpecimen: turned(),
    imageShiftToSpecimenEftem: turned(),
    imageOffsetsMicrometres: offsets(),
    imageOffsetsEftemMicrometres: offsets(),
  };
}

/** The virtual Krios with two cameras and image shift calibrated without error, and an operator who centres a feature to one pixel. */
export async function filterInstrument(
  seed: number,
  { calibrated = [regular, filtered] }: { readonly calibrated?: readonly number[] } = {},
) {
  const truth = drawTruth(seed);
  const next = randomNumbers(seed + 1000);
  const instrument = await virtualInstrument({
    configuration: 'krios-k3.yaml',
    edit: smallCameras,
    simulator: truth,
  });
  const { registry } = instrument.kernel;
  const [scope, cameras, optics] = [registry.get(Scope), registry.get(Cameras), registry.get(Optics)];
  const { records } = registry.get(SimulatedTruth);
  const matrixOf = (record: string, magIndex: number, camera: number): Matrix =>
    records.find(
      (each) => each.record === record && each['magIndex'] === magIndex && each['camera'] === camera,
    ) as unknown as Matrix;
  for (const row of records as unknown as ({ record: string; magIndex: number; camera: number } & Matrix)[])
    if (row.record === 'ImageShiftMatrix' && calibrated.includes(row.camera))
      instrument.calibrations.imageShift.set(asMagIndex(row.magIndex), cameraIndex(row.camera), row, {
        sessionMeasured: false,
      });
  const feature = vector(0.6 * next() - 0.3, 0.6 * next() - 0.3);

  /** Place of the feature on the selected camera, in unbinned pixels from its centre. Specimen and stage axes are opposite in this truth. */
  const seen = async (): Promise<Vector> => {
    const [magIndex, camera] = [await scope.magIndex.read(), cameras.selected.traits.index];
    const specimenToCamera = product(matrixOf('StageToCameraMatrix', magIndex, camera), {
      xpx: -1,
      xpy: 0,
      ypx: 0,
      ypy: -1,
    });
    const [x, y] = (camera === filtered ? truth.imageOffsetsEftemMicrometres : truth.imageOffsetsMicrometres)[
      String(magIndex)
    ] ?? [0, 0];
    return subtract(
      apply(specimenToCamera, subtract(feature, vector(x, y))),
      apply(matrixOf('ImageShiftMatrix', magIndex, camera), await scope.imageShift.read()),
    );
  };
  /** Centres the feature but for an error of this many pixels, in a direction drawn at random. */
  const center = async (error = next()): Promise<void> => {
    const angle = 2 * Math.PI * next();
    const off = subtract(await seen(), vector(error * Math.cos(angle), error * Math.sin(angle)));
    const change = apply(
      inverse(matrixOf('ImageShiftMatrix', await scope.magIndex.read(), cameras.selected.traits.index))!,
      off,
    );
    const { x, y } = await scope.imageShift.read();
    await scope.imageShift.write(vector(imageShiftUnits(x + change.x), imageShiftUnits(y + change.y)));
  };
  const goTo = async (camera: number, magIndex: number): Promise<void> => {
    await cameras.select(cameraIndex(camera));
    await scope.magIndex.write(asMagIndex(magIndex));
  };
  /** The mag index at which a camera has the pixel size nearest to one. */
  const matching = (camera: number, pixel: number): number =>
    optics.magnifications
      .indexes(optics.camera(cameraIndex(camera)))
      .filter((index) => !optics.at({ magIndex: index, camera: cameraIndex(camera) }).isLowMagnification)
      .sort(
        (a, b) =>
          Math.abs(Math.log(optics.at({ magIndex: a, camera: cameraIndex(camera) }).pixelSize!.value / pixel)) -
          Math.abs(Math.log(optics.at({ magIndex: b, camera: cameraIndex(camera) }).pixelSize!.value / pixel)),
      )[0]!;
  const run = async (
    item: string,
    {
      answers = {},
      presses = [],
    }: { readonly answers?: Readonly<Record<string, string>>; readonly presses?: readonly string[] } = {},
  ) => {
    const said: string[] = [];
    const left = [...presses];
    const operator = new ScriptedOperator(answers, { defaults: true });
    const port = Object.assign(operator, {
      log: (text: string) => void said.push(text),
      button: async (): Promise<string> => {
        await center();
        return left.shift() ?? 'End';
      },
    });
    const result = await instrument.runner.run(item, { port });
    return { result, said, asked: operator.asked.map(({ id }) => id) };
  };
  return {
    instrument,
    scope,
    cameras,
    optics,
    seen,
    center,
    goTo,
    run,
    /** Mag indexes at which the two cameras have nearly the same pixel size. */
    pairOfMagnifications: (magIndex: number): readonly [number, number] => [
      magIndex,
      matching(filtered, optics.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(regular) }).pixelSize!.value),
    ],
    /** Takes both images as the instructions of EFTEM IS Offset say. */
    takeBoth: async ([from, to]: readonly [number, number]): Promise<void> => {
      await goTo(regular, from);
      await center();
      await takeImage(instrument.session, 'Trial');
      instrument.session.buffers.copy('A', 'D');
      await goTo(filtered, to);
      await center();
      await takeImage(instrument.session, 'Trial');
    },
    net: registry.get(ImageShiftControl).net,
    adjustment: registry.get(ImageShiftAdjustment),
    offset: (magIndex: number, eftem: 0 | 1) =>
      instrument.calibrations
        .records('ImageShiftOffsets')
        .find((row) => row.magIndex === magIndex && row.eftem === eftem),
    [Symbol.asyncDispose]: () => instrument[Symbol.asyncDispose](),
  };
}
