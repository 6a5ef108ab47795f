import { z, type ZodType } from 'zod';
import { definitions, type PropertyDefinition } from '../definitions';
import { parameterSetsSchema } from '../parameter-sets';
import { calibrationFilesSchema, limitsSchema, userSettingsFileSchema } from '../yaml/sections';
import { extraLinesSchemas, propertiesFileSchema } from '../yaml/extra-lines';
import { type JsonSchema, propertySchema } from './property-schema';

/** Name, description and options of a plugin. */
export interface PluginSchema {
  readonly id: string;
  readonly summary: string;
  readonly options?: ZodType | undefined;
}

const ofZod = (schema: ZodType): JsonSchema => {
  const { $schema: _dialect, ...own } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  });
  return own;
};

/** The JSON Schema of an instrument's YAML file; an editor completes and checks the file with it. */
export function buildSchema(plugins: readonly PluginSchema[], simulator: ZodType | undefined): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Eucentric instrument',
    description:
      'An instrument: SerialEM properties under their own names, its cameras, the plugins it uses, and its virtual microscope.',
    type: 'object',
    additionalProperties: false,
    properties: {
      plugins: pluginsSchema(plugins),
      simulator: simulator
        ? nullable(ofZod(simulator))
        : { description: 'The virtual microscope.', type: ['object', 'null'] },
      calibrations: ofZod(calibrationFilesSchema),
      userSettings: ofZod(userSettingsFileSchema),
      limits: ofZod(limitsSchema),
      parameterSets: ofZod(parameterSetsSchema),
      cameras: {
        description: 'The cameras, in any order.',
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['index'],
          properties: { index: cameraIndex, ...propertiesOf(definitions.camera), ...extraLines },
        },
      },
      ...propertiesOf(definitions.general),
      'properties-file': ofZod(propertiesFileSchema),
      ...extraLines,
    },
  };
}

const cameraIndex: JsonSchema = {
  description: 'Number of the camera, 0 to 5; a negative number parks it.',
  type: 'integer',
  maximum: 5,
};

const extraLines: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries(extraLinesSchemas).map(([name, schema]) => [name, ofZod(schema)]),
);

const propertiesOf = (all: readonly PropertyDefinition[]): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(all.map((each) => [each.name, propertySchema(each)]));

const nullable = (schema: JsonSchema): JsonSchema => {
  const { description, ...own } = schema;
  return { ...(description === undefined ? {} : { description }), anyOf: [own, { type: 'null' }] };
};

function pluginsSchema(plugins: readonly PluginSchema[]): JsonSchema {
  const described = plugins.map(({ id, summary, options }): [string, JsonSchema] => {
    const own = options ? ofZod(options) : { type: 'object', additionalProperties: false };
    return [id, { ...nullable(own), description: summary }];
  });
  return {
    description:
      'The plugins that are switched on, with their options: built-in ones by name, others by npm package or by path relative to this file.',
    type: 'object',
    properties: Object.fromEntries(described),
    additionalProperties: { type: ['object', 'null'] },
  };
}
