/** Figures of a number whose error is not known. */
const usualFigures = 3;

/** A number for reading: with the figures that its error allows, else three or as many as the place asks for. */
export function formatValue(value: number, error?: number, figures = usualFigures): string {
  if (Number.isInteger(value) && error === undefined && Math.abs(value) < 1e6) return String(value);
  if (error !== undefined && error > 0) {
    const decimals = Math.max(0, Math.min(8, 1 - Math.floor(Math.log10(error))));
    return value.toFixed(decimals);
  }
  // The figures before the point are never cut.
  if (Math.abs(value) >= 10 ** figures && Math.abs(value) < 1e6) return value.toFixed(0);
  const text = value.toPrecision(figures);
  return text.includes('e') ? text : String(Number(text));
}

/** An error with two figures. */
export function formatError(error: number): string {
  const text = error.toPrecision(2);
  return text.includes('e') ? Number(text).toString() : text;
}

/** A duration in words. */
export function formatDuration(seconds: number): string {
  if (seconds < 1.5) return 'about a second';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** The change of a value in percent, with its sign. */
export function formatChange(before: number, now: number): string {
  if (before === 0) return now === 0 ? 'the same' : 'was 0';
  const percent = (100 * (now - before)) / Math.abs(before);
  if (Math.abs(percent) < 0.005) return 'the same';
  return `${percent > 0 ? '+' : '\u2212'}${Math.abs(percent) < 10 ? Math.abs(percent).toFixed(2) : Math.abs(percent).toFixed(0)} %`;
}

/** Names for which people have other words. */
const otherWords: Readonly<Record<string, string>> = { leastCorrelation: 'Lowest correlation' };

/** A name such as `rangePercent` in words. */
export const inWords = (name: string): string => {
  const text = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return otherWords[name] ?? (/^[xy]p[xy]$/.test(name) ? name : `${text.charAt(0).toUpperCase()}${text.slice(1)}`);
};

/** A value's name in words, without a unit that is shown anyway. */
export const nameOf = (name: string, unit: string | undefined): string =>
  inWords(unit === '%' ? name.replace(/Percent$/, '') : name);

/** A length on the specimen, given in nanometres. */
export function formatLength(nanometres: number): string {
  if (nanometres >= 1e6) return `${Number((nanometres / 1e6).toPrecision(4))} mm`;
  if (nanometres >= 1000) return `${Number((nanometres / 1000).toPrecision(4))} \u00b5m`;
  return `${Number(nanometres.toPrecision(4))} nm`;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** Date and time of this place, such as 2026-03-09 14:05. */
export function formatWhen(iso: string): string {
  const at = new Date(iso);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
