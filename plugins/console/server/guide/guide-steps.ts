import { type MenuEntry, type SetupStep, setupSteps } from '../../../../core/kernel';

/** One step of a first setup, with its items in their best order. */
export interface Step {
  readonly title: string;
  readonly why: string;
  readonly items: readonly MenuEntry[];
}

/** Title and reason of each step. */
const titles: Readonly<Record<SetupStep, Omit<Step, 'items'>>> = {
  'pixel size': {
    title: 'Pixel size',
    why: 'Everything measured on an image is in pixels. A cross grating tells how large a pixel is on the specimen at a few magnifications; the others follow from it.',
  },
  beam: {
    title: 'Beam',
    why: 'Crossover divides the range of intensity in two. Beam strength and spot sizes are measured on one side of it, so it comes first.',
  },
  'image shift': {
    title: 'Image shift',
    why: 'Image shift brings a place into view quickly and exactly. The first time at a magnification starts from scratch and needs a pixel size that is nearly right.',
  },
  stage: {
    title: 'Stage',
    why: 'The stage carries far but repeats an error over some tens of micrometres, so the calibration covers whole cycles. It uses the image-shift calibration to know where to look.',
  },
  'between magnifications': {
    title: 'Offsets between magnifications',
    why: 'A feature that is centred at one magnification is off centre at the next. These offsets bring it back.',
  },
  focus: {
    title: 'Focus',
    why: 'Beam tilt moves the image in proportion to defocus. The curve is measured once for each magnification at which autofocus is to work.',
  },
  'camera and dose': {
    title: 'Camera and dose',
    why: 'Timing is measured once for each camera and again after its software changed. Dose is measured at the start of each session.',
  },
  'far from focus': {
    title: 'High defocus and energy filter',
    why: 'At large underfocus magnification, rotation and image shift change; with a filter the zero-loss peak moves with magnification.',
  },
  saving: {
    title: 'Save',
    why: 'Nothing is in the calibration file before it is saved. The previous file is kept as a backup.',
  },
};

/** The item that a declaration names, by its whole id or the end of it. */
export const itemNamed = (entries: readonly MenuEntry[], id: string): MenuEntry | undefined =>
  entries.find((entry) => entry.id === id) ?? entries.find((entry) => entry.id.endsWith(`/${id}`));

/** The steps that the items of an instrument declare, without empty ones. */
export function stepsOf(entries: readonly MenuEntry[]): readonly Step[] {
  return setupSteps.flatMap((step) => {
    const items = entries.filter(({ declaration }) => declaration?.order?.step === step);
    return items.length > 0 ? [{ ...titles[step], items: inOrder(items) }] : [];
  });
}

/** Sorts items after those whose results they use, and otherwise as in the menu. */
function inOrder(items: readonly MenuEntry[]): readonly MenuEntry[] {
  const placed: MenuEntry[] = [];
  const place = (entry: MenuEntry, above: readonly MenuEntry[]): void => {
    if (placed.includes(entry) || above.includes(entry)) return;
    for (const id of entry.declaration?.order?.after ?? []) {
      const first = itemNamed(items, id);
      if (first) place(first, [...above, entry]);
    }
    placed.push(entry);
  };
  for (const entry of items) place(entry, []);
  return placed;
}
