import { z } from 'zod';
import { type CameraIndex, type Seconds, seconds } from '../base';
import type { CameraArea, Processing, ReadMode } from '../devices';
import type { CameraSettings } from './camera-settings';

/** The camera parameter sets that calibrations use. */
export const PARAMETER_SETS = ['View', 'Focus', 'Trial', 'Record', 'Preview'] as const;
/** The name of a camera parameter set. */
export type ParameterSetName = (typeof PARAMETER_SETS)[number];

/** Camera settings for one purpose. */
export interface ParameterSet {
  readonly binning: number;
  readonly exposure: Seconds;
  /** Area of the camera, in unbinned pixels or as a share of width and height around the centre. */
  readonly area: CameraArea | 'full' | 'half' | 'quarter';
  readonly driftSettling: Seconds;
  readonly processing: Processing;
  readonly readMode: ReadMode;
}
/** All parameter sets of one camera. */
export type CameraParameterSets = Readonly<Record<ParameterSetName, ParameterSet>>;

const pixel = z.int().min(0);
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
};
const EXPOSURES: Readonly<Record<ParameterSetName, number>> = {
  View: 0.5,
  Focus: 0.5,
  Trial: 0.5,
  Record: 1,
  Preview: 0.5,
};

function defaultSet(camera: CameraSettings, name: ParameterSetName): ParameterSet {
  const wanted = Math.max(camera.sizeX, camera.sizeY) / WANTED_SIZES[name];
  const counting = camera.get('K2Type') === 1 || camera.get('K2Type') === 3;
  return {
    binning:
      [...camera.binnings].sort((a, b) => Math.abs(Math.log(a / wanted)) - Math.abs(Math.log(b / wanted)))[0] ?? 1,
    exposure: seconds(EXPOSURES[name]),
    area: name === 'Focus' ? 'half' : 'full',
    driftSettling: seconds(0),
    processing: 'gain normalized',
    readMode: counting ? 'counting' : 'linear',
  };
}

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
