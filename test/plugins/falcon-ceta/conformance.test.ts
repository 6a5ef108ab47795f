import { describeCamera } from '../../conformance/describe-camera';
import { ceta, falcon4, rampCamera } from './cameras';

const facts = { binning: 'mean', noise: 0, binningTolerance: 0, exposure: 0.5, tooLong: 31 } as const;
describeCamera('A Ceta', () => rampCamera(ceta), facts);
describeCamera('A Falcon 4', () => rampCamera(falcon4), facts);
