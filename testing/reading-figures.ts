/** A decimal number that stands by itself: no part of a version, a date, a name or an address. */
const decimalNumber = /(?<![\w./:-])[-+]?(\d+\.\d+)(?![\w/:]|\.\d)/g;
/** Lines of a file as they are or will be, which keep their digits. */
const lineForFile = /^\s*RotationAndPixel\s|^[-+]\s*(?:- \[|\w+:)/;
const maxFigures = 3;

const figuresOf = (number: string): number => number.replace('.', '').replace(/^0+/, '').length;

/** Numbers of a text for people that have more than three figures and no standard error behind them that would allow these. */
export function overlyPrecise(text: string): readonly string[] {
  if (lineForFile.test(text)) return [];
  return [...text.matchAll(decimalNumber)]
    .filter(({ 1: number, 0: { length }, index }) => {
      const withError = /^ \+- (\d+(?:\.\d+)?)/.exec(text.slice(index + length));
      const decimals = (each: string): number => each.split('.')[1]?.length ?? 0;
      if (withError) return decimals(withError[1]!) !== decimals(number!);
      return figuresOf(number!) > maxFigures;
    })
    .map(([number]) => number);
}
