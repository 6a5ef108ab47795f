import { counted, optional, readable } from '../../../core/base';
import { ProbeModeSelector, probeOfNumber } from '../../../core/devices';
import { BeamCalibrations } from '../../../core/illumination';
import { defineItem, value } from '../../../core/kernel';
import { Calibrations, type MainRecords } from '../../../core/store';

const row = {
  defocus: value.quantity('Defocus.', { unit: 'um', decimals: 1 }),
  spot: value.quantity('Spot size.'),
  probe: value.text('Probe mode: micro or nano.'),
  intensity: value.quantity('Intensity as it is shown.', { decimals: 3 }),
  scale: value.quantity('Scale against focus.', { decimals: 4 }),
  rotation: value.quantity('Rotation against focus.', { unit: 'degrees', decimals: 2 }),
  aperture: value.quantity('Condenser aperture, where it is known.', { unit: 'um', optional: true }),
  magIndex: value.quantity('Mag index, where it was noted.', { optional: true }),
};

/** Lists the changes of image and image shift by a high defocus. */
export default defineItem({
  id: 'calibrations/list-high-focus-cals',
  needs: { beam: BeamCalibrations, calibrations: Calibrations, probeModes: optional(ProbeModeSelector) },
  results: {
    ofImage: value.table('Changes of the image, from the least underfocus to the most.', row),
    ofImageShift: value.table('Changes of what image shift does, in the same order.', row),
  },
  forecast: 'nothing',
  async run({ beam, calibrations, probeModes }, run) {
    const list = (record: 'HighFocusMagCal' | 'HighFocusISCal', title: string) => {
      const entries = inOrder(calibrations.records(record).all());
      if (entries.length === 0) return [];
      const shown = (entry: Entry) =>
        beam.scale.shown({ spot: entry.spot, probe: probeOfNumber(entry.probe), intensity: entry.intensity });
      run.operator.log(title);
      return entries.map((entry) => {
        const { defocus, spot, scale, rotation, aperture, magIndex } = entry;
        const { value: intensity, unit } = shown(entry);
        const probe = probeOfNumber(entry.probe);
        const notes = [
          ...(probe === 'nano' && probeModes ? ['nanoprobe'] : []),
          ...(aperture > 0 ? [`C2 aperture ${aperture} um`] : []),
          ...(magIndex > 0 ? [`mag index ${magIndex}`] : []),
        ];
        run.operator.log(
          `  ${readable(defocus, 0).padStart(5)} um, spot size ${spot}, ${readable(intensity, 3)} ${unit}: scale ${readable(scale, 3)}, rotation ${readable(rotation, 2)} degrees${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`,
        );
        return {
          defocus,
          spot,
          probe,
          intensity,
          scale,
          rotation,
          ...(aperture > 0 && { aperture }),
          ...(magIndex > 0 && { magIndex }),
        };
      });
    };
    const ofImage = list('HighFocusMagCal', 'Magnification and rotation at high defocus');
    const ofImageShift = list('HighFocusISCal', 'Image shift at high defocus');
    const total = ofImage.length + ofImageShift.length;
    if (total === 0) run.operator.log('There are no calibrations at high defocus.');
    return run.report({
      summary: `${counted(ofImage.length, 'calibration')} of the image and ${counted(ofImageShift.length, 'calibration')} of image shift at high defocus.`,
      values: { ofImage, ofImageShift },
    });
  },
});

type Entry = MainRecords['HighFocusMagCal'];

/** Micrometres within which neighbouring values of defocus belong to one group. */
const sameDefocus = 5;

/** Entries from the least underfocus to the most; those of one defocus by rising intensity. */
function inOrder(entries: readonly Entry[]): readonly Entry[] {
  const groups: Entry[][] = [];
  for (const entry of [...entries].sort((a, b) => b.defocus - a.defocus)) {
    const group = groups.at(-1);
    if (group && group[0]!.defocus - entry.defocus <= sameDefocus) group.push(entry);
    else groups.push([entry]);
  }
  return groups.flatMap((group) => group.sort((a, b) => a.intensity - b.intensity));
}
