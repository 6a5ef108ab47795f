import { type Seconds, seconds } from '../base';
import type { CameraArea, Exposure, Processing, ReadMode } from './camera';
import { type ExposureLimits, nearestBinning } from './exposure-limits';
import type { FrameSeries, FrameTraits } from './frames';

/** Rules for the part of a camera that is read. */
export interface AreaRules {
  /** Parts that can be read: any, those about the centre, a quarter or half of each side about the centre, or the whole alone. */
  readonly parts: 'any' | 'centred' | 'shares' | 'whole';
  /** Width and height in binned pixels are multiples of these; 1 by default. */
  readonly widthMultiple?: number;
  readonly heightMultiple?: number;
  /** True when the edges are such multiples, too. */
  readonly edgesToo?: boolean;
  /** Number of unbinned pixels that one physical pixel has along each side; 1 by default. Areas begin and end at physical pixels. */
  readonly pixelsPerPhysical?: 1 | 2;
}

/** Steps and least of exposures in seconds; a step of 0 is for any time. */
export interface ExposureSteps {
  readonly step: number;
  readonly shortest: number;
}

/** Exposure as far as it is decided when its time is. */
export type ExposureSetting = Pick<Exposure, 'binning' | 'readMode' | 'area'> & Pick<Partial<Exposure>, 'scanning'>;

/** Constraints of a camera: everything that decides what becomes of a requested exposure. */
export interface CameraConstraints extends ExposureLimits {
  /** Seconds. */
  readonly shortestExposure: number;
  readonly area: AreaRules;
  /** Read modes, the usual one first; linear alone by default. */
  readonly readModes?: readonly ReadMode[];
  /** Kinds of processed images, the one that stands for all others last; all kinds by default. */
  readonly processings?: readonly Processing[];
  /** Seconds of the shortest drift settling; a shorter one is raised to it, and next to none is none. */
  readonly shortestSettling?: number;
  /** Steps of the time; any time down to the shortest exposure by default. */
  readonly times?: (setting: ExposureSetting) => ExposureSteps;
  /** Seconds for a requested time, for a camera whose times follow from something else, such as the time on a pixel. */
  readonly timeFor?: (wanted: number, setting: ExposureSetting) => number;
}

/** Drift settling of at most this many seconds counts as none. */
const noSettling = 0.01;
const rounding = 1e-6;
/** Share of a step by which a frame may be shorter than the shortest one that the properties name. */
const frameRounding = 1e-3;

/**
 * The nearest exposure that a camera takes, by its constraints: for parameter sets, live images, single images and items alike. A wish that the camera cannot
 * fulfil at all, such as frames of a camera that has none, stays, so that it is refused rather than forgotten.
 */
export function fitExposure(wanted: Exposure, constraints: CameraConstraints): Exposure {
  const { binnings, processings, frames: frameTraits } = constraints;
  const binning = nearestBinning(binnings, wanted.binning);
  const readMode = readModeFor(wanted.readMode, binning, constraints);
  const area = fitArea(wanted.area, binning, constraints);
  const { scanning } = wanted;
  const setting = { binning, readMode, area, ...(scanning && { scanning }) };
  const processing = !processings || processings.includes(wanted.processing) ? wanted.processing : processings.at(-1)!;
  return {
    ...wanted,
    ...setting,
    processing,
    driftSettling: fitSettling(wanted.driftSettling, constraints),
    ...(wanted.frames && frameTraits
      ? fitFrames(wanted.exposure, wanted.frames, frameTraits, constraints)
      : { exposure: seconds(fitTime(wanted.exposure, setting, constraints)) }),
  };
}

function readModeFor(
  wanted: ReadMode,
  binning: number,
  { readModes = ['linear'], area: { pixelsPerPhysical = 1 } }: Pick<CameraConstraints, 'readModes' | 'area'>,
): ReadMode {
  // An odd number of super-resolution pixels can only be had by counting in super-resolution.
  if (pixelsPerPhysical === 2 && binning % 2 === 1) return 'super-resolution';
  if (readModes.includes(wanted)) return wanted;
  // A camera that counts, but not in super-resolution, still counts.
  return wanted === 'super-resolution' && readModes.includes('counting') ? 'counting' : readModes[0]!;
}

function fitSettling(wanted: number, { shortestSettling = 0 }: Pick<CameraConstraints, 'shortestSettling'>): Seconds {
  return seconds(wanted > noSettling ? Math.max(shortestSettling, wanted) : 0);
}

function fitTime(wanted: number, setting: ExposureSetting, constraints: CameraConstraints): number {
  const { shortestExposure, longestExposure, times, timeFor } = constraints;
  if (timeFor) return timeFor(wanted, setting);
  const { step, shortest } = times?.(setting) ?? { step: 0, shortest: shortestExposure };
  return inSteps(wanted, { step, shortest: Math.max(shortestExposure, shortest), longest: longestExposure });
}

/** The nearest whole number of steps between two limits; the upper one yields where no step lies between them. */
function inSteps(
  wanted: number,
  { step, shortest, longest }: { readonly step: number; readonly shortest: number; readonly longest: number },
): number {
  if (step <= 0) return Math.max(shortest, Math.min(longest, wanted));
  const fewest = Math.max(1, Math.ceil(shortest / step - rounding));
  return step * Math.max(fewest, Math.min(Math.floor(longest / step + rounding), Math.round(wanted / step)));
}

/** The nearest frame time that a camera has, and the exposure as a whole number of such frames. */
function fitFrames(
  exposure: number,
  { frameTime: wanted, saving }: FrameSeries,
  { shortestFrame, step }: FrameTraits,
  { shortestExposure, longestExposure: longest }: Pick<CameraConstraints, 'shortestExposure' | 'longestExposure'>,
): Pick<Exposure, 'exposure' | 'frames'> {
  const frameTime = inSteps(wanted, { step, shortest: shortestFrame - frameRounding * step, longest });
  const whole = inSteps(exposure, { step: frameTime, shortest: shortestExposure, longest });
  // A return after all frames is not early.
  const { returnAfter, ...plain } = saving ?? { folder: '', name: '' };
  const early = returnAfter !== undefined && returnAfter < Math.round(whole / frameTime) ? { returnAfter } : {};
  return {
    exposure: seconds(whole),
    frames: { frameTime: seconds(frameTime), ...(saving && { saving: { ...plain, ...early } }) },
  };
}

/** The area nearest to a wanted one that a camera reads at a binning, in unbinned pixels. */
export function fitArea(
  wanted: CameraArea,
  binning: number,
  { width, height, area }: Pick<CameraConstraints, 'width' | 'height' | 'area'>,
): CameraArea {
  const { parts, widthMultiple = 1, heightMultiple = 1, edgesToo = false, pixelsPerPhysical = 1 } = area;
  if (parts === 'shares')
    return areaOfShare({ width, height }, shareHolding({ width, height }, wanted, binning), binning);
  // An odd number of super-resolution pixels does not begin at a physical pixel.
  const even = pixelsPerPhysical === 2 && binning % 2 === 1 ? 2 : 1;
  const axis = (low: number, high: number, side: number, given: number): readonly [number, number] => {
    const whole = Math.floor(side / binning);
    const multiple = Math.min(leastCommonMultiple(Math.max(1, given), even), whole);
    const edges = edgesToo ? multiple : even;
    const [first, last] = fitAxis(low / binning, high / binning, whole, { multiple, edges, parts });
    return [first * binning, last * binning];
  };
  const [left, right] = axis(wanted.left, wanted.right, width, widthMultiple);
  const [top, bottom] = axis(wanted.top, wanted.bottom, height, heightMultiple);
  return { left, top, right, bottom };
}

/** The accepted range of one axis nearest to the wanted one, about the same centre, in binned pixels. */
function fitAxis(
  low: number,
  high: number,
  whole: number,
  { multiple, edges, parts }: { readonly multiple: number; readonly edges: number; readonly parts: AreaRules['parts'] },
): readonly [number, number] {
  const most = Math.floor(whole / edges) * edges;
  const largest = Math.max(1, Math.floor(most / multiple)) * multiple;
  const wanted = parts === 'whole' ? largest : Math.floor(Math.round(high - low) / multiple) * multiple;
  const size = Math.max(multiple, Math.min(largest, wanted));
  const last = Math.floor((most - size) / edges) * edges;
  if (parts !== 'any') return [edges * Math.floor(last / edges / 2), edges * Math.floor(last / edges / 2) + size];
  const start = Math.round(((low + high) / 2 - size / 2) / edges) * edges;
  const first = Math.max(0, Math.min(last, start));
  return [first, first + size];
}

/** Halvings of each side of a camera about its centre: 0 for the whole, 1 for half, 2 for a quarter. */
export type AreaShare = 0 | 1 | 2;

/** The area about the centre that is read at a share of each side, in whole binned pixels. */
export function areaOfShare(
  { width, height }: { readonly width: number; readonly height: number },
  share: AreaShare,
  binning: number,
): CameraArea {
  const span = (whole: number): readonly [number, number] => {
    const length = Math.max(1, Math.floor(whole / 2 ** share / binning)) * binning;
    const start = Math.floor((whole - length) / 2);
    return [start, start + length];
  };
  const [left, right] = span(width);
  const [top, bottom] = span(height);
  return { left, top, right, bottom };
}

/** The smallest such share that holds an area. */
export function shareHolding(
  size: { readonly width: number; readonly height: number },
  wanted: CameraArea,
  binning: number,
): AreaShare {
  const holds = (share: AreaShare): boolean => {
    const { left, top, right, bottom } = areaOfShare(size, share, binning);
    return wanted.left >= left && wanted.top >= top && wanted.right <= right && wanted.bottom <= bottom;
  };
  return ([2, 1] as const).find(holds) ?? 0;
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a * b) / x;
}
