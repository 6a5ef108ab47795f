import { type ElectronVolts, type MagIndex, type Metres, type Vector, electronVolts, vector } from '../base';
import {
  AlphaSelector,
  BeamShift,
  BeamTilt,
  Cameras,
  CondenserAperture,
  EnergyFilter,
  IlluminatedArea,
  Illumination,
  type NumberTraits,
  ObjectiveAperture,
  type PairTraits,
  ProbeModeSelector,
  type Readable,
  Scope,
  type SettingTraits,
} from '../devices';
import { Optics } from '../optics';
import type { LowDoseArea, LowDoseAreaName, LowDoseChange, LowDoseSlit } from './low-dose';
import type { Session } from './session';

/** Value of a field of an area, as devices have it. */
export type LowDoseValue = number | boolean | string;

/** One field of the areas of Low Dose for people: its nature, how it is read from an area, and how it is changed in one. */
export interface LowDoseField {
  readonly id: string;
  readonly label: string;
  /** One sentence for an operator. */
  readonly about: string;
  /** Traits of the setting of the column that the field holds, or of the like. */
  readonly traits: SettingTraits;
  /** Areas that have it; all of them by default. */
  readonly of?: readonly LowDoseAreaName[];
  /** Values to choose from, each as people call it. */
  readonly choices?: readonly { readonly value: number; readonly label: string }[];
  /** The value in an area; undefined while nobody has defined it. */
  read(area: LowDoseArea): LowDoseValue | undefined;
  change(area: LowDoseArea, value: LowDoseValue): LowDoseChange;
  /** The value that the column has now; absent for what an area adds to the column. */
  present?(signal?: AbortSignal): Promise<LowDoseValue>;
}

type Axis = 'x' | 'y';
type SlitField = 'inserted' | 'width' | 'energyLoss';

const axisTraits: NumberTraits = {
  kind: 'number',
  name: 'position on the axis',
  label: 'Position',
  unit: 'um',
  factor: 1,
  offset: 0,
  decimals: 3,
  step: 0.5,
  range: [-19, 19],
  whole: false,
};
/** The slit with which a definition begins. */
const firstSlit: LowDoseSlit = {
  inserted: true,
  width: electronVolts(20),
  energyLoss: electronVolts(0),
  zeroLoss: true,
};

/** Every field of the areas that the column of an instrument has, in the order in which people go through them. */
export function lowDoseFields(find: Session['find']): readonly LowDoseField[] {
  const [scope, illumination, filter] = [find(Scope), find(Illumination), find(EnergyFilter)];
  const [alpha, probeMode] = [find(AlphaSelector)?.alpha, find(ProbeModeSelector)?.probeMode];
  const [condenser, objective] = [
    find(CondenserAperture)?.condenserAperture,
    find(ObjectiveAperture)?.objectiveAperture,
  ];
  const [beamShift, beamTilt] = [find(BeamShift)?.beamShift, find(BeamTilt)?.beamTilt];
  return [
    ...(scope ? [magnification(scope, find)] : []),
    {
      id: 'axisPosition',
      label: axisTraits.label,
      about:
        'Distance from the optic axis along the tilt axis, or along the turned axis. View and Search stand where Record does.',
      traits: axisTraits,
      of: ['Focus', 'Trial', 'Record'],
      read: ({ axisPosition }) => axisPosition,
      change: (_, value) => ({ axisPosition: Number(value) }),
    },
    ...(illumination
      ? [
          column('spotSize', illumination.spotSize, 'Spot size in the area.'),
          column('intensity', illumination.intensity, 'Intensity in the area.'),
        ]
      : []),
    ...(alpha ? [column('alpha', alpha, 'Alpha in the area.')] : []),
    ...(probeMode ? [column('probeMode', probeMode, 'Probe mode in the area.')] : []),
    ...(condenser ? [column('condenserAperture', condenser, 'Condenser aperture in the area.')] : []),
    ...(objective ? [column('objectiveAperture', objective, 'Objective aperture in the area.')] : []),
    ...(beamShift ? offsets('beamShiftOffset', beamShift, 'Beam shift that the area adds') : []),
    ...(beamTilt ? offsets('beamTiltOffset', beamTilt, 'Beam tilt that the area adds') : []),
    ...(filter ? slit(filter) : []),
  ];
}

/** The diameter of the beam on the specimen, on columns that know it. */
export const beamDiameter = (find: Session['find']): Readable<Metres> | undefined =>
  find(IlluminatedArea)?.illuminatedArea;

function magnification(scope: Scope, find: Session['find']): LowDoseField {
  const [optics, cameras] = [find(Optics), find(Cameras)];
  const field = column('magIndex', scope.magIndex, 'Magnification in the area.');
  if (!optics || !cameras) return field;
  const camera = cameras.selected.traits.index;
  const choices = optics.magnifications.indexes(optics.camera(camera)).map((value) => {
    const { magnification: shown, isLowMagnification } = optics.at({ magIndex: value, camera });
    return { value: value, label: `${shown}x${isLowMagnification ? '  LM' : ''}` };
  });
  return { ...field, label: 'Magnification', choices };
}

/** A field that holds a setting of the column as it is. */
function column<
  Key extends keyof Pick<
    LowDoseArea,
    'magIndex' | 'spotSize' | 'intensity' | 'alpha' | 'probeMode' | 'condenserAperture' | 'objectiveAperture'
  >,
>(id: Key, setting: Readable<LowDoseValue & NonNullable<LowDoseArea[Key]>>, about: string): LowDoseField {
  const { traits } = setting;
  return {
    id,
    label: traits.label,
    about,
    traits,
    read: (area) => area[id],
    change: (_, value) => ({ [id]: value as MagIndex }),
    present: (signal) => setting.read(signal),
  };
}

/** Both axes of what an area adds to a pair of the column. */
function offsets(
  id: 'beamShiftOffset' | 'beamTiltOffset',
  setting: Readable<Vector>,
  about: string,
): readonly LowDoseField[] {
  const { kind: _pair, range: _range, ...traits } = setting.traits as PairTraits;
  return (['x', 'y'] as const).map((axis: Axis) => ({
    id: `${id}-${axis}`,
    label: `${traits.label} ${axis.toUpperCase()}`,
    about: `${about}, along ${axis.toUpperCase()}.`,
    traits: { ...traits, kind: 'number', whole: false } satisfies NumberTraits,
    read: (area: LowDoseArea) => area[id][axis],
    change: (area: LowDoseArea, value: LowDoseValue) => {
      const { x, y } = area[id];
      return { [id]: axis === 'x' ? vector(Number(value), y) : vector(x, Number(value)) };
    },
  }));
}

function slit(filter: EnergyFilter): readonly LowDoseField[] {
  const field = <Value extends boolean | ElectronVolts>(
    key: SlitField,
    setting: Readable<Value>,
    about: string,
  ): LowDoseField => ({
    id: `slit-${key}`,
    label: setting.traits.label,
    about,
    traits: setting.traits,
    read: ({ slit: present }) => present?.[key],
    change: ({ slit: present }, value) => {
      const changed = { ...firstSlit, ...present, [key]: value };
      return { slit: { ...changed, zeroLoss: changed.energyLoss === 0 } };
    },
    present: (signal) => setting.read(signal),
  });
  return [
    field('inserted', filter.slitInserted, 'Slit of the energy filter in the area.'),
    field('width', filter.slitWidth, 'Width of the slit in the area.'),
    field('energyLoss', filter.energyLoss, 'Energy loss in the area; 0 is at zero loss.'),
  ];
}
