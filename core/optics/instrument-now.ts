import type { Token } from '../base';
import { Cameras, Scope } from '../devices';
import { Settings } from '../settings';
import type { InstrumentNow } from '../store';
import { Optics } from './optics';

/** Finds a capability, or undefined. */
type Find = <T>(token: Token<T>) => T | undefined;

/**
 * Reads everything on which calibrations depend. Without a connection the high tension is the one of WarnIfKVnotAt; it is left out where
 * the column does not report it.
 */
export async function instrumentNow(find: Find, connected = true): Promise<InstrumentNow> {
  const [cameras, optics, settings] = [find(Cameras), find(Optics), find(Settings)];
  const expected = settings?.get('WarnIfKVnotAt') ?? 0;
  const read = async (): Promise<number | undefined> => {
    const volts = await find(Scope)
      ?.highTension.read()
      .catch(() => undefined);
    return volts === undefined ? undefined : volts / 1000;
  };
  const kilovolts = connected ? await read() : expected > 0 ? expected : undefined;
  return {
    ...(kilovolts !== undefined && { highTensionKilovolts: kilovolts }),
    cameras: (cameras?.all ?? []).map(({ traits: { index, name, width, height } }) => ({ index, name, width, height })),
    magnification: (magIndex, camera) => optics?.at({ magIndex, camera }).magnification || undefined,
    magIndexes: (magnification, camera) =>
      optics?.magnifications
        .indexes(optics.camera(camera))
        .filter(
          (magIndex) => Math.abs(Math.log(optics.at({ magIndex, camera }).magnification / magnification)) < 0.005,
        ) ?? [],
  };
}
