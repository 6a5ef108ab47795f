import { type CameraIndex, service } from '../../../../core/base';

/** Answers of an operator to Camera Timing. */
export interface TimingEntries {
  /** Seconds. */
  readonly exposure: number;
  readonly binning: number;
  /** Number of test images. */
  readonly images: number;
}

/** The answers that the timing items offer again in a session. */
export interface TimingMemory {
  /** Seconds of the first exposure of Shutter Dead Time, by camera. */
  readonly deadTimeStart: Map<CameraIndex, number>;
  readonly entries: Map<CameraIndex, TimingEntries>;
  /** Letter of the parameter set of Quick Flyback Time. */
  flybackSet: string;
}
/** The token of that memory. */
export const TimingMemory = service<TimingMemory>('TimingMemory');
