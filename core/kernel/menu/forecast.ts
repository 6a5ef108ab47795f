/** An amount that is known before a run, or the least and the most that it can come to. */
export type Amount = number | { readonly least: number; readonly most: number };

/** Something that a run moves and gives back: a setting, or the position of the stage. */
export interface Moved {
  /** The name of the setting, as people call it. */
  readonly name: string;
}

/** A move with what people want to know of it, such as `over 40 um in X and Y`. */
export interface Move {
  readonly setting: Moved;
  readonly how: string;
}

/** The effects of a run on the microscope and the specimen, as far as they are known before. */
export interface Forecast {
  /** Images that are taken; none by default. */
  readonly images?: Amount;
  /** Exposure of all images together, in seconds. */
  readonly exposure?: Amount;
  /** Duration of the run in seconds, without the time that the operator takes. */
  readonly duration?: Amount;
  /** The settings that are moved and given back. */
  readonly moves?: readonly (Moved | Move)[];
  /** The choice or circumstance that decides between the least and the most: goes on from "It depends on". */
  readonly dependsOn?: string;
}

/** The least of an amount. */
export const leastOf = (amount: Amount = 0): number => (typeof amount === 'number' ? amount : amount.least);
/** The most of an amount. */
export const mostOf = (amount: Amount = 0): number => (typeof amount === 'number' ? amount : amount.most);

/** The names of the settings that a forecast moves. */
export const movedNames = ({ moves = [] }: Forecast): readonly string[] =>
  moves.map((move) => ('setting' in move ? move.setting.name : move.name));

/** The moves of a forecast in words for people. */
export const movesInWords = ({ moves = [] }: Forecast): readonly string[] =>
  moves.map((move) => ('setting' in move ? `${move.setting.name} ${move.how}` : move.name));

/** The forecast of an item that takes no image and moves nothing. */
export const nothing: Forecast = Object.freeze({});
