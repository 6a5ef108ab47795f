import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInstrument } from '../../app';
import { SimulatedTruth } from '../../plugins/simulator';
import { eucentric, temporarySite } from './eucentric';

const item = 'calibrations/image-and-stage-shift/image-shift';
const spotLine = 'C2SpotOffset 1 0.5  0.5';
const matrixLine = '17 0 -240.000000 310.000000 310.000000 240.000000   2250';
const siteFiles = {
  'SerialEMcalibrations.txt': ['SerialEMCalibrations', spotLine, ''].join('\r\n'),
  'SEMshortTermCal.txt': ['SerialEMShortTermCal', ''].join('\r\n'),
};

/** A virtual microscope whose calibration folder is that of an instrument. */
function siteWithCalibrations() {
  const site = temporarySite();
  const folder = path.join(site.folder, 'calibrations');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(siteFiles)) writeFileSync(path.join(folder, name), text);
  const untouched = (): void => {
    for (const [name, text] of Object.entries(siteFiles))
      expect(readFileSync(path.join(folder, name), 'latin1')).toBe(text);
  };
  return { ...site, calibrations: folder, untouched };
}

describe('a simulation in the calibration folder of an instrument', () => {
  it('reads its calibrations, and writes its own into the folder twin, marked as simulated', () => {
    const site = siteWithCalibrations();
    const given = ['run', item, '--mag-index', '18', '--defaults', '--save', '--json', '--config', site.configuration];
    const { code, lines, stderr } = eucentric(given);
    expect(code).toBe(0);
    expect(stderr).toMatch(/SerialEMcalibrations\.txt is only read/);
    expect(lines().findLast(({ event }) => event === 'result')).toMatchObject({ simulated: true });
    site.untouched();
    expect(readdirSync(site.calibrations).sort()).toEqual([...Object.keys(siteFiles), 'twin'].sort());
    const own = path.join(site.calibrations, 'twin');
    const saved = readFileSync(path.join(own, 'SerialEMcalibrations.txt'), 'latin1').split('\r\n');
    expect(saved[0]).toMatch(/^SerialEMCalibrations # simulated/);
    expect(saved).toContain(spotLine);
    expect(saved.some((line) => line.startsWith('18 0 '))).toBe(true);
    const history = eucentric(['calibrations', 'history', '--json', '--config', site.configuration]).lines();
    expect(history.map(({ simulated }) => simulated)).toEqual([true]);
    const shown = eucentric(['calibrations', 'show', '--json', '--config', site.configuration]).lines();
    expect(new Set(shown.map(({ simulated }) => simulated))).toEqual(new Set([true]));
    site.remove();
  });

  it('refuses before the first exposure to save over a file of an instrument in that folder', () => {
    const site = siteWithCalibrations();
    const own = path.join(site.calibrations, 'twin');
    mkdirSync(own);
    writeFileSync(path.join(own, 'SerialEMcalibrations.txt'), siteFiles['SerialEMcalibrations.txt']);
    const { code, lines } = eucentric(['run', item, '--defaults', '--save', '--json', '--config', site.configuration]);
    expect(code).toBe(1);
    expect(lines()).toMatchObject([{ event: 'error', code: 'store/not-simulated' }]);
    site.untouched();
    site.remove();
  });
});

it('a twin takes its truth from the site even when it has saved its own measurements', async () => {
  const site = siteWithCalibrations();
  writeFileSync(
    path.join(site.calibrations, 'SerialEMcalibrations.txt'),
    ['SerialEMCalibrations', 'ImageShiftMatrix\t1', matrixLine, ''].join('\r\n'),
  );
  const own = path.join(site.calibrations, 'twin');
  mkdirSync(own);
  writeFileSync(
    path.join(own, 'SerialEMcalibrations.txt'),
    [
      'SerialEMCalibrations # simulated',
      'ImageShiftMatrix\t1',
      '17 0 -9.000000 9.000000 9.000000 9.000000   2250',
      '',
    ].join('\r\n'),
  );
  await using instrument = await createInstrument({
    configuration: site.configuration,
    log: () => {},
    simulator: { truth: 'site' },
  });
  await instrument.connect(new AbortController().signal);
  const truth = instrument.session
    .find(SimulatedTruth)!
    .records.find((each) => each.record === 'ImageShiftMatrix' && each['magIndex'] === 17 && each['camera'] === 0);
  expect(truth).toMatchObject({ xpx: -240, xpy: 310 });
  expect(instrument.session.simulated).toBe(true);
  site.remove();
});

it('import --twin leaves the files of the site where they are and gives the twin a folder of its own', () => {
  const site = temporarySite();
  const properties = path.join(site.folder, 'SerialEMproperties.txt');
  expect(eucentric(['export', '--config', site.configuration, '-o', properties]).code).toBe(0);
  writeFileSync(path.join(site.folder, 'SerialEMcalibrations.txt'), siteFiles['SerialEMcalibrations.txt']);
  const twin = path.join(site.folder, 'twin.yaml');
  expect(eucentric(['import', properties, '--twin', '-o', twin]).code).toBe(0);
  const { code } = eucentric(['run', 'set-debug-output', '--defaults', '--save', '--json', '--config', twin]);
  expect(code).toBe(0);
  expect(readFileSync(path.join(site.folder, 'SerialEMcalibrations.txt'), 'latin1')).toBe(
    siteFiles['SerialEMcalibrations.txt'],
  );
  expect(readFileSync(path.join(site.folder, 'twin', 'SerialEMcalibrations.txt'), 'latin1')).toMatch(
    /^SerialEMCalibrations # simulated[^]*\r\nC2SpotOffset 1/,
  );
  site.remove();
});
