import path from 'node:path';
import { EucentricError, cameraIndex, describe } from '../../../../core/base';
import { exposureOf } from '../../../../core/acquisition';
import { type Camera, Cameras, type Exposure } from '../../../../core/devices';
import type { Session } from '../../../../core/kernel';
import {
  areaNamed,
  type CameraSettings,
  ConfigurationWriting,
  type FieldCamera,
  namedAreas,
  type ParameterSet,
  type ParameterSetChange,
  type ParameterSetField,
  parameterSetFields,
  type ParameterValue,
  type PreparedText,
  Settings,
} from '../../../../core/settings';
import { importParameterSets, SettingsText } from '../../../../core/user-settings';
import {
  type ChangeState,
  type ConfigurationDifference,
  type DifferenceState,
  type FieldState,
  type ImportState,
  type ParameterSetState,
  type SetName,
  setNames,
  type SetValue,
} from '../../protocol';
import { checkValue } from '../check-value';
import { consoleErrors } from '../errors';
import type { SharedState } from '../shared-state';
import type { SentFile } from './uploads';

/** A parameter set of a camera. */
export interface SetPlace {
  readonly camera: number;
  readonly set: SetName;
}

const none = '\u2013';
/** Figures of a number that a camera makes of another one. */
const madeFigures = 4;

/** The parameter sets of every camera: shown with what the camera makes of them, changed for the session, and written on request. */
export class ParameterSetsPanel {
  private readonly settings: Settings | undefined;
  private readonly writing: ConfigurationWriting | undefined;
  /** Fields that were written into the configuration in this session, by camera, set and field. */
  private readonly writtenHere: ParameterSetChange[] = [];
  private prepared: (PreparedText & { readonly number: number; readonly changes: ParameterSetChange[] }) | undefined;
  private count = 0;

  constructor(
    private readonly session: Pick<Session, 'find'>,
    private readonly state: SharedState,
  ) {
    this.settings = session.find(Settings);
    this.writing = session.find(ConfigurationWriting);
    state.set('parameterSets', undefined);
  }

  /** Shows what is in use now. */
  show(): void {
    const { settings, writing } = this;
    if (!settings || settings.cameras.length === 0) return;
    const selected = this.session.find(Cameras)?.selected.traits.index;
    this.state.set('parameterSets', {
      cameras: settings.cameras.map((camera) => ({
        camera: camera.index,
        name: camera.name,
        selected: camera.index === selected,
        fields: this.fieldsOf(camera).map((field) => this.fieldState(field, camera)),
        sets: setNames.map((set) => this.setState(camera, set)),
      })),
      unwritten: this.unwritten().reduce((sum, { fields }) => sum + Object.keys(fields).length, 0),
      ...(writing && { file: path.basename(writing.file) }),
    });
  }

  /** Changes a field for this session. Throws `console/bad-value` or `settings/wrong-parameters`. */
  change(place: SetPlace, id: string, value: ParameterValue, who: string): void {
    const { settings, camera, field, change, before } = this.prepareChange(place, id, value);
    settings.changeParameterSet(camera.index, place.set, change);
    const after = textOf(field, this.setOf(place));
    const unit = field.unit === undefined ? '' : ` ${field.unit}`;
    this.state.log(
      'said',
      `${place.set} of ${camera.name}: ${field.label} ${before}${unit} -> ${after}${unit}, by ${who}.`,
    );
    this.show();
  }

  /** A parameter set as it would be with a field changed; nothing is changed. Throws as `change`. */
  tried(place: SetPlace, id: string, value: ParameterValue): ParameterSetState {
    const { settings, camera, change } = this.prepareChange(place, id, value);
    const undo = settings.changeParameterSet(camera.index, place.set, change);
    try {
      return this.setState(camera, place.set);
    } finally {
      undo();
    }
  }

  /** Puts every field back to the configuration. */
  reset(who: string): void {
    const changed = this.unwritten();
    for (const { camera, name, fields } of changed) {
      const written = this.writtenSet({ camera, set: name });
      const back = Object.fromEntries(Object.keys(fields).map((key) => [key, written[key as keyof ParameterSet]]));
      this.settings!.changeParameterSet(camera, name, back);
    }
    if (changed.length > 0) this.state.log('said', `Parameter sets are as in the configuration again, by ${who}.`);
    this.show();
  }

  /** The difference that writing would make. Throws what keeps the configuration from being edited. */
  async difference(): Promise<ConfigurationDifference> {
    const { writing } = this;
    if (!writing) throw consoleErrors.nothingToWrite();
    const file = path.basename(writing.file);
    const changes = [...this.unwritten()];
    const prepared = changes.length > 0 ? await writing.prepareParameterSets(changes) : undefined;
    if (!prepared) {
      this.prepared = undefined;
      return { file, diff: '' };
    }
    this.prepared = { ...prepared, changes, number: (this.count += 1) };
    return { number: this.count, file, diff: prepared.diff };
  }

  /** Writes a difference that was shown. Throws `console/nothing-to-write`, `properties/changed-meanwhile` or `store/write-failed`. */
  async write(number: number, who: string): Promise<void> {
    const { prepared, writing } = this;
    if (prepared?.number !== number || !writing) throw consoleErrors.nothingToWrite();
    this.prepared = undefined;
    await prepared.write();
    this.writtenHere.push(...prepared.changes);
    this.state.log('said', `Parameter sets were written into ${writing.file}, by ${who}.`);
    this.show();
  }

  /** Effects of the camera sets of a settings file of SerialEM, which are put in use for the session on request. Throws `user-settings/not-a-settings-file`. */
  import({ bytes, name }: SentFile, apply: boolean, who: string): ImportState {
    const settings = this.required;
    const { changes, remarks } = importParameterSets(SettingsText.read(bytes, name), settings.cameras);
    const differences: DifferenceState[] = [];
    const refused: string[] = [];
    for (const { camera: index, name: set, fields } of changes) {
      const place = { camera: index, set };
      const camera = this.cameraOf(index);
      const before = this.setOf(place);
      let undo: () => void;
      try {
        undo = settings.changeParameterSet(index, set, fields);
      } catch (error) {
        refused.push(describe(error));
        continue;
      }
      const after = this.setOf(place);
      for (const field of this.fieldsOf(camera)) {
        const [was, is] = [textOf(field, before), textOf(field, after)];
        if (was !== is)
          differences.push({ of: `${set} of ${camera.name}`, label: field.label, before: was, after: is });
      }
      if (!apply) undo();
    }
    if (apply && differences.length > 0)
      this.state.log('said', `Parameter sets were taken over from ${name} for this session, by ${who}.`);
    if (apply) this.show();
    return { differences, remarks: [...remarks, ...refused] };
  }

  private get required(): Settings {
    if (!this.settings) throw consoleErrors.noCamera();
    return this.settings;
  }

  private prepareChange(place: SetPlace, id: string, value: ParameterValue) {
    const settings = this.required;
    const camera = this.cameraOf(place.camera);
    const field = this.fieldsOf(camera).find((each) => each.id === id);
    if (!field) throw consoleErrors.unknownSetting(id);
    checkValue(field.label, this.fieldState(field, camera).change, value);
    const set = this.setOf(place);
    const change = field.change(set, value);
    if (!change) throw consoleErrors.badValue(field.label, `something else. ${field.about.replace(/\.$/, '')}`);
    return { settings, camera, field, change, before: textOf(field, set) };
  }

  private cameraOf(index: number): CameraSettings {
    const found = this.required.cameras.find((each) => each.index === index);
    if (!found) throw consoleErrors.unknownSetting(`of camera ${index}`);
    return found;
  }

  private setOf({ camera, set }: SetPlace): ParameterSet {
    return this.required.parameterSets.get(cameraIndex(camera))![set];
  }

  /** A set as the configuration has it, also after it was written here. */
  private writtenSet({ camera, set }: SetPlace): ParameterSet {
    const written = this.required.writtenParameterSets.get(cameraIndex(camera))![set];
    return this.writtenHere
      .filter((each) => each.camera === camera && each.name === set)
      .reduce((before, { fields }) => ({ ...before, ...fields }), written);
  }

  /** Fields that differ from the configuration. */
  private unwritten(): readonly ParameterSetChange[] {
    return this.required.cameras.flatMap(({ index }) =>
      setNames.flatMap((name): readonly ParameterSetChange[] => {
        const place = { camera: index, set: name };
        const [written, present] = [this.writtenSet(place), this.setOf(place)];
        const keys = [...new Set([...Object.keys(present), ...Object.keys(written)])] as (keyof ParameterSet)[];
        const fields = Object.fromEntries(
          keys
            .filter((key) => JSON.stringify(present[key]) !== JSON.stringify(written[key]))
            .map((key) => [key, present[key]]),
        ) as Partial<ParameterSet>;
        return Object.keys(fields).length > 0 ? [{ camera: index, name, fields }] : [];
      }),
    );
  }

  private deviceOf({ index }: CameraSettings): Camera | undefined {
    return this.session.find(Cameras)?.all.find(({ traits }) => traits.index === index);
  }

  private fieldCamera(camera: CameraSettings): FieldCamera {
    const traits = this.deviceOf(camera)?.traits;
    return { ...camera, shutters: traits?.shutters, dividesExposures: traits?.frames !== undefined };
  }

  private fieldsOf(camera: CameraSettings): readonly ParameterSetField[] {
    const of = this.fieldCamera(camera);
    return parameterSetFields.filter((field) => field.appliesTo?.(of) ?? true);
  }

  private fieldState(field: ParameterSetField, camera: CameraSettings): FieldState {
    const { id, label, unit, about } = field;
    return {
      id,
      label,
      about,
      ...(unit !== undefined && { unit }),
      change: changeOf(field, this.fieldCamera(camera)),
    };
  }

  private setState(camera: CameraSettings, name: SetName): ParameterSetState {
    const place = { camera: camera.index, set: name };
    const [set, written] = [this.setOf(place), this.writtenSet(place)];
    const made = this.madeOf(set, camera);
    const values = this.fieldsOf(camera).map((field): readonly [string, SetValue] => {
      const value = field.read(set);
      const text = textOf(field, set);
      const [before, after] = [textOf(field, written), made.set ? textOf(field, made.set, madeFigures) : text];
      const isOther = made.set !== undefined && field.read(made.set) !== value && after !== text;
      return [
        field.id,
        {
          text,
          ...(value !== undefined && { value: field.kind === 'choice' ? String(value) : value }),
          ...(before !== text && { written: before }),
          ...(isOther && { becomes: after }),
        },
      ];
    });
    return {
      name,
      values: Object.fromEntries(values),
      image: made.image,
      ...(made.refusal !== undefined && { refusal: made.refusal }),
    };
  }

  /** A set as the camera makes it. */
  private madeOf(
    set: ParameterSet,
    camera: CameraSettings,
  ): { readonly set?: ParameterSet; readonly image: string; readonly refusal?: string } {
    const device = this.deviceOf(camera);
    if (!device) return { image: '' };
    try {
      const made = device.fit(exposureOf(set, device.traits));
      return { set: madeSet(set, made, device), image: sizeOf(made) };
    } catch (error) {
      if (!(error instanceof EucentricError)) throw error;
      return { image: '', refusal: `${error.message} ${error.hint}` };
    }
  }
}

/** The set that would ask for just this exposure. */
function madeSet(set: ParameterSet, made: Exposure, { traits }: Camera): ParameterSet {
  const { binning, exposure, driftSettling, readMode, processing, area, frames } = made;
  const named = namedAreas.find((name) => same(areaNamed(name, traits.width, traits.height), area));
  const kept = exposureOf(set, traits);
  const { fractions } = set;
  return {
    ...set,
    binning,
    exposure,
    driftSettling,
    readMode,
    processing,
    area: same(kept.area, area) ? set.area : (named ?? area),
    ...(fractions && frames && { fractions: { ...fractions, frameTime: frames.frameTime } }),
  };
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function sizeOf({ area, binning }: Exposure): string {
  const [across, down] = [area.right - area.left, area.bottom - area.top].map((each) => Math.floor(each / binning));
  return `${across} \u00d7 ${down}`;
}

function textOf(field: ParameterSetField, set: ParameterSet, figures = 6): string {
  const value = field.read(set);
  if (value === undefined) return none;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'number' ? String(Number(value.toPrecision(figures))) : value === '' ? none : value;
}

function changeOf(
  { kind, unit = '', step = 1, range, about, choices }: ParameterSetField,
  camera: FieldCamera,
): ChangeState {
  const values = choices?.(camera) ?? [];
  switch (kind) {
    case 'switch':
      return { by: 'switch', on: 'on', off: 'off' };
    case 'choice':
      return { by: 'choice', choices: values.map((value) => ({ value, label: value })) };
    case 'text':
      return { by: 'text', hint: about, ...(values.length > 0 && { offered: values }) };
    default:
      return {
        by: 'number',
        unit,
        step,
        ...(range && { minimum: range[0], maximum: range[1] }),
        ...(kind === 'whole number' && { whole: true as const }),
      };
  }
}
