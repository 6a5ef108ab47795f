import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectFolder } from '../support/project-folder';

const harness = path.join(projectFolder, 'build', 'statistics', 'harness', 'main');

/** A folder with a table of two rows with six seeds each, which the program is given for the real ones. */
function place() {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-verify-'));
  const at = (name: string): string => path.join(folder, name);
  mkdirSync(at('tables'));
  copyFileSync(path.join(__dirname, 'throws.cjs'), at('tables/throws.cjs'));
  writeFileSync(at('factor.cjs'), 'exports.factor = 2;\n');
  writeFileSync(at('setting.yaml'), 'die: ivory\n');
  const children: ChildProcess[] = [];
  return {
    write: (name: string, text: string): void => writeFileSync(at(name), text),
    makeFolder: (name: string): void => mkdirSync(at(name)),
    /** Runs the program; resolves with what it said when it has ended, in any way. */
    verify: (...given: readonly string[]) =>
      new Promise<{ readonly code: number | null; readonly said: string }>((resolve) => {
        const options = ['--tables', at('tables'), '--state', at('state'), '--page', at('page.md'), ...given];
        const child = spawn(
          process.execPath,
          [
            '-e',
            `void require(${JSON.stringify(harness)}).main(${JSON.stringify(folder)}, ${JSON.stringify(options)})`,
          ],
          { stdio: ['ignore', 'pipe', 'pipe'] },
        );
        children.push(child);
        let said = '';
        const note = (piece: Buffer): void => void (said += piece.toString());
        child.stdout.on('data', note);
        child.stderr.on('data', note);
        // With the streams closed the processes that it started have ended too.
        child.on('close', (code) => resolve({ code, said }));
      }),
    /** Seeds that were measured since this was asked last, in order. */
    measured: (): readonly string[] => {
      const lines = existsSync(at('record')) ? readFileSync(at('record'), 'utf8').trim().split('\n') : [];
      rmSync(at('record'), { force: true });
      return lines.sort();
    },
    page: (): string => readFileSync(at('page.md'), 'utf8'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const all = ['black', 'white'].flatMap((row) => [1, 2, 3, 4, 5, 6].map((seed) => `${row} ${seed}`));

beforeAll(() => void execFileSync(process.execPath, [path.join(projectFolder, 'scripts', 'build.js')]));

test('a run that was killed goes on where it stopped, and the page comes out as if nothing had been', async () => {
  using whole = place();
  await whole.verify();
  expect(whole.measured()).toEqual(all);
  using given = place();
  given.makeFolder('killer at white 4');
  expect((await given.verify('--workers', '1')).code).toBeNull();
  expect(given.measured()).toEqual(['white 1', 'white 2', 'white 3']);
  const { code, said } = await given.verify();
  expect(code).toBe(0);
  expect(said).toContain('12 measurements, 3 of them have a result that holds');
  expect(given.measured()).toEqual(all.filter((each) => !/white [123]/.test(each)));
  expect(given.page()).toBe(whole.page());
  expect(given.page()).toMatch(
    /\| `throws: white` \| 6 \| held \| 0\.0 min \| \d{4}-\d\d-\d\d \| at most 12\.000 pips \(goal at most 20\) \|/,
  );
  expect(given.page()).toMatch(/\| `throws: all rows` \| 12 \| held .* \| 12 throws \|/);
});

test('nothing is measured twice, but on request', async () => {
  using given = place();
  await given.verify();
  given.measured();
  await given.verify();
  expect(given.measured()).toEqual([]);
  await given.verify('--only', 'black', '--again');
  expect(given.measured()).toEqual(all.slice(0, 6));
});

test('shards on their own measure every seed once, and the last of them completes the page', async () => {
  using given = place();
  for (const shard of ['1/3', '2/3', '3/3']) {
    expect(given.measured()).toEqual([]);
    await given.verify('--shard', shard);
    const part = given.measured();
    expect(part).toHaveLength(4);
    given.write(`part-${shard[0]}`, part.join('\n'));
    expect(given.page().includes('all rows')).toBe(shard === '3/3');
  }
  await given.verify();
  expect(given.measured()).toEqual([]);
});

describe('a result is stale', () => {
  test.each([
    ['code that was loaded', 'factor.cjs', 'exports.factor = 3;\n'],
    ['a file that was read', 'setting.yaml', 'die: bone\n'],
  ])('when %s has changed: it is reported, not used, and measured again', async (_, file, text) => {
    using given = place();
    await given.verify();
    const before = given.page();
    given.measured();
    given.write(file, text);
    const { said } = await given.verify('--list');
    expect(said).toContain(`stale  throws: white, 6 seeds: changed since ${file}`);
    expect(said).toContain('12 measurements, 0 of them have a result that holds');
    expect(said).not.toContain('held');
    // A part that is measured again does not mix with what is stale.
    await given.verify('--only', 'throws: white', '--seeds', '5');
    expect(given.measured()).toEqual(all.slice(6, 11));
    expect(given.page()).toBe(before);
    await given.verify();
    expect(given.measured()).toEqual([...all.slice(0, 6), 'white 6']);
    if (file === 'factor.cjs') expect(given.page()).toContain('at most 18.000 pips');
  });

  test('but not by what it does not depend on', async () => {
    using given = place();
    await given.verify();
    given.write('other.cjs', 'exports.factor = 3;\n');
    expect((await given.verify('--list')).said).not.toContain('stale');
  });
});

describe('what goes wrong', () => {
  test('is a failure of its seed alone, fails the run, stands on the page, and is tried again', async () => {
    using given = place();
    given.write('setting.yaml', 'throws: white 2\nends: black 3\nfault: black 5\n');
    const { code, said } = await given.verify();
    expect(code).toBe(1);
    expect(said).toContain('The die fell off the table.');
    expect(said).toContain('The process of the measurement ended with 7.');
    expect(given.measured()).toEqual(all);
    expect(given.page()).toMatch(
      /`throws: white` \| 6 \| \*\*1 fault\*\* .*seed 2: Error: The die fell off the table\./,
    );
    expect(given.page()).toMatch(/`throws: black` \| 6 \| \*\*2 faults\*\* .*seed 5: the die lies on its edge/);
    await given.verify();
    expect(given.measured()).toEqual(['black 3', 'white 2']);
  });

  test('also a goal that is missed', async () => {
    using given = place();
    given.write('factor.cjs', 'exports.factor = 5;\n');
    expect((await given.verify('--seeds', '4')).code).toBe(0);
    expect((await given.verify()).code).toBe(1);
    expect(given.page()).toMatch(
      /\*\*goal missed\*\* .* at most 30\.000 pips \(\*\*missed\*\*, the goal is at most 20\)/,
    );
  });

  test('a name that means nothing is answered with those that there are', async () => {
    using given = place();
    const { code, said } = await given.verify('--only', 'dice');
    expect({ code, said }).toEqual({ code: 1, said: 'There is no table, row or item "dice". There are: throws.\n' });
    expect((await given.verify('--only', 'games/throws', '--seeds', '1')).code).toBe(0);
    expect(given.measured()).toEqual(['black 1', 'white 1']);
  });
});
