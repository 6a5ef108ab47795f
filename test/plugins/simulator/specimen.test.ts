import { z } from 'zod';
import type { Registry } from '../../../core/base';
import { SimulatedSpecimen, VirtualInstrument, simulatedSpecimens } from '../../../core/devices';
import { definePlugin } from '../../../core/kernel';
import { specimenKinds, type VirtualMicroscope } from '../../../simulation';
import { gratingInstrument, takeImage, truthAt } from '../../../statistics/support/grating-instrument';
import { runItem } from '../../support/virtual-instrument';
import { simulatedSite, siteText } from './site';

const builtIn = {
  simulator: () => require('../../../plugins/simulator') as unknown,
  fei: () => require('../../../plugins/fei') as unknown,
};

/** Options of a plugin with whatever wire. */
const anything = z.looseObject({});

/** Reasons for which a site lacks the simulated specimen. */
const lackOf = (registry: Registry): readonly string[] =>
  registry.lacks.filter(({ token }) => token === SimulatedSpecimen).map(({ reason }) => reason);

describe('the simulated specimen', () => {
  it('has a name for every specimen of the virtual microscope', () => {
    expect(Object.keys(simulatedSpecimens)).toEqual([...specimenKinds]);
  });

  it('is exchanged while the program runs, and the next image shows the new one', async () => {
    const { kernel } = simulatedSite(siteText, builtIn);
    await kernel.connect(new AbortController().signal);
    const { specimen } = kernel.registry.get(SimulatedSpecimen);
    const microscope = kernel.registry.get(VirtualInstrument).microscope as VirtualMicroscope;
    const image = () => microscope.expose({ camera: 0, binning: 4, exposure: 0.1, atTime: 1 });
    expect(await specimen.read()).toBe('film');
    expect(image().record.specimen).toBe('film');
    await specimen.write('empty');
    expect(await specimen.read()).toBe('empty');
    const { data, record } = image();
    expect(record.specimen).toBe('empty');
    // Without a specimen the counts vary by shot noise alone.
    const mean = data.reduce((sum, each) => sum + each, 0) / data.length;
    const variance = data.reduce((sum, each) => sum + (each - mean) ** 2, 0) / data.length;
    expect(variance / mean).toBeLessThan(2);
    await expect(specimen.write('beans' as 'film')).rejects.toMatchObject({ code: 'limits/out-of-range' });
    await kernel.dispose();
  });

  it('starts as the configuration says', async () => {
    const { kernel } = simulatedSite(`${siteText}simulator:\n  specimen: catalase\n`, builtIn);
    expect(await kernel.registry.get(SimulatedSpecimen).specimen.read()).toBe('catalase');
  });

  it.each(['com', 'temscript', 'replay'])('is not there where the wire of the column is %s', (wire) => {
    const { kernel } = simulatedSite(siteText.replace('fei: {}', `fei: { wire: ${wire}, recording: none }`), {
      ...builtIn,
      fei: () => definePlugin({ id: 'fei', summary: 'A column.', options: anything, apply: () => undefined }),
    });
    expect(kernel.registry.has(SimulatedSpecimen)).toBe(false);
    expect(lackOf(kernel.registry)).toEqual(['fei is not simulated']);
  });
});

it('is enough for the first step of the guide: a grating is put in while the program runs, and the pixel size found', async () => {
  await using instrument = await gratingInstrument({ specimen: 'film' });
  const { specimen } = instrument.kernel.registry.get(SimulatedSpecimen);
  const find = 'calibrations/pixel-size/find-pixel-size';
  await takeImage(instrument);
  await expect(runItem(instrument, find)).rejects.toMatchObject({ code: 'pixel-size/no-lattice' });
  await specimen.write('cross-grating');
  expect(await instrument.session.status()).toContainEqual({ name: 'Simulated specimen', value: 'cross-grating' });
  await takeImage(instrument);
  const { result } = await runItem(instrument, find);
  expect(Number(result!.values['pixelSize']) / truthAt(instrument, 12).pixel).toBeCloseTo(1, 2);
  expect(result!.simulated).toBe(true);
});
