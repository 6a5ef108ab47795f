/** Seconds of the shortest delay of the beam. */
export const minDelay = 0.01;
