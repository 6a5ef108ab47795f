import { ByPart } from './base/by-part';
import { viewKey, type Instrument } from './base/instrument';
import { keyOfPart, type Parts, type PerfectRecord, type TruthContext, type Truths, type TruthsOf } from './base/part';
import { inverted, multiplied, type PlaneMatrix } from './base/plane';
import { keyOf, RandomStream } from './base/random';
import type { SpecimenView } from './column/lenses/magnification';
import { standardParts, type StandardParts, type Truth } from './column/parts';
import type { GeneralOptions, OptionValues } from './options';

/**
 * Makes the truth of a virtual microscope from the `simulator:` options and what the settings say of the instrument.
 * With `truth: site` the site's calibrated matrices are used as they are; otherwise they follow from the options.
 */
export function buildTruth<All extends Parts = StandardParts>(
  options: OptionValues<All>,
  instrument: Instrument,
  parts: All = standardParts as Parts as All,
): TruthsOf<All> {
  const { seed, truth } = options as GeneralOptions;
  const truths = new ByPart(parts, (part) =>
    part.truth(options, new RandomStream(keyOf(keyOfPart(seed, part), 1)), context),
  );
  const truthOf = <Part>({ name }: { readonly name: string }): Part => truths.of(name) as Part;
  const context: TruthContext = { instrument, twin: truth === 'site', truthOf };
  return Object.fromEntries(parts.map(({ name }) => [name, truths.of(name)])) as TruthsOf<All>;
}

/** The records that perfect calibrations of a virtual microscope would store, as far as its physics determines them. */
export function perfectRecords(
  truth: Truth,
  instrument: Instrument,
  parts: Parts = standardParts,
): readonly PerfectRecord[] {
  const truthOf = truthsIn(truth);
  return parts.flatMap((part) => part.perfect?.(truthOf(part), { instrument, truthOf }) ?? []);
}

/** The truths of a microscope, to be asked for by part. */
export const truthsIn =
  (truth: object): Truths['truthOf'] =>
  <Part>({ name }: { readonly name: string }) =>
    (truth as Record<string, unknown>)[name] as Part;

/** The specimen plane and the image shift as one camera sees them at one magnification. */
export interface ViewTruth extends SpecimenView {
  /** Image shift to camera: unbinned pixels per image-shift unit, Y up. */
  readonly imageShiftToCamera: PlaneMatrix;
}

/** The view of a camera at a mag index; undefined where it cannot be used. */
export function viewOf(
  { magnification, imageShift, scanShift }: Truth,
  magIndex: number,
  camera: number,
): ViewTruth | undefined {
  const key = viewKey(magIndex, camera);
  const view = magnification.views.get(key);
  return view && { ...view, imageShiftToCamera: (scanShift.toCamera.get(key) ?? imageShift.toCamera.get(key))! };
}

/** Image shift to specimen of a view, micrometres per unit: what the calibrations of one view must imply. */
export const imageShiftToSpecimen = ({ specimenToCamera, imageShiftToCamera }: ViewTruth): PlaneMatrix =>
  multiplied(inverted(specimenToCamera), imageShiftToCamera);
