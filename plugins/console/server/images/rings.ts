import { inNanometres, readable, withError } from '../../../../core/base';
import { Scope } from '../../../../core/devices';
import type { BufferedImage, Session } from '../../../../core/kernel';
import { Settings } from '../../../../core/settings';
import { type ExpectedPhase, RingFitting, type RingExpectation, ringRequest, siteLens } from '../../../../core/tuning';
import {
  type CtfFit,
  type CtfOptics,
  type CtfOutcome,
  type CtfRequest,
  ContrastTransfer,
  phaseRadians,
  ringRadii,
} from '../../../../imaging';
import type { RingPanelState, RingRow, RingsAtState, RingsState } from '../../protocol';
import { consoleErrors } from '../errors';
import type { SharedState } from '../shared-state';
import type { Images } from './images';

/** Number of fits in the table, and of results that are kept for browsers that ask again. */
const [maxRows, maxKept] = [20, 8];
/** Azimuths of a full turn along which zeros are drawn, and most zeros of a fit. */
const [azimuths, maxZeros] = [72, 40];
const maxCurvePoints = 300;
const angstromsPerMicrometre = 1e4;

/** A fit with what is needed to draw it and to follow it. */
interface Known {
  readonly outcome: CtfOutcome;
  readonly request: CtfRequest;
  readonly shown: RingsState;
}

/** Fits of the Thon rings of images that a page shows, and the table of the last ones. */
export class Rings {
  private expectation: RingExpectation = {};
  private readonly known = new Map<string, Promise<Known>>();
  private rows: readonly RingRow[] = [];
  /** The last fit of a live image, which the next image of it follows. */
  private lastLive: Known | undefined;
  private kilovolts: number | undefined;
  private count = 0;

  constructor(
    private readonly session: Session,
    private readonly state: SharedState,
    private readonly images: Images,
    /** True while nothing else has the wire to the column. */
    private readonly mayRead: () => boolean,
    private readonly now: () => Date,
  ) {
    this.show();
  }

  /** Sets what is expected of the rings. */
  expect(defocus: readonly [number, number] | undefined, phase: ExpectedPhase): void {
    this.expectation = { ...(defocus && { defocus }), phase };
    this.lastLive = undefined;
    this.show();
  }

  /**
   * Fits the rings of an image; a live image follows the last fit of it, unless a search is requested. Throws `console/image-gone` or
   * `console/rings-unknown`.
   */
  async fit(number: number, search: boolean): Promise<RingsState> {
    const image = this.images.find(number);
    const follows = (image.context.live ?? false) && !search;
    const key = JSON.stringify([number, follows, this.expectation]);
    const known = this.known.get(key) ?? this.measure(number, image, follows);
    this.known.set(key, known);
    for (const oldest of [...this.known.keys()].slice(0, -maxKept)) this.known.delete(oldest);
    try {
      return (await known).shown;
    } catch (error) {
      this.known.delete(key);
      throw error;
    }
  }

  /** The defocus values for which a zero lies at a point, in cycles per pixel from the middle with Y up. */
  async at(number: number, { x, y }: { readonly x: number; readonly y: number }): Promise<RingsAtState> {
    const image = this.images.find(number);
    const { lens, pixel } = await this.opticsOf(image);
    const { transfer, count } = lens;
    const frequency = Math.hypot(x, y) / pixel;
    const fit = await this.lastFitOf(number);
    const azimuth = Math.atan2(y, x);
    // With a fit its astigmatism counts, so that every place of a ring gives the same mean defocus.
    const [cosine, sine] = fit ? [fit.defocus.cosine, fit.defocus.sine] : [0, 0];
    const along = cosine * Math.cos(2 * azimuth) + sine * Math.sin(2 * azimuth);
    const rings = Array.from({ length: count }, (_, at) => at + 1).flatMap((ring) => {
      const defocus = transfer.defocusOfRing(frequency, ring);
      if (defocus === undefined) return [];
      const mean = defocus - along;
      return [
        {
          ring,
          defocus: -mean / angstromsPerMicrometre,
          zeros: zerosOf(transfer, { mean, cosine, sine }, pixel, count),
        },
      ];
    });
    const phase = fit ? transfer.phase(frequency, fit.defocus.mean + along) / Math.PI : 1;
    return { period: 0.1 / frequency, nearest: Math.max(1, Math.min(count, Math.round(phase))), rings };
  }

  private async lastFitOf(number: number): Promise<CtfFit | undefined> {
    const found = [...this.known].reverse().find(([key]) => (JSON.parse(key) as [number])[0] === number)?.[1];
    const outcome = (await found?.catch(() => undefined))?.outcome;
    return outcome?.kind === 'fit' ? outcome : undefined;
  }

  /** Lens and pixel (in Angstrom) of an image. Throws `console/rings-unknown`. */
  private async opticsOf({ context }: BufferedImage): Promise<{
    readonly lens: { readonly optics: CtfOptics; readonly transfer: ContrastTransfer; readonly count: number };
    readonly pixel: number;
  }> {
    const settings = this.session.find(Settings);
    const voltage = context.conditions?.highTensionKilovolts ?? (await this.presentKilovolts());
    if (context.pixelSize === undefined) throw consoleErrors.ringsUnknown('the size of its pixels');
    if (!settings || voltage === undefined) throw consoleErrors.ringsUnknown('the high tension at which it was taken');
    const optics = siteLens(settings, voltage);
    const { phase } = this.expectation;
    const known = typeof phase === 'number' ? { phaseShift: phaseRadians((phase * Math.PI) / 180) } : {};
    const count = Math.max(1, Math.min(maxZeros, settings.get('FFTZeroParams')[1]));
    return {
      lens: { optics, transfer: new ContrastTransfer({ ...optics, ...known }), count },
      pixel: 10 * inNanometres(context.pixelSize),
    };
  }

  private async presentKilovolts(): Promise<number | undefined> {
    const scope = this.session.find(Scope);
    if (scope && (this.kilovolts === undefined || this.mayRead()))
      this.kilovolts = await scope.highTension.read().then(
        (volts) => volts / 1000,
        () => this.kilovolts,
      );
    return this.kilovolts;
  }

  private async measure(number: number, image: BufferedImage, follows: boolean): Promise<Known> {
    const fitting = this.session.find(RingFitting);
    const { lens, pixel } = await this.opticsOf(image);
    const request = ringRequest(lens.optics, image.context.pixelSize!, this.expectation, this.session.find(Settings));
    const last = this.lastLive;
    const follow =
      follows && last?.outcome.kind === 'fit' && sameOptics(last.request, request) ? last.outcome : undefined;
    const began = performance.now();
    if (!fitting) throw consoleErrors.ringsUnknown('how to fit');
    const outcome = await fitting.fit(image.frame.image, { ...request, ...(follow && { follow }) });
    const shown = shownRings(number, outcome, request, pixel, performance.now() - began);
    const made: Known = { outcome, request, shown };
    if (image.context.live) this.lastLive = made;
    this.note(image, outcome);
    return made;
  }

  /** Adds a line to the table; of a live image only the last one stays. */
  private note({ buffer, context }: BufferedImage, outcome: CtfOutcome): void {
    const title = `${buffer}: ${context.title ?? 'Image'}${context.live ? ', live' : ''}`;
    const before = context.live && this.rows[0]?.title === title ? this.rows.slice(1) : this.rows;
    const row: RingRow = {
      number: (this.count += 1),
      time: this.now().toTimeString().slice(0, 8),
      title,
      ...(outcome.kind === 'fit'
        ? { found: foundIn(outcome) }
        : { refused: outcome.findings.map(({ text }) => text).join('; ') }),
    };
    this.rows = [row, ...before].slice(0, maxRows);
    this.show();
  }

  private show(): void {
    const [aberration = 0, , amplitudeContrast = 0] = this.session.find(Settings)?.get('FFTZeroParams') ?? [];
    const { defocus, phase = 'none' } = this.expectation;
    const panel: RingPanelState = {
      lens: { aberration, amplitudeContrast, ...(this.kilovolts !== undefined && { kilovolts: this.kilovolts }) },
      ...(defocus && { defocus }),
      phase,
      fits: this.rows,
    };
    this.state.set('rings', panel);
  }
}

const sameOptics = (one: CtfRequest, other: CtfRequest): boolean =>
  one.pixelSize === other.pixelSize && one.voltage === other.voltage;

const micrometres = (angstroms: number): number => angstroms / angstromsPerMicrometre;

function foundIn(fit: CtfFit): NonNullable<RingRow['found']> {
  const { defocus, defocus1, defocus2, angle, score, standardErrors, fitResolution, phaseShift } = fit;
  return {
    defocus: -micrometres(defocus.mean),
    error: micrometres(standardErrors.mean),
    astigmatism: micrometres(defocus1 - defocus2),
    angle,
    score,
    ...(standardErrors.phaseShift !== undefined && { phase: (180 * phaseShift) / Math.PI }),
    ...(fitResolution !== undefined && { resolution: fitResolution / 10 }),
  };
}

function shownRings(
  image: number,
  outcome: CtfOutcome,
  request: CtfRequest,
  pixel: number,
  milliseconds: number,
): RingsState {
  const about = { image, milliseconds: Math.round(milliseconds) };
  if (outcome.kind === 'refusal')
    return {
      ...about,
      refused: true,
      followed: false,
      zeros: [],
      lines: outcome.findings.map(({ text }) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`),
    };
  const transfer = new ContrastTransfer({ ...request, phaseShift: outcome.phaseShift });
  const { fitResolution, curves, defocus } = outcome;
  const limit = fitResolution === undefined ? undefined : pixel / fitResolution;
  const count = Math.max(1, Math.min(maxZeros, transfer.ringCount((limit ?? 0.5) / pixel, defocus.mean)));
  const every = Math.max(1, Math.ceil(curves.frequencies.length / maxCurvePoints));
  const some = (values: Float64Array, factor = 1): readonly number[] =>
    [...values].filter((_, at) => at % every === 0).map((each) => Number((factor * each).toPrecision(4)));
  return {
    ...about,
    refused: false,
    followed: outcome.followed,
    lines: linesOf(outcome),
    zeros: zerosOf(transfer, defocus, pixel, count),
    ...(limit !== undefined && { limit }),
    curve: { frequencies: some(curves.frequencies, 10), power: some(curves.power), fit: some(curves.fit) },
  };
}

function linesOf(fit: CtfFit): readonly string[] {
  const { defocus, astigmatism, error, angle, phase, resolution, score } = foundIn(fit);
  const vector = micrometres(Math.max(...fit.standardErrors.astigmatism));
  const { runnerUp, gain } = fit;
  return [
    `Defocus ${withError(defocus, error)} um`,
    `Astigmatism ${withError(astigmatism, vector)} um, larger underfocus along ${readable(angle, 1)} degrees`,
    ...(phase === undefined ? [] : [`Phase shift ${readable(phase)} degrees`]),
    resolution === undefined
      ? `Score ${readable(score)}`
      : `Rings fit to ${readable(resolution)} nm, score ${readable(score)}`,
    runnerUp
      ? `Gain ${readable(gain)} nats; next best ${readable(-micrometres(runnerUp.defocus.mean))} um with ${readable(runnerUp.gain)}`
      : `Gain ${readable(gain)} nats${fit.followed ? ', following the last fit' : ''}`,
  ];
}

/** Radii of the zeros in cycles per pixel; -1 where there is none. */
const zerosOf = (
  transfer: ContrastTransfer,
  defocus: { readonly mean: number; readonly cosine: number; readonly sine: number },
  pixel: number,
  count: number,
): readonly (readonly number[])[] =>
  Array.from({ length: count }, (_, at) =>
    [...ringRadii(transfer, defocus as Parameters<typeof ringRadii>[1], at + 1, azimuths)].map((each) =>
      Number.isNaN(each) ? -1 : Number((each * pixel).toFixed(5)),
    ),
  );
