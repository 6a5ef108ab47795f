import { type ConfigurationWriting, editParameterSets } from '../../core/settings';
import { prepareText } from '../property-writing';
import { WrittenParameterSets } from './settings-history';

/** Writes parameter sets into the configuration of an instrument, and notes in the history what was written. */
export function configurationWriting(
  file: string,
  parts: ConstructorParameters<typeof WrittenParameterSets>[1],
): ConfigurationWriting {
  const written = new WrittenParameterSets(file, parts);
  return {
    file,
    prepareParameterSets: async (changes) => {
      const prepared = await prepareText(file, (text) => editParameterSets(text, file, changes));
      return (
        prepared && {
          ...prepared,
          write: async () => {
            await prepared.write();
            await written.remember(changes);
          },
        }
      );
    },
  };
}
