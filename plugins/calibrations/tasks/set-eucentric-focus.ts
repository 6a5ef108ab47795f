import { EucentricError, optional, readable } from '../../../core/base';
import { Cameras, Diffraction, ProbeModeSelector, Scope, readBack, readProbeMode } from '../../../core/devices';
import { defineTask, value } from '../../../core/kernel';
import { Optics } from '../../../core/optics';

/** Goes to the standard focus of the present magnification and probe mode. */
export default defineTask({
  id: 'calibrations/tasks/set-eucentric-focus',
  needs: {
    scope: Scope,
    cameras: Cameras,
    optics: Optics,
    probeModes: optional(ProbeModeSelector),
    diffraction: optional(Diffraction),
  },
  not: ['stem'],
  script: 'SetEucentricFocus',
  changes: ({ scope }) => [scope.defocus, scope.absoluteFocus],
  results: {
    magIndex: value.quantity('Mag index.'),
    focus: value.quantity('Absolute focus that was set.'),
    before: value.quantity('Absolute focus before.'),
    from: value.quantity('Mag index at which the value was kept; left out for the value of the configuration.', {
      optional: true,
    }),
    probe: value.text('Probe mode to which the value belongs: micro or nano.'),
  },
  forecast: ({ scope }) => ({
    images: 0,
    exposure: 0,
    duration: { least: 0, most: 2 },
    moves: [{ setting: scope.absoluteFocus, how: 'to the standard focus, where it stays' }],
  }),
  async run({ scope, cameras, optics, probeModes, diffraction }, run) {
    if (diffraction && (await diffraction.cameraLengthIndex.read(run.signal)) > 0) throw inDiffraction();
    const magIndex = await scope.magIndex.read(run.signal);
    const probe = await readProbeMode(probeModes, run.signal);
    const place = optics.at({ magIndex, camera: cameras.selected.traits.index });
    const found = place.findStandardFocus(probe);
    if (!found) throw noFocus(place.magnification, probe);
    const { from, focus: wanted } = found;
    const before = await scope.absoluteFocus.read(run.signal);
    await scope.absoluteFocus.write(wanted, run.signal);
    const focus = await readBack(scope.absoluteFocus, wanted, { signal: run.signal });
    const kind = place.isLowMagnification ? 'Standard focus' : 'Eucentric focus';
    const origin =
      from === undefined
        ? ', the value of the configuration'
        : from === magIndex
          ? ''
          : `, kept at ${optics.at({ magIndex: from, camera: place.camera }).magnification}x`;
    const summary = `${kind} ${readable(focus, 5)} set for ${place.magnification}x${origin}.`;
    run.operator.log(summary);
    // A column with a lens value for each magnification carries none over, so the focus may be off there.
    if (from !== undefined && from !== magIndex && !place.isLowMagnification)
      run.operator.log(`No standard focus was kept at ${place.magnification}x itself. Check the focus.`);
    return run.report({
      summary,
      values: { magIndex, focus, before, probe, ...(from !== undefined && { from }) },
      conditions: { camera: place.camera, magIndex },
    });
  },
});

const inDiffraction = (): EucentricError =>
  new EucentricError({
    code: 'eucentric-focus/in-diffraction',
    message: 'The column is in diffraction, where the focus belongs to no magnification.',
    hint: 'Go back to imaging, and start again.',
  });
const noFocus = (magnification: number, probe: string): EucentricError =>
  new EucentricError({
    code: 'eucentric-focus/none-kept',
    message: `No standard focus is kept for ${magnification}x in ${probe}probe, nor for a magnification on the same side of low magnification.`,
    hint: 'Bring the specimen to the eucentric height, focus, and run Standard Focus of the Calibration menu.',
  });
