/**
 * Text for a page, with the sign for micrometres. Items and devices write `um`, which every terminal, log and file
 * can hold; a page can show what people write by hand.
 */
export const forReading = (text: string): string => text.replace(/(?<![A-Za-z])um(?![A-Za-z])/g, '\u00b5m');
