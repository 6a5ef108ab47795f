import { z } from 'zod';
import { type CameraIndex, type Seconds, seconds } from '../base';
import type { CameraArea, Processing, ReadMode } from '../devices';
import type { CameraSettings } from './camera-settings';

/** The camera parameter sets, in the order of SerialEM's numbers. */
export const PARAMETER_SETS = ['View', 'Focus', 'Trial', 'Record', 'Preview', 'Search'] as const;
/** The name of a camera parameter set. */
export type ParameterSetName = (typeof PARAMETER_SETS)[number];

/** Camera settings for one purpose. */
export interface ParameterSet {
  readonly binning: number;
  readonly exposure: Seconds;
  /** Area of the camera, in unbinned pixels or as a share of width and height around the centre. */
  readonly area: CameraArea | NamedArea;
  readonly driftSettling: Seconds;
  readonly processing: Processing;
  readonly readMode: ReadMode;
  /** True for images one after the other until something stops them. */
  readonly continuous: boolean;
  /** Shutter that begins and ends an exposure, on cameras that leave the choice. */
  readonly shutter: 'beam' | 'film' | 'dual';
  readonly darkReferenceEveryTime: boolean;
  /** Number of images of which a dark reference is the mean; 1 for a single one. */
  readonly darkReferenceImages: number;
  readonly removeXRays: boolean;
  /** Corrects drift within the exposure, on OneView and Rio cameras. */
  readonly driftCorrection: boolean;
  /** Division into frames; undefined for exposures that are not divided. */
  readonly fractions?: DoseFractions;
  /** Scanning; undefined by default. */
  readonly scan?: ScanParameters;
}
/** The division of the exposures of a parameter set into frames. */
export type DoseFractions = z.output<typeof fractions>;
/** The scan of the images of a parameter set, on scanning instruments. */
export type ScanParameters = z.output<typeof scan>;
/** All parameter sets of one camera. */
export type CameraParameterSets = Readonly<Record<ParameterSetName, ParameterSet>>;

const pixel = z.int().min(0);
const fractions = z
  .strictObject({
    frameTime: z.number().positive().max(600).describe('Exposure of one frame in seconds.'),
    align: z
      .enum(['no', 'by the camera', 'by the program', 'by IMOD'])
      .default('no')
      .describe('Who aligns the frames before they are added up.'),
    alignParameters: z.int().min(0).default(0).describe('Number of the parameters for aligning, from 0.'),
    save: z.boolean().default(false).describe('Saves the frames.'),
    sum: z.boolean().default(false).describe('Adds frames up in groups before they are saved.'),
    skipBefore: z.int().min(0).max(10).default(0).describe('Frames at the beginning that are left out of the sum.'),
    skipAfter: z.int().min(0).max(10).default(0).describe('Frames at the end that are left out of the sum.'),
    groups: z
      .array(z.tuple([z.int().min(1), z.int().min(1)]))
      .max(100)
      .default([])
      .describe('Groups of frames that are saved as one: the number of groups, and of frames in each.'),
  })
  .describe('Division of the exposure into frames.');
const scan = z
  .strictObject({
    lineSync: z.boolean().default(false).describe('Begins each line at the same phase of the mains.'),
    dynamicFocus: z.boolean().default(false).describe('Follows the height of a tilted specimen from line to line.'),
    integration: z.int().min(0).max(1000).default(0).describe('Number of scans that are added up; 0 for one.'),
    detectors: z
      .array(z.int().min(0))
      .max(8)
      .default([])
      .describe('Numbers of the detectors, in the order of the images.'),
  })
  .describe('How images are scanned.');
const parameterSet = z
  .strictObject({
    binning: z.int().min(1).describe('Binning; one of the Binnings of the camera.'),
    exposure: z.number().positive().max(3600).describe('Exposure in seconds.'),
    area: z
      .union([
        z.enum(['full', 'half', 'quarter']),
        z
          .strictObject({ left: pixel, top: pixel, right: pixel, bottom: pixel })
          .refine(
            (area) => area.left < area.right && area.top < area.bottom,
            'left must be less than right, and top less than bottom',
          ),
      ])
      .describe(
        'Part of the camera that is read: full, half or quarter of width and height, or edges in unbinned pixels.',
      ),
    driftSettling: z.number().min(0).max(600).describe('Illumination before the exposure, in seconds.'),
    processing: z
      .enum(['unprocessed', 'dark subtracted', 'gain normalized'])
      .describe('What is done with the raw image.'),
    readMode: z
      .enum(['linear', 'counting', 'super-resolution'])
      .describe('How the camera is read; other than linear only with K2, K3 and the like.'),
    continuous: z.boolean().describe('Takes images one after the other until something stops them.'),
    shutter: z
      .enum(['beam', 'film', 'dual'])
      .describe('What begins and ends an exposure: the beam blanker, the film shutter or both.'),
    darkReferenceEveryTime: z.boolean().describe('Takes a new dark reference for each image.'),
    darkReferenceImages: z.int().min(1).max(100).describe('Number of images of which a dark reference is the mean.'),
    removeXRays: z.boolean().describe('Removes the spots of X-rays from the image.'),
    driftCorrection: z.boolean().describe('Corrects drift within the exposure, on OneView and Rio cameras.'),
    fractions,
    scan,
  })
  .partial()
  .describe('How images of one purpose are taken; what is left out has a default that suits the camera.');

/** The section `parameterSets`: by camera number, then by name of the set. */
export const parameterSetsSchema = z
  .record(
    z
      .string()
      .regex(/^[0-5]$/, 'a camera number, 0 to 5, is expected')
      .describe('Number of the camera.'),
    z
      .strictObject({
        View: parameterSet,
        Focus: parameterSet,
        Trial: parameterSet,
        Record: parameterSet,
        Preview: parameterSet,
        Search: parameterSet,
      })
      .partial()
      .describe('Camera parameters by purpose.'),
  )
  .describe('Camera parameters by camera number and purpose.');

/** Suitable image sizes for each purpose, in pixels along the longer side. */
const WANTED_SIZES: Readonly<Record<ParameterSetName, number>> = {
  View: 1024,
  Focus: 2048,
  Trial: 1024,
  Record: 4096,
  Preview: 1024,
  Search: 1024,
};
const EXPOSURES: Readonly<Record<ParameterSetName, number>> = {
  View: 0.5,
  Focus: 0.5,
  Trial: 0.5,
  Record: 1,
  Preview: 0.5,
  Search: 0.5,
};

function defaultSet(camera: CameraSettings, name: ParameterSetName): ParameterSet {
  const wanted = Math.max(camera.sizeX, camera.sizeY) / WANTED_SIZES[name];
  return {
    binning:
      [...camera.binnings].sort((a, b) => Math.abs(Math.log(a / wanted)) - Math.abs(Math.log(b / wanted)))[0] ?? 1,
    exposure: seconds(EXPOSURES[name]),
    area: name === 'Focus' ? 'half' : 'full',
    driftSettling: seconds(0),
    processing: 'gain normalized',
    readMode: countsElectrons(camera) ? 'counting' : 'linear',
    continuous: false,
    shutter: 'beam',
    darkReferenceEveryTime: false,
    darkReferenceImages: 1,
    removeXRays: false,
    driftCorrection: false,
  };
}

/** True for a camera of the K2 and K3 kind, which counts single electrons on request. */
export const countsElectrons = (camera: Pick<CameraSettings, 'get'>): boolean => [1, 3].includes(camera.get('K2Type'));

/** Areas with a name, as shares of width and height around the centre. */
const areaShares = { full: 1, half: 0.5, quarter: 0.25 } as const;
/** The name of such an area. */
export type NamedArea = keyof typeof areaShares;
/** The names of areas, the largest first. */
export const namedAreas = Object.keys(areaShares) as readonly NamedArea[];

/** The edges of an area with a name, in unbinned pixels of a camera of that size. */
export function areaNamed(name: NamedArea, width: number, height: number): CameraArea {
  const share = areaShares[name];
  const [across, down] = [Math.round(width * share), Math.round(height * share)];
  const [left, top] = [Math.floor((width - across) / 2), Math.floor((height - down) / 2)];
  return { left, top, right: left + across, bottom: top + down };
}

/** A field of a parameter set that a camera does not allow, and what it allows, for the operator. */
export interface UnfitField {
  readonly field: 'binning' | 'area' | 'readMode';
  readonly hint: string;
}

/** The fields that a camera does not allow. */
export function unfitFields(
  { binning, area, readMode }: { readonly [Field in UnfitField['field']]?: ParameterSet[Field] | undefined },
  camera: CameraSettings,
): readonly UnfitField[] {
  const { binnings, sizeX, sizeY, isDirectDetector } = camera;
  const found: UnfitField[] = [];
  if (binning !== undefined && !binnings.includes(binning))
    found.push({ field: 'binning', hint: `It offers ${binnings.join(', ')}.` });
  if (typeof area === 'object' && (area.right > sizeX || area.bottom > sizeY))
    found.push({ field: 'area', hint: `The camera has ${sizeX} x ${sizeY} pixels.` });
  if (readMode !== undefined && readMode !== 'linear' && !isDirectDetector)
    found.push({ field: 'readMode', hint: 'Use linear.' });
  return found;
}

/**
 * A change of a parameter set that may be made, with all fields as they will be. Throws ZodError for a field or a value that the schema does not
 * know.
 */
export const changedParameterSet = (set: ParameterSet, change: Partial<ParameterSet>): ParameterSet => ({
  ...set,
  ...(parameterSet.parse(change) as Partial<ParameterSet>),
});

/** The parameter sets of each camera: those of the site, completed by defaults. */
export function parameterSets(
  cameras: readonly CameraSettings[],
  written: unknown,
): ReadonlyMap<CameraIndex, CameraParameterSets> {
  const parsed = parameterSetsSchema.safeParse(written ?? {});
  const given = parsed.success ? parsed.data : {};
  return new Map(
    cameras.map((camera) => {
      const own = given[String(camera.index)] ?? {};
      const sets = PARAMETER_SETS.map((name) => [name, { ...defaultSet(camera, name), ...own[name] }] as const);
      return [camera.index, Object.fromEntries(sets) as unknown as CameraParameterSets];
    }),
  );
}
