import type { Run } from '../../../../core/kernel';

/**
 * Lets the operator centre the beam on a live image, at whatever the text names.
 * @returns false when the series is to end before this one
 */
export const letBeamBeCentred = async (run: Run, text: string): Promise<boolean> =>
  (await run.letOperatorAct(text, ['Centred', 'End here'], { set: 'Trial', cross: true })) === 'Centred';
