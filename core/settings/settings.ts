import { type CameraIndex, type Place, service } from '../base';
import { type CameraSettings, cameraSettings } from './camera-settings';
import {
  type GeneralName,
  type GeneralValue,
  type SessionProperty,
  findDefinition,
  isSessionProperty,
} from './definitions';
import { type MagnificationRow, magnificationTable } from './magnification-table';
import type { CameraParameterSets, ParameterSet, ParameterSetName } from './parameter-sets';
import { ParameterSetsInForce, type ParameterSetChange } from './parameter-sets-in-force';
import {
  calibrationFiles,
  type CalibrationFiles,
  type ConfigSection,
  limitsSchema,
  type OwnLimits,
  type PluginSettings,
  userSettingsFile,
} from './yaml/sections';
import { type PropertySource, type Section, rowsOf } from './source';
import { typedValue } from './values';

/**
 * The site's settings of its instrument. Values of properties are in SerialEM's units; everything that is parsed
 * further is in SI units.
 */
export interface Settings {
  /** Path of the file. */
  readonly file: string | undefined;
  /**
   * The value of a property, or its default. A default of -1 or -999 usually means "decided by the program"; the
   * description of the property says so.
   */
  get<Name extends GeneralName>(name: Name): GeneralValue<Name>;
  /** True when the property is entered in the file or was set in this session. */
  has(name: GeneralName): boolean;
  /** Changes a property for this session only; the file stays as it is. */
  set<Name extends GeneralName>(name: Name, value: GeneralValue<Name>): void;
  /** True when calibrations set the property for the session, so that the history can restore it. */
  isOfSession(name: string): name is SessionProperty;
  /** The number of changes made by `set`; what was worked out from settings is out of date when it differs. */
  readonly revision: number;
  /** The active cameras in the order of ActiveCameraList. */
  readonly cameras: readonly CameraSettings[];
  /** Cameras that are described but not active; parked ones have a negative number. */
  readonly parkedCameras: readonly CameraSettings[];
  readonly magnificationTable: readonly MagnificationRow[];
  /** The parameter sets of each active camera, by camera number, as they are in use. */
  readonly parameterSets: ReadonlyMap<CameraIndex, CameraParameterSets>;
  /**
   * Changes a parameter set until what is returned is called, or for this session; the file stays as it is. Throws `settings/no-such-camera` or
   * `settings/wrong-parameters`.
   */
  changeParameterSet(camera: CameraIndex, name: ParameterSetName, change: Partial<ParameterSet>): () => void;
  /** The parameter sets as the file has them, without what was changed in this session. */
  readonly writtenParameterSets: ReadonlyMap<CameraIndex, CameraParameterSets>;
  /** The fields of parameter sets that were changed in this session, by camera and name. */
  readonly changedParameterSets: readonly ParameterSetChange[];
  /** The plugins that the site enabled, in the order of the file. */
  readonly plugins: readonly PluginSettings[];
  /**
   * A section of the file that does not consist of properties, such as `simulator`; undefined when it does not exist.
   */
  section(name: string): ConfigSection | undefined;
  readonly calibrationFiles: CalibrationFiles;
  /** Path of the user's settings file, absolute. */
  readonly userSettingsFile: string;
  /** Limits for which SerialEM has no property. */
  readonly limits: OwnLimits;
}

/** The token of the settings. */
export const Settings = service<Settings>('Settings');

/** Parts of the settings. */
export interface SettingsParts {
  readonly source: PropertySource;
  readonly plugins?: readonly PluginSettings[];
  readonly sections?: ReadonlyMap<string, ConfigSection>;
}

/** Camera blocks with the same number are one camera. */
function mergedCameras(sections: readonly Section[]): readonly CameraSettings[] {
  const merged = new Map<number, Section>();
  for (const section of sections) {
    const earlier = merged.get(section.index!);
    // Parked blocks may share a number although they are different cameras.
    if (earlier && section.index! >= 0)
      merged.set(section.index!, { ...earlier, entries: [...earlier.entries, ...section.entries] });
    else merged.set(earlier ? section.index! - merged.size - 100 : section.index!, section);
  }
  return [...merged.values()].map(cameraSettings);
}

/** Makes settings from parts that were read. */
export function makeSettings({ source, plugins = [], sections = new Map() }: SettingsParts): Settings {
  const changed = new Map<GeneralName, unknown>();
  let revision = 0;
  const get = <Name extends GeneralName>(name: Name): GeneralValue<Name> =>
    (changed.has(name)
      ? changed.get(name)
      : typedValue(source.general, findDefinition('general', name)!)) as GeneralValue<Name>;
  const described = mergedCameras(source.cameras);
  const active = [...new Set(get('ActiveCameraList'))];
  const cameras = active
    .map((index) => described.find((each) => each.index === index))
    .filter((each) => each !== undefined);
  const places = calibrationFiles(source.file, sections.get('calibrations')?.value);
  const sets = new ParameterSetsInForce(cameras, sections.get('parameterSets')?.value);
  return {
    file: source.file,
    get,
    has: (name) => changed.has(name) || rowsOf(source.general, name).length > 0,
    set: (name, value) => {
      changed.set(name, value);
      revision += 1;
    },
    isOfSession: isSessionProperty,
    get revision() {
      return revision;
    },
    cameras,
    parkedCameras: described.filter((each) => !cameras.includes(each)),
    magnificationTable: magnificationTable(get('MagnificationTable')),
    get parameterSets() {
      return sets.inForce;
    },
    writtenParameterSets: sets.written,
    changeParameterSet: (camera, name, change) => sets.change(camera, name, change),
    get changedParameterSets() {
      return sets.changes;
    },
    plugins,
    section: (name) => sections.get(name),
    calibrationFiles: places,
    userSettingsFile: userSettingsFile(source.file, sections.get('userSettings')?.value, places.directory),
    limits: limitsSchema.safeParse(sections.get('limits')?.value ?? {}).data ?? {},
  };
}

/** The beginning of a file. */
export const startOf = (file: string): Place => ({ file, line: 1, column: 1 });
