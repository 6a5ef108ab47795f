import { eucentric } from './eucentric';

describe('help', () => {
  it('prints the help page of an item, and nothing about calibration files', () => {
    const { code, stdout, stderr } = eucentric(['help', 'image-shift']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# Image Shift\n[^]*## Specimen and beam[^]*## When it is not good/);
    expect(stderr).toBe('');
  });

  it('finds items by their label, also in several words', () => {
    const { lines } = eucentric(['help', 'Set', 'IS', 'Delay', 'Factor', '--json']);
    expect(lines()).toMatchObject([
      {
        event: 'help',
        item: 'calibrations/image-and-stage-shift/set-is-delay-factor',
        text: expect.stringContaining('ISdelayScaleFactor') as string,
      },
    ]);
  });

  it('says of an item without a page what it is for and why it cannot run', () => {
    const { code, stdout } = eucentric(['help', 'list-mags']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# List Mags\n\n[A-Z].*\.\n\nNot available: /);
  });

  it.each([[['help']], [['help', 'run']], [['help', 'calibrations', 'show']]])(
    '%j shows commands and options',
    (given) => {
      const { code, stdout } = eucentric(given);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Usage: eucentric/);
    },
  );

  it('names the nearest item', () => {
    const { code, stderr } = eucentric(['help', 'image-shfit']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Did you mean calibrations\/image-and-stage-shift\/image-shift/);
  });
});
