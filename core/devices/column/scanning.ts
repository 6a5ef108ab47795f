import type { Metres, Radians, Vector } from '../../base';
import { device } from '../device';
import type { Readable, Setting } from '../setting';
import { onOff, pair, quantity } from '../setting-traits';

/** Columns that can form a probe and scan it over the specimen, instead of an image of all of it at once. */
export interface StemMode {
  /** True in STEM. The mag index of the column is then that of the table of scanned magnifications. */
  readonly stemMode: Setting<boolean>;
}
/** The token of the STEM mode. */
export const StemMode = device<StemMode>('StemMode', {
  called: 'the STEM mode',
  part: 'column',
  heading: 'Scan',
  settings: {
    stemMode: onOff({ label: 'STEM mode', short: 'Mode', on: 'STEM', off: 'TEM', changesBeam: true }),
  },
});

/** Columns that turn the scan of their probe. */
export interface ScanRotation {
  /** Counter-clockwise. Outside STEM it is the one with which the next scan begins. */
  readonly scanRotation: Setting<Radians>;
}
/** The token of the scan rotation. */
export const ScanRotation = device<ScanRotation>('ScanRotation', {
  called: 'the scan rotation',
  part: 'column',
  heading: 'Scan',
  settings: {
    scanRotation: quantity({
      label: 'Scan rotation',
      unit: 'degrees',
      decimals: 1,
      step: 1,
      range: [-Math.PI, Math.PI],
    }),
  },
});

/** Columns that report the size of the field that a whole scan covers. */
export interface ScannedField {
  /** Zero outside STEM. */
  readonly scannedField: Readable<Vector<Metres>>;
}
/** The token of the scanned field. */
export const ScannedField = device<ScannedField>('ScannedField', {
  called: 'the scanned field',
  part: 'column',
  heading: 'Scan',
  settings: { scannedField: pair({ label: 'Scanned field', short: 'Field', unit: 'um', decimals: 3 }) },
});

/** Columns that report the half angle of their probe. */
export interface ProbeAngle {
  readonly probeAngle: Readable<Radians>;
}
/** The token of the probe's half angle. */
export const ProbeAngle = device<ProbeAngle>('ProbeAngle', {
  called: 'the half angle of the probe',
  part: 'column',
  heading: 'Scan',
  settings: { probeAngle: quantity({ label: 'Probe angle', unit: 'mrad', decimals: 2 }) },
});
