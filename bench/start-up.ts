import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const program = path.resolve(__dirname, '..', '..', 'bin', 'eucentric');

/** Processor time of Node with some arguments, and of what it starts, in seconds; undefined without bash. */
function secondsOf(given: readonly string[], cache: string, cwd: string): number | undefined {
  const timed = 'TIMEFORMAT="%U %S"; time "$0" "$@" >/dev/null 2>/dev/null';
  const { stderr, status } = spawnSync('bash', ['-c', timed, process.execPath, ...given], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  if (status !== 0) return undefined;
  const [user = NaN, system = NaN] = stderr.trim().split(' ').map(Number);
  return user + system;
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

/** The table of the processor time of short commands, as a multiple of that of Node alone. */
export function startUp(rounds: number): string {
  const cache = mkdtempSync(path.join(tmpdir(), 'eucentric-bench-'));
  const answers = path.join(cache, 'eucentric');
  const commands: readonly (readonly [name: string, given: readonly string[], fresh?: boolean, elsewhere?: boolean])[] =
    [
      ['`node -e 0`', ['-e', '0']],
      ['`eucentric --help`', [program, '--help']],
      ['`eucentric menu`, worked out', [program, 'menu'], true],
      ['`eucentric menu`, nothing changed since', [program, 'menu']],
      ['`eucentric menu`, first call in another folder', [program, 'menu'], false, true],
    ];
  const times = commands.map((): number[] => []);
  try {
    for (let round = 0; round < rounds; round++)
      for (const [at, [, given, fresh, elsewhere]] of commands.entries()) {
        if (fresh) rmSync(answers, { recursive: true, force: true });
        const seconds = secondsOf(given, cache, elsewhere ? cache : process.cwd());
        if (seconds !== undefined) times[at]!.push(seconds);
      }
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
  const alone = median(times[0]!);
  const rows = commands.map(([name], at) => {
    const seconds = median(times[at]!);
    return `| ${name} | ${(1000 * seconds).toFixed(0)} ms | ${(seconds / alone).toFixed(1)} |`;
  });
  return [
    '### Start-up',
    '',
    '| command | processor time | times Node alone |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
