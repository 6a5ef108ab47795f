import { EucentricError } from '../../base';
import { decodeText } from '../text/decode';
import { encodeWindows1252 } from '../text/windows-1252';
import { editErrors } from './edit-errors';

const mark = '\ufeff';
const encoders: readonly ((text: string) => Buffer)[] = [
  (text) => Buffer.from(text),
  (text) => Buffer.from(mark + text),
  // A text with a character that the code page lacks becomes UTF-8 as a whole.
  (text) => Buffer.from(encodeWindows1252(text) ?? Buffer.from(text)),
  (text) => Buffer.from(mark + text, 'utf16le'),
  (text) => Buffer.from(mark + text, 'utf16le').swap16(),
];

/**
 * The text of a configuration, and a function that turns it back into bytes in the file's code page and with its byte
 * order mark. Throws `settings/not-editable` if bytes would change, or the problem that makes the file unreadable.
 */
export function textOfBytes(
  bytes: Uint8Array,
  file: string,
): { readonly text: string; readonly encode: (text: string) => Uint8Array } {
  const { text, problems } = decodeText(bytes, file);
  if (text === undefined) throw problems[0] ? new EucentricError(problems[0]) : editErrors.encoding(file);
  const encode = encoders.find((each) => each(text).equals(bytes));
  if (!encode) throw editErrors.encoding(file);
  return { text, encode };
}
