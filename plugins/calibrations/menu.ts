import type { GivenPlace, MenuPlace, PluginHost } from '../../core/kernel';

/** One item of the Calibration menu as people know it. */
interface KnownItem {
  /** The last part of its id and the name of its file. */
  readonly name: string;
  readonly label: string;
  readonly summary: string;
  /** True for an item with a check mark. */
  readonly toggle: boolean;
  /** Whole ids that it had earlier; command lines and history files may still use them. */
  readonly aliases: readonly string[];
}
interface Submenu {
  /** Its part of the ids of its items. */
  readonly name: string;
  readonly submenu: string;
  readonly parts: readonly Part[];
}
type Part = KnownItem | '---' | Submenu;

const line = '---';
const item = (name: string, label: string, summary: string, aliases: readonly string[] = []): KnownItem => ({
  name,
  label,
  summary,
  toggle: false,
  aliases,
});
const toggle = (name: string, label: string, summary: string, aliases: readonly string[] = []): KnownItem => ({
  ...item(name, label, summary, aliases),
  toggle: true,
});
const submenu = (name: string, label: string, parts: readonly Part[]): Submenu => ({ name, submenu: label, parts });

/**
 * The Calibration menu, whole and in its order, the 68 places of SerialEM and Standard Focus at All Mags beside them: the one place of the ids, labels and sentences of its items. The id of an item is
 * `calibrations/`, the names of its submenus, and its own name; its file has that name, in whichever folder. An item that has no file
 * is shown greyed with the reason "not built yet", so this list is not edited when one is added.
 */
const calibrationMenu: readonly Part[] = [
  submenu('image-and-stage-shift', 'Image & Stage Shift', [
    item('image-shift', 'Image Shift', 'Measures how image shift moves the image at the present magnification.'),
    item('is-from-scratch', 'IS from Scratch', 'Measures image shift without using any earlier calibration.'),
    item('stage-shift', 'Stage Shift', 'Measures how stage movement moves the image at the present magnification.'),
    toggle(
      'whole-image-corr',
      'Whole Image Corr',
      'Correlates whole images instead of the expected overlap in stage calibrations.',
    ),
    item('set-cycle-lengths', 'Set Cycle Lengths', 'Sets the length in X and Y over which the stage error repeats.'),
    toggle('use-trial-binning', 'Use Trial Binning', 'Keeps the binning of Trial images in shift calibrations.'),
    toggle('use-trial-size', 'Use Trial Size', 'Keeps the area of Trial images in shift calibrations.'),
    line,
    item(
      'list-is-vectors',
      'List IS Vectors',
      'Lists lengths and angles of all image shift calibrations on the specimen.',
    ),
    item('list-stage-cals', 'List Stage Cals', 'Lists all stage calibrations as matrices from specimen to stage.'),
    item('remove-is-cal', 'Remove IS Cal', 'Removes one image shift calibration of the present camera.'),
    item('remove-stage-cal', 'Remove Stage Cal', 'Removes one stage calibration of the present camera.'),
    line,
    item(
      'mag-is-offsets',
      'Mag IS Offsets',
      'Measures the image shift that keeps a feature centred from one magnification to the next.',
    ),
    item(
      'eftem-is-offset',
      'EFTEM IS Offset',
      'Measures the image shift between the regular and the energy-filter camera.',
    ),
    item(
      'list-mag-is-offsets',
      'List Mag IS Offsets',
      'Lists the image-shift offsets between magnifications for the present camera.',
    ),
    item(
      'remove-mag-is-offsets',
      'Remove Mag IS Offsets',
      'Removes the image-shift offsets between magnifications for the present camera.',
    ),
    line,
    item('set-is-delay-factor', 'Set IS Delay Factor', 'Scales the delay after image shift.'),
  ]),
  submenu('pixel-size', 'Pixel Size', [
    item('find-pixel-size', 'Find Pixel Size', 'Finds the pixel size from an image of a calibration grating.'),
    item('try-again-with-marker', 'Try Again with Marker', 'Repeats the analysis from a marked autocorrelation peak.'),
    item('set-binned-size', 'Set Binned Size', 'Sets the size to which images are binned to find the pixel size.'),
    item(
      'add-n90-to-a-rotation',
      'Add n*90 to a Rotation',
      'Adds a multiple of 90 degrees to a stored relative rotation.',
    ),
    item(
      'list-relative-rotations',
      'List Relative Rotations',
      'Lists pixel sizes and differences in rotation that were found.',
    ),
    toggle('catalase-crystal', 'Catalase Crystal', 'Expects a catalase crystal instead of a grating.'),
    item('mesh-for-grid-bars', 'Mesh for Grid Bars', 'Sets the mesh for measuring the pixel size from grid bars.'),
  ]),
  submenu('focus-and-tuning', 'Focus & Tuning', [
    item('autofocus', 'Autofocus', 'Measures image displacement by beam tilt over a range of defocus.'),
    item('set-focus-range', 'Set Focus Range', 'Sets range and steps of the focus calibration.'),
    item(
      'extended-autofocus',
      'Extended Autofocus',
      'Measures the focus calibration over a wide range with sparse steps.',
    ),
    item('set-extended-range', 'Set Extended Range', 'Sets range and steps of the extended focus calibration.'),
    line,
    item('standard-focus', 'Standard Focus', 'Keeps the present focus as standard focus of this magnification.'),
    item(
      'standard-focus-at-all-mags',
      'Standard Focus at All Mags',
      'Finds the standard focus of every magnification by beam tilt.',
    ),
    item('stem-focus-vs-z', 'STEM Focus Vs. Z', 'Measures focus against stage height in STEM.'),
    item('base-focus-values', 'Base Focus Values', 'Records the base focus value at each magnification.'),
    line,
    item('astigmatism-by-ctf', 'Astigmatism by CTF', 'Measures what the stigmator does, from CTF fits.'),
    item(
      'astigmatism-by-btid',
      'Astigmatism by BTID',
      'Measures what the stigmator does, from beam-tilt-induced displacements.',
    ),
    item('setup-astigmatism', 'Setup Astigmatism', 'Sets the parameters of the astigmatism calibration.'),
    line,
    item('coma-vs-image-shift', 'Coma vs. Image Shift', 'Measures how coma and astigmatism change with image shift.'),
    submenu('old-coma-free-alignment', 'Old Coma-free Alignment', [
      item(
        'btid-coma-free-alignment',
        'BTID Coma-free Alignment',
        'Measures the effect of beam tilt misalignment from beam-tilt-induced displacements.',
      ),
      item(
        'setup-btid-coma-free',
        'Setup BTID Coma-free',
        'Sets the focus at which coma-free calibration and alignment are done.',
      ),
    ]),
    line,
    item(
      'list-calibrations',
      'List Calibrations',
      'Lists the magnifications that have focus calibrations for each camera.',
    ),
  ]),
  submenu('beam-and-spot', 'Beam & Spot', [
    item(
      'illuminated-area-limits',
      'Illuminated Area Limits',
      'Measures the range of the illuminated area at each spot size.',
    ),
    item('beam-crossover', 'Beam Crossover', 'Sets the intensity of crossover for all spot sizes.'),
    item('beam-intensity', 'Beam Intensity', 'Measures beam strength against intensity.'),
    item('spot-intensity', 'Spot Intensity', 'Measures the relative intensity of the spot sizes.'),
    item('set-c2-factor', 'Set C2 Factor', 'Sets factors for the C2 readout of all spot sizes.'),
    line,
    item('beam-shift', 'Beam Shift', 'Measures how beam shift moves the beam, from images of a small spot.'),
    item('refine-beam-shift', 'Refine Beam Shift', 'Refines the beam shift calibration with large image shifts.'),
    item('alpha-beam-shifts', 'Alpha Beam Shifts', 'Measures the beam shift and tilt that a change of alpha needs.'),
    item('spot-beam-shifts', 'Spot Beam Shifts', 'Measures the beam shift that keeps the spots aligned.'),
    item(
      'parallel-illumination',
      'Parallel Illumination',
      'Keeps the present intensity as that of parallel illumination at this spot size.',
    ),
    item('beam-size', 'Beam Size', 'Measures the diameter of the beam against intensity.'),
    item('list-calibrations', 'List Calibrations', 'Lists the calibrations of beam and spot.'),
  ]),
  line,
  item('set-aperture-size', 'Set Aperture Size', 'Tells the program which C2 aperture is in.'),
  item('electron-dose', 'Electron Dose', 'Measures the dose rate from an image of the bare beam.'),
  item('purge-old-calibs', 'Purge Old Calibs', 'Forgets the dose calibrations of earlier sessions.'),
  item('mag-energy-shifts', 'Mag Energy Shifts', 'Measures the shift of the zero-loss peak with magnification.'),
  item('list-mags', 'List Mags', 'Lists all magnifications and rotations.'),
  item('neutral-is-values', 'Neutral IS Values', 'Measures the neutral image shift at all magnifications.'),
  item('restore-neutral-is', 'Restore Neutral IS', 'Gives the stored neutral image shift back at each magnification.'),
  item('stage-stretch', 'Stage Stretch', 'Takes the stretch of the stage coordinates from a map transformation.'),
  line,
  item('high-defocus-mag', 'High-Defocus Mag', 'Measures rotation and magnification at large underfocus.'),
  item('high-defocus-is', 'High-Defocus IS', 'Measures image shift at large underfocus.'),
  item('list-high-focus-cals', 'List High-Focus Cals', 'Lists the calibrations at large underfocus.'),
  line,
  item('camera-timing', 'Camera Timing', 'Measures the timing of shutters and readout.'),
  item('quick-flyback-time', 'Quick Flyback Time', 'Measures the flyback time of a STEM camera.'),
  item('shutter-dead-time', 'Shutter Dead Time', 'Measures the exposure that the shutter loses.'),
  line,
  item('distortion', 'Distortion', 'Takes overlapping pairs of images to measure distortion.'),
  item('set-overlaps', 'Set Overlaps', 'Sets the accepted overlaps of distortion pairs.'),
  line,
  toggle('administrator', 'Administrator', 'Switches Administrator mode, in which calibrations can be saved.', [
    'calibrations/administration/administrator',
  ]),
  item('save-calibrations', 'Save Calibrations', 'Saves all calibrations to the calibration file.', [
    'calibrations/administration/save-calibrations',
  ]),
  item('set-debug-output', 'Set Debug Output', 'Sets the key letters for debugging output.', [
    'calibrations/administration/set-debug-output',
  ]),
];

/** An item of the menu with its id and its place. */
export interface PlacedItem extends GivenPlace {
  readonly id: string;
  readonly toggle: boolean;
}

const plugin = 'calibrations';

/** All items of a part of the menu, in their order. */
function placedItems(parts: readonly Part[], above: readonly Submenu[] = []): readonly PlacedItem[] {
  return parts.flatMap((part) => {
    if (part === line) return [];
    if ('submenu' in part) return placedItems(part.parts, [...above, part]);
    const { name, label, summary, toggle, aliases } = part;
    const menu = above.map((each) => each.submenu);
    return { id: [plugin, ...above.map((each) => each.name), name].join('/'), menu, label, summary, toggle, aliases };
  });
}

/** The place of every item of the Calibration menu by its id. */
export const placesOf: ReadonlyMap<string, PlacedItem> = new Map(
  placedItems(calibrationMenu).map((each) => [each.id, each]),
);

/** Shows the whole menu in its order, with a greyed place for what no file brings. */
export function showMenu(host: Pick<PluginHost, 'arrangeMenu' | 'unavailableItem'>, built: ReadonlySet<string>): void {
  const orderOf = (parts: readonly Part[]): readonly MenuPlace[] =>
    parts.map((part) => {
      if (part === line) return { line: true };
      return 'submenu' in part ? { label: part.submenu, items: orderOf(part.parts) } : part.label;
    });
  for (const { toggle, ...place } of placesOf.values())
    if (!built.has(place.id))
      host.unavailableItem({ ...place, kind: toggle ? 'toggle' : 'action', reason: 'not built yet' });
  host.arrangeMenu(orderOf(calibrationMenu));
}
