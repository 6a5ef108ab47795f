import { cameraIndex, inDegrees, inMicrometres, type MagIndex, metres } from '../../../../core/base';
import { cameraArea } from '../../../../core/acquisition';
import {
  Cameras,
  insideNumber,
  shownDigits,
  shownNumber,
  shownRange,
  type SettingTraits,
} from '../../../../core/devices';
import {
  beamDiameter,
  LowDose,
  type LowDoseArea,
  type LowDoseChange,
  type LowDoseField,
  lowDoseFields,
  type LowDoseValue,
  type Session,
} from '../../../../core/kernel';
import { BeamCalibrations } from '../../../../core/illumination';
import { HighDefocusCalibrations, type HighDefocusOfImage, Optics, pixelSizeAt } from '../../../../core/optics';
import { Settings } from '../../../../core/settings';
import { Calibrations } from '../../../../core/store';
import { UserSettings } from '../../../../core/user-settings';
import type { AreaDrawing, AreaName, ChangeState, FieldState, ShownValue } from '../../protocol';
import { areaNames } from '../../protocol';
import { checkValue } from '../check-value';
import { consoleErrors } from '../errors';
import type { PlainActions } from '../plain-actions';
import type { SharedState } from '../shared-state';

const wayLimitMilliseconds = 300_000;
const none = '\u2013';

/** Low Dose: its areas with all that each holds, where the column is, and the ways between them, which STOP ends. */
export class LowDosePanel {
  private readonly lowDose: LowDose | undefined;
  private readonly beams = new Map<AreaName, { readonly definition: string; readonly micrometres: number }>();
  /** Ends listening to Low Dose. */
  readonly dispose: () => void;

  constructor(
    private readonly session: Pick<Session, 'find' | 'onSetting'>,
    private readonly state: SharedState,
    private readonly actions: PlainActions,
  ) {
    this.lowDose = session.find(LowDose);
    const ends = [
      this.lowDose?.onChange(() => this.show()),
      session.onSetting((setting, value) => this.noteBeam(setting, value)),
    ];
    this.dispose = () => ends.forEach((end) => end?.());
    this.show();
  }

  /** Shows areas and switches as they are now. */
  show(): void {
    const { lowDose, state } = this;
    if (!lowDose) return state.set('lowDose', undefined);
    const fields = lowDoseFields((token) => this.session.find(token));
    const { left, area, areas, on, continuousUpdate } = lowDose;
    const settings = this.session.find(UserSettings);
    state.set('lowDose', {
      on,
      continuousUpdate,
      ...(area !== undefined && { area }),
      ...(left && { left }),
      table: this.table,
      fields: fields.map(fieldState),
      areas: areaNames.map((name) => ({ name, values: valuesOf(fields, name, areas[name]) })),
      drawing: areaNames.map((name) => this.drawing(name, areas[name])),
      axisAngle: settings?.get('LowDoseRotateAxis') ? settings.get('LowDoseAxisAngle') : 0,
    });
  }

  /** Switches it on or off. Throws `low-dose/refused` or what a device throws. */
  async turn(on: boolean): Promise<void> {
    await this.way(on ? 'Low Dose on' : 'Low Dose off', (lowDose, signal) =>
      on ? lowDose.turnOn(signal) : lowDose.turnOff(signal),
    );
  }

  /** Takes the column to an area. Throws what `LowDose.goTo` throws. */
  async goTo(area: AreaName): Promise<void> {
    await this.way(`Low Dose: to ${area}`, (lowDose, signal) => lowDose.goTo(area, signal));
  }

  /** Changes a field of an area for good; the column follows where it is in that area. Throws `console/bad-value` or what `LowDose.change` throws. */
  async change(area: AreaName, id: string, value: number | string | boolean, who: string): Promise<void> {
    const field = this.fieldOf(area, id);
    checkValue(field.label, fieldState(field).change, value);
    const inside = insideValue(field, value);
    await this.changed(area, `${field.label} of ${area}`, field.change(this.required.areas[area], inside), who);
  }

  /**
   * Takes the settings of the column into an area. Throws `console/bad-value` in another area of Low Dose, whose settings the column has then, or what a
   * device throws.
   */
  async take(area: AreaName, who: string): Promise<void> {
    const { on, area: present } = this.required;
    if (on && present !== undefined && present !== area) throw consoleErrors.inOtherArea(area, present);
    await this.way(`Low Dose: ${area} from the column`, async (lowDose, signal) => {
      let taken: LowDoseArea = lowDose.areas[area];
      for (const field of lowDoseFields((token) => this.session.find(token)))
        if (field.present) taken = { ...taken, ...field.change(taken, await field.present(signal)) };
      await lowDose.change(area, taken, signal);
    });
    this.state.log('said', `${area} of Low Dose has the settings of the column, by ${who}.`);
  }

  /** Copies everything but the position from one area to another. */
  async copy(from: AreaName, to: AreaName, who: string): Promise<void> {
    if (from === to) throw consoleErrors.badValue('Copy', 'two different areas');
    await this.way(`Low Dose: ${from} to ${to}`, (lowDose, signal) => lowDose.copy(from, to, signal));
    this.state.log('said', `${to} of Low Dose has the settings of ${from}, by ${who}.`);
  }

  /** Moves the origin so that Record and the mean of Focus and Trial lie on either side of the optic axis, or back. */
  async balance(): Promise<void> {
    await this.way('Low Dose: balance', (lowDose) => lowDose.balance());
  }

  /** Lets changes of the column in an area become changes of the area, or not. */
  update(on: boolean): void {
    this.required.continuousUpdate = on;
    this.show();
  }

  /** Takes the word of the operator on what an earlier program has left. */
  async settle(isThere: boolean): Promise<void> {
    await this.way('Low Dose', (lowDose, signal) => lowDose.settleLeft(isThere, signal));
  }

  /** Remembers how large the beam was in an area, by the definition of the area. */
  private noteBeam(setting: object, value: unknown): void {
    const { lowDose } = this;
    if (!lowDose?.on || lowDose.area === undefined || typeof value !== 'number') return;
    if (setting !== beamDiameter((token) => this.session.find(token))) return;
    const { area } = lowDose;
    this.beams.set(area, {
      definition: JSON.stringify(lowDose.areas[area]),
      micrometres: inMicrometres(metres(value)),
    });
  }

  private get required(): LowDose {
    if (!this.lowDose) throw consoleErrors.unknownSetting('of Low Dose');
    return this.lowDose;
  }

  private get table(): string {
    const traits = this.session.find(Cameras)?.selected.traits;
    return traits?.stem ? 'scanning' : traits?.behindFilter ? 'a camera behind the energy filter' : 'a camera';
  }

  private async changed(area: AreaName, what: string, change: LowDoseChange, who: string): Promise<void> {
    await this.way(`Low Dose: ${what}`, (lowDose, signal) => lowDose.change(area, change, signal));
    this.state.log('said', `Low Dose: ${what} was changed, by ${who}.`);
  }

  private async way(what: string, go: (lowDose: LowDose, signal: AbortSignal) => Promise<void>): Promise<void> {
    const lowDose = this.required;
    try {
      await this.actions.perform(what, wayLimitMilliseconds, (signal) => go(lowDose, signal));
    } finally {
      this.show();
    }
  }

  private fieldOf(area: AreaName, id: string): LowDoseField {
    const found = lowDoseFields((token) => this.session.find(token)).find((each) => each.id === id);
    if (!found || (found.of && !found.of.includes(area))) throw consoleErrors.unknownSetting(`${id} of ${area}`);
    return found;
  }

  private drawing(name: AreaName, area: LowDoseArea): AreaDrawing {
    const { magIndex } = area;
    const { x, y } = this.required.placeOf(name);
    const seen = this.beams.get(name);
    const beam = seen?.definition === JSON.stringify(area) ? { beam: seen.micrometres } : {};
    const [optics, cameras, settings] = [
      this.session.find(Optics),
      this.session.find(Cameras),
      this.session.find(Settings),
    ];
    const traits = cameras?.selected.traits;
    const set = traits && settings?.parameterSets.get(cameraIndex(traits.index))?.[name];
    if (!optics || !traits || !set || magIndex === undefined) return { name, x, y, ...beam };
    const { pixelSize, rotation } = optics.at({ magIndex, camera: traits.index });
    if (!pixelSize) return { name, x, y, ...beam };
    const { left, top, right, bottom } = cameraArea(set.area, traits);
    const change = this.highDefocus(name, area, magIndex);
    const pixel = inMicrometres(pixelSizeAt(pixelSize.value, change));
    return {
      name,
      x,
      y,
      ...beam,
      field: {
        width: pixel * (right - left),
        height: pixel * (bottom - top),
        rotation: (rotation ? -inDegrees(rotation.value) : 0) - (change?.ofImage.rotation ?? 0),
      },
    };
  }

  /** Changes by the defocus offset of an area, by its definition; undefined where it has none. */
  private highDefocus(name: AreaName, area: LowDoseArea, magIndex: MagIndex): HighDefocusOfImage | undefined {
    const [calibrations, settings] = [this.session.find(Calibrations), this.session.find(UserSettings)];
    const offset = name === 'View' ? 'LowDoseViewDefocus' : name === 'Search' ? 'LowDoseSearchDefocus' : undefined;
    const { spotSize, intensity, probeMode } = area;
    if (!calibrations || !settings || !offset || spotSize === undefined || intensity === undefined) return undefined;
    const camera = this.session.find(Cameras)!.selected.traits.index;
    if (this.session.find(Optics)?.at({ magIndex, camera }).isLowMagnification) return undefined;
    return new HighDefocusCalibrations(calibrations, () => this.session.find(BeamCalibrations)).at({
      spot: spotSize,
      intensity,
      defocus: settings.get(offset),
      ...(probeMode && { probe: probeMode === 'micro' ? 1 : 0 }),
    });
  }
}

function valuesOf(
  fields: readonly LowDoseField[],
  name: AreaName,
  area: LowDoseArea,
): Readonly<Record<string, ShownValue>> {
  return Object.fromEntries(
    fields.map((field): readonly [string, ShownValue] => {
      const value = field.of && !field.of.includes(name) ? undefined : field.read(area);
      return [field.id, value === undefined ? undefinedValue(field, name) : shown(field, value)];
    }),
  );
}

/** Value of a field that nobody has defined, which is changed like others; of one that the area does not have, which is not. */
const undefinedValue = ({ of }: LowDoseField, name: AreaName): ShownValue =>
  of && !of.includes(name) ? { text: none } : { text: 'not set', value: '' };

function shown({ traits, choices }: LowDoseField, value: LowDoseValue): ShownValue {
  if (choices)
    return {
      text: choices.find((each) => each.value === value)?.label.trim() ?? `index ${value}`,
      value: String(value),
    };
  switch (traits.kind) {
    case 'number': {
      const text = shownDigits(traits, value as number);
      return { text, value: Number.parseFloat(text) };
    }
    case 'switch':
      return { text: value === true ? traits.on : traits.off, value: value === true };
    case 'choice':
      return { text: traits.words[String(value)] ?? String(value), value: String(value) };
    default:
      return { text: String(value) };
  }
}

function insideValue({ traits, choices }: LowDoseField, value: number | string | boolean): LowDoseValue {
  if (choices) return Number(value);
  return traits.kind === 'number' ? insideNumber(traits, Number(value)) : value;
}

function fieldState(field: LowDoseField): FieldState {
  const { id, label, about, traits } = field;
  const unit = 'unit' in traits && traits.unit !== 'units' ? traits.unit : '';
  return { id, label, about, ...(unit !== '' && { unit }), change: changeOf(field, unit) };
}

function changeOf({ traits, choices, about }: LowDoseField, unit: string): ChangeState {
  if (choices) return { by: 'choice', choices: choices.map(({ value, label }) => ({ value: String(value), label })) };
  switch (traits.kind) {
    case 'number':
      return {
        by: 'number',
        unit,
        step: traits.step,
        ...limitsOf(traits),
        ...(traits.whole && { whole: true as const }),
      };
    case 'switch':
      return { by: 'switch', on: traits.on, off: traits.off };
    case 'choice':
      return {
        by: 'choice',
        choices: traits.choices.map((each) => ({ value: each, label: traits.words[each] ?? each })),
      };
    default:
      return { by: 'text', hint: about };
  }
}

function limitsOf(traits: Extract<SettingTraits, { kind: 'number' }>): {
  readonly minimum?: number;
  readonly maximum?: number;
} {
  if (traits.choices) {
    const shownChoices = traits.choices.map((each) => shownNumber(traits, each));
    return { minimum: Math.min(...shownChoices), maximum: Math.max(...shownChoices) };
  }
  if (!traits.range) return {};
  const [minimum, maximum] = shownRange(traits, traits.range);
  return {
    ...(Number.isFinite(minimum) && { minimum }),
    ...(Number.isFinite(maximum) && { maximum }),
  };
}
