/** A quantity that items of the menu say they measure or mend. */
export type MeasuredQuantity =
  | 'image shift'
  | 'stage shift'
  | 'pixel size'
  | 'quarter turns'
  | 'crossover'
  | 'beam intensity'
  | 'spot intensity'
  | 'beam shift'
  | 'beam size'
  | 'condenser aperture'
  | 'dose'
  | 'energy shifts';

/** The way to settle a finding: a quantity to measure again, or the properties to correct where nothing measures it. */
export interface Remedy {
  readonly measure?: MeasuredQuantity;
  readonly correct?: string;
}

/** The id of the item that measures or mends a quantity; undefined where the menu has none. */
export type ItemOf = (quantity: MeasuredQuantity) => string | undefined;

/** The item to run again or the properties to correct; without a menu, the quantity itself. */
export const nameOfRemedy = ({ measure, correct }: Remedy, itemOf: ItemOf): string =>
  (measure && itemOf(measure)) ?? correct ?? measure ?? '';

/** A remedy as one instruction, such as "Look at: RotationAndPixel". */
export function remedyInWords(remedy: Remedy, itemOf: ItemOf): string {
  const { measure, correct } = remedy;
  if (measure && itemOf(measure) !== undefined) return `Run again: ${nameOfRemedy(remedy, itemOf)}`;
  return correct === undefined ? `Measure again: ${measure ?? ''}` : `Look at: ${correct}`;
}

/** A finding for programs, with the name of the item or property in the place of the remedy. */
export function findingWithRedo<T extends { readonly remedy: Remedy }>(
  { remedy, ...finding }: T,
  itemOf: ItemOf,
): Omit<T, 'remedy'> & { readonly redo: string } {
  return { ...finding, redo: nameOfRemedy(remedy, itemOf) };
}
