/** Result of a fit that was averaged over hypotheses. */
export interface AveragedFit {
  readonly parameters: readonly number[];
  readonly standardErrors: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  /** Posterior probability of each hypothesis; their sum is 1. */
  readonly probabilities: readonly number[];
  /** Chi-square of the residuals, averaged over the hypotheses: how well the observations fit what the hypotheses allow. */
  readonly chiSquare: number;
  /** Observations less unknowns. */
  readonly degreesOfFreedom: number;
}

/** The fit under one hypothesis, as the average needs it. */
export interface WeighedFit {
  readonly parameters: ArrayLike<number>;
  /** Logarithm of weight and likelihood, apart from a constant that all share. */
  readonly likelihood: number;
  readonly misfit: number;
}

/**
 * Averages fits over their hypotheses by their probabilities. The covariance is the mean of those of the fits and the scatter of their parameters.
 * @param covarianceOf an element of the covariance of a fit
 */
export function averageOfFits<Fit extends WeighedFit>(
  fits: readonly Fit[],
  unknowns: number,
  covarianceOf: (fit: Fit, one: number, other: number) => number,
): Omit<AveragedFit, 'degreesOfFreedom'> {
  const best = Math.max(...fits.map(({ likelihood }) => likelihood));
  const unscaled = fits.map(({ likelihood }) => Math.exp(likelihood - best));
  const total = unscaled.reduce((sum, each) => sum + each, 0);
  const probabilities = unscaled.map((each) => each / total);
  // A hypothesis without probability may have given anything.
  const possible = fits
    .map((fit, index) => ({ fit, probability: probabilities[index]! }))
    .filter(({ probability }) => probability > 0);
  const over = (pick: (fit: Fit) => number): number => {
    let sum = 0;
    for (const { fit, probability } of possible) sum += probability * pick(fit);
    return sum;
  };
  const parameters = Array.from({ length: unknowns }, (_, unknown) => over((fit) => fit.parameters[unknown]!));
  const covariance = parameters.map((mean, one) =>
    parameters.map((otherMean, other) =>
      over(
        (fit) => covarianceOf(fit, one, other) + (fit.parameters[one]! - mean) * (fit.parameters[other]! - otherMean),
      ),
    ),
  );
  return {
    parameters,
    covariance,
    standardErrors: covariance.map((row, index) => Math.sqrt(row[index]!)),
    probabilities,
    chiSquare: over((fit) => fit.misfit),
  };
}
