import { type CameraIndex, counted, magIndex as asMagIndex, readable } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { Optics } from '../../../core/optics';
import { Calibrations } from '../../../core/store';

/** Lists the focus, astigmatism and coma calibrations that there are, and the conditions to which each belongs. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/list-calibrations',
  needs: { optics: Optics, calibrations: Calibrations },
  results: {
    focus: value.table('Focus calibrations, by camera and magnification.', {
      camera: value.quantity('Number of the camera.'),
      magIndex: value.quantity('Mag index.'),
      magnification: value.quantity('Magnification.', { unit: 'x' }),
      direction: value.quantity('Direction of the beam tilt: 0 X, 1 X and Y, 2 Y, 3 -X and Y.'),
      lowest: value.quantity('Lowest defocus.', { unit: 'um' }),
      highest: value.quantity('Highest defocus.', { unit: 'um' }),
      probe: value.text('Probe mode: micro or nano.'),
      alpha: value.quantity('Alpha as the column shows it, where it has one.', { optional: true }),
    }),
    astigmatismByCtf: value.quantities('Mag indexes with an astigmatism calibration by CTF.'),
    astigmatismByTilt: value.quantities('Mag indexes with an astigmatism calibration by beam tilt.'),
    coma: value.quantities('Mag indexes with a coma calibration by beam tilt.'),
    stemFocus: value.quantities('STEM: number of the probe modes with a focus calibration, 0 nano and 1 micro.'),
  },
  forecast: 'nothing',
  async run({ optics, calibrations }, run) {
    const say = (line: string): void => run.operator.log(line);
    const active = new Map(optics.cameras.map((camera, at) => [camera.index, { at, name: camera.name }]));
    const magnificationOf = (index: number, camera: CameraIndex): number =>
      optics.at({ magIndex: asMagIndex(index), camera }).magnification;
    const focus = calibrations
      .records('FocusCalibration')
      .all()
      .filter((row) => active.has(row.camera))
      .sort((a, b) => active.get(a.camera)!.at - active.get(b.camera)!.at || a.magIndex - b.magIndex)
      .map((row) => {
        const levels = row.rows.map(({ defocus }) => defocus);
        return {
          camera: row.camera,
          magIndex: row.magIndex,
          magnification: magnificationOf(row.magIndex, row.camera),
          direction: row.direction,
          lowest: Math.min(...levels),
          highest: Math.max(...levels),
          probe: probeName(row.probe),
          ...(row.alpha >= 0 && { alpha: row.alpha + 1 }),
        };
      });
    for (const [index, { name }] of active) {
      const own = focus.filter(({ camera }) => camera === index);
      if (own.length === 0) continue;
      say(`Focus calibrations of camera ${index}, ${name}:`);
      for (const row of own)
        say(
          `  ${row.magnification}x (mag index ${row.magIndex}), direction ${row.direction}, ${readable(row.lowest, 1)} to ${readable(row.highest, 1)} um${inWords(row)}`,
        );
    }
    const [nano, micro] = stemSlopes(calibrations);
    const stemFocus = [nano > 0 ? 0 : -1, micro > 0 ? 1 : -1].filter((each) => each >= 0);
    if (stemFocus.length > 0) say(`STEM focus is calibrated in ${stemFocus.map(probeName).join(' and ')} probe.`);
    for (const { spot, probe, rows } of calibrations.records('STEMfocusVersusZ').all())
      say(
        `STEM focus against Z: spot ${spot}, ${probeName(probe)} probe, ${counted(rows.length, 'height')}${factorInWords(rows)}`,
      );
    const byCtf = calibrations.records('CtfAstigCalib').all();
    for (const { magIndex, stigmatorChange } of byCtf)
      say(`Astigmatism by CTF: mag index ${magIndex}, stigmator steps of ${readable(stigmatorChange, 3)}`);
    const byTilt = calibrations.records('AstigmatismCalib').all();
    const coma = calibrations.records('ComaCalib').all();
    for (const [what, rows] of [
      ['Astigmatism by BTID', byTilt],
      ['Coma by BTID', coma],
    ] as const)
      for (const row of rows)
        say(
          `${what}: mag index ${row.magIndex}, tilt ${readable(row.beamTilt, 1)}, defocus ${readable(row.defocus, 1)} um${inWords({ probe: probeName(row.probe), ...(row.alpha >= 0 && { alpha: row.alpha + 1 }) })}`,
        );
    const total = focus.length + stemFocus.length + byCtf.length + byTilt.length + coma.length;
    if (total === 0) say('There are no calibrations of focus or tuning.');
    return run.report({
      summary: `${counted(focus.length, 'focus calibration')}, ${byCtf.length + byTilt.length} of astigmatism and ${coma.length} of coma.`,
      values: {
        focus,
        astigmatismByCtf: byCtf.map(({ magIndex }) => magIndex),
        astigmatismByTilt: byTilt.map(({ magIndex }) => magIndex),
        coma: coma.map(({ magIndex }) => magIndex),
        stemFocus,
      },
    });
  },
});

const probeName = (probe: number): 'micro' | 'nano' => (probe === 0 ? 'nano' : 'micro');
const inWords = ({ probe, alpha }: { readonly probe: string; readonly alpha?: number }): string =>
  `${probe === 'nano' ? ', nanoprobe' : ''}${alpha === undefined ? '' : `, alpha ${alpha}`}`;

/** The STEM slopes of nano and micro probe; 0 where there is none. */
function stemSlopes(calibrations: Pick<Calibrations, 'records'>): readonly [nano: number, micro: number] {
  const [row] = calibrations.records('STEMnormalizedSlope').all();
  return [row?.nano ?? 0, row?.micro ?? 0];
}

/** The stage height for one micrometre of defocus around the middle of a table, in words; nothing for a table that is too short. */
function factorInWords(rows: readonly { readonly stageZ: number; readonly defocus: number }[]): string {
  const middle = Math.floor(rows.length / 2);
  const [from, to] = [rows[middle - 2], rows[middle + 2]];
  if (!from || !to || to.defocus === from.defocus) return '';
  return `, ${readable((to.stageZ - from.stageZ) / (to.defocus - from.defocus), 2)} um of Z for 1 um of defocus`;
}
