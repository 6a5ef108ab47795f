import { fileFormats } from '../../../core/store';
import { perfectRecords } from '../../../plugins/simulator/simulated-truth';
import { siteTruth } from '../../../plugins/simulator/site-instrument';
import { completeOptions } from '../../../simulation';
import { settingsOf, siteCalibrations, siteText } from './site';

/** The records that no physics determines, each with the reason. */
const undetermined: Readonly<Record<string, string>> = {
  STEMnormalizedSlope:
    'The size of a blurred image is a matter of the method that measures it: 0.86 of the disc of confusion by the usual one, within 2 %.',
  GIFShiftOffset:
    'It holds one pair of magnifications that the operator chose, and what it says stands in ImageShiftOffsets for all of them.',
  CameraISOffset: 'A script of the site writes it as it pleases.',
};

const traits = {
  model: 'column',
  resetsImageShiftOnMagnificationChange: false,
  usesProjectorForImageShift: false,
  roughImageShiftScale: { regular: 1, lowMagnification: 1 },
  nominalSpecimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
};

/** Sites of several kinds, with every error that a real microscope has. */
const sites: readonly { readonly text: string; readonly habit?: object }[] = [
  { text: siteText.replace("Name: 'second'", "Name: 'second'\n    STEMcamera: true") },
  { text: siteText.replace("Name: 'second'", "Name: 'second'\n    GIF: true") },
  {
    text: siteText.replace("Name: 'second'", "Name: 'second'\n    GIF: true"),
    habit: { resetsImageShiftOnMagnificationChange: true, remembersByMagnification: true },
  },
];
const recordsOf = ({ text, habit = {} }: (typeof sites)[number]): readonly { readonly record: string }[] =>
  perfectRecords(
    siteTruth(
      {
        settings: settingsOf(text),
        traits: { ...traits, ...habit },
        condenser: { spotSizes: 7, brightestSpotSize: 1, hasNanoprobe: true, alphas: 3 },
        calibrations: () => siteCalibrations,
      },
      completeOptions({
        imperfections: 'drawn',
        condenser: 'lenses',
        imageOffsetsMicrometres: { 6: [0.4, -0.25], 7: [-0.1, 0.3] },
      }),
    ),
  );

test('the truth holds every record of the calibration file, or there is a reason why nothing determines it', () => {
  const told = new Set(sites.flatMap((site) => recordsOf(site).map(({ record }) => record)));
  const names = [...fileFormats.calibrations.layouts.keys()];
  expect(names).toHaveLength(34);
  expect(names.filter((name) => !told.has(name))).toEqual(Object.keys(undetermined));
});
