import { eucentric, haveSiteFiles, siteFiles } from '../../app/eucentric';
import { needsReading } from '../../support/needs';

needsReading(haveSiteFiles).describe('the files of a real Krios', () => {
  const called = (...more: readonly string[]) =>
    eucentric(['calibrations', 'check', siteFiles.calibrations, '--config', siteFiles.properties, ...more]);

  test('show the stage calibration and the grating that contradict each other, and few other things', () => {
    const { code, lines } = called('--json');
    expect(code).toBe(1);
    const findings = lines().filter(({ event }) => event === 'finding');
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      code: 'consistency/pixel-size',
      camera: 1,
      magIndex: 16,
      redo: 'calibrations/image-and-stage-shift/stage-shift',
    });
    const numbers = (errors[0]!.numbers as readonly { readonly what: string; readonly value: number }[]).map(
      ({ value }) => value,
    );
    // The grating gave 5.918 nm for two pixels; the other numbers are those of the matrices, worked out by hand.
    expect(numbers[0]).toBeCloseTo(5.918 / 2, 6);
    expect(numbers[1]).toBeCloseTo(1000 / Math.sqrt(43.003822 * 35.887173 + 389.807617 * 405.199707), 6);
    expect(1 - numbers[2]!).toBeCloseTo(0.171, 2);
    expect(1 - numbers[3]!).toBeCloseTo(0.137, 2);
    expect(numbers[4]).toBeCloseTo(2.959e-3 * Math.hypot(265.639771, 259.129425), 6);
    expect(numbers[5]).toBeCloseTo(2.959e-3 * Math.hypot(261.743958, 273.993866), 6);
    // What the magnification table makes of the K2 in low magnification, which jumps by 13 %.
    expect(
      findings
        .filter(({ severity }) => severity === 'warning')
        .map(({ code: what, camera, magIndex }) => [what, camera, magIndex]),
    ).toEqual([
      ['consistency/shift-boundary', 0, 5],
      ['consistency/image-shift-scale', 1, 8],
      ['consistency/shift-boundary', 1, 11],
    ]);
    expect(findings).toHaveLength(4);
  });

  test('are reported in words without colour', () => {
    const { stdout } = called();
    expect(stdout).toContain(
      'mag index 16 (2500x): 2.96 nm by the properties, 2.5 nm by the stage calibration: 17.1 % apart (stage X -17.1, Y -13.7 %; image-shift vectors 1.10 and 1.12 um',
    );
    expect(stdout).toMatch(/70 matrices: 1 error, 3 warnings, 0 remarks\.\n$/);
    expect([...stdout].every((letter) => letter === '\n' || letter >= ' ')).toBe(true);
  });
});
