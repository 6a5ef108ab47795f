import { type Logger, describe, isNotAvailable } from '../../base';
import type { AnySetting, CameraTraits, ProvidedSetting, SwitchTraits } from '../../devices';
import { kernelErrors } from '../errors';

/** Puts something back at the end of a run, as `restoreLater` of a run does. */
export type RestoreLater = (what: string, undo: (signal: AbortSignal) => Promise<void> | void) => unknown;

type Blocking = AnySetting & { readonly traits: SwitchTraits };

/**
 * The way of the beam to a camera. Before an exposure everything is moved out of it that says of itself that it blocks the beam: the
 * viewing screen is raised, and a blanked beam is unblanked. A run puts it back at its end. After a plain exposure the screen stays up,
 * as operators are used to, and the beam is blanked again, because it was blanked to spare the specimen.
 */
export class BeamPath {
  private restoreLater: RestoreLater | undefined;
  private readonly kept = new Set<AnySetting>();
  private users = 0;
  private readonly closed: (() => Promise<void>)[] = [];

  constructor(
    private readonly settings: () => readonly ProvidedSetting[],
    private readonly log: Pick<Logger, 'info' | 'warn'>,
  ) {}

  /** Has a run put back what is moved from now on; what is returned ends that. */
  restoreBy(restoreLater: RestoreLater): () => void {
    this.restoreLater = restoreLater;
    this.kept.clear();
    return () => (this.restoreLater = undefined);
  }

  /** True while a camera needs the beam. Nothing may blank it then. */
  get isInUse(): boolean {
    return this.users > 0;
  }

  /** Calls whenever no camera needs the beam any more, and waits for it. */
  onClosed(listen: () => Promise<void>): void {
    this.closed.push(listen);
  }

  /**
   * Clears the way to a camera; what is returned closes it again after a plain exposure. Throws `camera/beam-blocked` for something that
   * stays in the way, and what a device throws that cannot be read or moved: an image without a beam would be measured as if it had one.
   */
  async clear({ stem }: CameraTraits, signal?: AbortSignal): Promise<() => Promise<void>> {
    const opened: Blocking[] = [];
    this.users += 1;
    const close = async (): Promise<void> => {
      this.users -= 1;
      for (const blocking of opened.reverse())
        await blocking.write(true).catch((error: unknown) => {
          this.log.warn(`${blocking.traits.label}: could not be ${blocking.traits.on} again: ${describe(error)}`);
        });
      if (this.users === 0) for (const listen of this.closed) await listen();
    };
    try {
      // The blanker last: it spares the specimen while the screen rises.
      for (const { setting } of [...this.settings()].sort(blankerLast)) {
        const { traits } = setting;
        if (traits.kind !== 'switch' || !traits.blocksBeam) continue;
        // Detectors for scanned images may sit above the screen, and many columns lower it for them.
        if (stem && traits.blocksBeam === 'to the cameras') continue;
        const blocking = setting as Blocking;
        if (!(await isOn(blocking, signal))) continue;
        if (this.restoreLater) this.keep(blocking, this.restoreLater);
        else if (traits.blocksBeam === 'everywhere') opened.push(blocking);
        await this.open(blocking, signal);
      }
    } catch (error) {
      await close();
      throw error;
    }
    return close;
  }

  private async open(blocking: Blocking, signal?: AbortSignal): Promise<void> {
    const { label, on, off } = blocking.traits;
    if (!('write' in blocking)) throw kernelErrors.beamBlocked(label, on, off);
    await blocking.write(false, signal);
    if (await isOn(blocking, signal)) throw kernelErrors.beamBlocked(label, on, off);
    this.log.info(`${label}: was ${on}, is ${off} now, for the image.`);
  }

  /** Only the first time in a run: later the operator may have moved it, while the run waited for him. */
  private keep(blocking: Blocking, restoreLater: RestoreLater): void {
    if (this.kept.has(blocking)) return;
    this.kept.add(blocking);
    restoreLater(blocking.name, (signal) => blocking.write(true, signal));
  }
}

const spares = ({ setting: { traits } }: ProvidedSetting): number =>
  Number(traits.kind === 'switch' && traits.blocksBeam === 'everywhere');
const blankerLast = (one: ProvidedSetting, other: ProvidedSetting): number => spares(one) - spares(other);

/** Nobody can tell on a wire that does not know it; the operator checks it there. */
async function isOn(blocking: Blocking, signal?: AbortSignal): Promise<boolean> {
  try {
    return (await blocking.read(signal)) === true;
  } catch (error) {
    if (isNotAvailable(error)) return false;
    throw error;
  }
}
