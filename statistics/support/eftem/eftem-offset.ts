import { cameraIndex, length, magIndex as asMagIndex } from '../../../core/base';
import { type Measured, broken } from '../../harness/table';
import { filterInstrument, filtered, regular } from './eftem-instrument';

const item = 'calibrations/image-and-stage-shift/eftem-is-offset';
const offsets = 'calibrations/image-and-stage-shift/mag-is-offsets';
const list = 'calibrations/image-and-stage-shift/list-mag-is-offsets';
type Given = Awaited<ReturnType<typeof filterInstrument>>;
type Pair = readonly [from: number, to: number];
type Place = readonly [camera: number, magIndex: number];

const pixelAt = ({ optics }: Given, camera: number, magIndex: number): number =>
  optics.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(camera) }).pixelSize!.value;

/** Centring to one pixel in each of two modes, each seen at the other's pixel size too, and nothing for the calibration itself. */
function maxPixels(given: Given, [from, to]: Pair): number {
  const ratio = pixelAt(given, regular, from) / pixelAt(given, filtered, to);
  return 1.02 + Math.max(ratio, 1 / ratio);
}
/** Each end of a span carries its own centring, and so does the pair of the bridge. */
const twice = (given: Given, pair: Pair): number => 2 * maxPixels(given, pair);

/** Distance of the feature from the centre after it was centred in one mode and the other mode was selected. */
async function switched(given: Given, from: Place, to: Place): Promise<number> {
  await given.goTo(...from);
  await given.center(0);
  await given.goTo(...to);
  return length(await given.seen());
}

/** A feature that is centred in one mode is looked for in the other one, with the offset that was measured between them. */
export async function measureBridge(seed: number): Promise<Measured> {
  await using given = await filterInstrument(seed);
  const pair = given.pairOfMagnifications(24 + (seed % 5));
  await given.takeBoth(pair);
  const { result, asked } = await given.run(item, { answers: { 'zero-regular': seed % 2 === 0 ? 'yes' : 'no' } });
  const [stored] = given.instrument.calibrations.records('GIFShiftOffset').all();
  const values = result!.values as { fromMagIndex: number; toMagIndex: number; x: number; y: number };
  const before = await switched(given, [regular, pair[0]], [filtered, pair[1]]);
  given.adjustment.betweenMagnifications = true;
  const [there, back] = [
    await switched(given, [regular, pair[0]], [filtered, pair[1]]),
    await switched(given, [filtered, pair[1]], [regular, pair[0]]),
  ];
  const most = maxPixels(given, pair);
  return {
    errors: { pixels: [there, back], allowance: [there / most, back / most] },
    verdict: result!.quality?.verdict ?? 'stored',
    faults: broken({
      'it asks when all is done, and whether to make the regular offset zero': asked.join() === 'done-all,zero-regular',
      'the result is of the two magnifications': values.fromMagIndex === pair[0] && values.toMagIndex === pair[1],
      'the result is what is stored':
        stored?.fromMagIndex === pair[0] &&
        stored.toMagIndex === pair[1] &&
        stored.x === values.x &&
        stored.y === values.y,
      'without it the feature is far away': before > 20,
      'the feature is centred there': there < most,
      'the feature is centred back here': back < most,
    }),
  };
}

/** Offsets that were measured in regular mode before the bridge, which makes those of the other mode. */
export async function measureOffsetsFirst(seed: number): Promise<Measured> {
  await using given = await filterInstrument(seed);
  const pair = given.pairOfMagnifications(25);
  await given.goTo(regular, 27);
  await given.run(offsets, { presses: Array<string>(5).fill('NextMag'), answers: { 'take-images': 'no' } });
  given.adjustment.betweenMagnifications = seed % 2 === 0;
  await given.takeBoth(pair);
  const { result } = await given.run(item);
  const made = given.offset(pair[1], 1) !== undefined;
  given.adjustment.betweenMagnifications = true;
  const across = await switched(given, [regular, 25], [filtered, pair[1]]);
  // The span measured in regular mode is as good from the other mode.
  const spans: number[] = [];
  const allowances = [across / maxPixels(given, pair)];
  for (const at of [22, 24, 27]) {
    const coarser = Math.max(1, pixelAt(given, regular, 25) / pixelAt(given, regular, at));
    const off = await switched(given, [filtered, pair[1]], [regular, at]);
    spans.push(off);
    allowances.push(off / (twice(given, pair) * coarser + 1));
  }
  await given.goTo(regular, 27);
  const listed = await given.run(list);
  await given.goTo(filtered, pair[1]);
  const listedFiltered = await given.run(list);
  return {
    errors: { pixels: [across, ...spans], allowance: allowances },
    verdict: result!.quality?.verdict ?? 'stored',
    faults: broken({
      'there are offsets of the other mode': Number(result!.values['offsets']) > 20 && made,
      'the feature is centred in both modes and over the span': allowances.every((each) => each < 1),
      'the list names the regular camera': listed.said[0]!.includes('BM-Ceta'),
      'the list names the filtered camera': listedFiltered.said[0]!.includes('K3'),
      'the list is complete':
        (listedFiltered.result!.values['offsets'] as unknown[]).length === result!.values['offsets'],
    }),
  };
}

/** Offsets that are measured in either mode after the bridge: the other mode follows and is stored. */
export async function measureOffsetsAfter(seed: number): Promise<Measured> {
  await using given = await filterInstrument(seed);
  const pair = given.pairOfMagnifications(25);
  await given.takeBoth(pair);
  const { result } = await given.run(item, { answers: { 'zero-regular': 'yes' } });
  given.adjustment.betweenMagnifications = true;
  await given.goTo(regular, 27);
  await given.run(offsets, { presses: Array<string>(4).fill('NextMag'), answers: { 'take-images': 'no' } });
  // The bridge was measured with other centrings than the span.
  const first = await switched(given, [regular, 25], [filtered, pair[1]]);
  const regularBefore = given.offset(25, 0)!;
  await given.goTo(filtered, pair[1] + 2);
  await given.run(offsets, { presses: Array<string>(3).fill('NextMag'), answers: { 'take-images': 'no' } });
  const regularAfter = given.offset(25, 0)!;
  const second = await switched(given, [regular, 25], [filtered, pair[1]]);
  const beside = await switched(given, [regular, 25], [filtered, pair[1] + 1]);
  const most = maxPixels(given, pair);
  return {
    errors: {
      pixels: [first, second, beside],
      allowance: [first / most, second / most, beside / (2 * twice(given, pair))],
    },
    verdict: result!.quality?.verdict ?? 'stored',
    faults: broken({
      'offsets of the regular mode lead over the bridge': first < most,
      'the regular offset follows those of the other mode':
        regularAfter.x !== regularBefore.x || regularAfter.y !== regularBefore.y,
      'offsets of the other mode lead over the bridge': second < most,
      'so does the magnification beside it': beside < 2 * twice(given, pair),
    }),
  };
}
