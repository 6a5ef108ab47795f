/** One step of the way through a first setup. */
export interface Step {
  readonly title: string;
  readonly why: string;
  /** Ids of the items, in the order in which they are best done. */
  readonly items: readonly {
    readonly id: string;
    /** Ids of items whose results it uses. */ readonly after?: readonly string[];
    /** Id of another item that gives the same result. */ readonly insteadOf?: string;
    /** Days after which it is better repeated. */ readonly days?: number;
  }[];
}

const shift = 'calibrations/image-and-stage-shift';
const pixel = 'calibrations/pixel-size';
const focus = 'calibrations/focus-and-tuning';
const beam = 'calibrations/beam-and-spot';

/** What a new site does first, next and after; items that no plugin brings are left out. */
export const steps: readonly Step[] = [
  {
    title: 'Know the pixel',
    why: 'Everything measured on an image is in pixels. A cross grating tells how large a pixel is on the specimen at a few magnifications; the others follow from it.',
    items: [{ id: `${pixel}/find-pixel-size`, insteadOf: `${pixel}/try-again-with-marker`, days: 365 }],
  },
  {
    title: 'Find the beam',
    why: 'Crossover divides the range of intensity in two. Beam strength and spot sizes are measured on one side of it, so it comes first.',
    items: [
      { id: `${beam}/illuminated-area-limits`, days: 365 },
      { id: `${beam}/beam-crossover`, days: 180 },
      { id: `${beam}/spot-intensity`, after: [`${beam}/beam-crossover`], days: 180 },
      { id: `${beam}/beam-intensity`, after: [`${beam}/beam-crossover`], days: 180 },
      { id: `${beam}/beam-shift`, after: [`${shift}/image-shift`], days: 365 },
      { id: `${beam}/refine-beam-shift`, after: [`${beam}/beam-shift`], days: 365 },
      { id: `${beam}/spot-beam-shifts`, after: [`${beam}/beam-shift`], days: 365 },
    ],
  },
  {
    title: 'Move the image',
    why: 'Image shift brings a place into view quickly and exactly. The first time at a magnification starts from scratch and needs a pixel size that is nearly right.',
    items: [
      {
        id: `${shift}/is-from-scratch`,
        after: [`${pixel}/find-pixel-size`],
        insteadOf: `${shift}/image-shift`,
        days: 365,
      },
      { id: `${shift}/image-shift`, insteadOf: `${shift}/is-from-scratch`, days: 180 },
    ],
  },
  {
    title: 'Move the stage',
    why: 'The stage carries far but repeats an error over some tens of micrometres, so the calibration covers whole cycles. It uses the image-shift calibration to know where to look.',
    items: [{ id: `${shift}/stage-shift`, after: [`${shift}/image-shift`], days: 365 }],
  },
  {
    title: 'Keep the place between magnifications',
    why: 'A feature that is centred at one magnification is off centre at the next. These offsets bring it back.',
    items: [
      { id: `${shift}/mag-is-offsets`, after: [`${shift}/image-shift`], days: 180 },
      { id: `${shift}/eftem-is-offset`, after: [`${shift}/image-shift`], days: 180 },
      { id: 'calibrations/neutral-is-values', days: 365 },
    ],
  },
  {
    title: 'Focus',
    why: 'Beam tilt moves the image in proportion to defocus. The curve is measured once for each magnification at which autofocus is to work.',
    items: [
      { id: `${focus}/standard-focus`, days: 365 },
      { id: `${focus}/autofocus`, after: [`${shift}/image-shift`], days: 180 },
      { id: `${focus}/extended-autofocus`, after: [`${focus}/autofocus`], days: 365 },
      { id: `${focus}/astigmatism-by-ctf`, after: [`${focus}/autofocus`], days: 365 },
      { id: `${focus}/coma-vs-image-shift`, after: [`${focus}/autofocus`], days: 90 },
    ],
  },
  {
    title: 'Camera and dose',
    why: 'Timing is measured once for each camera and again after its software changed. Dose is measured at the start of each session.',
    items: [
      { id: 'calibrations/camera-timing', days: 365 },
      { id: 'calibrations/shutter-dead-time', days: 365 },
      { id: 'calibrations/electron-dose', after: [`${beam}/beam-intensity`, `${beam}/spot-intensity`], days: 1 },
    ],
  },
  {
    title: 'Far from focus, through the filter',
    why: 'At large underfocus magnification, rotation and image shift change; with a filter the zero-loss peak moves with magnification.',
    items: [
      { id: 'calibrations/high-defocus-mag', after: [`${shift}/image-shift`], days: 365 },
      { id: 'calibrations/high-defocus-is', after: ['calibrations/high-defocus-mag'], days: 365 },
      { id: 'calibrations/mag-energy-shifts', days: 180 },
    ],
  },
  {
    title: 'Keep it',
    why: 'Nothing is in the calibration file before it is saved. The file of before stays as a backup.',
    items: [{ id: 'calibrations/administration/save-calibrations' }],
  },
];
