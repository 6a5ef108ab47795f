import { type Matrix, normalizeDegrees } from '../base';
import { type Finding, limits, plain } from './finding';
import { type Site, nameOf } from './sites';

/** Lengths of the two axes of a stage calibration and the angle between them. */
function shapeOf({ xpx, xpy, ypx, ypy }: Matrix): { readonly ratio: number; readonly angle: number } {
  const angle = (Math.atan2(ypy, xpy) - Math.atan2(ypx, xpx)) * (180 / Math.PI);
  return {
    ratio: Math.hypot(xpx, ypx) / Math.hypot(xpy, ypy),
    angle: Math.abs(normalizeDegrees(angle)) - 90,
  };
}

/** Stage calibrations whose two axes differ in length or are not at right angles, which needs no pixel size to be seen. */
export function stageShapeFindings(sites: readonly Site[]): readonly Finding[] {
  return sites.flatMap((site): Finding[] => {
    // With a pixel size each axis is compared by itself.
    if (!site.stage || site.pixel !== undefined) return [];
    const { ratio, angle } = shapeOf(site.stage);
    const { stageShape } = limits;
    const away = Math.abs(ratio - 1);
    if (away <= stageShape.ratio && Math.abs(angle) <= stageShape.angle) return [];
    const isAngle = away <= stageShape.ratio;
    const said = isAngle
      ? `the axes of the stage calibration are ${(90 + angle).toFixed(1)} degrees apart, not 90`
      : `the axes of the stage calibration differ in length by ${(100 * away).toFixed(1)} %`;
    const severity =
      away > stageShape.errorRatio || Math.abs(angle) > stageShape.errorAngle
        ? ('error' as const)
        : ('warning' as const);
    return [
      plain(
        'consistency/stage-shape',
        severity,
        'stage',
        { camera: site.camera.index, magIndex: site.magIndex },
        `${nameOf(site)}: ${said}. Probably wrong: the stage calibration.`,
        'A stage moves equally far along both of its axes, and they are at right angles.',
        {
          numbers: [
            { what: 'length of stage X over that of stage Y', value: ratio, unit: '' },
            { what: 'angle between the axes', value: 90 + angle, unit: 'degrees' },
          ],
          difference: isAngle ? { value: angle, unit: 'degrees' } : { value: 100 * (ratio - 1), unit: '%' },
        },
      ),
    ];
  });
}

/** STEM cameras whose rotations are not compared with those of the stage, since a scan is turned as the operator likes. */
export function stemFindings(sites: readonly Site[]): readonly Finding[] {
  const cameras = [...new Set(sites.map(({ camera }) => camera))].filter(({ stem }) => stem);
  return cameras.flatMap((camera): Finding[] => {
    const staged = sites.filter((site) => site.camera === camera && site.stage);
    const [first] = staged;
    if (!first) return [];
    return [
      plain(
        'consistency/not-compared',
        'information',
        'rotation',
        { camera: camera.index },
        `${camera.name} (camera ${camera.index}) is a STEM camera: its ${staged.length} stage calibrations are compared with its pixel sizes, not with rotations.`,
        'A scan is turned as the operator likes, so its rotation follows from no property.',
        { magIndexes: staged.map(({ magIndex }) => magIndex) },
      ),
    ];
  });
}
