import { type YAMLMap, isNode } from 'yaml';
import { z } from 'zod';
import type { Problem } from '../problem';
import { checkSection, sectionOf } from './sections';
import { keyOf, type YamlText } from './nodes';

/** Keys for lines of a properties file that have no other place in YAML. */
export const extraLinesSchemas = {
  'properties-extra': z
    .array(
      z.strictObject({
        after: z.string().optional().describe('The property after which the line comes; without it, at the beginning.'),
        line: z.union([z.string().min(1), z.number()]).describe('The line.'),
      }),
    )
    .describe(
      'Lines of SerialEMproperties.txt that are not a known property; they have no effect here and are written back on export.',
    ),
  'properties-order': z
    .array(z.string())
    .describe('Order of the lines for export, where lines of several properties alternate.'),
} as const;

/** Key for the properties file that a configuration was imported from. */
export const propertiesFileSchema = z
  .string()
  .min(1)
  .describe(
    'SerialEMproperties.txt from which this file was imported, named from the folder of this file. Export keeps its order, blanks and comments.',
  );

/** Problems in the extra lines of a map of properties. */
export function checkExtraLines(yaml: YamlText, map: YAMLMap): readonly Problem[] {
  return map.items.flatMap((pair) => {
    const name = keyOf(pair);
    if (name !== 'properties-file' && name !== 'properties-extra' && name !== 'properties-order') return [];
    return checkSection(
      name === 'properties-file' ? propertiesFileSchema : extraLinesSchemas[name],
      sectionOf(yaml, name, isNode(pair.value) ? pair.value : undefined, yaml.placeOf(pair.key)),
    );
  });
}
