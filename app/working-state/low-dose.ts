import path from 'node:path';
import { type Clock, type Logger, describe } from '../../core/base';
import {
  AlphaSelector,
  BeamShift,
  BeamTilt,
  Cameras,
  CondenserAperture,
  EnergyFilter,
  Illumination,
  LensNormalization,
  type LowDoseChoice,
  LowDoseSwitch,
  ObjectiveAperture,
  ProbeModeSelector,
  Scope,
  Screen,
} from '../../core/devices';
import { type Kernel, LowDose, type Session } from '../../core/kernel';
import { BeamCalibrations } from '../../core/illumination';
import { LowDoseControl, LowDoseStateFile } from '../../core/low-dose';
import {
  centringAtHighDefocus,
  HighDefocusCalibrations,
  ImageShiftCarrying,
  ImageShiftControl,
  Optics,
} from '../../core/optics';
import { CalibrationHistory, type Calibrations } from '../../core/store';
import type { Settings } from '../../core/settings';
import { letIntensitiesFollow } from './intensities-follow';
import type { OpenedUserSettings } from './user-settings';

/** Provides Low Dose on an instrument that has a column and cameras, and keeps the beam blanked between its images. */
export function provideLowDose(
  kernel: Kernel,
  find: Session['find'],
  {
    settings,
    user,
    calibrations,
    clock,
    log,
  }: {
    settings: Settings;
    user: OpenedUserSettings;
    calibrations: Pick<Calibrations, 'records'>;
    clock: Clock;
    log: Logger;
  },
): void {
  const { registry } = kernel;
  const [scope, cameras, optics] = [find(Scope), find(Cameras), find(Optics)];
  const [imageShift, carrying] = [find(ImageShiftControl), find(ImageShiftCarrying)];
  if (!scope || !cameras || !optics || !imageShift || !carrying) {
    if (scope) registry.lackFor(Cameras, [LowDose]);
    return;
  }
  const [illumination, filter, normalization] = [find(Illumination), find(EnergyFilter), find(LensNormalization)];
  const [alpha, probeMode] = [find(AlphaSelector)?.alpha, find(ProbeModeSelector)?.probeMode];
  const [beamShift, beamTilt] = [find(BeamShift)?.beamShift, find(BeamTilt)?.beamTilt];
  const [condenser, objective] = [find(CondenserAperture), find(ObjectiveAperture)];
  const screenDown = find(Screen)?.screenDown;
  const highDefocus = new HighDefocusCalibrations(calibrations, () => find(BeamCalibrations));
  const lowDose = new LowDoseControl({
    devices: {
      magIndex: scope.magIndex,
      defocus: scope.defocus,
      ...(illumination && { spotSize: illumination.spotSize, intensity: illumination.intensity }),
      ...(alpha && { alpha }),
      ...(probeMode && { probeMode }),
      ...(condenser && { condenserAperture: condenser.condenserAperture }),
      ...(objective && { objectiveAperture: objective.objectiveAperture }),
      ...(beamShift && { beamShift }),
      ...(beamTilt && { beamTilt }),
      ...(filter && {
        slit: { inserted: filter.slitInserted, width: filter.slitWidth, energyLoss: filter.energyLoss },
      }),
      ...(normalization && { normalize: (lenses, signal) => normalization.normalize(lenses, signal) }),
    },
    absoluteFocus: scope.absoluteFocus,
    beamBlanked: scope.beamBlanked,
    ...(screenDown && { screenDown }),
    imageShift,
    carrying,
    optics,
    centringAt: (place, conditions) => {
      const toCamera = optics.at(place).imageShiftToCamera?.matrix;
      return toCamera && centringAtHighDefocus(toCamera, highDefocus.at(conditions));
    },
    cameras,
    settings,
    user,
    state: new LowDoseStateFile(path.join(path.dirname(user.file.path), '.low-dose.json')),
    clock,
    log,
  });
  kernel.provide(LowDose, lowDose);
  kernel.provideDevice(LowDoseSwitch, {
    lowDose: {
      read: () => Promise.resolve(lowDose.on ? (lowDose.area ?? 'on') : 'off'),
      write: (choice, signal) => choose(lowDose, choice, signal),
    },
    continuousUpdate: {
      read: () => Promise.resolve(lowDose.continuousUpdate),
      write: (on) => {
        lowDose.continuousUpdate = on;
        return Promise.resolve();
      },
    },
  });
  kernel.beamPath.onClosed(() =>
    lowDose.blankAsNeeded().catch((error: unknown) => log.warn(`The beam was not blanked: ${describe(error)}`)),
  );
  let wasDown: unknown;
  kernel.onSetting((setting, value) => {
    if (setting.name !== screenDown?.name || value === wasDown) return;
    wasDown = value;
    // The screen is raised for an image as well.
    if (kernel.beamPath.isInUse) return;
    lowDose.blankAsNeeded().catch((error: unknown) => log.warn(`Low Dose: ${describe(error)}`));
  });
  if (registry.has(BeamCalibrations)) {
    const history = registry.get(CalibrationHistory);
    letIntensitiesFollow(kernel, settings, { calibrations, history, userSettings: user.userSettings, log });
  }
}

/** Brings Low Dose into the state that an operator has chosen. */
async function choose(lowDose: LowDose, choice: LowDoseChoice, signal?: AbortSignal): Promise<void> {
  if (choice === 'off' || (choice === 'on' && lowDose.area !== undefined)) await lowDose.turnOff(signal);
  if (choice === 'off') return;
  await lowDose.turnOn(signal);
  if (choice !== 'on') await lowDose.goTo(choice, signal);
}
