const day = 24 * 3600 * 1000;

/** An age in milliseconds as people say it. */
export const ageInWords = (age: number): string =>
  age < day ? 'today' : age < 2 * day ? 'yesterday' : `${Math.floor(age / day)} days ago`;
