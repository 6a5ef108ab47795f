import type { MenuPlace, UnavailableItem, PluginHost } from '../../core/kernel';

/** One item of the Calibration menu as people know it: the label, and what it is for. `toggle` has a check mark. */
interface KnownItem {
  readonly label: string;
  readonly summary: string;
  readonly toggle?: true;
}
type Part = KnownItem | '---' | { readonly submenu: string; readonly parts: readonly Part[] };

const item = (label: string, summary: string): KnownItem => ({ label, summary });
const toggle = (label: string, summary: string): KnownItem => ({ label, summary, toggle: true });

/**
 * The Calibration menu, whole and in its order. An item file takes its place here by its label; one that has no file yet is shown
 * greyed with the reason "not built yet". This list therefore never has to be edited when an item is added.
 */
export const calibrationMenu: readonly Part[] = [
  {
    submenu: 'Image & Stage Shift',
    parts: [
      item('Image Shift', 'Measures how image shift moves the image at the present magnification.'),
      item('IS from Scratch', 'Measures image shift without using any earlier calibration.'),
      item('Stage Shift', 'Measures how stage movement moves the image at the present magnification.'),
      toggle('Whole Image Corr', 'Correlates whole images instead of the expected overlap in stage calibrations.'),
      item('Set Cycle Lengths', 'Sets the length in X and Y over which the stage error repeats.'),
      toggle('Use Trial Binning', 'Keeps the binning of Trial images in shift calibrations.'),
      toggle('Use Trial Size', 'Keeps the area of Trial images in shift calibrations.'),
      '---',
      item('List IS Vectors', 'Lists lengths and angles of all image shift calibrations on the specimen.'),
      item('List Stage Cals', 'Lists all stage calibrations as matrices from specimen to stage.'),
      item('Remove IS Cal', 'Removes one image shift calibration of the present camera.'),
      item('Remove Stage Cal', 'Removes one stage calibration of the present camera.'),
      '---',
      item(
        'Mag IS Offsets',
        'Measures the image shift that keeps a feature centred from one magnification to the next.',
      ),
      item('EFTEM IS Offset', 'Measures the image shift between the regular and the energy-filter camera.'),
      item('List Mag IS Offsets', 'Lists the image-shift offsets between magnifications for the present camera.'),
      item('Remove Mag IS Offsets', 'Removes the image-shift offsets between magnifications for the present camera.'),
      '---',
      item('Set IS Delay Factor', 'Scales the delay after image shift.'),
    ],
  },
  {
    submenu: 'Pixel Size',
    parts: [
      item('Find Pixel Size', 'Finds the pixel size from an image of a calibration grating.'),
      item('Try Again with Marker', 'Repeats the analysis from a marked autocorrelation peak.'),
      item('Set Binned Size', 'Sets the size to which images are binned to find the pixel size.'),
      item('Add n*90 to a Rotation', 'Adds a multiple of 90 degrees to a stored relative rotation.'),
      item('List Relative Rotations', 'Lists pixel sizes and differences in rotation that were found.'),
      toggle('Catalase Crystal', 'Expects a catalase crystal instead of a grating.'),
      item('Mesh for Grid Bars', 'Sets the mesh for measuring the pixel size from grid bars.'),
    ],
  },
  {
    submenu: 'Focus & Tuning',
    parts: [
      item('Autofocus', 'Measures image displacement by beam tilt over a range of defocus.'),
      item('Set Focus Range', 'Sets range and steps of the focus calibration.'),
      item('Extended Autofocus', 'Measures the focus calibration over a wide range with sparse steps.'),
      item('Set Extended Range', 'Sets range and steps of the extended focus calibration.'),
      '---',
      item('Standard Focus', 'Keeps the present focus as standard focus of this magnification.'),
      item('STEM Focus Vs. Z', 'Measures focus against stage height in STEM.'),
      item('Base Focus Values', 'Records the base focus value at each magnification.'),
      '---',
      item('Astigmatism by CTF', 'Measures what the stigmator does, from CTF fits.'),
      item('Astigmatism by BTID', 'Measures what the stigmator does, from beam-tilt-induced displacements.'),
      item('Setup Astigmatism', 'Sets the parameters of the astigmatism calibration.'),
      '---',
      item('Coma vs. Image Shift', 'Measures how coma and astigmatism change with image shift.'),
      {
        submenu: 'Old Coma-free Alignment',
        parts: [
          item(
            'BTID Coma-free Alignment',
            'Measures the effect of beam tilt misalignment from beam-tilt-induced displacements.',
          ),
          item('Setup BTID Coma-free', 'Sets the focus at which coma-free calibration and alignment are done.'),
        ],
      },
      '---',
      item('List Calibrations', 'Lists the magnifications that have focus calibrations for each camera.'),
    ],
  },
  {
    submenu: 'Beam & Spot',
    parts: [
      item('Illuminated Area Limits', 'Measures the range of the illuminated area at each spot size.'),
      item('Beam Crossover', 'Sets the intensity of crossover for all spot sizes.'),
      item('Beam Intensity', 'Measures beam strength against intensity.'),
      item('Spot Intensity', 'Measures the relative intensity of the spot sizes.'),
      item('Set C2 Factor', 'Sets factors for the C2 readout of all spot sizes.'),
      '---',
      item('Beam Shift', 'Measures how beam shift moves the beam, from images of a small spot.'),
      item('Refine Beam Shift', 'Refines the beam shift calibration with large image shifts.'),
      item('Alpha Beam Shifts', 'Measures the beam shift and tilt that a change of alpha needs.'),
      item('Spot Beam Shifts', 'Measures the beam shift that keeps the spots aligned.'),
      item('List Calibrations', 'Lists the calibrations of beam and spot.'),
    ],
  },
  '---',
  item('Set Aperture Size', 'Tells the program which C2 aperture is in.'),
  item('Electron Dose', 'Measures the dose rate from an image of the bare beam.'),
  item('Purge Old Calibs', 'Forgets the dose calibrations of earlier sessions.'),
  item('Mag Energy Shifts', 'Measures the shift of the zero-loss peak with magnification.'),
  item('List Mags', 'Lists all magnifications and rotations.'),
  item('Neutral IS Values', 'Measures the neutral image shift at all magnifications.'),
  item('Restore Neutral IS', 'Gives the stored neutral image shift back at each magnification.'),
  item('Stage Stretch', 'Takes the stretch of the stage coordinates from a map transformation.'),
  '---',
  item('High-Defocus Mag', 'Measures rotation and magnification at large underfocus.'),
  item('High-Defocus IS', 'Measures image shift at large underfocus.'),
  item('List High-Focus Cals', 'Lists the calibrations at large underfocus.'),
  '---',
  item('Camera Timing', 'Measures the timing of shutters and readout.'),
  item('Quick Flyback Time', 'Measures the flyback time of a STEM camera.'),
  item('Shutter Dead Time', 'Measures the exposure that the shutter loses.'),
  '---',
  item('Distortion', 'Takes overlapping pairs of images to measure distortion.'),
  item('Set Overlaps', 'Sets the accepted overlaps of distortion pairs.'),
  '---',
  toggle('Administrator', 'Switches Administrator mode, in which calibrations can be saved.'),
  item('Save Calibrations', 'Saves all calibrations to the calibration file.'),
  item('Set Debug Output', 'Sets the key letters for debugging output.'),
];

/** The id under which an item stands when it has no file of its own yet: its labels in small letters with hyphens. */
export const identifier = (...labels: readonly string[]): string => ['calibrations', ...labels.map(slug)].join('/');

const slug = (label: string): string =>
  label
    .toLowerCase()
    .replace(/&/g, ' and ')
    .replace(/[*.']/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Shows the whole menu in its order, with a greyed place for what no file brings. */
export function arrange(host: Pick<PluginHost, 'arrangeMenu' | 'unavailableItem'>, built: ReadonlySet<string>): void {
  const placesOf = (parts: readonly Part[], above: readonly string[]): MenuPlace[] =>
    parts.map((part) => {
      if (part === '---') return { line: true };
      if ('submenu' in part) return { label: part.submenu, items: placesOf(part.parts, [...above, part.submenu]) };
      if (!built.has([...above, part.label].join('\n'))) host.unavailableItem(unavailableItem(part, above));
      return part.label;
    });
  host.arrangeMenu(placesOf(calibrationMenu, []));
}

const unavailableItem = ({ label, summary, toggle }: KnownItem, menu: readonly string[]): UnavailableItem => ({
  id: identifier(...menu, label),
  menu,
  label,
  summary,
  kind: toggle ? 'toggle' : 'action',
  reason: 'not built yet',
});
