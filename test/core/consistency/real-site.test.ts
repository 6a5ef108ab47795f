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
    const ofBeam = new Set(['consistency/intensity-tables', 'consistency/spot-ratios']);
    const [error, ...others] = errors.filter(({ code: what }) => !ofBeam.has(what as string));
    expect(others).toEqual([]);
    expect(error).toMatchObject({
      code: 'consistency/pixel-size',
      camera: 1,
      magIndex: 16,
      redo: 'calibrations/image-and-stage-shift/stage-shift',
    });
    const numbers = (error!.numbers as readonly { readonly what: string; readonly value: number }[]).map(
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
        .filter(({ severity, code: what }) => severity === 'warning' && !ofBeam.has(what as string))
        .map(({ code: what, camera, magIndex }) => [what, camera, magIndex]),
    ).toEqual([
      ['consistency/shift-boundary', 0, 5],
      ['consistency/image-shift-scale', 1, 8],
      ['consistency/shift-boundary', 1, 11],
    ]);
    expect(findings.filter(({ code: what }) => !ofBeam.has(what as string))).toHaveLength(4);
  });

  test('show the tables and ratios of the beam that contradict each other, each once', () => {
    const numbersOf = (finding: Record<string, unknown>) =>
      (finding['numbers'] as readonly { readonly value: number }[]).map(({ value }) => value);
    const found = called('--json')
      .lines()
      .filter(({ event }) => event === 'finding')
      .filter(({ code }) => /spot-ratios|intensity-tables|crossover|beam-shift|aperture/.test(code as string));
    expect(found.map(({ code, severity, spot, probe, redo }) => [code, severity, spot, probe, redo])).toEqual([
      ['consistency/intensity-tables', 'error', 6, 'micro', 'calibrations/beam-and-spot/beam-intensity'],
      ['consistency/intensity-tables', 'error', 10, 'nano', 'calibrations/beam-and-spot/beam-intensity'],
      ['consistency/spot-ratios', 'warning', 10, 'nano', 'calibrations/beam-and-spot/beam-intensity'],
    ]);
    const [micro, nano, ratios] = found.map(numbersOf) as [number[], number[], number[]];
    // Worked out apart from the program: logarithms of the counts between the points, over equal distances from crossover.
    for (const [found, wanted] of [
      [micro, [0.00151015, 0.000143697]],
      [nano, [0.0169369, 0.000299438]],
    ] as const)
      wanted.forEach((each, at) => expect(found[at]! / each).toBeCloseTo(1, 3));
    // Ratios as they stand in the file, and the tables at 0.126923 between their points.
    expect(ratios[0]).toBeCloseTo(0.002886 / 0.008311, 4);
    expect(ratios[1]).toBeCloseTo(2.203877606627178 / 3.6559079976320605, 3);
  });

  test('are reported in words without colour', () => {
    const { stdout } = called();
    expect(stdout).toContain(
      'mag index 16 (2500x): 2.96 nm by the properties, 2.5 nm by the stage calibration: 17.1 % apart (stage X -17.1, Y -13.7 %; image-shift vectors 1.10 and 1.12 um',
    );
    expect(stdout).toMatch(/70 matrices: 3 errors, 4 warnings, 0 remarks\.\n$/);
    expect([...stdout].every((letter) => letter === '\n' || letter >= ' ')).toBe(true);
  });
});
