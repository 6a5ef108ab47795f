import { type Vector, length, optional, readable } from '../../../../core/base';
import { BeamTilt, ObjectiveStigmator } from '../../../../core/devices';
import { type Forecast, type Uses, value } from '../../../../core/kernel';
import { type AddedToCoils, ImageShiftFollowing } from '../../../../core/tuning';
import { UserSettings } from '../../../../core/user-settings';

/** Devices and services of the tasks that compensate image shift once. */
export const adjustingNeeds = {
  beamTilt: BeamTilt,
  stigmator: optional(ObjectiveStigmator),
  following: ImageShiftFollowing,
  userSettings: UserSettings,
};
/** Those devices and services as they are provided. */
export type AdjustingUses = Uses<typeof adjustingNeeds>;

/** Results of those tasks. */
export const adjustingResults = {
  tilt: value.vector('Change of the beam tilt, in the unit of the column.'),
  stigmator: value.vector('Change of the objective stigmator.'),
};

/** Settings that those tasks change for good. */
export const adjustedSettings = ({ beamTilt, stigmator }: AdjustingUses) => [
  beamTilt.beamTilt,
  ...(stigmator ? [stigmator.objectiveStigmator] : []),
];

/** Forecast of those tasks. */
export const adjustingForecast = ({ beamTilt, stigmator }: AdjustingUses): Forecast => ({
  images: 0,
  exposure: 0,
  duration: { least: 0, most: 10 },
  moves: [
    { setting: beamTilt.beamTilt, how: 'by what image shift needs, where it stays' },
    ...(stigmator ? [{ setting: stigmator.objectiveStigmator, how: 'by what image shift needs, where it stays' }] : []),
  ],
});

/** True when a part of an adjustment is not 0. */
export const isAdjusted = ({ tilt, stigmator }: AddedToCoils): boolean => length(tilt) > 0 || length(stigmator) > 0;

const inWords = ({ x, y }: Vector, decimals: number): string => `${readable(x, decimals)}, ${readable(y, decimals)}`;

/** The sentence about a change of both coils. */
export const changeInWords = ({ tilt, stigmator }: AddedToCoils): string =>
  `beam tilt by ${inWords(tilt, 3)}, stigmator by ${inWords(stigmator, 4)}`;
