/** Judgement of measurements: "refuse, do not guess", as small functions of evidence. */
export * from './estimates';
export * from './judgement';
export * from './misfit';
export * from './plausibility';
export * from './tails';
