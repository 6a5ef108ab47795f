import { z } from 'zod';

/** Two numbers along X and Y. */
export const pair = z.tuple([z.number(), z.number()]);
/** The rows of a 2x2 matrix. */
export const matrixRows = z.tuple([pair, pair]);
/** A share of a whole. */
export const fraction = z.number().min(0).max(1);
/** A fraction that may also go beyond the target, or fall short of it on the other side. */
export const signedFraction = z.number().min(-1).max(1);
/** A number above zero. */
export const positive = z.number().positive();
/** A number that may be zero, but not less. */
export const notNegative = z.number().min(0);
