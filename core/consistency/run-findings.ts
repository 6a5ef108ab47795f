import { determinant, normalizeDegrees, readable } from '../base';
import { type Apart, type Site, apartInAngle, apartInScale, centre, directionOf, nameOf, sizeOf } from './sites';
import { isBinning, isQuarterTurn } from './agreement';
import { type ComparedNumber, type Finding, limits, percentOf, remedyOf } from './finding';
import { type Step, judgeRun } from './sequence';

/** Image-shift vectors that change from one magnification to the next within a range, where they should not. */
export function runFindings(sites: readonly Site[]): readonly Finding[] {
  const runs = new Map<string, Site[]>();
  for (const site of sites) {
    if (!site.imageShift) continue;
    const key = `${site.camera.index} ${site.range}`;
    runs.set(key, [...(runs.get(key) ?? []), site]);
  }
  return [...runs.values()].flatMap((run) => [...lengths(run), ...directions(run), ...shapes(run)]);
}

function lengths(run: readonly Site[]): readonly Finding[] {
  const value = (site: Site): number => Math.log((sizeOf(site.imageShift!) * site.nominalPixel) / 1000);
  const said = (logarithm: number): ComparedNumber => ({
    what: 'length of the image-shift vectors by the magnification table',
    value: Math.exp(logarithm),
    unit: 'um',
  });
  return judged(
    run.map((site) => ({ site, value: value(site) })),
    apartInScale,
    limits.step.scale,
    {
      said,
      code: (difference) => (isBinning(difference) ? 'consistency/binning' : 'consistency/image-shift-scale'),
      difference: (each) => ({ value: percentOf(each), unit: '%' }),
      error: limits.step.errorScale,
    },
  );
}

function directions(run: readonly Site[]): readonly Finding[] {
  const value = (site: Site): number => normalizeDegrees(directionOf(site.imageShift!) - site.nominalRotation);
  const said = (each: number): ComparedNumber => ({
    what: 'direction of the image-shift X vector by the reported rotation',
    value: normalizeDegrees(each),
    unit: 'degrees',
  });
  return judged(
    run.map((site) => ({ site, value: value(site) })),
    apartInAngle,
    limits.step.angle,
    {
      said,
      code: (difference) => (isQuarterTurn(difference) ? 'consistency/quarter-turn' : 'consistency/rotation'),
      difference: (each) => ({ value: each, unit: 'degrees' }),
      error: limits.step.errorAngle,
    },
  );
}

interface Wording {
  readonly said: (value: number) => ComparedNumber;
  readonly code: (difference: number) => Finding['code'];
  readonly difference: (value: number) => { readonly value: number; readonly unit: '%' | 'degrees' };
  /** From where on it is an error. */
  readonly error: number;
}

function judged(
  steps: readonly Step[],
  apart: Apart,
  smallest: number,
  { said, code, difference: measureOf, error }: Wording,
): readonly Finding[] {
  const { outliers, jumps } = judgeRun(steps, apart, smallest);
  const words = ({ value, unit }: ComparedNumber): string =>
    `${unit === 'um' ? readable(value) : value.toFixed(1)} ${unit}`;
  return [
    ...outliers.map(({ site, value, expected, difference }): Finding => {
      const [here, there, size] = [said(value), said(expected), measureOf(difference)];
      return {
        code: code(difference),
        severity: Math.abs(difference) > error ? 'error' : 'warning',
        subject: 'image shift',
        camera: site.camera.index,
        magIndex: site.magIndex,
        magIndexes: [site.magIndex],
        cameras: [site.camera.index],
        numbers: [here, { ...there, what: `${there.what}, at the neighbours` }],
        difference: size,
        message: `${nameOf(site)}: ${here.what} ${words(here)}, at its neighbours ${words(there)}: ${Math.abs(size.value).toFixed(1)} ${size.unit} apart. Probably wrong: the image shift calibration, or this line of the magnification table.`,
        reason: 'The magnifications on both sides agree with each other.',
        remedy: remedyOf('image shift'),
      };
    }),
    ...jumps.map(({ below, above, before, after, difference }): Finding => {
      const [from, to, size] = [said(before), said(after), measureOf(difference)];
      return {
        code: 'consistency/shift-boundary',
        severity: 'warning',
        subject: 'shift boundary',
        camera: above.camera.index,
        magIndex: above.magIndex,
        magIndexes: [below.magIndex, above.magIndex],
        cameras: [above.camera.index],
        numbers: [
          { ...from, what: `${from.what}, below` },
          { ...to, what: `${to.what}, from here on` },
        ],
        difference: size,
        message: `${nameOf(above)}: from here on the ${from.what} is ${words(to)}, below it is ${words(from)}: ${Math.abs(size.value).toFixed(1)} ${size.unit} apart. Either image shift changes here and ${above.magIndex} belongs in OtherShiftBoundaries, or the magnification table is inexact.`,
        reason:
          'Several magnifications on either side agree among themselves. A grating on both sides tells which it is.',
        remedy: remedyOf('shift boundary'),
      };
    }),
  ];
}

/** Ratio, angle and handedness of the two vectors, which need no pixel size. */
function shapes(run: readonly Site[]): readonly Finding[] {
  if (run.length < 3) return [];
  const shapeOf = ({ imageShift }: Site) => {
    const { xpx, xpy, ypx, ypy } = imageShift!;
    return {
      ratio: Math.log(Math.hypot(xpx, ypx) / Math.hypot(xpy, ypy)),
      angle: normalizeDegrees(((Math.atan2(ypy, xpy) - Math.atan2(ypx, xpx)) * 180) / Math.PI),
      mirrored: determinant(imageShift!) < 0,
    };
  };
  const all = run.map((site) => ({ site, ...shapeOf(site) }));
  return all.flatMap(({ site, ratio, angle, mirrored }): Finding[] => {
    const rest = all.filter((other) => other.site !== site);
    const [usualRatio, usualAngle] = [
      centre(
        rest.map((each) => each.ratio),
        apartInScale,
      )!,
      centre(
        rest.map((each) => each.angle),
        apartInAngle,
      )!,
    ];
    const [byRatio, byAngle] = [ratio - usualRatio, apartInAngle(angle, usualAngle)];
    const flipped = rest.filter((each) => each.mirrored !== mirrored).length > rest.length / 2;
    const angled = Math.abs(byAngle) > limits.shape.angle;
    if (Math.abs(byRatio) <= limits.shape.ratio && !angled && !flipped) return [];
    const difference = angled
      ? ({ value: byAngle, unit: 'degrees' } as const)
      : ({ value: percentOf(byRatio), unit: '%' } as const);
    const numbers: readonly ComparedNumber[] = angled
      ? [
          { what: 'angle between the image-shift vectors', value: angle, unit: 'degrees' },
          { what: 'angle between them at the other magnifications', value: usualAngle, unit: 'degrees' },
        ]
      : [
          { what: 'ratio of the image-shift vectors', value: Math.exp(ratio), unit: '' },
          { what: 'ratio of them at the other magnifications', value: Math.exp(usualRatio), unit: '' },
        ];
    return [
      {
        code: flipped ? 'consistency/inverted-axis' : 'consistency/image-shift-shape',
        severity:
          flipped || Math.abs(byAngle) > limits.shape.error || Math.abs(byRatio) > 2 * limits.shape.ratio
            ? 'error'
            : 'warning',
        subject: 'image shift',
        camera: site.camera.index,
        magIndex: site.magIndex,
        magIndexes: run.map(({ magIndex }) => magIndex),
        cameras: [site.camera.index],
        numbers,
        difference,
        message: `${nameOf(site)}: ${numbers.map(({ what, value, unit }) => `${what} ${unit === '' ? readable(value) : value.toFixed(1)}${unit && ` ${unit}`}`).join(', ')}.${flipped ? ' One axis of the matrix is inverted.' : ''} Probably wrong: the image shift calibration.`,
        reason: `The two vectors have one shape at ${rest.length} other magnifications of the range, whatever the pixel size.`,
        remedy: remedyOf('image shift'),
      },
    ];
  });
}
