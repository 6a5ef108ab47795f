import {
  type SettingTraits,
  insideNumber,
  onOff,
  oneOf,
  pair,
  quantity,
  recordedCondition,
  shownCondition,
  shownNumber,
  shownValue,
  valueRefusal,
  wholeNumber,
} from '../../../core/devices';

const defocus = quantity({ label: 'Defocus', unit: 'um', decimals: 2, range: [-0.01, 0.01] });
const intensity = quantity({ label: 'Intensity', unit: '%', decimals: 1, range: [0, 1], condition: true });
const tension = quantity({ label: 'High tension', unit: 'kV', decimals: 0, condition: 'highTensionKilovolts' });
const area = quantity({ label: 'Illuminated area', unit: 'um', decimals: 3, range: [0, Infinity] });
const spot = wholeNumber({ label: 'Spot size', range: [1, 5] });
const alpha = wholeNumber({ label: 'Alpha', range: [0, 2], countedFrom: 1 });
const beamShift = pair({ label: 'Beam shift', unit: 'units', decimals: 3 });
const slit = onOff({ label: 'Slit', name: 'energy slit', on: 'in', off: 'out' });
const probe = oneOf({ micro: 'microprobe', nano: 'nanoprobe' }, { label: 'Probe mode' });
const eftem = onOff({ label: 'EFTEM mode' });

test('a setting is called by its label within a sentence, unless it says otherwise; acronyms keep their capitals', () => {
  expect([defocus.name, slit.name, eftem.name]).toEqual(['defocus', 'energy slit', 'EFTEM mode']);
});

test.each<[SettingTraits, unknown, string]>([
  [defocus, -2.5e-6, '-2.50 um'],
  [defocus, -1e-12, '0.00 um'],
  [intensity, 0.4567, '45.7 %'],
  [tension, 299_990, '300 kV'],
  [spot, 3, '3'],
  [alpha, 0, '1'],
  [beamShift, { x: 0.25, y: -1e-9 }, '0.250, 0.000 units'],
  [slit, true, 'in'],
  [slit, false, 'out'],
  [probe, 'nano', 'nano'],
])('%# is shown to people in their unit', (traits, inside, text) => {
  expect(shownValue(traits, inside)).toBe(text);
});

test('what people see becomes the inside value again', () => {
  for (const [traits, inside] of [
    [defocus, -2.5e-6],
    [intensity, 0.45],
    [alpha, 2],
  ] as const)
    expect(insideNumber(traits, shownNumber(traits, inside))).toBeCloseTo(inside, 12);
});

test('a condition is recorded as it is, or in the unit shown under a name of its own, and reads the same in the history', () => {
  expect([recordedCondition(intensity, 0.5), shownCondition(intensity, 0.5)]).toEqual([0.5, '50.0 %']);
  expect([recordedCondition(tension, 300_000), shownCondition(tension, 300)]).toEqual([300, '300 kV']);
});

test.each<[SettingTraits, unknown]>([
  [defocus, -0.01],
  [defocus, 0.01],
  [intensity, 0],
  [intensity, 1],
  [area, 5],
  [spot, 5],
  [alpha, 0],
  [beamShift, { x: -3, y: 1e9 }],
  [slit, false],
  [probe, 'micro'],
])('%# is taken within the limits, the limits included', (traits, value) => {
  expect(valueRefusal(traits, value)).toBeUndefined();
});

test.each<[SettingTraits, unknown, { readonly asked: string; readonly allowed: string }]>([
  [intensity, 1.001, { asked: '100.1 %', allowed: '0 to 100 %' }],
  [intensity, -1e-9, { asked: '-1e-7 %', allowed: '0 to 100 %' }],
  [intensity, NaN, { asked: 'NaN', allowed: 'a number' }],
  [defocus, Infinity, { asked: 'Infinity', allowed: 'a number' }],
  [defocus, -0.02, { asked: '-20000 um', allowed: '-10000 to 10000 um' }],
  [area, -1e-6, { asked: '-1 um', allowed: 'at least 0 um' }],
  [spot, 2.5, { asked: '2.5', allowed: 'a whole number' }],
  [spot, 6, { asked: '6', allowed: '1 to 5' }],
  [alpha, 3, { asked: '4', allowed: '1 to 3' }],
  [{ ...spot, choices: [1, 3] }, 2, { asked: '2', allowed: 'one of 1, 3' }],
  [spot, '3', { asked: '"3"', allowed: 'a whole number' }],
  [beamShift, { x: 1, y: NaN }, { asked: '1 units, NaN', allowed: 'a number' }],
  [beamShift, { x: 1 }, { asked: '1 units, nothing', allowed: 'a number' }],
  [beamShift, undefined, { asked: 'nothing, nothing', allowed: 'a number' }],
  [slit, 1, { asked: '1', allowed: 'on or off' }],
  [slit, undefined, { asked: 'nothing', allowed: 'on or off' }],
  [probe, 'pico', { asked: '"pico"', allowed: 'micro or nano' }],
  [{ ...probe, choices: ['micro'] }, 'nano', { asked: '"nano"', allowed: 'micro' }],
])('%# is refused in words', (traits, value, refusal) => {
  expect(valueRefusal(traits, value)).toEqual(refusal);
});
