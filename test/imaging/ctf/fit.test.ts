import {
  angstroms,
  type CtfOutcome,
  fitCtf,
  fitCtfOfSpectrum,
  image,
  type Image,
  powerSpectrum,
  Random,
} from '../../../imaging';
import { boundOf, drawTask, render, type Task } from '../../../statistics/ctf-images';
import { requestFor } from '../../../statistics/support/ctf-fits';

/** A micrograph of a family, smaller than those of the statistics. */
function scene(family: string, changes: Partial<Task['scene']> = {}): Task {
  const task = drawTask(family, 1);
  return { ...task, scene: { ...task.scene, rows: 512, columns: 512, ...changes } };
}

const carbon = scene('carbon', {
  pixel: 2.5,
  kilovolts: 200,
  defocus: 18000,
  astigmatism: [900, 1558.8],
  dose: 40,
  contrast: 0.12,
  temperatureFactor: 30,
});
const rendered = render(carbon.scene);
const request = { ...requestFor(carbon), expected: [angstroms(7000), angstroms(45000)] as const };

function fitted(outcome: CtfOutcome) {
  if (outcome.kind === 'refusal') throw new Error(outcome.findings.map(({ text }) => text).join('; '));
  return outcome;
}
const codesOf = (outcome: CtfOutcome) => (outcome.kind === 'refusal' ? outcome.findings.map(({ code }) => code) : []);

describe('a fit of Thon rings', () => {
  const fit = fitted(fitCtf(rendered, request));

  test('finds defocus and astigmatism to a few times the bound, and says how well', () => {
    const bound = boundOf(carbon.scene);
    expect(Math.abs(fit.defocus.mean - 18000)).toBeLessThan(4 * bound.defocus);
    expect(Math.abs(2 * (fit.defocus.cosine - 900))).toBeLessThan(4 * bound.astigmatism[0]);
    expect(Math.abs(2 * (fit.defocus.sine - 1558.8))).toBeLessThan(4 * bound.astigmatism[1]);
    expect(fit.standardErrors.mean).toBeGreaterThan(0.8 * bound.defocus);
    expect(fit.standardErrors.mean).toBeLessThan(4 * bound.defocus);
    expect(fit.gain).toBeGreaterThan(100);
    expect(fit.gain).toBeGreaterThan(1.15 * fit.runnerUp!.gain);
    expect(1 / fit.fitResolution!).toBeGreaterThan(0.06);
    expect(fit.followed).toBe(false);
  });

  test('has the angle of the picture as displayed: counter-clockwise, Y up', () => {
    expect(fit.angle).toBeCloseTo(30, -0.7);
    const flipped = image(
      Float32Array.from({ length: 512 * 512 }, (_, at) => rendered.get(511 - Math.floor(at / 512), at % 512)),
      512,
      512,
    );
    expect(fitted(fitCtf(flipped, request)).angle).toBeCloseTo(-fit.angle, 0);
    expect(fitted(fitCtf(rendered.transpose(1, 0), request)).angle).toBeCloseTo(-90 - fit.angle + 180, -0.7);
  });

  test('is the same from a spectrum, from whole numbers and from a longer frame', () => {
    const ofSpectrum = fitted(fitCtfOfSpectrum(powerSpectrum(rendered, { window: 'none' }), request));
    expect(Math.abs(ofSpectrum.defocus.mean - fit.defocus.mean)).toBeLessThan(3 * fit.standardErrors.mean);
    const bytes = image(
      Uint8Array.from(rendered.data, (value) => Math.max(0, Math.min(255, value))),
      512,
      512,
    );
    expect(Math.abs(fitted(fitCtf(bytes, request)).defocus.mean - fit.defocus.mean)).toBeLessThan(
      fit.standardErrors.mean,
    );
    const long = render({ ...carbon.scene, rows: 400, columns: 720 });
    expect(Math.abs(fitted(fitCtf(long, request)).defocus.mean - 18000)).toBeLessThan(
      4 * boundOf({ ...carbon.scene, rows: 400, columns: 720 }).defocus,
    );
  });

  test('follows the last one without a search, and searches when it is lost', () => {
    const again = fitted(fitCtf(rendered, { ...request, follow: fit }));
    expect(again.followed).toBe(true);
    expect(Math.abs(again.defocus.mean - fit.defocus.mean)).toBeLessThan(0.2 * fit.standardErrors.mean);
    const moved = render({ ...carbon.scene, defocus: 26000 });
    const found = fitted(fitCtf(moved, { ...request, follow: fit }));
    expect(found.followed).toBe(false);
    expect(Math.abs(found.defocus.mean - 26000)).toBeLessThan(300);
  });

  test('gives curves whose fit goes with the data', () => {
    const { frequencies, quality, fit: model } = fit.curves;
    const at = frequencies.findIndex((q) => q > 0.07);
    expect(quality[at]).toBeGreaterThan(0.7);
    expect(Math.max(...model)).toBeGreaterThan(1.1);
  });
});

describe('a fit is refused', () => {
  test('where the rings lie outside of the expected defocus, and says where', () => {
    const outcome = fitCtf(rendered, { ...request, expected: [angstroms(30000), angstroms(60000)] });
    expect(codesOf(outcome)).toContain('outside-window');
    expect(outcome.kind === 'refusal' && outcome.findings[0]!.text).toMatch(
      /fit at 1\.8\d um, outside of the expected 3\.00 um to 6\.00 um/,
    );
  });

  const noise = (paint: (random: Random, at: number) => number): Image => {
    const random = new Random(5);
    return image(
      Float32Array.from({ length: 256 * 256 }, (_, at) => paint(random, at)),
      256,
      256,
    );
  };
  test.each<readonly [string, Image]>([
    ['a blank image', noise(() => 7)],
    ['one electron in a hundred pixels', noise((random) => random.poisson(0.01))],
    ['noise', noise((random) => random.poisson(20))],
    ['stripes', noise((random, at) => random.poisson(20) + 8 * (at % 7 === 0 ? 1 : 0))],
    ['a lattice', noise((random, at) => random.poisson(20 + 10 * Math.cos(at / 3) + 8 * Math.cos((at >> 8) / 2.3)))],
    ['an opaque bar', noise((random, at) => random.poisson(Math.abs((at % 256) + (at >> 9) - 150) < 30 ? 1 : 20))],
    ['hot pixels', noise((random) => (random.uniform() < 0.001 ? 3000 : random.poisson(5)))],
  ])('for %s', (_, picture) => {
    expect(fitCtf(picture, request).kind).toBe('refusal');
  });

  test('and what cannot be an image of rings is an error', () => {
    expect(() =>
      fitCtf(
        noise((_, at) => (at === 99 ? NaN : at)),
        request,
      ),
    ).toThrow('NaN');
    expect(() => fitCtf(rendered, { ...request, pixelSize: angstroms(0) })).toThrow('pixel');
    expect(() =>
      fitCtfOfSpectrum(
        noise((random) => random.normal()),
        request,
      ),
    ).toThrow('negative');
  });
});
