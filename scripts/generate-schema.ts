/** Writes config/schema.json; with it an editor completes and checks an instrument's YAML file. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { builtInPlugins } from '../app/built-in-plugins';
import type { Plugin } from '../core/kernel';
import { buildSchema } from '../core/settings';
import { simulatorOptions } from '../simulation';

/** The expected text of config/schema.json. */
export function schemaText(): string {
  const plugins = Object.entries(builtInPlugins).map(([id, load]) => {
    const { summary, options } = (load() as { readonly default: Plugin }).default;
    return { id, summary, options };
  });
  return `${lines(buildSchema(plugins, simulatorOptions), 0)}\n`;
}

/** JSON with one property of an instrument or of a camera per line, so that a change of one is a change of one line. */
function lines(value: unknown, depth: number): string {
  const inside = Object.entries(value ?? {});
  const holdsProperties = JSON.stringify(value)?.includes('"properties":') || depth === 1;
  if (typeof value !== 'object' || Array.isArray(value) || inside.length === 0 || !holdsProperties || depth > 6)
    return JSON.stringify(value);
  const indent = ' '.repeat(depth + 1);
  const body = inside.map(
    ([key, each]) =>
      `${indent}${JSON.stringify(key)}: ${key === 'properties' ? propertyLines(each, depth + 1) : lines(each, depth + 1)}`,
  );
  return `{\n${body.join(',\n')}\n${' '.repeat(depth)}}`;
}

function propertyLines(value: unknown, depth: number): string {
  const indent = ' '.repeat(depth + 1);
  return `{\n${Object.entries(value as object)
    .map(([key, each]) => `${indent}${JSON.stringify(key)}: ${lines(each, depth + 1)}`)
    .join(',\n')}\n${' '.repeat(depth)}}`;
}

if (process.argv[1] && path.basename(process.argv[1]).startsWith('generate-schema')) {
  // The program may run from build/, so it writes below the working directory.
  writeFileSync(path.resolve('config/schema.json'), schemaText());
}
