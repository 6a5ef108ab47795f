import {
  type BeamShiftUnits,
  type BeamTiltUnits,
  type Clock,
  Disposables,
  type ElectronVolts,
  type ImageShiftUnits,
  type MagIndex,
  type Metres,
  type Vector,
  add,
  metres,
  throwIfStopped,
} from '../base';
import type { LensGroup, ProbeMode, Setting } from '../devices';
import type { AreaStep } from './area-plan';

/** The settings that a way to an area changes; undefined for what the column does not have. */
export interface AreaDevices {
  readonly magIndex: Setting<MagIndex>;
  readonly defocus: Setting<Metres>;
  /** The net image shift, with the factor of the delay after it. */
  readonly imageShift: {
    read(signal?: AbortSignal): Promise<Vector<ImageShiftUnits>>;
    write(value: Vector<ImageShiftUnits>, delayFactor: number, signal?: AbortSignal): Promise<void>;
  };
  readonly spotSize?: Setting<number>;
  readonly intensity?: Setting<number>;
  readonly alpha?: Setting<number>;
  readonly probeMode?: Setting<ProbeMode>;
  readonly condenserAperture?: Setting<Metres>;
  readonly objectiveAperture?: Setting<Metres>;
  readonly beamShift?: Setting<Vector<BeamShiftUnits>>;
  readonly beamTilt?: Setting<Vector<BeamTiltUnits>>;
  readonly slit?: {
    readonly inserted: Setting<boolean>;
    readonly width: Setting<ElectronVolts>;
    readonly energyLoss: Setting<ElectronVolts>;
  };
  readonly normalize?: (lenses: LensGroup, signal?: AbortSignal) => Promise<void>;
}

const micrometre = 1e-6;

/**
 * Takes the steps one after the other. Where one fails or is stopped, everything that was changed is put back in the opposite order.
 * @returns what could not be put back, with the reason why the way ended there; undefined where it ended at its end
 */
export async function walk(
  steps: readonly AreaStep[],
  devices: AreaDevices,
  clock: Clock,
  signal?: AbortSignal,
): Promise<{ readonly cause: unknown; readonly left: readonly unknown[] } | undefined> {
  const undos = new Disposables();
  // Columns change more than what is written: image shift with the magnification, intensity with the probe mode.
  undos.add(await putBackAtTheEnd(devices, signal));
  try {
    for (const step of steps) {
      if (signal) throwIfStopped(signal);
      await take(step, devices, undos, clock, signal);
    }
    return undefined;
  } catch (cause) {
    try {
      await undos.dispose();
      return { cause, left: [] };
    } catch (error) {
      return { cause, left: error instanceof AggregateError ? (error.errors as unknown[]) : [error] };
    }
  }
}

/** Reads everything that a way may change; what is returned writes it back where it differs, after the magnification. */
async function putBackAtTheEnd(devices: AreaDevices, signal?: AbortSignal): Promise<() => Promise<void>> {
  const { imageShift, probeMode, alpha, spotSize, intensity, defocus, beamShift, beamTilt } = devices;
  const shift = {
    read: (reading?: AbortSignal) => imageShift.read(reading),
    write: (value: Vector<ImageShiftUnits>) => imageShift.write(value, 1),
  };
  type Kept = { read(signal?: AbortSignal): Promise<unknown>; write(value: unknown): Promise<void> };
  const kept: { readonly setting: Kept; readonly before: unknown }[] = [];
  for (const setting of [probeMode, alpha, spotSize, intensity, defocus, shift, beamShift, beamTilt] as (
    Kept | undefined
  )[])
    if (setting) kept.push({ setting, before: await setting.read(signal) });
  return async () => {
    for (const { setting, before } of kept) if (!same(await setting.read(), before)) await setting.write(before);
  };
}

async function take(
  step: AreaStep,
  devices: AreaDevices,
  undos: Disposables,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  /** Writes a value where it differs, and remembers what was there before it is sent. */
  const write = async <Value>(
    setting: Setting<Value> | undefined,
    value: Value | ((before: Value) => Value),
  ): Promise<void> => {
    if (!setting) return;
    const before = await setting.read(signal);
    const wanted = typeof value === 'function' ? (value as (before: Value) => Value)(before) : value;
    if (same(before, wanted)) return;
    undos.add(() => setting.write(before));
    await setting.write(wanted, signal);
  };
  switch (step.kind) {
    case 'magIndex':
      return write(devices.magIndex, step.value);
    case 'imageShift': {
      const { imageShift } = devices;
      const before = await imageShift.read(signal);
      undos.add(() => imageShift.write(before, 1));
      return imageShift.write(step.value, step.delayFactor, signal);
    }
    case 'spotSize':
      return write(devices.spotSize, step.value);
    case 'intensity':
      return write(devices.intensity, step.value);
    case 'alphaSelector':
      return write(devices.alpha, step.value);
    case 'condenserAperture':
      return write(devices.condenserAperture, step.value);
    case 'objectiveAperture':
      return write(devices.objectiveAperture, step.value);
    case 'probeMode':
      return write(devices.probeMode, step.value);
    case 'defocus':
      return write(devices.defocus, (before) => metres(before + step.by * micrometre));
    case 'beamShift':
      return write(devices.beamShift, (before) => add(before, step.by));
    case 'beamTilt':
      return write(devices.beamTilt, (before) => add(before, step.by));
    case 'slit': {
      await write(devices.slit?.width, step.value.width);
      await write(devices.slit?.energyLoss, step.value.zeroLoss ? (0 as ElectronVolts) : step.value.energyLoss);
      return write(devices.slit?.inserted, step.value.inserted);
    }
    case 'normalize':
      return devices.normalize?.(step.lenses, signal);
    case 'wait':
      return clock.delay(step.time, signal);
  }
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
