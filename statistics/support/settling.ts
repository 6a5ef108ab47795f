import { cameraIndex, length, magIndex as asMagIndex, subtract } from '../../core/base';
import { Scope } from '../../core/devices';
import { Optics } from '../../core/optics';
import { type ExposureRecord, VirtualMicroscope } from '../../simulation';
import {
  type RunUnderTest,
  type VirtualInstrumentUnderTest,
  runItem,
  trueImageShift,
  virtualInstrument,
} from '../../testing/virtual-instrument';
import { type Measured, broken } from '../harness/table';
import { randomNumbers } from './random-numbers';

const item = 'calibrations/image-and-stage-shift/set-is-delay-factor';
type SettlingInstrument = VirtualInstrumentUnderTest & { readonly magIndex: number };

/** Edits a configuration to cameras of another size, so small that an image takes no time. */
export const sized =
  (width: number, height: number) =>
  (yaml: string): string =>
    yaml.replace(/CameraSizeX: \d+/g, `CameraSizeX: ${width}`).replace(/CameraSizeY: \d+/g, `CameraSizeY: ${height}`);
/** A small camera. */
export const small = sized(640, 480);

/** An instrument on which image shift is known without error, and settles as is said. */
export async function settlingInstrument(
  simulator: Readonly<Record<string, unknown>>,
  { file = 'simulator.yaml', nanometres = 3, edit = small } = {},
): Promise<SettlingInstrument> {
  const instrument = await virtualInstrument({
    configuration: file,
    edit,
    simulator: { seed: 1, electronsPerFieldPixelPerSecond: 100, ...simulator },
  });
  const optics = instrument.kernel.registry.get(Optics);
  // With so small a camera, steps of a usual size need a usual pixel size.
  const away = (index: number): number =>
    Math.abs(
      Math.log(
        (optics.at({ magIndex: asMagIndex(index), camera: cameraIndex(0) }).pixelSize!.value * 1e9) / nanometres,
      ),
    );
  const [magIndex = asMagIndex(0)] = optics.magnifications
    .indexes(optics.camera(cameraIndex(0)))
    .filter((index) => !optics.at({ magIndex: index, camera: cameraIndex(0) }).isLowMagnification)
    .sort((a, b) => away(a) - away(b));
  await instrument.kernel.registry.get(Scope).magIndex.write(magIndex);
  instrument.calibrations.imageShift.set(magIndex, cameraIndex(0), trueImageShift(instrument, magIndex), {
    sessionMeasured: false,
  });
  return Object.assign(instrument, { magIndex });
}

/** The truth about the exposures of a run, as the virtual microscope reports it: the mean share of each step of image shift that was missing in the middle of the exposure. */
async function withTruth<Result>(
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly missing: number }> {
  const { prototype } = VirtualMicroscope;
  const { expose } = prototype;
  const records: ExposureRecord[] = [];
  prototype.expose = function (...given) {
    const exposure = expose.apply(this, given);
    records.push(exposure.record);
    return exposure;
  };
  try {
    const result = await run();
    const shares = records.slice(1).flatMap(({ imageShift, imageShiftReached }, index) => {
      const step = subtract<number>(imageShift, records[index]!.imageShift);
      const lacking = subtract<number>(imageShift, imageShiftReached);
      return length(step) === 0 ? [] : [(lacking.x * step.x + lacking.y * step.y) / length(step) ** 2];
    });
    return { result, missing: shares.reduce((sum, share) => sum + share, 0) / shares.length };
  } finally {
    prototype.expose = expose;
  }
}

/** Measures what has not settled with a factor, from nine or six points, and gives the truth of it too. */
export const measuredSettling = (
  instrument: VirtualInstrumentUnderTest,
  factor: number,
  measure: 'nine' | 'six',
): Promise<{ readonly result: NonNullable<RunUnderTest['result']>; readonly missing: number }> =>
  withTruth(async () => (await runItem(instrument, item, { factor: String(factor), measure })).result!);

/** Columns, magnifications and settlings as they are, by seed: one part or two, drift that stays or dies away, hysteresis on some. */
function drawn(seed: number) {
  const next = randomNumbers(seed);
  const even = (low: number, high: number): number => low + (high - low) * next();
  const file = ['simulator.yaml', 'jeol-cryo-arm-k2.yaml', 'talos-ceta.yaml'][seed % 3]!;
  const sign = seed % 4 === 0 ? -1 : 1;
  return {
    file,
    nanometres: even(1.5, 5),
    hysteresis: seed % 3 === 1 ? even(0.004, 0.01) : 0,
    simulator: {
      seed,
      imageShiftSettlingFraction: sign * even(0.02, 0.06),
      imageShiftSettlingSeconds: even(0.5, 1.2),
      imageShiftFurtherSettling: seed % 2 === 0 ? [[sign * even(0.01, 0.04), even(0.2, 0.5)]] : [],
      driftNmPerSecond: [even(-0.3, 0.3), even(-0.3, 0.3)],
      driftDecayNmPerSecond: [even(-0.5, 0.5), even(-0.5, 0.5)],
      driftDecaySeconds: even(60, 300),
    },
  };
}

/** Share of what settles after a factor of 0.2 that the factor found by a search leaves, in percent, and the error of what the item says about it. */
export async function measureSearch(seed: number): Promise<Measured> {
  const { file, nanometres, hysteresis, simulator } = drawn(seed);
  await using instrument = await settlingInstrument(
    { ...simulator, imageShiftHysteresis: hysteresis },
    { file, nanometres },
  );
  const { result, said } = await runItem(instrument, item, { measure: 'search' });
  const values = result!.values as { foundFactor?: number; remainingPercent: number; plateauX: number };
  const { foundFactor: factor } = values;
  if (factor === undefined) return { errors: {}, verdict: 'no factor', faults: [`no factor: ${said.join(' ')}`] };
  const set = instrument.settings.get('ISdelayScaleFactor');
  const [before, after] = [
    await measuredSettling(instrument, 0.2, 'nine'),
    await measuredSettling(instrument, factor, 'nine'),
  ].map(({ missing }) => missing - hysteresis) as [number, number];
  const left = (100 * after) / before;
  return {
    errors: { left, said: values.remainingPercent - left },
    verdict: result!.quality?.verdict ?? 'found',
    faults: broken({
      'the factor is set': set === factor,
      // On a JEOL column what stays for ever is recognised as such.
      'what stays for ever is recognised':
        said.join('\n').includes('does not settle') === (hysteresis > 0 && Math.abs(values.plateauX) > 0.3),
    }),
  };
}

/** A search where nothing settles: it says so, and leaves the shortest factor. */
export async function measureNothing(seed: number): Promise<Measured> {
  await using instrument = await settlingInstrument({ seed, imageShiftSettlingFraction: 0 }, { edit: sized(384, 288) });
  const { result } = await runItem(instrument, item, { measure: 'search' });
  return {
    errors: {},
    verdict: result!.quality?.verdict ?? 'nothing found',
    faults: broken({
      'it says that nothing can be seen': result!.summary.includes('No settling can be seen'),
      'the factor is the shortest': result!.values['factor'] === 0.2,
    }),
  };
}
