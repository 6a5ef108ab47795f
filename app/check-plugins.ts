import { readFileSync } from 'node:fs';
import { EucentricError } from '../core/base';
import { type BuiltInPlugins, checkOptions, loadPlugin } from '../core/kernel';
import { type Problem, type Settings, checkSection, loadSettings } from '../core/settings';
import type * as SimulatorModule from '../plugins/simulator';
import { builtInPlugins } from './built-in-plugins';
import { checkDrivenCameras } from './undriven-cameras';

/** Problems of the plugins in a configuration (unknown ones, options that their schemas refuse) and of its virtual microscope. Connects to nothing. */
export function checkPlugins(settings: Settings, known: BuiltInPlugins = builtInPlugins): readonly Problem[] {
  const simulator = settings.section('simulator');
  const ofSimulator =
    simulator?.value === undefined || simulator.value === null ? [] : checkSection(simulatorSchema(), simulator);
  const ofPlugins = settings.plugins.flatMap((written): readonly Problem[] => {
    try {
      return checkOptions(loadPlugin(written.id, known, settings.file, written.place), written);
    } catch (error) {
      if (!(error instanceof EucentricError)) throw error;
      return [{ severity: 'error', code: error.code, message: error.message, hint: error.hint, place: written.place }];
    }
  });
  return [...ofPlugins, ...ofSimulator, ...checkDrivenCameras(settings, known)];
}

/** Loaded only for a configuration that describes a virtual microscope. */
const simulatorSchema = (): typeof SimulatorModule.simulatorOptions =>
  (require('../plugins/simulator') as typeof SimulatorModule).simulatorOptions;

/** Everything that is wrong in a configuration or a properties file, its plugins included. */
export function problemsOf(file: string, known?: BuiltInPlugins): readonly Problem[] {
  const { settings, problems } = loadSettings(file);
  return [...problems, ...checkPlugins(settings, known)];
}

/** Notes a configuration as it is now; the function returned says when the file is another one, which takes effect at the next start. */
export function changesOf(file: string): () => readonly Problem[] {
  const read = (): string | undefined => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      return undefined;
    }
  };
  const before = read();
  return () =>
    read() === before
      ? []
      : [
          {
            severity: 'warning',
            code: 'settings/changed-since-start',
            message: 'The file has changed since the program was started, which goes on with the earlier values.',
            hint: 'Restart the program to use the file as it is now.',
            place: { file, line: 1, column: 1 },
          },
        ];
}
