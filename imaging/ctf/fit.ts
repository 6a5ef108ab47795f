import type { Image } from '../image';
import { accumulateCells, type Cells } from './cells';
import { type Compared, compareDefocus, startDepth } from './comparison';
import { curvesOf, fitLimit } from './curves';
import { findingsOfFit } from './judgement';
import type { CtfCandidate, CtfFit, CtfOutcome, CtfRefusal } from './outcome';
import { type Spectrum, spectrumFromPowers, spectrumOf } from './preparation';
import { type CtfRequest, type FitLimits, limitsOf } from './request';
import { type ModelFit, type ModelSize, RingModel, type RingParameters } from './ring-model';
import { sectorDefocus, sectorOffsets } from './sector-estimate';
import { ringInformation, standardErrors } from './standard-errors';
import { ContrastTransfer, principalDefocus } from './transfer';
import { angstroms, phaseRadians } from './units';

const { abs, ceil, max, min, sqrt } = Math;

/** Sectors of the full table. */
const fullSectors = 72;
/** Bins in one ring at the largest defocus, and limits of their number. */
const [binsPerRing, minBins, maxBins] = [6, 120, 900];
/** Intervals over which the smooth spectrum changes with direction: as usual, and where a texture changes it faster than that. */
const [usualDirection, texturedDirection] = [4, 8];
/** Gain of what is less than one ring from which it may be a texture with a direction; edges and lattices reach 50. */
const minTextureGain = 150;
const fullSize = { background: 10, depth: 6, depthWithDirection: true };
/** Ratio to the smooth spectrum that no ring has: a number and standard deviations of a cell; rounds of leaving such cells out. */
const [spotRatio, spotDeviations, spotRounds] = [2.5, 8, 4];
/** Part by which the astigmatism may exceed the searched one. */
const edgeMargin = 0.02;
/** Gain of a followed fit as a share of the last one, below which a search is made. */
const minFollowedShare = 0.5;
/** Share of the information on the rings from which a depth that is no more than noise moves them noticeably: it is left out then. */
const maxNoiseShare = 0.1;
/** Defocus over that of a fit that is followed, for which the cells are fine enough. */
const followedReach = 2.5;
/** Standard error of the defocus in shares of a ring beyond which nothing is determined. */
const maxErrorInRings = 0.25;

/**
 * Fits defocus and astigmatism to the Thon rings of an image.
 *
 * The spectrum is summed in cells of equal area. A table of sectors is searched over the whole range of defocus, not only the expected
 * one; the best candidates are refined by maximum likelihood with the smooth background and the depth of the rings; the best is
 * accepted when its gain in likelihood is beyond chance and beyond that of every other candidate half a ring away or more, and when
 * single sectors agree. Everything else is refused with its reasons. Underfocus is positive.
 * Sources: A. Rohou and N. Grigorieff, J. Struct. Biol. 192 (2015) 216-221; D. N. Mastronarde, J. Struct. Biol. 216 (2024) 108057;
 * P. Whittle, Ark. Mat. 2 (1953) 423-434 for the likelihood of a spectrum.
 *
 * @param source shape [rows, columns] from 64, row 0 at the TOP of the picture; sides above 8192 are cut to their middle
 * @throws ImagingError 'imaging/not-finite', 'imaging/bad-size', 'imaging/bad-argument' for a request that cannot be; images in which
 * nothing can be measured are refused, not thrown
 */
export function fitCtf(source: Image, request: CtfRequest): CtfOutcome {
  const limits = limitsOf(request, 'fitCtf');
  const spectrum = spectrumOf(source, 'fitCtf');
  if (!spectrum) return refusal([{ code: 'blank', text: 'every pixel of the image has the same value' }], []);
  return fit(spectrum, request, limits);
}

/**
 * Fits defocus and astigmatism to a power spectrum.
 *
 * @param source power with no frequency at row `rows / 2` rounded down, column `columns / 2`, as `powerSpectrum` gives it
 * @param modesPerPixel independent modes in a pixel: 1 for the spectrum of one image, their number for a mean over separate images
 * @throws as `fitCtf`; 'imaging/bad-argument' for negative powers
 */
export function fitCtfOfSpectrum(source: Image, request: CtfRequest, modesPerPixel = 1): CtfOutcome {
  const limits = limitsOf(request, 'fitCtfOfSpectrum');
  return fit(spectrumFromPowers(source, modesPerPixel, 'fitCtfOfSpectrum'), request, limits);
}

const refusal = (findings: CtfRefusal['findings'], compared: readonly CtfCandidate[]): CtfRefusal => ({
  kind: 'refusal',
  findings,
  compared,
});

function fit(spectrum: Spectrum, request: CtfRequest, limits: FitLimits): CtfOutcome {
  const transfer = new ContrastTransfer(request);
  const given = { transfer, request, limits, spectrum };
  const followed = request.follow && fitFollowed(given, request.follow);
  if (followed) return followed;
  const all = cellsFor(given, limits.most + limits.maxHalf);
  if (!all.power.some((power) => power > 0))
    return refusal([{ code: 'blank', text: 'the spectrum has no power between the resolution limits' }], []);
  const outcome = fitCells(all, given, usualDirection);
  const isTexture =
    outcome.kind === 'refusal' &&
    outcome.findings.some(({ code }) => code === 'no-rings') &&
    (outcome.compared[0]?.gain ?? 0) > minTextureGain;
  return isTexture ? fitCells(all, given, texturedDirection) : outcome;
}

/**
 * Sums a spectrum in cells that are fine enough for a defocus in Angstrom. Those of a small image hold one mode each on average, as far as that leaves
 * half as many for a ring: finer ones would not say more.
 */
function cellsFor({ transfer, limits: { low, high, pixel }, spectrum }: Given, defocus: number): Cells {
  const fine = binsPerRing * transfer.wavelength * high * defocus;
  const modes = 0.5 * Math.PI * (high - low) * spectrum.rows * spectrum.columns * pixel ** 2;
  const bins = ceil(min(maxBins, max(minBins, min(fine, max(modes / fullSectors, 0.5 * fine)))));
  return accumulateCells(spectrum, { sectors: fullSectors, bins, low, width: (high - low) / bins }, pixel);
}

/** Fits from an earlier fit, without a search, as long as its rings are there. A defocus far from it is not looked for, so that the cells are fewer. */
function fitFollowed(given: Given, { defocus, phaseShift, gain }: CtfFit): CtfOutcome | undefined {
  const { transfer, request, limits, spectrum } = given;
  const { mean, cosine, sine } = defocus;
  const cells = cellsFor(given, followedReach * (mean + sqrt(cosine ** 2 + sine ** 2)));
  const smoothed = withoutSpots(cells, transfer, { direction: usualDirection, phase: limits.phases !== undefined });
  const rings = { mean, cosine, sine, phase: limits.phases ? phaseShift : 0 };
  const outcome = new FinestFit(smoothed, transfer, request, limits, spectrum).outcome({
    rings,
    gain: Infinity,
    others: [],
    followed: true,
  });
  return outcome.kind === 'fit' && outcome.gain > minFollowedShare * gain ? outcome : undefined;
}

/** A spectrum and the request about it. */
interface Given {
  readonly transfer: ContrastTransfer;
  readonly request: CtfRequest;
  readonly limits: FitLimits;
  readonly spectrum: Spectrum;
}

/** Fits cells with a smooth spectrum that changes with direction over a number of intervals. */
function fitCells(all: Cells, given: Given, direction: number): CtfOutcome {
  const { transfer, request, limits, spectrum } = given;
  const smoothed = withoutSpots(all, transfer, { direction, phase: limits.phases !== undefined });
  const finest = new FinestFit(smoothed, transfer, request, limits, spectrum);
  const candidates = compareDefocus(smoothed.cells, transfer, limits, direction);
  const [best, ...others] = candidates;
  if (!best) return refusal([{ code: 'no-rings', text: 'no defocus in the whole range shows rings' }], []);
  return finest.outcome({ ...best, others, followed: false });
}

/**
 * Leaves out cells that stand out more than rings can: spots of a lattice and what leaks from them, streaks of an edge.
 *
 * Rings at most double the smooth spectrum. The smooth spectrum is fitted again after each round, because the spots have raised it.
 */
function withoutSpots(all: Cells, transfer: ContrastTransfer, about: Pick<ModelSize, 'direction' | 'phase'>): Smoothed {
  for (let cells = all, round = 0; ; round++) {
    const model = new RingModel(cells, transfer, { ...fullSize, ...about });
    const smooth = model.fitSmooth();
    if (round === spotRounds) return { cells, model, smooth };
    const expected = model.smoothSpectrum(smooth);
    let left = 0;
    const modes = cells.modes.slice();
    for (let cell = 0; cell < modes.length; cell++) {
      const n = modes[cell]!;
      if (n === 0 || cells.power[cell]! <= expected[cell]! * (spotRatio + spotDeviations / sqrt(n))) continue;
      modes[cell] = 0;
      left++;
    }
    if (left === 0) return { cells, model, smooth };
    cells = { ...cells, modes };
  }
}

/** Cells with their model and its smooth spectrum. */
interface Smoothed {
  readonly cells: Cells;
  readonly model: RingModel;
  readonly smooth: ModelFit;
}

/** Fit with all cells, errors and judgement. */
class FinestFit {
  private readonly cells: Cells;
  private readonly model: RingModel;
  private readonly smooth: ModelFit;

  constructor(
    smoothed: Smoothed,
    private readonly transfer: ContrastTransfer,
    private readonly request: CtfRequest,
    private readonly limits: FitLimits,
    private readonly spectrum: Spectrum,
  ) {
    this.cells = smoothed.cells;
    this.model = smoothed.model;
    this.smooth = smoothed.smooth;
  }

  outcome({
    rings,
    gain: comparedGain,
    others,
    followed,
  }: Compared & { readonly others: readonly Compared[]; readonly followed: boolean }): CtfOutcome {
    const { model, smooth, cells, transfer, limits } = this;
    const first = model.fitRings(model.withDepth(smooth.coefficients, startDepth), rings, 12);
    const known = ringInformation(first, model);
    const isNoisy = known !== undefined && known.noiseShare > maxNoiseShare;
    const found = isNoisy
      ? model.fitRings(first.coefficients, first.rings, 8, { held: model.vagueDepths(first) })
      : first;
    const information = isNoisy ? ringInformation(found, model) : known;
    const gain = found.logLikelihood - smooth.logLikelihood;
    const depths = Float64Array.from({ length: cells.bins }, (_, bin) => model.depthOf(found, bin));
    const background = model.smoothSpectrum(found);
    const { square, upright, span } = this.weightOf(depths);
    const ring = 1 / (transfer.wavelength * square);
    const offsets = sectorOffsets(cells, background, depths, transfer, found.rings, square);
    const candidate = this.candidate(found.rings, gain);
    const [runnerUp] = others;
    const errors = information && standardErrors(information, sqrt(max(1, offsets?.scatter ?? 1)));
    const findings = findingsOfFit({
      mean: found.rings.mean,
      gain,
      comparedGain: followed ? Infinity : comparedGain,
      rival: runnerUp && { mean: runnerUp.rings.mean, gain: runnerUp.gain },
      expected: limits.expected,
      searched: [limits.least, limits.most],
      upright,
      ringCount: transfer.wavelength * found.rings.mean * span,
      astigmatism: 2 * sqrt(found.rings.cosine ** 2 + found.rings.sine ** 2),
      maxAstigmatism: 2 * limits.maxHalf * (1 + edgeMargin),
      sectors: offsets && {
        rings: max(...offsets.correction.map((each) => abs(each) / ring)),
        errors: max(
          ...offsets.correction.map((each, i) => abs(each) / (offsets.errors[i]! * sqrt(max(1, offsets.scatter)))),
        ),
        used: offsets.used,
        mean: found.rings.mean + offsets.correction[0],
      },
      vague: !errors || sqrt(errors.covariance[0]!) > maxErrorInRings * ring,
    });
    const compared = [candidate, ...others.map((each) => this.candidate(each.rings, each.gain))];
    if (findings.length > 0 || !errors) return refusal(findings, compared);
    const curves = curvesOf(cells, background, depths, transfer, found.rings);
    const limit = fitLimit(curves, transfer.ringFrequency(1, found.rings.mean) ?? 0);
    const { spectrum } = this;
    const aliased = transfer.aliasingFrequency(
      found.rings.mean,
      1 / (limits.pixel * min(spectrum.rows, spectrum.columns)),
      sqrt(limits.high),
    );
    return {
      kind: 'fit',
      ...candidate,
      ...principalDefocus(candidate.defocus),
      score: this.scoreOf(found, background),
      fitResolution: limit === undefined ? undefined : angstroms(1 / limit),
      aliasingResolution: aliased === undefined ? undefined : angstroms(1 / aliased),
      ...errors,
      ...(runnerUp && { runnerUp: this.candidate(runnerUp.rings, runnerUp.gain) }),
      ...(offsets && {
        secondEstimate: {
          defocus: this.candidate(
            {
              mean: found.rings.mean + offsets.correction[0],
              cosine: found.rings.cosine + offsets.correction[1],
              sine: found.rings.sine + offsets.correction[2],
              phase: found.rings.phase,
            },
            gain,
          ).defocus,
          standardErrors: offsets.errors,
          sectors: offsets.used,
        },
      }),
      followed,
      curves,
    };
  }

  private candidate({ mean, cosine, sine, phase }: RingParameters, gain: number): CtfCandidate {
    return {
      defocus: { mean: angstroms(mean), cosine: angstroms(cosine), sine: angstroms(sine) },
      phaseShift: phaseRadians((this.request.phaseShift ?? 0) + phase),
      gain,
    };
  }

  /** Squared frequency about which the rings give their gain, the share of it from rings of the right sign, and the span of four fifths. */
  private weightOf(depths: Float64Array): { readonly square: number; readonly upright: number; readonly span: number } {
    const { bins, sectors, modes, low, width } = this.cells;
    let [total, weighted, up] = [1e-12, 0, 0];
    const gains = new Float64Array(bins);
    for (let bin = 0; bin < bins; bin++) {
      let count = 0;
      for (let cell = bin * sectors; cell < (bin + 1) * sectors; cell++) count += modes[cell]!;
      const gain = count * depths[bin]! ** 2;
      gains[bin] = gain;
      total += gain;
      weighted += gain * (low + (bin + 0.5) * width);
      if (depths[bin]! > 0) up += gain;
    }
    let [below, inside] = [0, 0];
    for (let bin = 0; bin < bins; bin++) {
      below += gains[bin]! / total;
      if (below > 0.1 && below < 0.9) inside++;
    }
    return { square: max(low, weighted / total), upright: up / total, span: inside * width };
  }

  private scoreOf({ rings }: ModelFit, background: Float64Array): number {
    const { cells, transfer } = this;
    const { bins, sectors, power, modes, low, width } = cells;
    const lens = 0.5 * transfer.sphericalAberration * transfer.wavelength ** 2;
    const defocusOf = sectorDefocus(rings, sectors);
    let [xy, xx, yy] = [0, 0, 0];
    for (let bin = 0; bin < bins; bin++) {
      const u = low + (bin + 0.5) * width;
      for (let sector = 0; sector < sectors; sector++) {
        const cell = bin * sectors + sector;
        const defocus = defocusOf[sector]!;
        const phase =
          2 * (transfer.constantPhase + rings.phase + Math.PI * transfer.wavelength * u * (defocus - lens * u));
        const [x, y, n] = [power[cell]! / background[cell]! - 1, -Math.cos(phase), modes[cell]!];
        xy += n * x * y;
        xx += n * x * x;
        yy += n * y * y;
      }
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
  }
}
