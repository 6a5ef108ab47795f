import { value } from '../../../../core/kernel';

/** The questions that both may ask. */
export const focusCalibrationQuestions = {
  start: {
    kind: 'confirm',
    why: 'Each level takes three Focus images. Only a specimen with detail that is well focused gives a good curve.',
  },
  'dose-protector': {
    kind: 'confirm',
    why: 'The dose protector of a Falcon 2 or 3 may retract the camera when the beam contracts far from focus.',
  },
  'change-others': {
    kind: 'confirm',
    why: 'If the microscope changed, it changed for the other calibrations of this camera and tilt direction as well. Administrators may carry the change over.',
  },
  doubtful: {
    kind: 'confirm',
    why: 'The result is doubtful, for the reason that is shown. If you drop it, the earlier calibration stays in use.',
  },
} as const;

/** The values that both report. */
export const focusCalibrationResults = {
  slopeX: value.quantity('Displacement in X for a micrometre and a unit of the tilt to one side, in unbinned pixels.', {
    unit: 'px per um and tilt unit',
  }),
  slopeY: value.quantity('The same in Y.', { unit: 'px per um and tilt unit' }),
  slope: value.quantity('Length of that slope.', { unit: 'px per um and tilt unit' }),
  slopeDirection: value.quantity('Its direction, counter-clockwise from camera X.', { unit: 'degrees' }),
  interceptX: value.quantity('Displacement in X at the defocus of the start, in unbinned pixels for a tilt unit.', {
    unit: 'px per tilt unit',
  }),
  interceptY: value.quantity('The same in Y.', { unit: 'px per tilt unit' }),
  beamTilt: value.quantity('Beam tilt to one side at the regular levels, in the unit of the column.'),
  direction: value.quantity('Direction of the beam tilt: 0 X, 1 X and Y, 2 Y, 3 -X and Y.'),
  presentDefocus: value.quantity('Defocus of the start by this calibration, negative for underfocus.', {
    unit: 'um',
    decimals: 3,
  }),
  distanceFromOrigin: value.quantity('Distance of the curve from no displacement, at the beam tilt of the levels.', {
    unit: 'px',
  }),
  milliradiansPerUnit: value.quantity('Milliradians of a unit of beam tilt by the slope and the pixel size.', {
    unit: 'mrad',
    optional: true,
  }),
  lostLevels: value.quantity('Number of levels that were left out.'),
  images: value.quantity('Number of images.'),
  meanCorrelation: value.quantity('Mean correlation coefficient of images at opposite tilts.'),
  driftX: value.quantity('Mean drift of the image in X.', { unit: 'px per s' }),
  driftY: value.quantity('Mean drift of the image in Y.', { unit: 'px per s' }),
  changePercent: value.quantity('Change of the length of the slope against the calibration that was in use before.', {
    unit: '%',
    optional: true,
  }),
  changeDegrees: value.quantity('Change of its direction.', { unit: 'degrees', optional: true }),
  defocusChangePercent: value.quantity('Change of the defocus that is measured.', { unit: '%', optional: true }),
  curve: value.table('The curve that is stored.', {
    defocus: value.quantity('Defocus, from where the curve is nearest to no displacement.', { unit: 'um' }),
    shiftX: value.quantity('Displacement in X for a unit of the tilt.', { unit: 'px per tilt unit' }),
    shiftY: value.quantity('The same in Y.', { unit: 'px per tilt unit' }),
  }),
};
