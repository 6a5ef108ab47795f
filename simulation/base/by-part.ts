import { SimulationError } from './errors';
import type { Part, Parts } from './part';

/** One thing for each part, made when it is first asked for, so that the order of the parts does not matter to those that need each other. */
export class ByPart<Made> {
  private readonly made = new Map<string, { readonly value: Made }>();
  private readonly waiting: string[] = [];

  constructor(
    private readonly parts: Parts,
    private readonly make: (part: Part) => Made,
  ) {
    const names = parts.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice === undefined) return;
    throw new SimulationError(
      'simulation/bad-parts',
      `Two parts of the virtual microscope have the name "${twice}"`,
      'Give each part a name of its own.',
    );
  }

  /** That of the part of a name. @throws SimulationError where there is none, or where parts wait for each other */
  of(name: string): Made {
    const done = this.made.get(name);
    if (done) return done.value;
    const part = this.parts.find((each) => each.name === name);
    if (!part)
      throw new SimulationError(
        'simulation/bad-parts',
        `The virtual microscope has no part "${name}"`,
        'Make it of the standard parts and those that are added.',
      );
    if (this.waiting.includes(name))
      throw new SimulationError(
        'simulation/bad-parts',
        `The parts ${[...this.waiting, name].join(', ')} wait for each other`,
        'Let one of them ask for the other when it is used, not when it starts.',
      );
    this.waiting.push(name);
    const value = this.make(part);
    this.waiting.pop();
    this.made.set(name, { value });
    return value;
  }

  /** Those of all parts, in their order. */
  get all(): readonly Made[] {
    return this.parts.map(({ name }) => this.of(name));
  }
}

/** The options or commands of all parts as one object. @throws SimulationError where two parts use the same name */
export function joined(parts: readonly { readonly name: string; readonly brings: object | undefined }[]): object {
  const owners = new Map<string, string>();
  for (const { name, brings = {} } of parts)
    for (const key of Object.keys(brings)) {
      const other = owners.get(key);
      if (other !== undefined)
        throw new SimulationError(
          'simulation/bad-parts',
          `The parts "${other}" and "${name}" of the virtual microscope both have "${key}"`,
          'Give one of them another name.',
        );
      owners.set(key, name);
    }
  return Object.assign({}, ...parts.map(({ brings }) => brings)) as object;
}
