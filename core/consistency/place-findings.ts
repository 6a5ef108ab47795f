import { type CameraIndex, type MagIndex, inverse, magIndex, matrixAngle, normalizeDegrees, product } from '../base';
import type { Optics } from '../optics';
import { type Site, apartInAngle, median, nameOf } from './sites';
import { isQuarterTurn } from './agreement';
import { inRuns } from './mag-runs';
import { type Finding, limits, plain, remedyOf } from './finding';

/** A shift matrix as a site has stored it. */
export interface StoredMatrix {
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
  /** The magnification written beside it; 0 for none. */
  readonly magnification?: number;
}
/** Stored matrices, including those of places that the instrument no longer has. */
export interface StoredMatrices {
  readonly imageShift: Iterable<StoredMatrix>;
  readonly stage: Iterable<StoredMatrix>;
}
/** When something was measured. */
export interface Measured {
  readonly subject: 'image shift' | 'stage';
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
  readonly when: Date;
}

/**
 * Calibrations of cameras and mag indexes that the instrument does not have, or that had another magnification during
 * the measurement.
 */
export function strangerFindings(optics: Optics, stored: StoredMatrices): readonly Finding[] {
  const known = new Map(optics.cameras.map((camera) => [camera.index, camera]));
  const of = (subject: 'image shift' | 'stage', entries: Iterable<StoredMatrix>): readonly Finding[] => {
    const missing = new Map<CameraIndex, MagIndex[]>();
    const found = [...entries].flatMap(({ magIndex, camera, magnification = 0 }): Finding[] => {
      if (!known.has(camera)) {
        missing.set(camera, [...(missing.get(camera) ?? []), magIndex]);
        return [];
      }
      const now = optics.at({ magIndex, camera }).magnification;
      const place = { camera, magIndex };
      if (now === 0)
        return [
          plain(
            'consistency/unknown-place',
            'warning',
            subject,
            place,
            `Camera ${camera}: there is a ${subject} calibration at mag index ${magIndex}, which the magnification table does not have.`,
            'It is never used.',
            { remedy: { correct: 'MagnificationTable' } },
          ),
        ];
      if (magnification <= 0 || Math.abs(Math.log(magnification / now)) < 0.01) return [];
      const message = `Camera ${camera}, mag index ${magIndex}: the ${subject} calibration was stored at ${magnification}x, and the magnification table now says ${Math.round(now)}x.`;
      const numbers = [
        { what: 'magnification beside the calibration', value: magnification, unit: '' },
        { what: 'magnification of the table', value: now, unit: '' },
      ] as const;
      return [
        plain(
          'consistency/magnification-changed',
          'warning',
          'magnification table',
          place,
          message,
          'The table has changed since, or its mag indexes have shifted.',
          { numbers, remedy: remedyOf(subject) },
        ),
      ];
    });
    const inactive = [...missing].map(([camera, magIndexes]) =>
      plain(
        'consistency/unknown-place',
        'information',
        subject,
        { camera },
        `There are ${magIndexes.length} ${subject} calibrations of camera ${camera}, which is not among the active cameras.`,
        'They are not used and were not checked.',
        { magIndexes, remedy: { correct: 'ActiveCameraList' } },
      ),
    );
    return [...found, ...inactive];
  };
  const written = optics.cameras.flatMap((camera) =>
    camera.measured.flatMap(({ magIndex }) =>
      optics.at({ magIndex, camera: camera.index }).magnification > 0
        ? []
        : [
            plain(
              'consistency/unknown-place',
              'warning',
              'rotation',
              { camera: camera.index, magIndex },
              `${camera.name} (camera ${camera.index}): RotationAndPixel names mag index ${magIndex}, which the magnification table does not have.`,
              'The line is never used.',
            ),
          ],
    ),
  );
  return [...of('image shift', stored.imageShift), ...of('stage', stored.stage), ...written];
}

/** Stage calibrations in which an axis of the stage is inverted against what the column and InvertStageXAxis say. */
export function inversionFindings(sites: readonly Site[]): readonly Finding[] {
  const staged = sites.filter(({ stage }) => stage);
  const inverted = staged.filter(({ stageInverted }) => stageInverted);
  const [first] = inverted;
  if (!first) return [];
  const all = inverted.length === staged.length;
  const mostly = inverted.length > staged.length / 2;
  if (all) {
    const message = `In ${staged.length === 1 ? 'the only stage calibration' : `all ${staged.length} stage calibrations`} one axis of the stage is inverted against the axes of the column.`;
    return [
      plain(
        'consistency/inverted-axis',
        'error',
        'stage axes',
        { camera: first.camera.index, magIndex: first.magIndex },
        `${message} Probably wrong: InvertStageXAxis.`,
        'No stage calibration has the handedness that the property says.',
        { magIndexes: inverted.map(({ magIndex }) => magIndex) },
      ),
    ];
  }
  return staged
    .filter((site) => site.stageInverted !== mostly)
    .map((site) =>
      plain(
        'consistency/inverted-axis',
        'error',
        'stage',
        { camera: site.camera.index, magIndex: site.magIndex },
        `${nameOf(site)}: one axis of the stage calibration is inverted. Probably wrong: the stage calibration.`,
        `The other ${staged.length - 1} stage calibrations have the other handedness.`,
      ),
    );
}

/** Relative rotations of the properties against measured rotations and against the image-shift matrices. */
export function relativeRotationFindings(sites: readonly Site[], optics: Optics): readonly Finding[] {
  const at = new Map(sites.map((site) => [`${site.camera.index} ${site.magIndex}`, site]));
  const steps = sites.flatMap((site) => [
    ...(site.deltaRotation === undefined
      ? []
      : [{ from: magIndex(site.magIndex - 1), to: site, angle: site.deltaRotation, property: 'RotationAndPixel' }]),
    ...site.camera.specialRotations.flatMap(({ from, to, angle }) =>
      to === site.magIndex ? [{ from, to: site, angle, property: 'SpecialRelativeRotation' }] : [],
    ),
  ]);
  return steps.flatMap(({ from, to, angle, property }): Finding[] => {
    const below = at.get(`${to.camera.index} ${from}`);
    if (!below) return [];
    const found = measuredStep(below, to, optics);
    if (!found) return [];
    const difference = apartInAngle(angle, found.angle);
    if (Math.abs(difference) <= limits.angle.warning) return [];
    const message = `${nameOf(to)}: ${property} says that the image turns by ${angle.toFixed(1)} degrees from mag index ${from}, the ${found.by} say ${found.angle.toFixed(1)}: ${Math.abs(difference).toFixed(1)} degrees apart. Probably wrong: the relative rotation.`;
    const code = isQuarterTurn(difference)
      ? 'consistency/quarter-turn'
      : Math.abs(apartInAngle(-angle, found.angle)) < limits.angle.warning
        ? 'consistency/rotation-sign'
        : 'consistency/relative-rotation';
    return [
      plain(
        code,
        Math.abs(difference) > limits.angle.error ? 'error' : 'warning',
        'relative rotation',
        { camera: to.camera.index, magIndex: to.magIndex },
        message,
        'It is the only one that is written by hand.',
        {
          magIndexes: [from, to.magIndex],
          numbers: [
            { what: `by ${property}`, value: angle, unit: 'degrees' },
            { what: `by the ${found.by}`, value: found.angle, unit: 'degrees' },
          ],
          difference: { value: difference, unit: 'degrees' },
          remedy: {
            correct: property,
            ...(property === 'RotationAndPixel' &&
              code === 'consistency/quarter-turn' && { measure: 'quarter turns' as const }),
          },
        },
      ),
    ];
  });
}

function measuredStep(
  below: Site,
  above: Site,
  optics: Optics,
): { readonly angle: number; readonly by: string } | undefined {
  const back = below.imageShift && inverse(below.imageShift);
  if (back && above.imageShift && optics.canTransferImageShift(below.magIndex, above.magIndex, above.camera.index))
    return { angle: matrixAngle(product(above.imageShift, back)).angle, by: 'image shift calibrations' };
  if (below.stageRotation !== undefined && above.stageRotation !== undefined)
    return { angle: normalizeDegrees(above.stageRotation - below.stageRotation), by: 'stage calibrations' };
  if (below.rotation !== undefined && above.rotation !== undefined)
    return { angle: normalizeDegrees(above.rotation - below.rotation), by: 'rotations of RotationAndPixel' };
  return undefined;
}

/** Missing measurements of a camera without which its other calibrations cannot be trusted; one finding per camera. */
export function missingFindings(sites: readonly Site[]): readonly Finding[] {
  return [...new Set(sites.map(({ camera }) => camera))].flatMap((camera): Finding[] => {
    const own = sites.filter((site) => site.camera === camera);
    const shifts = own.filter(({ imageShift }) => imageShift);
    if (shifts.length === 0) return [];
    const unsupported = [...new Set(shifts.map(({ range }) => range))].filter(
      (range) => !sites.some((site) => site.range === range && (site.pixel !== undefined || site.stage)),
    );
    if (unsupported.length === 0) return [];
    const magIndexes = shifts.filter(({ range }) => unsupported.includes(range)).map(({ magIndex }) => magIndex);
    const message = `${camera.name} (camera ${camera.index}): at mag indexes ${inRuns(magIndexes)} image shift is calibrated, but no pixel size and no stage shift is measured.`;
    return [
      plain(
        'consistency/missing',
        'information',
        'pixel size',
        { camera: camera.index },
        `${message} The scale there is that of the magnification table.`,
        'Nothing ties these calibrations to micrometres.',
        { magIndexes },
      ),
    ];
  });
}

const dayMilliseconds = 86_400_000;
const staleDays = 180;

/** Calibrations that are far older than the others of their kind. */
export function staleFindings(measured: readonly Measured[], now: Date): readonly Finding[] {
  const ageOf = ({ when }: Measured): number => (now.getTime() - when.getTime()) / dayMilliseconds;
  return (['image shift', 'stage'] as const).flatMap((subject) => {
    const own = measured.filter((each) => each.subject === subject);
    return own.flatMap((each): Finding[] => {
      const others = own.filter((other) => other !== each).map(ageOf);
      const usual = median(others);
      const age = ageOf(each);
      if (usual === undefined || others.length < 3 || age < staleDays || age < 4 * usual) return [];
      const message = `Camera ${each.camera}, mag index ${each.magIndex}: the ${subject} calibration is ${Math.round(age)} days old; half of the others are younger than ${Math.max(1, Math.round(usual))} days.`;
      return [
        plain(
          'consistency/stale',
          'information',
          subject,
          { camera: each.camera, magIndex: each.magIndex },
          message,
          'What was realigned since counts for the others only.',
        ),
      ];
    });
  });
}
