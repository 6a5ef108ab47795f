import path from 'node:path';
import { propertyCalls } from '../../../core/devices';
import { ComHost } from '../../../wires';
import type { ComDeviceOptions } from './com-device';
import { feiErrors } from '../errors';
import { type FeiLack, type FeiMore, type FeiProperty, type FeiTransport, feiProperties } from '../transport';

/** Options of the wire to the column's scripting; seconds. */
export interface ComFeiWireOptions extends ComDeviceOptions {
  /** The program that runs the process, where it is not this Node. */
  readonly hostCommand: readonly string[];
  readonly answerLimit: number;
  readonly stageTimeoutFactor: number;
  /** For the process, and again for the column; 12 by default. */
  readonly startLimit?: number;
}

/** Limits of slow calls, in seconds; a little less than those of the guard before the wires. */
const slowLimit = 55;
const stageLimit = 80;
const usualStartLimit = 12;

/** FEI's scripting through COM: each call is made by `ComColumn`, in a process of its own. */
export function comFeiWire(options: ComFeiWireOptions): Required<FeiTransport> {
  const { program, hostCommand, answerLimit, stageTimeoutFactor, startLimit = usualStartLimit } = options;
  const host = new ComHost({
    name: 'FEI column',
    module: path.join(__dirname, 'com-device'),
    options: { program } satisfies ComDeviceOptions,
    command: hostCommand,
    startLimit,
    answerLimit,
    needsWindows: feiErrors.needsWindows,
  });
  /** Known once the column has been reached. */
  let missing: ReadonlySet<FeiLack> = new Set();
  const ask = async <Answer>(
    call: string,
    given: readonly unknown[],
    signal?: AbortSignal,
    limit?: number,
  ): Promise<Answer> =>
    (await host.call(call, given, { ...(signal && { signal }), ...(limit !== undefined && { limit }) })) as Answer;
  const refuseMissing = ({ lack }: FeiProperty): void => {
    if (lack !== undefined && (missing as ReadonlySet<string>).has(lack)) throw feiErrors.notOnThisColumn(lack);
  };
  return {
    ...propertyCalls<typeof feiProperties, FeiMore>(
      feiProperties,
      async (name, property: FeiProperty, [signal]) => {
        refuseMissing(property);
        return ask(`get${name}`, [], signal);
      },
      async (name, property: FeiProperty, given, [signal]) => {
        refuseMissing(property);
        await ask(`set${name}`, given, signal, property.slow && slowLimit);
      },
    ),
    get lacks() {
      return missing;
    },
    open: (signal) =>
      host.open(signal, async () => {
        missing = new Set(await ask<readonly FeiLack[]>('lacks', [], signal));
      }),
    close: () => host.close(),
    getVersions: (signal) => ask('getVersions', [], signal),
    normalizeLens: (lens, signal) => ask('normalizeLens', [lens], signal, slowLimit),
    getStagePosition: (signal) => ask('getStagePosition', [], signal),
    getTiltAngle: (signal) => ask('getTiltAngle', [], signal),
    getStemField: (signal) => {
      refuseMissing({ ...feiProperties.InstrumentMode });
      return ask('getStemField', [], signal);
    },
    setStagePosition: (target, axes, speed) =>
      ask(
        'setStagePosition',
        speed === undefined ? [target, axes] : [target, axes, speed],
        undefined,
        (stageLimit * stageTimeoutFactor) / (speed ?? 1),
      ),
  };
}
