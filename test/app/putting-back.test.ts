import { CombinedError, EucentricError } from '../../core/base';
import { Output } from '../../app/output';
import { eucentric, temporarySite } from './eucentric';

describe('when putting back fails too', () => {
  const cause = new EucentricError({ code: 'test/dark', message: 'The image is dark.', hint: 'Open the valves.' });
  const contents = { code: 'run/not-restored', message: 'The image is dark.\nNot everything:', hint: 'Look.', cause };
  const written = (json: boolean): string => {
    let text = '';
    const stream = { write: (part: string) => (text += part) };
    new Output(json, stream, stream).fail(new CombinedError(contents, [new Error('The stage is stuck')]));
    return text;
  };

  it('programs get the cause of the failure before what was not put back', () => {
    const line = JSON.parse(written(true)) as Record<string, unknown>;
    expect(Object.keys(line).slice(0, 3)).toEqual(['event', 'cause', 'code']);
    expect(line).toMatchObject({
      code: 'run/not-restored',
      cause: { code: 'test/dark', message: 'The image is dark.', hint: 'Open the valves.' },
      message: expect.stringContaining('The stage is stuck') as string,
    });
  });

  it('people read both, the cause first', () => {
    expect(written(false)).toMatch(/^The image is dark\.[^]*The stage is stuck[^]*\[run\/not-restored\]\n$/);
  });
});

it('a stage outside its limits that never moved is not reported as not put back', () => {
  const site = temporarySite((yaml) => yaml.replace(/^StageLimits:.*$/m, 'StageLimits: [100, 900, 100, 900]'));
  const given = ['run', 'stage-shift', '--defaults', '--config', site.configuration];
  const { code, lines } = eucentric([...given, '--json']);
  expect(code).toBe(1);
  expect(lines().at(-1)).toMatchObject({ event: 'error', code: 'limits/out-of-range' });
  const { stderr } = eucentric(given);
  expect(stderr).toContain('[limits/out-of-range]');
  expect(stderr).not.toContain('put back');
  site.remove();
});
