import { EucentricError, optional, readable } from '../../../core/base';
import { Cameras, Diffraction, ProbeModeSelector, Scope, readProbeMode } from '../../../core/devices';
import { defineItem, value } from '../../../core/kernel';
import { Optics } from '../../../core/optics';
import { Calibrations, put } from '../../../core/store';

/** The number that stands for no value in the record. */
const none = -999;

/** Keeps the present focus as the standard focus of this magnification and probe mode. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/standard-focus',
  needs: {
    scope: Scope,
    cameras: Cameras,
    optics: Optics,
    calibrations: Calibrations,
    probeModes: optional(ProbeModeSelector),
    diffraction: optional(Diffraction),
  },
  not: ['stem'],
  script: 'CalEucentricFocus',
  results: {
    magIndex: value.quantity('Mag index.'),
    focus: value.quantity('Absolute focus that was kept.'),
    before: value.quantity('The value that it replaces.', { optional: true }),
    probe: value.text('Probe mode to which it belongs: micro or nano.'),
  },
  stores: ['StandardLMFocus'],
  order: { step: 'focus', holdsForDays: 180 },
  forecast: 'nothing',
  async run({ scope, cameras, optics, calibrations, probeModes, diffraction }, run) {
    if (diffraction && (await diffraction.cameraLengthIndex.read(run.signal)) > 0) throw inDiffraction();
    const magIndex = await scope.magIndex.read(run.signal);
    const focus = await scope.absoluteFocus.read(run.signal);
    if (!Number.isFinite(focus) || focus <= none) throw notAFocus(focus);
    const probe = await readProbeMode(probeModes, run.signal);
    const row = calibrations
      .records('StandardLMFocus')
      .all()
      .find((each) => each.magIndex === magIndex);
    const before = row?.[probe];
    const camera = cameras.selected.traits.index;
    const { magnification, isLowMagnification } = optics.at({ magIndex, camera });
    const kind = isLowMagnification ? 'Standard focus' : 'Eucentric focus';
    const summary = `${kind} ${readable(focus, 5)} kept for ${magnification}x${probe === 'nano' ? ' in nanoprobe' : ''}.`;
    run.operator.log(summary);
    return run.accept({
      summary,
      values: { magIndex, focus, probe, ...(before !== undefined && before > none && { before }) },
      conditions: { camera, magIndex },
      changes: [
        put('StandardLMFocus', { magIndex, micro: row?.micro ?? none, nano: row?.nano ?? none, [probe]: focus }),
      ],
    });
  },
});

const inDiffraction = (): EucentricError =>
  new EucentricError({
    code: 'standard-focus/in-diffraction',
    message: 'The column is in diffraction, where the focus belongs to no magnification.',
    hint: 'Go back to imaging, focus at the eucentric height, and start again.',
  });
const notAFocus = (focus: number): EucentricError =>
  new EucentricError({
    code: 'standard-focus/no-focus',
    message: `The column gives ${focus} as its absolute focus, which cannot be the value of a lens.`,
    hint: 'Look at the absolute focus in the panel. If it is wrong there too, check the connection to the column.',
  });
