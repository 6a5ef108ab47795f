export {
  edgeMean,
  extent,
  mean,
  type RobustMean,
  robustMean,
  standardDeviation,
  trimmedMean,
  variance,
} from './moments';
export { median, medianAbsoluteDeviation, percentile, percentiles, robustDeviation } from './order-statistics';
export type { Samples } from './samples';
