import { Cameras, ImageAcquisition, Settings, cameraArea, defineItem, readable, seconds, value } from 'eucentric';
import { mean, namedLeastSquares } from 'eucentric/imaging';

const factors = [1, 2, 3, 3, 2, 1];

/** Trial parameters of the selected camera. */
function trialOf({ cameras, settings }: { cameras: Cameras; settings: Settings }) {
  const { index } = cameras.selected.traits;
  const sets = settings.parameterSets.get(index);
  if (!sets) throw new Error(`camera ${index} has no parameter sets`);
  return sets.Trial;
}

/** Measures how many counts a second of exposure gives, from images of one, two and three times the Trial exposure. */
export const countsPerSecond = defineItem({
  id: 'lab-camera/counts-per-second',
  place: {
    menu: ['Beam & Spot'],
    label: 'Counts per Second',
    summary: 'Measures how many counts a second of exposure gives.',
  },
  needs: { cameras: Cameras, acquisition: ImageAcquisition, settings: Settings },
  results: {
    rate: value.quantity('Counts per pixel and second.', { unit: 'counts per s' }),
    offset: value.quantity('Counts per pixel at no exposure.', { unit: 'counts' }),
  },
  forecast(use) {
    const exposure = 12 * trialOf(use).exposure;
    return { images: factors.length, exposure, duration: exposure };
  },
  async run(use, run) {
    const trial = trialOf(use);
    const area = cameraArea(trial.area, use.cameras.selected.traits);
    const times: number[] = [];
    const counts: number[] = [];
    for (const [done, factor] of factors.entries()) {
      run.operator.progress({ done, total: factors.length, text: `Image ${done + 1} of ${factors.length}` });
      const exposure = { ...trial, area, exposure: seconds(factor * trial.exposure) };
      const { frame } = await use.acquisition.take(exposure, { signal: run.signal, title: 'Counts per second' });
      times.push(frame.exposure.exposure);
      counts.push(mean(frame.image));
    }
    const { values, standardErrors } = namedLeastSquares({ rate: times, offset: times.map(() => 1) }, counts);
    return run.report({ summary: `${readable(values.rate)} counts per second.`, values, standardErrors });
  },
});
