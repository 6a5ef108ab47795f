import { type YAMLMap, isNode } from 'yaml';
import { z } from 'zod';
import type { Problem } from '../problem';
import { checkSection, sectionOf } from '../sections';
import { keyOf, type YamlText } from './nodes';

/** The keys that keep what a properties file has and YAML has no place for. */
export const extraLinesSchemas = {
  'properties-extra': z
    .array(
      z.strictObject({
        after: z
          .string()
          .optional()
          .describe('The property behind which the line stands; without it, at the beginning.'),
        line: z.union([z.string().min(1), z.number()]).describe('The line.'),
      }),
    )
    .describe(
      'Lines of SerialEMproperties.txt that are no known property; they have no effect here and are written back on export.',
    ),
  'properties-order': z
    .array(z.string())
    .describe('Order of the lines for export, where lines of several properties alternate.'),
} as const;

/** What is wrong with the extra lines of a map of properties. */
export function checkExtraLines(yaml: YamlText, map: YAMLMap): readonly Problem[] {
  return map.items.flatMap((pair) => {
    const name = keyOf(pair);
    if (name !== 'properties-extra' && name !== 'properties-order') return [];
    return checkSection(
      extraLinesSchemas[name],
      sectionOf(yaml, name, isNode(pair.value) ? pair.value : undefined, yaml.placeOf(pair.key)),
    );
  });
}
