import type { FieldType, PropertyDefinition } from '../definitions';

/** A JSON Schema, draft 7. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

const TYPES: Readonly<Record<FieldType, JsonSchema>> = {
  int: { type: 'integer' },
  float: { type: 'number' },
  boolean: { enum: [0, 1, true, false] },
  // A number needs no quotes as the name of a key.
  token: { type: ['string', 'number'] },
  text: { type: ['string', 'number'] },
};

/** The schema of one property for editors: its form, its codes and limits, and its meaning. */
export function propertySchema(definition: PropertyDefinition): JsonSchema {
  const markup = {
    description: describe(definition),
    ...(isScalar(definition.default) ? { default: definition.default } : {}),
  };
  return { ...markup, ...valueSchema(definition) };
}

const isScalar = (value: unknown): boolean => value !== undefined && typeof value !== 'object';

function describe({
  meaning,
  units,
  codes,
  fields,
  topic,
  form,
  default: fallback,
  limit,
}: PropertyDefinition): string {
  const facts = [
    meaning,
    ...(form === 'ignored' ? ['It has no effect.'] : []),
    // The schema itself holds the codes.
    ...(units === undefined || codes || fields[0] === 'boolean' ? [] : [`Units: ${units}.`]),
    ...(fallback === undefined || (Array.isArray(fallback) && fallback.length === 0) || form === 'flag'
      ? []
      : [`Default: ${JSON.stringify(fallback)}.`]),
    ...(limit === undefined ? [] : [`At most ${limit}.`]),
    ...(topic === undefined ? [] : [`For ${topic.replace('/', ' ')}.`]),
  ];
  return facts.join(' ');
}

function valueSchema(definition: PropertyDefinition): JsonSchema {
  const { form, fields, rest, limit } = definition;
  const first = firstField(definition);
  switch (form) {
    case 'value':
      return first;
    case 'values':
      return definition.required <= 1 ? { anyOf: [first, rowSchema(definition)] } : rowSchema(definition);
    case 'list':
      return { anyOf: [elementsOf(rest!), arrayOf(elementsOf(rest!), limit)] };
    case 'append':
      return { type: 'array', items: { anyOf: [elementsOf(rest!), arrayOf(elementsOf(rest!), undefined)] } };
    case 'rows':
      return fields.length === 1 && !rest
        ? arrayOf({ anyOf: [first, rowSchema(definition)] }, limit)
        : arrayOf(rowSchema(definition), limit);
    case 'table': {
      const rows = arrayOf(rowSchema(definition), limit);
      if (definition.name !== 'DoseRateTable') return rows;
      return {
        anyOf: [
          rows,
          {
            type: 'object',
            properties: { scaling: { type: 'number' }, rows },
            required: ['scaling', 'rows'],
            additionalProperties: false,
          },
        ],
      };
    }
    case 'flag':
      return { enum: [true, false, 1] };
    default:
      return { deprecated: true };
  }
}

/** The first field with its codes or limits; a switch may also be true or false. */
function firstField({ fields, codes, range }: PropertyDefinition): JsonSchema {
  const type = fields[0] ? TYPES[fields[0]] : {};
  if (codes) return { enum: codes.includes(0) && codes.includes(1) ? [...codes, true, false] : codes };
  return withRange(type, range);
}

const withRange = (type: JsonSchema, range: PropertyDefinition['range']): JsonSchema =>
  range ? { ...type, minimum: range[0], maximum: range[1] } : type;

const elementsOf = (types: readonly FieldType[]): JsonSchema =>
  new Set(types).size === 1 ? TYPES[types[0]!] : { type: 'number' };

const arrayOf = (items: JsonSchema, limit: number | undefined): JsonSchema => ({
  type: 'array',
  items,
  ...(limit === undefined ? {} : { maxItems: limit }),
});

function rowSchema({ fields, rest, required, restLimit, range }: PropertyDefinition): JsonSchema {
  const most = rest ? restLimit && fields.length + restLimit * rest.length : fields.length;
  return {
    type: 'array',
    items: fields.map((type) => withRange(TYPES[type], range)),
    additionalItems: rest ? elementsOf(rest) : false,
    minItems: required,
    ...(most === undefined ? {} : { maxItems: most }),
  };
}
