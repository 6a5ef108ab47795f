import { describeDevices } from './describe-devices';
import { configurations } from './probe';

describe.each(Object.keys(configurations))('the devices of %s', (file) => describeDevices(file));
