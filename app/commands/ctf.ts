import { EucentricError, inNanometres, nanometres, readable, withError } from '../../core/base';
import { readIntoBuffer } from '../../core/image-files';
import { type RingExpectation, RingFitting, ringRequest, siteLens } from '../../core/tuning';
import type { CtfCandidate, CtfFit, CtfOutcome, CtfRequest } from '../../imaging';
import { exitCodes } from '../output';
import { type CommandContext, warningsOnly } from './base/context';

/** Options of `ctf`. */
export interface CtfCommandOptions {
  readonly section?: number;
  /** Pixel in Angstrom, where the file does not say it or says it wrong. */
  readonly pixel?: number;
  readonly kilovolts?: number;
  /** Spherical aberration in millimetres. */
  readonly cs?: number;
  readonly amplitudeContrast?: number;
  /** Degrees, or `search`. */
  readonly phase?: string;
  /** Least and largest underfocus in micrometres, with a comma between them. */
  readonly expected?: string;
}

const micrometres = (angstroms: number): number => angstroms / 1e4;
const degrees = (phase: number): number => (180 * phase) / Math.PI;

/** `ctf IMAGE`: fits defocus and astigmatism to the Thon rings of an image in a file. */
export async function ctfCommand(
  { output, open }: CommandContext,
  file: string,
  options: CtfCommandOptions,
): Promise<number> {
  await using instrument = await open({ log: warningsOnly(output) });
  const { settings, session, kernel } = instrument;
  const { frame, context } = await readIntoBuffer(session.buffers, file, options.section ?? 0);
  const pixel = options.pixel === undefined ? context.pixelSize : nanometres(options.pixel / 10);
  if (pixel === undefined) throw lacking(file, 'the size of its pixels', '--pixel 2.1');
  const kilovolts = options.kilovolts ?? context.conditions?.highTensionKilovolts;
  if (kilovolts === undefined) throw lacking(file, 'the high tension', '--kilovolts 300');
  const lens = siteLens(settings, kilovolts);
  const request = ringRequest(
    {
      ...lens,
      ...(options.cs !== undefined && { sphericalAberration: options.cs as typeof lens.sphericalAberration }),
      ...(options.amplitudeContrast !== undefined && {
        amplitudeContrast: options.amplitudeContrast as typeof lens.amplitudeContrast,
      }),
    },
    pixel,
    expectationOf(options),
    settings,
  );
  output.remark(
    `${context.title ?? file}: ${readable(kilovolts)} kV, pixel ${readable(10 * inNanometres(pixel))} A, Cs ${readable(request.sphericalAberration)} mm, amplitude contrast ${readable(request.amplitudeContrast ?? 0)}.`,
  );
  const outcome = await kernel.registry.get(RingFitting).fit(frame.image, request);
  output.emit({ event: 'result', file, ...facts(outcome, request) });
  if (outcome.kind === 'refusal') throw refused(file, outcome.findings);
  for (const line of linesOf(outcome)) output.print(line);
  return exitCodes.done;
}

function expectationOf({ phase, expected }: CtfCommandOptions): RingExpectation {
  const [least = NaN, most = NaN, ...more] = (expected ?? '').split(',').map(Number);
  if (expected !== undefined && !(least >= 0 && most > least && more.length === 0))
    throw badOption('--expected', expected, 'two values of underfocus in micrometres, such as 1,3');
  if (phase !== undefined && phase !== 'search' && !Number.isFinite(Number(phase)))
    throw badOption('--phase', phase, '"search", or degrees');
  return {
    ...(expected !== undefined && { defocus: [least, most] as const }),
    phase: phase === undefined ? 'none' : phase === 'search' ? phase : Number(phase),
  };
}

/** A defocus that was compared, as people count: underfocus negative, in micrometres. */
const candidate = ({ defocus, phaseShift, gain }: CtfCandidate) => ({
  defocus: -micrometres(defocus.mean),
  phase: degrees(phaseShift),
  gain,
});

function facts(outcome: CtfOutcome, { pixelSize, voltage }: CtfRequest): object {
  const about = { pixelAngstrom: pixelSize, kilovolts: voltage };
  if (outcome.kind === 'refusal')
    return { ...about, refused: outcome.findings, compared: outcome.compared.map(candidate) };
  const { defocus1, defocus2, angle, score, fitResolution, standardErrors, misfit, runnerUp, phaseShift } = outcome;
  return {
    ...about,
    ...candidate(outcome),
    defocus1: -micrometres(defocus1),
    defocus2: -micrometres(defocus2),
    angle,
    phase: degrees(phaseShift),
    score,
    misfit,
    ...(fitResolution !== undefined && { fitResolutionNanometres: fitResolution / 10 }),
    standardErrors: {
      defocus: micrometres(standardErrors.mean),
      astigmatism: standardErrors.astigmatism.map(micrometres),
      ...(standardErrors.phaseShift !== undefined && { phase: degrees(standardErrors.phaseShift) }),
    },
    ...(runnerUp && { runnerUp: candidate(runnerUp) }),
  };
}

function linesOf({
  defocus,
  defocus1,
  defocus2,
  angle,
  score,
  gain,
  fitResolution,
  standardErrors,
  runnerUp,
  phaseShift,
}: CtfFit): readonly string[] {
  const vector = micrometres(Math.max(...standardErrors.astigmatism));
  const phase = standardErrors.phaseShift;
  return [
    `Defocus ${withError(-micrometres(defocus.mean), micrometres(standardErrors.mean))} um.`,
    `Astigmatism ${withError(micrometres(defocus1 - defocus2), vector)} um, the larger underfocus along ${readable(angle)} degrees counter-clockwise from X.`,
    ...(phase === undefined ? [] : [`Phase shift ${withError(degrees(phaseShift), degrees(phase))} degrees.`]),
    fitResolution === undefined
      ? `Score ${readable(score)}.`
      : `The rings fit to ${readable(fitResolution / 10)} nm; score ${readable(score)}.`,
    `Gain ${readable(gain)} nats${runnerUp ? `; the next best, ${readable(-micrometres(runnerUp.defocus.mean))} um, has ${readable(runnerUp.gain)}` : ''}.`,
  ];
}

const lacking = (file: string, what: string, option: string): EucentricError =>
  new EucentricError({
    code: 'ctf/not-known',
    message: `${file} does not say ${what}, and there is no metadata file beside it that does.`,
    hint: `Give it as an option, such as ${option}.`,
  });
const badOption = (option: string, given: string, wanted: string): EucentricError =>
  new EucentricError({
    code: 'ctf/bad-option',
    message: `${option} ${given} cannot be used.`,
    hint: `Write ${wanted}.`,
  });
const refused = (file: string, findings: readonly { readonly text: string }[]): EucentricError =>
  new EucentricError({
    code: 'ctf/no-defocus',
    message: `The rings of ${file} do not give a defocus: ${findings.map(({ text }) => text).join('; ')}.`,
    hint: 'Check pixel, high tension and expected defocus. Otherwise take an image with more carbon, or a longer exposure.',
  });
