import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { beamMove, describeBeamMove } from './describe-beam-move';

const id = 'calibrations/tasks/move-beam-by-field-fraction';

describeMenuItem(id, beamMove);
describeBeamMove(id, 'parts of the field');
