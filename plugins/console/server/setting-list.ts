import {
  type CameraIndex,
  type MagIndex,
  cameraIndex,
  degrees,
  inDegrees,
  inMicrometres,
  magIndex,
  micrometres,
} from '../../../core/base';
import {
  type AnySetting,
  Cameras,
  type NumberTraits,
  type PairTraits,
  type ProvidedSetting,
  type Readable,
  Scope,
  Stage,
  type StagePosition,
  type SwitchTraits,
  insideNumber,
  shownDigits,
  shownRange,
  shownValue,
} from '../../../core/devices';
import type { Session } from '../../../core/kernel';
import { ImageShiftControl, Optics } from '../../../core/optics';
import type { SettingState } from '../protocol';

type Shown = Pick<SettingState, 'text' | 'unit' | 'value' | 'change'>;
type Write = (value: number | string | boolean, signal: AbortSignal) => Promise<void>;

/** One cell of the panel: how what was read is shown, and how it is changed where an operator would. */
export interface PanelCell {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  /** The label in full, where it is short for the room that there is. */
  readonly about?: string;
  show(value: unknown): Shown;
  readonly write?: Write;
}

/** A setting, which is read once for all of its cells. */
export interface PanelSetting {
  /** The token of its device; none for what belongs to no column. */
  readonly token?: ProvidedSetting['token'];
  readonly setting: Pick<Readable<unknown>, 'read'>;
  readonly cells: readonly PanelCell[];
}

type Axis = 'x' | 'y';
type Pair = Readonly<Record<Axis, number>>;

/** Everything that the plugins in use let an operator see and set. */
export function settingList(session: Pick<Session, 'find' | 'deviceSettings'>): readonly PanelSetting[] {
  const { find, deviceSettings } = session;
  const scope = find(Scope);
  const devices = deviceSettings().flatMap((provided): readonly PanelSetting[] => {
    const { token, setting } = provided;
    if (setting === scope?.magIndex) return [magnification(scope, find)];
    if (setting === scope?.imageShift) return [imageShift(scope, find)];
    if (token === Stage) return [stagePosition(find(Stage)!)];
    return setting.traits.raw ? [] : [{ token, setting, cells: cellsOf(provided) }];
  });
  return [...devices, ...camera(find)];
}

/** The cells of a setting, by what it says of itself. */
function cellsOf({ token, setting }: ProvidedSetting): readonly PanelCell[] {
  const { traits } = setting;
  const writable = 'write' in setting ? (setting as AnySetting) : undefined;
  const { label, short = label } = traits;
  const head = {
    id: idOf(label),
    label: short,
    group: token.heading,
    ...(short !== label && { about: label }),
  };
  switch (traits.kind) {
    case 'number':
      return [
        {
          ...head,
          show: (value) => shownInCell(setting.traits as NumberTraits, value as number, writable !== undefined),
          ...(writable && {
            write: (value, signal) => writable.write(insideNumber(traits, Number(value)), signal),
          }),
        },
      ];
    case 'pair':
      return (['x', 'y'] as const).map((axis) => pairCell(head, setting, traits, axis, writable));
    case 'switch':
      return [
        {
          ...head,
          show: (value) => ({
            text: shownValue(traits, value),
            value: value === true,
            ...(writable && { change: { by: 'switch', on: traits.on, off: traits.off, ...hintOf(traits) } }),
          }),
          ...(writable && { write: (value, signal) => writable.write(value === true, signal) }),
        },
      ];
    case 'choice':
      return [{ ...head, ...choiceCell(setting, writable) }];
    case 'position':
      return [{ ...head, show: (value) => ({ text: shownValue(traits, value) }) }];
  }
}

/** The effect on images of a switch that is in the way of the beam. */
const hintOf = ({ blocksBeam, on, off }: SwitchTraits): { readonly hint?: string } => {
  if (!blocksBeam) return {};
  const reach = blocksBeam === 'everywhere' ? 'specimen and cameras' : 'the cameras';
  return { hint: `While it is ${on}, no beam reaches ${reach}. Before an image the program sets it to ${off}.` };
};

function choiceCell(setting: Readable<unknown>, writable: AnySetting | undefined): Pick<PanelCell, 'show' | 'write'> {
  return {
    show: (value) => {
      const { traits } = setting;
      if (traits.kind !== 'choice') return { text: String(value) };
      const choices = traits.choices.map((each) => ({ value: each, label: traits.words[each] ?? each }));
      return {
        text: String(value),
        value: String(value),
        ...(writable && choices.length > 1 && { change: { by: 'choice', choices } }),
      };
    },
    ...(writable && { write: (value, signal) => writable.write(value, signal) }),
  };
}

function pairCell(
  { label, about, ...head }: Omit<PanelCell, 'show' | 'write'>,
  setting: Readable<unknown>,
  traits: PairTraits,
  axis: Axis,
  writable: AnySetting | undefined,
): PanelCell {
  const inUnits = traits.unit === 'units' ? ' in units of the column' : '';
  return {
    ...head,
    id: `${head.id}-${axis}`,
    label: `${label} ${axis.toUpperCase()}`,
    about: `${about ?? label} ${axis.toUpperCase()}${inUnits}`,
    show: (value) => shownInCell(setting.traits as PairTraits, (value as Pair)[axis], writable !== undefined),
    ...(writable && {
      write: async (value, signal) => {
        const present = (await setting.read(signal)) as Pair;
        await writable.write({ ...present, [axis]: insideNumber(traits, Number(value)) }, signal);
      },
    }),
  };
}

/** A number as a cell shows it, with how far it can be changed. */
function shownInCell(traits: NumberTraits | PairTraits, inside: number, changes: boolean): Shown {
  const text = shownDigits(traits, inside);
  const unit = unitOf(traits.unit);
  const [minimum, maximum] = traits.range ? shownRange(traits, traits.range) : [];
  const change = { by: 'number' as const, unit, step: traits.step, ...inLimits([minimum, maximum]) };
  return { text, unit, value: Number.parseFloat(text), ...(changes && { change }) };
}

/** The limits that there are. */
const inLimits = ([minimum, maximum]: readonly (number | undefined)[]): {
  readonly minimum?: number;
  readonly maximum?: number;
} => ({
  ...(minimum !== undefined && Number.isFinite(minimum) && { minimum }),
  ...(maximum !== undefined && Number.isFinite(maximum) && { maximum }),
});

/** There is little room in a cell, and everybody knows what the units of a shift are. */
const unitOf = (unit: string): string => (unit === 'units' ? '' : unit === 'degrees' ? '\u00b0' : unit);
const idOf = (label: string): string => label.toLowerCase().replace(/[^a-z0-9]+/g, '-');

function magnification(scope: Scope, find: Session['find']): PanelSetting {
  const [optics, cameras] = [find(Optics), find(Cameras)];
  const selected = (): CameraIndex => cameras?.selected.traits.index ?? cameraIndex(0);
  const cell: PanelCell = {
    id: 'magnification',
    label: 'Mag',
    about: 'Magnification',
    group: Scope.heading,
    show: (value) => {
      const index = value as MagIndex;
      if (!optics || !cameras) return { text: `index ${index}`, value: String(index) };
      const choices = optics.magnifications.indexes(optics.camera(selected())).map((each) => {
        const { magnification, isLowMagnification } = optics.at({ magIndex: each, camera: selected() });
        return { value: String(each), label: `${magnification}x${isLowMagnification ? '  LM' : ''}` };
      });
      return {
        text: `${optics.at({ magIndex: index, camera: selected() }).magnification}x`,
        value: String(index),
        change: { by: 'choice', choices },
      };
    },
    write: (value, signal) => scope.magIndex.write(magIndex(Number(value)), signal),
  };
  return { setting: scope.magIndex, cells: [cell] };
}

/** Image shift as operators know it: without the offsets that belong to a magnification. */
function imageShift(scope: Scope, find: Session['find']): PanelSetting {
  const setting = find(ImageShiftControl)?.net ?? scope.imageShift;
  return { setting, cells: cellsOf({ token: Scope, member: 'imageShift', setting }) };
}

function stagePosition(stage: Stage): PanelSetting {
  const group = Stage.heading;
  const cell = (
    id: string,
    label: string,
    unit: string,
    of: (at: StagePosition) => number,
    write: Write,
    limits: readonly [number, number] = [-Infinity, Infinity],
  ): PanelCell => ({
    id,
    label,
    group,
    show: (value) => {
      const text = (Number.parseFloat(of(value as StagePosition).toFixed(2)) + 0).toFixed(2);
      return {
        text,
        unit,
        value: Number.parseFloat(text),
        change: { by: 'number', unit, step: 1, ...inLimits(limits) },
      };
    },
    write,
  });
  const axis = (name: 'x' | 'y' | 'z'): PanelCell =>
    cell(
      `stage-${name}`,
      `Stage ${name.toUpperCase()}`,
      'um',
      (at) => inMicrometres(at[name]),
      (value, signal) => stage.move({ [name]: micrometres(Number(value)) }, signal),
      stage.limits?.[name],
    );
  const tilt = cell(
    'stage-tilt',
    'Tilt',
    '\u00b0',
    (at) => inDegrees(at.tilt),
    (value, signal) => stage.move({ tilt: degrees(Number(value)) }, signal),
    stage.limits?.tilt ?? [-90, 90],
  );
  return { setting: stage.position, cells: [axis('x'), axis('y'), axis('z'), tilt] };
}

function camera(find: Session['find']): readonly PanelSetting[] {
  const cameras = find(Cameras);
  if (!cameras) return [];
  const choices = cameras.all.map(({ traits }) => ({ value: String(traits.index), label: traits.name }));
  const cell: PanelCell = {
    id: 'camera',
    label: 'Camera',
    group: Cameras.heading,
    show: () => ({
      text: cameras.selected.traits.name,
      value: String(cameras.selected.traits.index),
      ...(choices.length > 1 && { change: { by: 'choice', choices } }),
    }),
    write: (value, signal) => cameras.select(cameraIndex(Number(value)), signal),
  };
  return [{ setting: { read: async () => undefined }, cells: [cell] }];
}
