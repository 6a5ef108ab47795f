/** The steps in which an instrument is set up, in their order. */
export const setupSteps = [
  'pixel size',
  'beam',
  'image shift',
  'stage',
  'between magnifications',
  'focus',
  'camera and dose',
  'far from focus',
  'saving',
] as const;

/** A step of setting an instrument up. */
export type SetupStep = (typeof setupSteps)[number];

/** The place of an item in the order of work. */
export interface WorkOrder {
  /** The step that it belongs to. */
  readonly step: SetupStep;
  /** Ids of the items whose results it uses, or the ends of the ids. */
  readonly after?: readonly string[];
  /** Id of another item that gives the same result, or the end of the id. */
  readonly insteadOf?: string;
  /** Days after which its result is better measured again. */
  readonly holdsForDays?: number;
}
