import type { MeasuredItem } from '../../foreign/kinds';

/** Instrument with a small camera, and the mag indexes at which the items are measured. */
export interface WorldInstrument {
  readonly configuration: string;
  /** Side of the camera in unbinned pixels: it gives images of 512 pixels with the parameters of the item. */
  readonly side: Readonly<Record<MeasuredItem, number>>;
  readonly magIndexes: Readonly<Record<MeasuredItem, readonly number[]>>;
  /** Lengths in micrometres over which the stage error repeats by the properties. */
  readonly cycles: readonly [number, number];
}

/** Cameras that count in halves of their pixels, those that do not, and one whose Record images are not binned. */
const halves = { 'image-shift': 2048, 'stage-shift': 2048, 'find-pixel-size': 1024 };
const wholes = { 'image-shift': 2048, 'stage-shift': 2048, 'find-pixel-size': 1024 };
const unbinned = { ...wholes, 'find-pixel-size': 512 };
const talos = {
  'image-shift': [12, 14, 16, 19, 22, 25, 28, 30],
  'stage-shift': [15, 16, 17],
  'find-pixel-size': [19, 20, 21, 22],
};

/** Instruments of all vendors. */
export const worldInstruments: readonly WorldInstrument[] = [
  {
    configuration: 'simulator.yaml',
    side: halves,
    magIndexes: {
      'image-shift': [9, 14, 17, 19, 22, 25, 28, 31],
      'stage-shift': [6, 7, 9],
      'find-pixel-size': [10, 11, 12, 13],
    },
    cycles: [62, 41],
  },
  {
    configuration: 'jeol-cryo-arm-k2.yaml',
    side: halves,
    magIndexes: {
      'image-shift': [11, 14, 18, 22, 26, 30, 33],
      'stage-shift': [5, 6, 7],
      'find-pixel-size': [9, 10, 11, 12],
    },
    cycles: [40, 40],
  },
  {
    configuration: 'hitachi-ht7700.yaml',
    side: unbinned,
    magIndexes: {
      'image-shift': [7, 9, 14, 18, 22, 26, 36],
      'stage-shift': [6, 7, 8],
      'find-pixel-size': [7, 8, 9, 10],
    },
    cycles: [40, 40],
  },
  { configuration: 'talos-ceta.yaml', side: wholes, magIndexes: talos, cycles: [61, 41] },
  { configuration: 'talos-through-serialem.yaml', side: wholes, magIndexes: talos, cycles: [61, 41] },
  { configuration: 'talos-oneview-orius.yaml', side: wholes, magIndexes: talos, cycles: [61, 41] },
];

/** Gives every camera of a configuration a square of this side. */
export const withSide =
  (side: number) =>
  (yaml: string): string =>
    yaml.replace(/CameraSizeX: \d+/g, `CameraSizeX: ${side}`).replace(/CameraSizeY: \d+/g, `CameraSizeY: ${side}`);
