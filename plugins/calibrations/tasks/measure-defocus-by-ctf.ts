import { inDegrees, inNanometres, radians, readable, withError } from '../../../core/base';
import { ImageAcquisition } from '../../../core/acquisition';
import { Cameras, Scope } from '../../../core/devices';
import { defineTask, value } from '../../../core/kernel';
import { Settings } from '../../../core/settings';
import { RingFitting, ringRequest, siteLens } from '../../../core/tuning';
import { UserSettings } from '../../../core/user-settings';
import { ctfExposure } from '../shared/ctf-images/ctf-exposure';
import { ctfImageErrors } from '../shared/ctf-images/ctf-image-errors';
import { ringChart, ringImage } from '../shared/ctf-images/ring-plots';

const micrometres = (angstroms: number): number => angstroms / 1e4;

/** Seconds of a fit and of reading the camera out. */
const fitAndReadout = 1;

/** Measures defocus and astigmatism where the column stands, from the rings of one image. */
export default defineTask({
  id: 'calibrations/tasks/measure-defocus-by-ctf',
  lowDoseArea: 'Record',
  not: ['stem'],
  needs: {
    scope: Scope,
    cameras: Cameras,
    acquisition: ImageAcquisition,
    settings: Settings,
    userSettings: UserSettings,
    rings: RingFitting,
  },
  changes: () => [],
  questions: {
    phase: {
      kind: 'choice',
      choices: { none: 'No phase plate', search: 'Search the phase, too' },
      why: 'A phase plate moves the rings. Without it in the beam a searched phase only makes the defocus less certain.',
    },
  },
  results: {
    defocus: value.quantity('Mean defocus; underfocus is negative.', { unit: 'um' }),
    astigmatism: value.quantity('Difference of the two defocus values.', { unit: 'um' }),
    angle: value.quantity('Direction of the larger underfocus on the camera, counter-clockwise from X.', {
      unit: 'degrees',
      decimals: 1,
    }),
    phase: value.quantity('Phase shift, where it was searched.', { unit: 'degrees', decimals: 1, optional: true }),
    fitResolution: value.quantity('Resolution up to which the rings fit.', { unit: 'nm', optional: true }),
    score: value.quantity('Correlation of the spectrum with the rings.'),
    columnDefocus: value.quantity('Defocus that the column showed.', { unit: 'um' }),
  },
  forecast: ({ cameras, settings, userSettings }) => {
    const { exposure, driftSettling } = ctfExposure(cameras.selected, settings, userSettings);
    const lit = exposure + driftSettling;
    return { images: 1, exposure: lit, duration: lit + cameras.selected.traits.startupDelay + fitAndReadout };
  },
  async run({ scope, cameras, acquisition, settings, userSettings, rings }, run) {
    const phase =
      settings.get('ScopeHasPhasePlate') === 1
        ? await run.ask('phase', { text: 'Is a phase plate in the beam?', default: 'none' })
        : 'none';
    run.operator.status('MEASURING DEFOCUS BY CTF');
    run.restoreLater('camera', () => cameras.selected.stop());
    const lens = siteLens(settings, (await scope.highTension.read(run.signal)) / 1000);
    const shown = micrometres((await scope.defocus.read(run.signal)) * 1e10);
    const exposure = ctfExposure(cameras.selected, settings, userSettings);
    const { frame, context } = await acquisition.take(exposure, { signal: run.signal, title: 'Defocus by CTF' });
    if (context.pixelSize === undefined) throw ctfImageErrors.noPixelSize(context.magnification);
    const request = ringRequest(lens, context.pixelSize, { phase }, settings);
    const fit = await rings.fit(frame.image, request, run.signal);
    if (fit.kind === 'refusal') throw ctfImageErrors.noFit('Defocus by CTF', fit);
    const { standardErrors, fitResolution, score, angle } = fit;
    const defocus = -micrometres(fit.defocus.mean);
    const astigmatism = micrometres(fit.defocus1 - fit.defocus2);
    const errors = {
      defocus: micrometres(standardErrors.mean),
      astigmatism: micrometres(Math.max(...standardErrors.astigmatism)),
    };
    const text = `defocus ${withError(defocus, errors.defocus)} um, astigmatism ${withError(astigmatism, errors.astigmatism)} um`;
    run.plot(ringImage(frame.image, fit, request, `${readable(defocus)} um`));
    run.plot(ringChart(fit));
    run.operator.log(`The rings show a ${text}; the column shows ${readable(shown, 3)} um.`);
    const phaseDegrees = standardErrors.phaseShift !== undefined && {
      phase: inDegrees(radians(fit.phaseShift)),
    };
    return run.report({
      summary: `${text.charAt(0).toUpperCase()}${text.slice(1)} along ${readable(angle, 1)} degrees.`,
      values: {
        defocus,
        astigmatism,
        angle,
        score,
        columnDefocus: shown,
        ...phaseDegrees,
        ...(fitResolution !== undefined && { fitResolution: fitResolution / 10 }),
      },
      standardErrors: {
        ...errors,
        ...(standardErrors.phaseShift !== undefined && { phase: inDegrees(radians(standardErrors.phaseShift)) }),
      },
      conditions: { ...run.here(), pixelSizeNanometres: inNanometres(context.pixelSize) },
    });
  },
});
