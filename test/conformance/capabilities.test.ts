import { describeAlphaSelector, describeEftemMode, describeIlluminatedArea, describeNeutralImageShift } from './describe-capability';

describeIlluminatedArea('simulator.yaml');
describeIlluminatedArea('krios-k3.yaml');
describeEftemMode('krios-k3.yaml');
describeAlphaSelector('jeol-cryo-arm-k2.yaml');
describeNeutralImageShift('jeol-cryo-arm-k2.yaml');
describeNeutralImageShift('hitachi-ht7700.yaml');
