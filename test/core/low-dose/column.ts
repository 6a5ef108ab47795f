import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  beamShiftUnits,
  magIndex,
  type ImageShiftUnits,
  type MagIndex,
  type Matrix,
  type Vector,
  VirtualClock,
  apply,
  imageShiftUnits,
  inverse,
  length,
  matrix,
  product,
  rotation,
  scaleMatrix,
  vector,
} from '../../../core/base';
import type { Setting } from '../../../core/devices';
import { LowDoseControl, type LowDoseParts, type LowDoseState, LowDoseStateFile } from '../../../core/low-dose';
import { FiledUserSettings, SettingsFile, SettingsText } from '../../../core/user-settings';

/** The values that a column holds; lengths in metres where they are those of settings. */
export interface Held {
  magIndex: number;
  imageShift: Vector;
  spotSize: number;
  intensity: number;
  alpha: number;
  probeMode: 'micro' | 'nano';
  condenserAperture: number;
  objectiveAperture: number;
  defocus: number;
  beamShift: Vector;
  beamTilt: Vector;
  blanked: boolean;
  screenDown: boolean;
}

/** Number of the lowest mag index outside low magnification. */
export const lowestRegular = 5;
/** Image shift to specimen, different at every magnification as on no real column. */
export const toSpecimen = (magIndex: number): Matrix =>
  scaleMatrix(rotation(11 * magIndex), magIndex < lowestRegular ? 3 + 0.1 * magIndex : 1 + 0.02 * magIndex);
export const onSpecimen = ({ magIndex, imageShift }: Pick<Held, 'magIndex' | 'imageShift'>): Vector =>
  apply(toSpecimen(magIndex), imageShift);
const reach = 30;

/** A column that keeps what is written, and does by itself what columns do: it forgets image shift, has a focus for each range and no nanoprobe in low magnification. */
export class FakeColumn {
  held: Held = {
    magIndex: 8,
    imageShift: vector(0, 0),
    spotSize: 4,
    intensity: 0.4,
    alpha: 2,
    probeMode: 'micro',
    condenserAperture: 50e-6,
    objectiveAperture: 0,
    defocus: 0,
    beamShift: vector(0, 0),
    beamTilt: vector(0, 0),
    blanked: false,
    screenDown: false,
  };
  writes: string[] = [];
  /** Called before each write; throwing makes it fail. */
  onWrite: (name: string) => void = () => {};
  resetsImageShift = false;

  setting<Value>(
    name: keyof Held,
    get: () => Value = () => this.held[name] as Value,
    set: (value: Value) => void = (value) => Object.assign(this.held, { [name]: value }),
  ): Setting<Value> {
    return {
      name,
      traits: { kind: 'text', name, label: name } as never,
      read: () => Promise.resolve(get()),
      write: async (value, signal) => {
        signal?.throwIfAborted();
        this.onWrite(name);
        this.writes.push(`${name}=${JSON.stringify(value)}`);
        set(value);
        await Promise.resolve();
      },
    };
  }

  /** Changes the magnification as the column does it. */
  magnify(magIndex: number): void {
    if (this.resetsImageShift && magIndex !== this.held.magIndex) this.held.imageShift = vector(0, 0);
    this.held.magIndex = magIndex;
    if (magIndex < lowestRegular) this.held.probeMode = 'micro';
  }
}

/** Settings and state of a bench that a disk would keep, for walks of a thousand steps: a new program finds them as the one before has left them. */
export class BenchMemory {
  private written: LowDoseState | undefined;
  private readonly text = SettingsText.empty();

  readonly state: LowDoseParts['state'] = {
    read: () => this.written && (JSON.parse(JSON.stringify(this.written)) as LowDoseState),
    write: (state) => Promise.resolve(void (this.written = state)),
    clear: () => void (this.written = undefined),
  };

  /** A settings file for one program. */
  file(): Pick<SettingsFile, 'path' | 'text' | 'edit' | 'onChange' | 'problem'> {
    const listeners: (() => void)[] = [];
    return {
      path: 'memory',
      problem: undefined,
      text: this.text,
      edit: (change) => {
        change(this.text);
        for (const listen of listeners) listen();
        return Promise.resolve({ lasts: true, path: 'memory', remarks: [] });
      },
      onChange: (listen) => {
        listeners.push(listen);
        return () => void listeners.splice(listeners.indexOf(listen), 1);
      },
    };
  }
}

/** Low Dose over such a column, with a settings file in a folder of its own. */
export async function lowDoseBench(
  text = 'SerialEMSettings\n',
  folder = mkdtempSync(join(tmpdir(), 'low-dose-')),
  column = new FakeColumn(),
  memory?: BenchMemory,
) {
  const path = join(folder, 'SerialEMsettings.txt');
  if (!existsSync(path)) writeFileSync(path, text);
  const file = memory ? (memory.file() as SettingsFile) : await SettingsFile.open({ path });
  const userSettings = new FiledUserSettings(file);
  const messages: string[] = [];
  const statePath = join(folder, 'low-dose.json');
  const imageShift = column.setting<Vector<ImageShiftUnits>>('imageShift');
  const parts: LowDoseParts = {
    devices: {
      magIndex: column.setting<MagIndex>(
        'magIndex',
        () => column.held.magIndex as MagIndex,
        (value) => column.magnify(value),
      ),
      defocus: column.setting('defocus'),
      spotSize: column.setting('spotSize'),
      intensity: column.setting('intensity'),
      alpha: column.setting('alpha'),
      probeMode: column.setting('probeMode'),
      condenserAperture: column.setting('condenserAperture'),
      objectiveAperture: column.setting('objectiveAperture'),
      beamShift: column.setting('beamShift'),
      beamTilt: column.setting('beamTilt'),
    },
    absoluteFocus: column.setting('defocus'),
    beamBlanked: column.setting('blanked'),
    screenDown: column.setting('screenDown'),
    imageShift: {
      net: imageShift,
      write: async (value, { signal } = {}) => {
        await imageShift.write(value, signal);
        return column.held.magIndex as MagIndex;
      },
      checkLimits: (value, magIndex) =>
        length(apply(toSpecimen(magIndex), value)) > reach ? 'it is too far' : undefined,
    },
    carrying: { suspend: () => () => {} },
    optics: {
      at: ({ magIndex }) =>
        ({
          imageShiftToSpecimen: toSpecimen(magIndex),
          isLowMagnification: magIndex < lowestRegular,
          magnification: 100 * 2 ** magIndex,
        }) as never,
      transferImageShift: (value, from, to) =>
        apply(product(inverse(toSpecimen(to))!, toSpecimen(from)), value) as never,
    },
    cameras: { selected: { traits: { index: 0, stem: false, behindFilter: false } } as never },
    settings: {
      get: ((name: string) =>
        ({ NormCondenserInLowDose: 0, LowDoseBeamNormDelay: 100, LowDoseBeamTiltShifts: true })[name]) as never,
    },
    user: { file, userSettings },
    state: memory?.state ?? new LowDoseStateFile(statePath),
    clock: new VirtualClock(new Date(0)),
    log: { info: (line) => void messages.push(line), warn: (line) => void messages.push(line) },
  };
  return { column, file, userSettings, messages, folder, path, statePath, parts, lowDose: new LowDoseControl(parts) };
}

export const unitsFor = (magIndex: number, place: Vector): Vector<ImageShiftUnits> => {
  const { x, y } = apply(inverse(toSpecimen(magIndex)) ?? matrix(1, 0, 0, 1), place);
  return vector(imageShiftUnits(x), imageShiftUnits(y));
};

/** Low Dose on a column that keeps what is written. */
export type LowDoseBench = Awaited<ReturnType<typeof lowDoseBench>>;

/** Areas as a site has them: View in low magnification or not, Focus and Trial beside Record on the axis. */
export async function defined(bench: LowDoseBench, { view = 6 }: { readonly view?: number } = {}): Promise<void> {
  const { lowDose, userSettings, column } = bench;
  await lowDose.change('View', { magIndex: magIndex(view), spotSize: 3, intensity: 0.6, probeMode: 'micro', alpha: 1 });
  await lowDose.change('Focus', {
    magIndex: magIndex(9),
    spotSize: 5,
    intensity: 0.4,
    axisPosition: 3,
    probeMode: 'nano',
    alpha: 2,
  });
  await lowDose.change('Trial', {
    magIndex: magIndex(9),
    spotSize: 5,
    intensity: 0.45,
    axisPosition: -3,
    probeMode: 'nano',
    alpha: 2,
  });
  await lowDose.change('Record', {
    magIndex: magIndex(10),
    spotSize: 5,
    intensity: 0.42,
    probeMode: 'nano',
    alpha: 2,
    beamShiftOffset: vector(beamShiftUnits(0.1), beamShiftUnits(-0.2)),
  });
  await lowDose.change('Search', { magIndex: magIndex(3), spotSize: 2, intensity: 0.7, probeMode: 'micro', alpha: 0 });
  // The column stands as in Record, whose offset is therefore in the beam.
  column.held.beamShift = lowDose.areas.Record.beamShiftOffset;
  await userSettings.set('LowDoseViewDefocus', -200);
  await userSettings.set('LowDoseSearchDefocus', -500);
  await userSettings.set('LowDoseViewShift', [0.3, -0.1]);
}
