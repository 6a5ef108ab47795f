import fc from 'fast-check';
import { verifying } from '../../testing/verifying';

/**
 * The library of property tests with a seed that stays: a test gives the same answer on every machine and in every run. With `FUZZ` set
 * to a number in the environment, that is the seed; with any other text each run draws its own, and a failure names it.
 */
const { FUZZ } = process.env;
if (FUZZ === undefined) fc.configureGlobal({ seed: 20_260_901 });
else if (Number.isInteger(Number(FUZZ))) fc.configureGlobal({ seed: Number(FUZZ) });

/** Number of draws of a property test: a quarter of those that the long statistics make. */
export const drawsOf = (all: number): number => (verifying ? all : Math.ceil(all / 4));

export { fc };
