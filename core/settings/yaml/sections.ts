import path from 'node:path';
import { type Node, isMap } from 'yaml';
import { z, type ZodType } from 'zod';
import type { Place } from '../../base';
import { errorAt, MAX_PROBLEMS, nearestName, type Problem } from '../problem';
import { keyOf, type YamlText } from './nodes';

/** A part of a configuration whose owner checks it with a schema of its own. */
export interface ConfigSection {
  readonly name: string;
  readonly value: unknown;
  /** Place of a value, or of the nearest parent that is in the file. */
  place(path: readonly (string | number)[]): Place;
}

/** A plugin that the site enabled. */
export interface PluginSettings {
  /** Name of a built-in plugin, of an npm package, or a path relative to the configuration. */
  readonly id: string;
  readonly options: unknown;
  readonly place: Place;
  /** The options with their places, for `checkSection`. */
  readonly section: ConfigSection;
}

/** Paths of the instrument's calibration files; absolute. */
export interface CalibrationFiles {
  readonly directory: string;
  readonly calibrations: string;
  readonly shortTerm: string;
  readonly flybackTimes: string;
  /** File of a site from which a simulation starts, and which is only read. */
  readonly siteFile?: string;
}

/** A section over a YAML node. */
export function sectionOf(yaml: YamlText, name: string, node: Node | undefined, at: Place): ConfigSection {
  return {
    name,
    value: (node?.toJS(yaml.document) as unknown) ?? undefined,
    place: (steps) => {
      for (let count = steps.length; count > 0; count--) {
        const place = placeOfKey(yaml, node, steps.slice(0, count));
        if (place) return place;
      }
      return at;
    },
  };
}

/** Place of a key, or of an element of a list. */
function placeOfKey(yaml: YamlText, node: Node | undefined, steps: readonly (string | number)[]): Place | undefined {
  const parent = steps.length > 1 ? yamlIn(node, steps.slice(0, -1)) : node;
  const last = steps.at(-1)!;
  if (isMap(parent)) {
    const pair = parent.items.find((item) => keyOf(item) === String(last));
    return pair && yaml.placeOf(pair.key);
  }
  const found = yamlIn(parent, [last]);
  return found && yaml.placeOf(found);
}

function yamlIn(node: Node | undefined, steps: readonly (string | number)[]): Node | undefined {
  let current: unknown = node;
  for (const step of steps) {
    if (isMap(current)) current = current.items.find((item) => keyOf(item) === String(step))?.value;
    else current = (current as { items?: unknown[] } | undefined)?.items?.[Number(step)];
  }
  return current as Node | undefined;
}

/**
 * Checks a section with its owner's schema. Every problem has its place and, for a wrong key, the most similar right
 * one.
 */
export function checkSection(schema: ZodType, section: ConfigSection): readonly Problem[] {
  const result = schema.safeParse(section.value);
  if (result.success) return [];
  const described = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema;
  return result.error.issues.slice(0, MAX_PROBLEMS).flatMap((issue) => problemsOf(described, section, issue));
}

type Issue = z.core.$ZodIssue;

function problemsOf(schema: JsonSchema, section: ConfigSection, issue: Issue): readonly Problem[] {
  const steps = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const where = [section.name, ...steps].join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, steps);
    return issue.keys.map((key) => {
      const near = nearestName(key, known);
      const hint =
        near === undefined
          ? known.length > 0
            ? `Allowed here: ${known.join(', ')}.`
            : 'Remove it.'
          : `Did you mean ${near}?`;
      return errorAt('unknown-key', section.place([...steps, key]), `"${key}" is not known in ${where}.`, hint);
    });
  }
  if (issue.code === 'invalid_union') {
    const nested = issue.errors.flat().filter((each) => each.code === 'unrecognized_keys' || each.code === 'custom');
    if (nested.length > 0)
      return nested.flatMap((each) => problemsOf(schema, section, { ...each, path: [...issue.path, ...each.path] }));
  }
  const allowed = issue.code === 'invalid_union' ? allowedAt(schema, steps) : [];
  const missing = issue.code === 'invalid_type' && valueAt(section.value, steps) === undefined;
  const wrong =
    allowed.length > 0
      ? `${where} cannot be ${JSON.stringify(valueAt(section.value, steps))}; allowed: ${allowed.join(', ')}.`
      : `${where}: ${issue.message}.`;
  const message = missing ? `${where} is missing.` : wrong;
  const description = descriptionAt(schema, steps);
  return [
    errorAt(
      missing ? 'missing-key' : 'wrong-value',
      section.place(steps),
      message,
      description ?? 'Correct the value.',
    ),
  ];
}

const valueAt = (value: unknown, steps: readonly (string | number)[]): unknown =>
  steps.reduce<unknown>((current, step) => (current as Record<string | number, unknown> | undefined)?.[step], value);

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly description?: string;
}

/** The parts of a schema that describe the value at a path. */
function schemasAt(schema: JsonSchema, steps: readonly (string | number)[]): readonly JsonSchema[] {
  const unfold = (each: JsonSchema): readonly JsonSchema[] => [each, ...(each.anyOf ?? []).flatMap(unfold)];
  let current = unfold(schema);
  for (const step of steps) {
    current = current.flatMap((each) => {
      const more = typeof each.additionalProperties === 'object' ? each.additionalProperties : undefined;
      const next =
        typeof step === 'number' ? (each.prefixItems?.[step] ?? each.items) : (each.properties?.[step] ?? more);
      return next ? unfold(next) : [];
    });
  }
  return current;
}
const keysAt = (schema: JsonSchema, steps: readonly (string | number)[]): readonly string[] =>
  schemasAt(schema, steps).flatMap((each) => Object.keys(each.properties ?? {}));
const descriptionAt = (schema: JsonSchema, steps: readonly (string | number)[]): string | undefined =>
  schemasAt(schema, steps).find((each) => each.description !== undefined)?.description;

/** The allowed kinds of a value, in words. */
const allowedAt = (schema: JsonSchema, steps: readonly (string | number)[]): readonly string[] =>
  schemasAt(schema, steps)
    .filter((each) => !each.anyOf)
    .flatMap(
      (each) =>
        each.enum?.map(String) ??
        (each.properties
          ? [`a map of ${Object.keys(each.properties).join(', ')}`]
          : each.type === undefined
            ? []
            : [`a value of type ${each.type}`]),
    );

/** The section `calibrations`. */
export const calibrationFilesSchema = z
  .strictObject({
    directory: z.string().min(1).describe('Folder of the calibration files, relative to this file.'),
    file: z.string().min(1).describe('Name of the calibration file; SerialEMcalibrations.txt by default.'),
    shortTermFile: z
      .string()
      .min(1)
      .describe('Name of the file for values that last a day; SEMshortTermCal.txt by default.'),
    siteFile: z
      .string()
      .min(1)
      .describe(
        'Calibration file of a site, relative to this file, from which a simulation starts while it has saved none. It is only read.',
      ),
    flybackFile: z.string().min(1).describe('Name of the file for flyback times; SEMflybackTimes.txt by default.'),
  })
  .partial()
  .describe('Where the calibrations are kept.');

/** The section `userSettings`. */
export const userSettingsFileSchema = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .describe(
        "The user's settings file, relative to this file; SerialEMsettings.txt in the folder of the calibrations by default.",
      ),
  })
  .partial()
  .describe('Where the choices of the user are kept, in the form of a settings file of SerialEM.');

/** Path of the user's settings file, absolute; beside the calibrations by default. */
export function userSettingsFile(file: string, written: unknown, calibrationDirectory: string): string {
  const given = userSettingsFileSchema.safeParse(written ?? {}).data?.file;
  return given === undefined
    ? path.join(calibrationDirectory, 'SerialEMsettings.txt')
    : path.resolve(path.dirname(file), given);
}

/** Schema of the limits for which SerialEM has no property. */
export const limitsSchema = z
  .strictObject({
    detectorDose: z
      .number()
      .positive()
      .describe(
        'Electrons that a pixel of a camera may take in one exposure, by the dose rate of its last image; an exposure that would bring more is refused. Needs CountsPerElectron of the camera.',
      ),
    longestExposureSeconds: z
      .number()
      .positive()
      .max(3600)
      .describe('Seconds of the longest exposure that is sent to any camera; 600 by default.'),
  })
  .partial()
  .describe('Limits that are checked before anything is sent, beyond those of the properties.');

/** Limits for which SerialEM has no property. */
export type OwnLimits = z.infer<typeof limitsSchema>;

/** The calibration files of a configuration; by default in `calibrations/<name of the configuration>` beside it. */
export function calibrationFiles(file: string, written: unknown): CalibrationFiles {
  const parsed = calibrationFilesSchema.safeParse(written ?? {});
  const given = parsed.success ? parsed.data : {};
  const own = path.basename(file).replace(/\.[^.]*$/, '');
  const directory = path.resolve(path.dirname(file), given.directory ?? path.join('calibrations', own));
  return {
    directory,
    calibrations: path.resolve(directory, given.file ?? 'SerialEMcalibrations.txt'),
    shortTerm: path.resolve(directory, given.shortTermFile ?? 'SEMshortTermCal.txt'),
    flybackTimes: path.resolve(directory, given.flybackFile ?? 'SEMflybackTimes.txt'),
    ...(given.siteFile !== undefined && { siteFile: path.resolve(path.dirname(file), given.siteFile) }),
  };
}
