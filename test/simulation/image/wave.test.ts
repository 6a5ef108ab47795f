import { electronWavelength } from '../../../simulation/column/wavefront';
import type { Aberrations } from '../../../simulation/base/part';
import { effectiveWave } from '../../../simulation/column/tuning/effective-wave';
import { doubles } from '../../../simulation/kernels';
import { WaveTransfer, isRound, type WaveOptics } from '../../../simulation/image/wave';

interface Complex {
  readonly re: number;
  readonly im: number;
}
const complex = (re: number, im = 0): Complex => ({ re, im });
const times = (a: Complex, b: Complex): Complex => complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
const plus = (...all: readonly Complex[]): Complex =>
  all.reduce((sum, each) => complex(sum.re + each.re, sum.im + each.im), complex(0));
const conjugate = ({ re, im }: Complex): Complex => complex(re, -im);
const turn = (angle: number): Complex => complex(Math.cos(angle), Math.sin(angle));
const of = (v: { readonly x: number; readonly y: number } | undefined): Complex => complex(v?.x ?? 0, v?.y ?? 0);

const optics: WaveOptics = {
  sphericalAberration: 2.7,
  phaseToAmplitude: 7,
  focusSpread: 0,
  convergence: 0,
  kilovolts: 300,
};
const wavelength = electronWavelength(300);
const cs = 2700;

/** The aberration function itself, in radians, at a direction in radians. */
function phase(w: Complex, { defocus, astigmatism, coma, threefold }: Aberrations): number {
  const square = times(w, conjugate(w)).re;
  const down = conjugate(w);
  const length =
    0.5 * defocus * square +
    0.5 * times(of(astigmatism), times(down, down)).re +
    times(of(coma), times(times(w, w), down)).re +
    times(of(threefold), times(down, times(down, down))).re / 3 +
    0.25 * cs * square * square;
  return (2 * Math.PI * length) / wavelength;
}

/** Displacement of the image by the tilt, from the slope of the aberration function. */
function slope(aberrations: Aberrations): { x: number; y: number } {
  const { x, y } = aberrations.tilt!;
  const step = 1e-5;
  const at = (dx: number, dy: number): number => phase(complex(x + dx, y + dy), aberrations);
  const unit = wavelength / (2 * Math.PI);
  return {
    x: ((at(step, 0) - at(-step, 0)) / (2 * step)) * unit,
    y: ((at(0, step) - at(0, -step)) / (2 * step)) * unit,
  };
}

/** Image of a weak wave of one spatial frequency by the sum of both sidebands, without any expansion; the displacement of the whole image is left out. */
function direct(fx: number, fy: number, aberrations: Aberrations, displacement: { x: number; y: number }): Complex {
  const tilt = of(aberrations.tilt);
  const w = complex(wavelength * fx, wavelength * fy);
  const axis = phase(tilt, aberrations);
  const upper = phase(plus(tilt, w), aberrations) - axis;
  const lower = phase(plus(tilt, complex(-w.re, -w.im)), aberrations) - axis;
  const sum = plus(
    times(complex(0.5, -0.5 * optics.phaseToAmplitude), turn(-upper)),
    times(complex(0.5, 0.5 * optics.phaseToAmplitude), turn(lower)),
  );
  return times(sum, turn(2 * Math.PI * (fx * displacement.x + fy * displacement.y)));
}

const milliradian = 1e-3;
const cases: readonly (readonly [string, Aberrations])[] = [
  ['astigmatism', { defocus: -1.5, astigmatism: { x: 0.2, y: -0.1 } }],
  ['a tilted beam', { defocus: -1, tilt: { x: 3 * milliradian, y: -2 * milliradian } }],
  ['coma', { defocus: -0.8, coma: { x: 3, y: -5 } }],
  ['three-fold astigmatism', { defocus: -2, threefold: { x: 4, y: 2 } }],
  [
    'everything at once',
    {
      defocus: -2.3,
      astigmatism: { x: 0.05, y: 0.08 },
      coma: { x: -2, y: 1 },
      threefold: { x: 1, y: -3 },
      tilt: { x: -4 * milliradian, y: 1.5 * milliradian },
    },
  ],
];
const frequencies = [0, 40, 150, 400, 900].flatMap((length) =>
  [0.3, 1.7, 3.9].map((angle) => [length * Math.cos(angle), length * Math.sin(angle)] as const),
);

describe('the wave behind the lens', () => {
  test.each(cases)('of %s is that of both sidebands of the aberration function', (_, aberrations) => {
    const wave = effectiveWave(aberrations, cs);
    const transfer = new WaveTransfer(wave, aberrations.tilt ?? { x: 0, y: 0 }, optics);
    if (aberrations.tilt) {
      const { x, y } = slope(aberrations);
      expect(wave.displacement.x).toBeCloseTo(x, 7);
      expect(wave.displacement.y).toBeCloseTo(y, 7);
    }
    for (const [fx, fy] of frequencies) {
      transfer.at(fx, fy);
      const { re, im } = direct(fx, fy, aberrations, wave.displacement);
      expect(Math.hypot(transfer.real - re, transfer.imaginary - im)).toBeLessThan(2e-5);
    }
  });

  test.each(cases)('of %s is the same along a line as at each of its points', (_, aberrations) => {
    const far = { ...aberrations, defocus: 20 * aberrations.defocus };
    const transfer = new WaveTransfer(effectiveWave(far, cs), far.tilt ?? { x: 0, y: 0 }, optics);
    const count = 577;
    const values = doubles(transfer.along({ x: -700, y: 150 }, { x: 2.3, y: -0.9 }, count), 2 * count).slice();
    for (let k = 0; k < count; k += 7) {
      transfer.at(-700 + k * 2.3, 150 - k * 0.9);
      expect(Math.hypot(values[2 * k]! - transfer.real, values[2 * k + 1]! - transfer.imaginary)).toBeLessThan(1e-7);
    }
  });

  test('loses contrast by the spread of focus as the mean over many values of focus does', () => {
    const aberrations: Aberrations = {
      defocus: -0.5,
      astigmatism: { x: 0.1, y: 0 },
      tilt: { x: 2 * milliradian, y: 0 },
    };
    const { displacement } = effectiveWave(aberrations, cs);
    const spread = 0.02;
    const transfer = new WaveTransfer(effectiveWave(aberrations, cs), aberrations.tilt!, {
      ...optics,
      focusSpread: 1000 * spread,
    });
    for (const [fx, fy] of frequencies) {
      let mean = complex(0);
      let weights = 0;
      for (let k = -40; k <= 40; k++) {
        const weight = Math.exp(-((k / 10) ** 2) / 2);
        const value = direct(
          fx,
          fy,
          { ...aberrations, defocus: aberrations.defocus + (k / 10) * spread },
          displacement,
        );
        mean = plus(mean, times(value, complex(weight)));
        weights += weight;
      }
      transfer.at(fx, fy);
      expect(Math.hypot(transfer.real - mean.re / weights, transfer.imaginary - mean.im / weights)).toBeLessThan(3e-3);
    }
  });

  test('moves the image by 2 nm for a micrometre of defocus and two tilts of a milliradian', () => {
    const at = (tilt: number, sphericalAberration: number, defocus = 10): number =>
      1000 * effectiveWave({ defocus, tilt: { x: tilt * milliradian, y: 0 } }, sphericalAberration).displacement.x;
    expect(at(1.5, 0) - at(-1.5, 0)).toBeCloseTo(30, 9);
    expect(at(5, cs, 0) - at(-5, cs, 0)).toBeCloseTo(0.675, 3);
  });

  test('is focused less and astigmatic under a tilted beam, always towards overfocus', () => {
    const { defocus, astigmatism } = effectiveWave({ defocus: 0, tilt: { x: 8 * milliradian, y: 0 } }, cs);
    expect(defocus + astigmatism.x).toBeCloseTo(0.518, 3);
    expect(defocus - astigmatism.x).toBeCloseTo(0.173, 3);
  });

  test('is round only without any of these', () => {
    expect(isRound({ defocus: -3 })).toBe(true);
    expect(isRound({ defocus: -3, astigmatism: { x: 0, y: 0 } })).toBe(true);
    for (const [, aberrations] of cases) expect(isRound(aberrations)).toBe(false);
  });
});
