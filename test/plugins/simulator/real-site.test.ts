import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { VirtualClock } from '../../../core/base';
import { parseSettings } from '../../../core/settings';
import { openCalibrations } from '../../../core/store';
import { perfectRecords } from '../../../plugins/simulator/simulated-truth';
import { savedCalibrations } from '../../../plugins/simulator/saved-calibrations';
import { siteTruth } from '../../../plugins/simulator/site-instrument';
import { simulatorOptions } from '../../../simulation';
import { needsReading } from '../../support/needs';

const directory = path.resolve(__dirname, '..', '..', '..', '..', 'shared', 'data');
const properties = path.join(directory, 'krios-k2-SerialEMproperties.txt');
const calibrationFile = 'krios-k2-SerialEMcalibrations.txt';
const present = existsSync(properties) && existsSync(path.join(directory, calibrationFile));

needsReading(present).describe('the twin of a real Krios', () => {
  it('has every image-shift and stage matrix of the site', async () => {
    const { settings } = parseSettings(readFileSync(properties, 'latin1'), properties);
    const { calibrations } = await openCalibrations({
      directory,
      fileNames: { calibrations: calibrationFile },
      clock: new VirtualClock(),
      isAdministrator: () => false,
      magnificationOf: () => undefined,
    });
    const traits = {
      model: 'Krios',
      resetsImageShiftOnMagnificationChange: false,
      usesProjectorForImageShift: false,
      roughImageShiftScale: { regular: 1, lowMagnification: 1 },
      nominalSpecimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
    };
    const records = perfectRecords(
      siteTruth(
        { settings, traits, calibrations: () => savedCalibrations(calibrations.path) },
        simulatorOptions.parse({ truth: 'site' }),
      ),
    );
    let compared = 0;
    for (const [name, table] of [
      ['ImageShiftMatrix', calibrations.imageShift],
      ['StageToCameraMatrix', calibrations.stage],
    ] as const)
      for (const { magIndex, camera, matrix } of table.entries()) {
        const found = records.find(
          (record) => record.record === name && record.magIndex === magIndex && record.camera === camera,
        );
        if (!settings.cameras.some(({ index }) => index === camera)) continue;
        for (const element of ['xpx', 'xpy', 'ypx', 'ypy'] as const)
          expect(found?.[element] as number).toBeCloseTo(matrix[element], 3);
        compared++;
      }
    expect(compared).toBeGreaterThan(60);
  });
});
