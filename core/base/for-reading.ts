/**
 * Text for people, with the signs for micrometres and for an error. Items and devices write `um` and `+-`, which every log and file can
 * hold; a page, and a terminal with the characters of all languages, can show what people write by hand.
 */
export const forReading = (text: string): string =>
  text.replace(/(?<![A-Za-z])um(?![A-Za-z])/g, '\u00b5m').replace(/(?<=\d) \+- (?=\d)/g, ' \u00b1 ');

/** Bytes of a picture or a file, in which nothing may change. */
const encodedBytes = /^[A-Za-z0-9+/]{24,}={0,2}$/;

/** A value as JSON for a page, its texts for people. */
export const jsonForReading = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, each: unknown) =>
    typeof each === 'string' && !encodedBytes.test(each) ? forReading(each) : each,
  );

/** True for a terminal that shows the sign for micrometres: any on Windows, and elsewhere one whose locale is UTF-8. */
export function showsEverySign(
  { isTTY }: { readonly isTTY?: boolean },
  environment: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = environment;
  return isTTY === true && (platform === 'win32' || /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || ''));
}

/** A number with its noun, such as `1 warning` or `3 warnings`. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count} ${count === 1 ? one : several}`;
