import {
  inMicrometres,
  micrometres,
  degrees,
  electronVolts,
  imageShiftUnits,
  inDegrees,
  beamShiftUnits,
} from '../../../core/base';
import {
  AlphaSelector,
  Cameras,
  EnergyFilter,
  IlluminatedArea,
  Scope,
  type Setting,
  Stage,
} from '../../../core/devices';
import type { Session } from '../../../core/kernel';
import { ImageShiftControl, Optics } from '../../../core/optics';
import type { SettingState } from '../protocol';

/** One setting as the panel shows it: how it is read, and how it is changed where an operator would. */
export interface PanelSetting {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  /** The label in full, where it is short for the room that there is. */
  readonly about?: string;
  read(signal: AbortSignal): Promise<Pick<SettingState, 'text' | 'unit' | 'value' | 'change'>>;
  write?(value: number | string | boolean, signal: AbortSignal): Promise<void>;
}

type Number = {
  readonly unit: string;
  readonly decimals: number;
  readonly step: number;
  readonly minimum?: number;
  readonly maximum?: number;
};

function numeric(
  id: string,
  label: string,
  group: string,
  shape: Number,
  read: (signal: AbortSignal) => Promise<number>,
  write?: (value: number, signal: AbortSignal) => Promise<void>,
): PanelSetting {
  const { unit, decimals, step, minimum, maximum } = shape;
  const change = {
    by: 'number' as const,
    unit,
    step,
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  };
  return {
    id,
    label,
    group,
    read: async (signal) => {
      const value = await read(signal);
      // A value that rounds to zero has no sign.
      const shown = (Number.parseFloat(value.toFixed(decimals)) + 0).toFixed(decimals);
      return { text: shown, unit, value: Number.parseFloat(shown), ...(write && { change }) };
    },
    ...(write && { write: (value: number | string | boolean, signal: AbortSignal) => write(Number(value), signal) }),
  };
}

function switching(
  id: string,
  label: string,
  group: string,
  setting: Setting<boolean>,
  on: string,
  off: string,
): PanelSetting {
  return {
    id,
    label,
    group,
    read: async (signal) => {
      const value = await setting.read(signal);
      return { text: value ? on : off, value, change: { by: 'switch', on, off } };
    },
    write: (value, signal) => setting.write(value === true, signal),
  };
}

/** Everything that the plugins in use let an operator see and set. */
export function settingList({ find }: Pick<Session, 'find'>): readonly PanelSetting[] {
  return [...scopeSettings(find), ...stageSettings(find), ...cameraSettings(find), ...filterSettings(find)];
}

function scopeSettings(find: Session['find']): readonly PanelSetting[] {
  const scope = find(Scope);
  if (!scope) return [];
  const [optics, cameras, area, alpha] = [find(Optics), find(Cameras), find(IlluminatedArea), find(AlphaSelector)];
  const shift = find(ImageShiftControl)?.net ?? scope.imageShift;
  const camera = (): number => cameras?.selected.traits.index ?? 0;
  const magnification: PanelSetting = {
    id: 'magnification',
    label: 'Mag',
    about: 'Magnification',
    group: 'Column',
    read: async (signal) => {
      const index = await scope.magIndex.read(signal);
      if (!optics || !cameras) return { text: `index ${index}`, value: String(index) };
      const choices = optics.magnifications.indexes(optics.camera(camera())).map((each) => ({
        value: String(each),
        label: `${optics.magnificationFor(each, camera())}x${optics.isLowMagnification(each, camera()) ? '  LM' : ''}`,
      }));
      return {
        text: `${optics.magnificationFor(index, camera())}x`,
        value: String(index),
        change: { by: 'choice', choices },
      };
    },
    write: (value, signal) => scope.magIndex.write(Number(value), signal),
  };
  const shiftAxis = (axis: 'x' | 'y'): PanelSetting => ({
    about: `Image shift ${axis.toUpperCase()} in units of the column`,
    ...numeric(
      `image-shift-${axis}`,
      `IS ${axis.toUpperCase()}`,
      'Shifts',
      { unit: '', decimals: 3, step: 0.1 },
      async (signal) => (await shift.read(signal))[axis],
      async (value, signal) => shift.write({ ...(await shift.read(signal)), [axis]: imageShiftUnits(value) }, signal),
    ),
  });
  const beamAxis = (axis: 'x' | 'y'): PanelSetting => ({
    about: `Beam shift ${axis.toUpperCase()} in units of the column`,
    ...numeric(
      `beam-shift-${axis}`,
      `Beam ${axis.toUpperCase()}`,
      'Shifts',
      { unit: '', decimals: 3, step: 0.1 },
      async (signal) => (await scope.beamShift.read(signal))[axis],
      async (value, signal) =>
        scope.beamShift.write({ ...(await scope.beamShift.read(signal)), [axis]: beamShiftUnits(value) }, signal),
    ),
  });
  return [
    magnification,
    numeric(
      'defocus',
      'Defocus',
      'Column',
      { unit: 'um', decimals: 2, step: 0.5 },
      async (signal) => inMicrometres(await scope.defocus.read(signal)),
      (value, signal) => scope.defocus.write(micrometres(value), signal),
    ),
    numeric(
      'spot-size',
      'Spot size',
      'Column',
      { unit: '', decimals: 0, step: 1, minimum: 1, maximum: scope.traits.spotSizes },
      (signal) => scope.spotSize.read(signal),
      (value, signal) => scope.spotSize.write(value, signal),
    ),
    numeric(
      'intensity',
      'Intensity',
      'Column',
      { unit: '%', decimals: 2, step: 0.5, minimum: 0, maximum: 100 },
      async (signal) => 100 * (await scope.intensity.read(signal)),
      (value, signal) => scope.intensity.write(value / 100, signal),
    ),
    ...(area
      ? [
          {
            about: 'Illuminated area',
            ...numeric(
              'illuminated-area',
              'Lit area',
              'Column',
              { unit: 'um', decimals: 2, step: 0.1, minimum: 0 },
              async (signal) => inMicrometres(await area.illuminatedArea.read(signal)),
              (value, signal) => area.illuminatedArea.write(micrometres(value), signal),
            ),
          },
        ]
      : []),
    ...(alpha
      ? [
          numeric(
            'alpha',
            'Alpha',
            'Column',
            { unit: '', decimals: 0, step: 1, minimum: 0 },
            (signal) => alpha.alpha.read(signal),
            (value, signal) => alpha.alpha.write(value, signal),
          ),
        ]
      : []),
    {
      id: 'probe-mode',
      label: 'Probe',
      group: 'Column',
      read: async (signal) => {
        const value = await scope.probeMode.read(signal);
        return {
          text: value,
          value,
          change: {
            by: 'choice',
            choices: [
              { value: 'micro', label: 'microprobe' },
              { value: 'nano', label: 'nanoprobe' },
            ],
          },
        };
      },
      write: (value, signal) => scope.probeMode.write(value === 'nano' ? 'nano' : 'micro', signal),
    },
    shiftAxis('x'),
    shiftAxis('y'),
    beamAxis('x'),
    beamAxis('y'),
    switching('screen', 'Screen', 'Column', scope.screenDown, 'down', 'up'),
    switching('beam', 'Beam', 'Column', scope.beamBlanked, 'blanked', 'on'),
  ];
}

function stageSettings(find: Session['find']): readonly PanelSetting[] {
  const stage = find(Stage);
  if (!stage) return [];
  const axis = (name: 'x' | 'y' | 'z'): PanelSetting =>
    numeric(
      `stage-${name}`,
      `Stage ${name.toUpperCase()}`,
      'Stage',
      { unit: 'um', decimals: 2, step: 1 },
      async (signal) => inMicrometres((await stage.position.read(signal))[name]),
      (value, signal) => stage.move({ [name]: micrometres(value) }, signal),
    );
  const tilt = numeric(
    'stage-tilt',
    'Tilt',
    'Stage',
    { unit: '\u00b0', decimals: 2, step: 1, minimum: -90, maximum: 90 },
    async (signal) => inDegrees((await stage.position.read(signal)).tilt),
    (value, signal) => stage.move({ tilt: degrees(value) }, signal),
  );
  return [axis('x'), axis('y'), axis('z'), tilt];
}

function cameraSettings(find: Session['find']): readonly PanelSetting[] {
  const cameras = find(Cameras);
  if (!cameras) return [];
  const choices = cameras.all.map(({ traits }) => ({ value: String(traits.index), label: traits.name }));
  return [
    {
      id: 'camera',
      label: 'Camera',
      group: 'Camera',
      read: async () => ({
        text: cameras.selected.traits.name,
        value: String(cameras.selected.traits.index),
        ...(choices.length > 1 && { change: { by: 'choice' as const, choices } }),
      }),
      write: (value, signal) => cameras.select(Number(value), signal),
    },
  ];
}

function filterSettings(find: Session['find']): readonly PanelSetting[] {
  const filter = find(EnergyFilter);
  if (!filter) return [];
  return [
    switching('slit', 'Slit', 'Filter', filter.slitInserted, 'in', 'out'),
    numeric(
      'slit-width',
      'Slit width',
      'Filter',
      { unit: 'eV', decimals: 1, step: 1, minimum: 0 },
      (signal) => filter.slitWidth.read(signal),
      (value, signal) => filter.slitWidth.write(electronVolts(value), signal),
    ),
    numeric(
      'energy-loss',
      'Energy loss',
      'Filter',
      { unit: 'eV', decimals: 1, step: 1 },
      (signal) => filter.energyLoss.read(signal),
      (value, signal) => filter.energyLoss.write(electronVolts(value), signal),
    ),
  ];
}
