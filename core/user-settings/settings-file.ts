import { type ErrorContents, EucentricError, describe } from '../base';
import { FileOnDisk, isSimulatedText, simulatedMark } from '../store';
import { SettingsText } from './settings-text';

/** Fate of a change of a user setting: kept in the file, or for this session only, with the reason. */
export type Lasting =
  | { readonly lasts: true; readonly path: string; readonly remarks: readonly string[] }
  | { readonly lasts: false; readonly reason: string };

/** A change of the text of a settings file. */
export type SettingsEdit = (text: SettingsText) => void;

/** Place and surroundings of a settings file. */
export interface SettingsFileOptions {
  readonly path: string;
  /** File of a user from which a simulation starts while it has none of its own. It is only read. */
  readonly startFrom?: string;
  /** True on a virtual microscope: its file says so. */
  readonly simulated?: boolean;
}

/**
 * The settings file of a user in memory and on disk. Every change is written at once. Where another program has written the file meanwhile,
 * what it wrote stays, but for the values that were changed here.
 */
export class SettingsFile {
  private pending: SettingsEdit[] = [];
  private last: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<() => void>();

  private constructor(
    private readonly disk: FileOnDisk,
    private present: SettingsText,
    /** The problem with the file; undefined where it was read, or where there is none. */
    readonly problem: ErrorContents | undefined,
  ) {}

  /** Reads the file. It never fails: what cannot be read is reported, and is not written over. */
  static async open({ path, startFrom, simulated = false }: SettingsFileOptions): Promise<SettingsFile> {
    const disk = new FileOnDisk(path, simulated ? (present) => refusalOf(path, present) : undefined);
    const marked = (text: SettingsText): SettingsText => {
      if (simulated && !isSimulatedText(text.opening)) text.mark(simulatedMark);
      return text;
    };
    try {
      const own = await disk.read();
      const bytes = own ?? (startFrom === undefined ? undefined : await new FileOnDisk(startFrom).read());
      if (!bytes) return new SettingsFile(disk, marked(SettingsText.empty()), undefined);
      return new SettingsFile(disk, marked(SettingsText.read(bytes, own ? path : startFrom!)), undefined);
    } catch (error) {
      const contents =
        error instanceof EucentricError
          ? error
          : { code: 'user-settings/not-read', message: describe(error), hint: 'Check the file and the rights on it.' };
      disk.refuse(contents);
      return new SettingsFile(disk, marked(SettingsText.empty()), contents);
    }
  }

  get path(): string {
    return this.disk.path;
  }

  /** The text as it is now; only to be read. */
  get text(): SettingsText {
    return this.present;
  }

  /** Changes the text and writes the file. The change counts in this session even where it cannot be written. */
  edit(change: SettingsEdit): Promise<Lasting> {
    change(this.present);
    this.pending.push(change);
    this.changed();
    const done = this.last.then(() => this.write());
    this.last = done;
    return done;
  }

  /** Takes a whole other settings file over, in place of this one, which becomes the .bak file. Throws `user-settings/not-a-settings-file`. */
  take(bytes: Uint8Array, from: string): Promise<Lasting> {
    SettingsText.read(bytes, from);
    const opening = this.present.opening;
    return this.edit((text) => {
      const taken = SettingsText.read(bytes, from);
      if (isSimulatedText(opening) && !isSimulatedText(taken.opening)) taken.mark(simulatedMark);
      text.become(taken);
    });
  }

  /** Calls after every change; what it returns ends that. */
  onChange(listen: () => void): () => void {
    this.listeners.add(listen);
    return () => void this.listeners.delete(listen);
  }

  private async write(): Promise<Lasting> {
    // What an earlier call has written together with its own is done.
    if (this.pending.length === 0) return { lasts: true, path: this.path, remarks: [] };
    const edits = this.pending;
    let joined = false;
    try {
      const { remarks } = await this.disk.writeJoined(
        () => this.present.bytes(),
        (bytes) => {
          const theirs = SettingsText.read(bytes, this.path);
          for (const edit of edits) edit(theirs);
          this.present = theirs;
          joined = true;
        },
      );
      this.pending = this.pending.filter((edit) => !edits.includes(edit));
      if (joined) this.changed();
      const taken = joined ? ['Another program had changed the file; what it wrote is kept.'] : [];
      return { lasts: true, path: this.path, remarks: [...remarks, ...taken] };
    } catch (error) {
      return { lasts: false, reason: describe(error) };
    }
  }

  private changed(): void {
    for (const listen of this.listeners) listen();
  }
}

const refusalOf = (path: string, present: Uint8Array): ErrorContents | undefined =>
  isSimulatedText(Buffer.from(present.subarray(0, 1000)).toString('latin1'))
    ? undefined
    : {
        code: 'user-settings/not-simulated',
        message: `${path} holds settings for an instrument; this is a simulation. Nothing was written.`,
        hint: 'Give the simulation a folder of its own: "directory:" under "calibrations:" in the configuration.',
      };
