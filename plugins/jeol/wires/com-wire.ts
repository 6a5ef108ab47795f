import path from 'node:path';
import { propertyCalls } from '../../../core/devices';
import { ComHost, DeviceCallError } from '../../../wires';
import { otherAnswer } from './com-column';
import type { ComDeviceOptions } from './com-device';
import { jeolErrors } from '../errors';
import { JeolBusy, type JeolTransport, jeolProperties } from '../transport';

/** Options of the wire to JEOL's external control; seconds. */
export interface ComJeolWireOptions {
  readonly program: string;
  /** The program that runs the process, where it is not this Node. */
  readonly hostCommand: readonly string[];
  readonly answerLimit: number;
  /** Limit until the column is ready to be controlled. */
  readonly readyLimit: number;
}

const spareSeconds = 10;

/** JEOL's external control through COM: each call is made by `ComColumn`, in a process of its own. */
export function comJeolWire({ program, hostCommand, answerLimit, readyLimit }: ComJeolWireOptions): JeolTransport {
  const host = new ComHost({
    name: 'JEOL column',
    module: path.join(__dirname, 'com-device'),
    options: { program, readyLimit: 1000 * readyLimit } satisfies ComDeviceOptions,
    command: hostCommand,
    startLimit: readyLimit + spareSeconds,
    answerLimit,
    needsWindows: jeolErrors.needsWindows,
  });
  /** Everything that is sent here says where to go, not how far, so a call that a busy column has not taken may be sent again. */
  const ask = async <Answer>(call: string, ...given: readonly unknown[]): Promise<Answer> => {
    try {
      return (await host.call(call, given)) as Answer;
    } catch (error) {
      if (error instanceof DeviceCallError && (error.code === 'com/busy' || error.code === otherAnswer))
        throw new JeolBusy(error.message);
      throw error;
    }
  };
  return {
    ...propertyCalls(
      jeolProperties,
      (name) => ask(`get${name}`),
      (name, _, given) => ask(`set${name}`, ...given),
    ),
    open: (signal) => host.open(signal),
    close: () => host.close(),
    getMagValue: () => ask('getMagValue'),
    getDeflector: (deflector) => ask('getDeflector', deflector),
    setDeflector: (deflector, x, y) => ask('setDeflector', deflector, x, y),
    setNeutral: (deflector) => ask('setNeutral', deflector),
    getLens: (lens) => ask('getLens', lens),
    setLens: (lens, value) => ask('setLens', lens, value),
    getAperture: (kind, extra) => ask('getAperture', kind, extra),
    setAperture: (kind, hole, extra) => ask('setAperture', kind, hole, extra),
    getFreeLens: (lens) => ask('getFreeLens', lens),
    setFreeLens: (lens, free) => ask('setFreeLens', lens, free),
    setFreeLensValue: (lens, value) => ask('setFreeLensValue', lens, value),
    getStagePosition: () => ask('getStagePosition'),
    getStageStatus: () => ask('getStageStatus'),
    stopStage: () => ask('stopStage'),
  };
}
