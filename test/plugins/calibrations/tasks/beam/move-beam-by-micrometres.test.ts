import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { beamMove, describeBeamMove } from './describe-beam-move';

const id = 'calibrations/tasks/move-beam-by-micrometres';

describeMenuItem(id, beamMove);
describeBeamMove(id, 'micrometres');
