import { errorAt, type Problem } from '../problem';
import type { PropertiesText } from '../text/properties-text';

/** First words of other files, with the names of their kinds. */
const kinds: readonly (readonly [beginning: RegExp, name: string])[] = [
  [/^SerialEMCalibrations\b/i, 'a file of calibrations (SerialEMcalibrations.txt)'],
  [/^SerialEMSettings\b/i, 'a file of settings (SerialEMsettings.txt)'],
  [/^SerialEMShortTermCal\b/i, 'a file of short-term calibrations (SEMshortTermCal.txt)'],
  [/^SerialEMFlybackTimes\b/i, 'a file of flyback times (SEMflybackTimes.txt)'],
  [/^AdocVersion\b/i, 'a navigator or autodoc file'],
  [/^\{\\rtf/i, 'a document in rich text'],
  [/^<(\?xml|!doctype|html)/i, 'a document in XML or HTML'],
];

/** Smallest share of known lines in a file without the header that can still be properties. */
const minKnownShare = 0.5;

/** The error for a file of another kind; undefined for properties, even when their header is missing. */
export function foreignKind(text: string, { general, problems }: PropertiesText, file: string): Problem | undefined {
  if (!problems.some(({ code }) => code === 'settings/missing-header')) return undefined;
  const items = general.items.flatMap((item) => (item.kind === 'camera' ? [item, ...item.section.items] : [item]));
  const known = items.filter(
    (item) => item.kind === 'camera' || (item.kind === 'entry' && item.entry.definition?.form !== 'ignored'),
  ).length;
  const unknown = items.filter(({ kind }) => kind === 'unknown').length;
  const start = text.replace(/^\ufeff/, '').trimStart();
  const name = kinds.find(([beginning]) => beginning.test(start))?.[1];
  if (!name && (unknown === 0 || known >= minKnownShare * (known + unknown))) return undefined;
  return errorAt(
    'not-properties',
    { file, line: 1, column: 1 },
    name
      ? `${file} is ${name}, not a file of properties.`
      : `${file} is not a file of properties: its header is missing, and only ${known} of ${known + unknown} lines are properties.`,
    'Import the SerialEMproperties.txt of the site; its first line is SerialEMProperties.',
  );
}
