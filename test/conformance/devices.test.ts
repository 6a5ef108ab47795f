import { describeDevices } from '../../testing';
import { configurations } from './probe';

describe.each(Object.keys(configurations))('the devices of %s', (file) =>
  describeDevices({ configuration: file, edit: () => configurations[file]! }),
);
