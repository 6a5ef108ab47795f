import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { eucentric, temporarySite } from './eucentric';

const item = 'calibrations/image-and-stage-shift/image-shift';

/** A site with a plugin whose connection cannot be closed; with `refusing` its second connection cannot be opened either. */
function siteThatDoesNotClose(refusing = false) {
  const site = temporarySite((yaml) => yaml.replace(/^plugins:$/m, "plugins:\n  './stuck.js': {}"));
  writeFileSync(
    path.join(site.folder, 'stuck.js'),
    `module.exports = {
      id: 'stuck',
      summary: 'Cannot be closed.',
      apply: (host) => {
        host.connect('the pump', async () => () => { throw new Error('The pump does not let go'); });
        if (${refusing}) host.connect('the valve', async () => { throw new Error('The valve is not there'); });
      },
    };\n`,
  );
  const called = (...given: string[]) => eucentric([...given, '--config', site.configuration]);
  return { ...site, called };
}

describe('when closing fails', () => {
  const site = siteThatDoesNotClose();
  afterAll(() => site.remove());

  it('after an error, that error is the one shown, and the failure to close is in the log', () => {
    const { code, lines, stderr } = site.called('run', item, '--json');
    expect(code).toBe(1);
    expect(lines().at(-1)).toMatchObject({ event: 'error', code: 'run/no-answer' });
    expect(stderr).toContain('The pump does not let go');
    const text = site.called('run', item).stderr;
    expect(text).toContain('[run/no-answer]');
    expect(text).toContain('The pump does not let go');
    expect(text).not.toContain('SuppressedError');
  });

  it('after success, the command says so and ends with 1', () => {
    const { code, lines } = site.called('devices', '--json');
    expect(code).toBe(1);
    expect(lines().at(-1)).toMatchObject({
      event: 'error',
      code: 'command/not-closed',
      message: expect.stringContaining('The pump does not let go') as string,
    });
  });

  it('while a connection failed, the reason for that is the one shown', () => {
    const refusing = siteThatDoesNotClose(true);
    const { code, lines, stderr } = refusing.called('devices', '--json');
    expect(code).toBe(1);
    const last = lines().at(-1);
    expect(JSON.stringify(last)).toContain('The valve is not there');
    expect(stderr).toContain('The pump does not let go');
    refusing.remove();
  });
});
