import type { LiveBeside, Run } from '../../../../core/kernel';
import { beamBeside, beamDevices } from './beam-drawing';

/**
 * Lets the operator centre the beam on a live image, at whatever the text names.
 * @returns false when the series is to end before this one
 */
export const letBeamBeCentred = async (
  run: Run,
  text: string,
  devices: LiveBeside['devices'] = beamDevices,
): Promise<boolean> =>
  (await run.letOperatorAct(text, ['Centred', 'End here'], { ...beamBeside('Trial'), devices })) === 'Centred';
