import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Measured } from '../harness/table';

/** Root of the project, from the compiled program as from its source. */
const root = [path.resolve(__dirname, '..', '..'), path.resolve(__dirname, '..', '..', '..')].find((folder) =>
  existsSync(path.join(folder, 'package.json')),
)!;

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs one test file with the numbers of the long statistics: its figures are the notes, and each test that fails is a fault. */
export async function runTest(test: string, environment: NodeJS.ProcessEnv = {}): Promise<Measured> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-verify-'));
  const at = (name: string): string => path.join(folder, name);
  const linesOf = (name: string): readonly string[] =>
    existsSync(at(name)) ? readFileSync(at(name), 'utf8').split('\n').filter(Boolean) : [];
  try {
    const given = ['--runTestsByPath', test, '--runInBand', '--testTimeout', '3600000', '--json'];
    const child = spawn(
      process.execPath,
      [
        require.resolve('jest/bin/jest'),
        ...given,
        '--outputFile',
        at('report.json'),
        '--setupFilesAfterEnv',
        path.join(root, 'statistics', 'harness', 'loaded.cjs'),
      ],
      {
        cwd: root,
        stdio: 'ignore',
        env: {
          ...process.env,
          ...environment,
          EUCENTRIC_VERIFY: '1',
          EUCENTRIC_FIGURES: at('figures'),
          EUCENTRIC_LOADED: at('loaded'),
          EUCENTRIC_CPU: at('processor'),
        },
      },
    );
    await new Promise((resolve) => child.on('close', resolve));
    const report = JSON.parse(readFileSync(at('report.json'), 'utf8')) as Report;
    const failed = report.testResults.flatMap(({ message, assertionResults }) => {
      const names = assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
      return names.length === 0 && report.numRuntimeErrorTestSuites > 0 ? [message.split('\n')[0]!] : names;
    });
    return {
      errors: { passed: report.numPassedTests, failed: failed.length },
      verdict: failed.length === 0 ? 'passed' : 'failed',
      faults: failed,
      notes: linesOf('figures').map((line) => (JSON.parse(line) as { text: string }).text),
      processes: {
        files: [path.join(root, test), ...linesOf('loaded')],
        seconds: linesOf('processor').reduce((sum, line) => sum + (JSON.parse(line) as { seconds: number }).seconds, 0),
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
