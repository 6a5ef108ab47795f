import { z } from 'zod';
import { joined } from './base/by-part';
import { notNegative } from './base/options';
import { keyOfPart, type OptionsOf, type Parts } from './base/part';
import { keyOf, RandomStream } from './base/random';
import { standardParts, type StandardParts } from './column/parts';

/** The fields of the `simulator:` section that belong to no part. */
export const generalOptions = {
  seed: z
    .number()
    .int()
    .min(0)
    .max(0x7fffffff)
    .default(1)
    .describe('Number from which everything random follows; the same seed gives the same specimen, noise and errors.'),
  speed: notNegative
    .default(0)
    .describe('How fast simulated time runs against real time; 1 is real time, 0 as fast as the computer can.'),
  truth: z
    .enum(['nominal', 'site'])
    .default('nominal')
    .describe(
      "What the microscope is built from: 'nominal' takes the pixel sizes and rotations of the properties, changed by the errors below; 'site' takes them, and the site's calibrated matrices, as they are.",
    ),
  imperfections: z
    .enum(['written', 'drawn'])
    .default('written')
    .describe(
      "Errors of the microscope: 'written' takes those of the options below and their defaults; 'drawn' draws every option that is not written from the seed, within what real instruments show.",
    ),
};

/** The options that belong to no part, after checking. */
export type GeneralOptions = z.output<z.ZodObject<typeof generalOptions>>;
type Shape<All extends Parts> = typeof generalOptions & OptionsOf<All>;
/** The options of a microscope after checking, every field filled in. */
export type OptionValues<All extends Parts> = z.output<z.ZodObject<Shape<All>>>;

/** The options of a virtual microscope of some parts. */
export function optionsOf<All extends Parts>(parts: All): z.ZodObject<Shape<All>, z.core.$strict> {
  const shape = joined([
    { name: 'general', brings: generalOptions },
    ...parts.map(({ name, options }) => ({ name, brings: options })),
  ]) as z.ZodRawShape;
  const options = z.strictObject(shape).describe('Truth of the virtual microscope, which no calibration can see.');
  return options as unknown as z.ZodObject<Shape<All>, z.core.$strict>;
}

/**
 * The `simulator:` section of an instrument's YAML file: the truth of its virtual microscope.
 * Every field has a default, so the section may be empty; every unit is in the name of its field.
 */
export const simulatorOptions = optionsOf(standardParts);
/** Schemas by their parts: making one, and compiling it, takes longer than the check of a section. */
const madeSchemas = new WeakMap<Parts, z.ZodObject>([[standardParts, simulatorOptions]]);

function schemaOf<All extends Parts>(parts: All): ReturnType<typeof optionsOf<All>> {
  const made = madeSchemas.get(parts) ?? optionsOf(parts);
  madeSchemas.set(parts, made);
  return made as ReturnType<typeof optionsOf<All>>;
}

/** The `simulator:` section after checking, every field filled in. */
export type SimulatorOptions = OptionValues<StandardParts>;

/** The number of the stream from which a part's options are drawn; 1 is that of its truth. */
const drawing = 2;

/**
 * Fills in what is not written: by the defaults or, where imperfections are drawn, by draws from the seed.
 * @throws ZodError for options that are not as the schema says
 */
export function completeOptions<All extends Parts = StandardParts>(
  written: object,
  parts: All = standardParts as Parts as All,
): OptionValues<All> {
  const schema = schemaOf(parts);
  const checked = schema.parse(written);
  const { seed, imperfections } = checked as GeneralOptions;
  if (imperfections === 'written') return checked;
  const drawn = parts.map((part) => part.draw?.(new RandomStream(keyOf(keyOfPart(seed, part), drawing))));
  return schema.parse(Object.assign({}, ...drawn, written));
}
