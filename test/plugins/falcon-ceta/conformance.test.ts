import { describeCamera } from '../../../testing';
import { ceta, falcon4, rampCamera } from './cameras';
import { temscriptCamera } from './temscript-cameras';

const facts = { binning: 'mean', noise: 0, binningTolerance: 0, exposure: 0.5, tooLong: 31 } as const;
describeCamera('A Ceta', () => rampCamera(ceta), facts);
describeCamera('A Falcon 4', () => rampCamera(falcon4), facts);
describeCamera('A Ceta over temscript', () => temscriptCamera(ceta), facts);
describeCamera('A Falcon 4 over temscript', () => temscriptCamera(falcon4), facts);
