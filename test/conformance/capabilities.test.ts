import {
  describeAlphaSelector,
  describeEftemMode,
  describeEnergyFilter,
  describeIlluminatedArea,
  describeNeutralImageShift,
} from './describe-capability';

describeIlluminatedArea('simulator.yaml');
describeIlluminatedArea('krios-k3.yaml');
describeEftemMode('krios-k3.yaml');
describeEnergyFilter('krios-k3.yaml');
describeAlphaSelector('jeol-cryo-arm-k2.yaml');
describeNeutralImageShift('jeol-cryo-arm-k2.yaml');
describeNeutralImageShift('hitachi-ht7700.yaml');
