import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { program, temporarySite } from '../../app/eucentric';
import { until } from '../../support/until';
import { needs } from '../../support/needs';

const haveTerminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

/** A program in a pseudo-terminal, with all its output. */
class Terminal {
  private shown = '';
  private readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(command: string) {
    this.child = spawn(
      'script',
      [
        '-qefc',
        `stty rows 24 cols 80; ${command}; code=$?; stty -a | grep -o -- '-\\?icanon'; exit $code`,
        '/dev/null',
      ],
      { env: { ...process.env, NO_COLOR: '1', TERM: 'xterm' } },
    );
    this.child.stdout!.on('data', (data: Buffer) => void (this.shown += data.toString()));
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  /** Waits for a text, and forgets the output up to there. */
  async sees(text: RegExp): Promise<string> {
    await until(
      () => `${text} was shown, but:\n${this.shown.slice(-3000)}`,
      () => text.test(this.shown),
    );
    const found = text.exec(this.shown)!;
    const before = this.shown.slice(0, found.index + found[0].length);
    this.shown = this.shown.slice(before.length);
    return before;
  }

  type(keys: string): void {
    this.child.stdin!.write(keys);
  }

  /** Chooses an item by a part of its name. */
  async choose(name: string, item: RegExp): Promise<void> {
    this.type(name);
    await this.sees(item);
    this.type('\r');
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}

needs('"script" of util-linux', haveTerminal).describe('the console in a terminal', () => {
  it('goes through a session: stops a run, repeats it, saves and leaves', async () => {
    // Whole images take long enough for STOP to come in between.
    const site = temporarySite(undefined, { wholeCamera: true });
    const file = path.join(site.folder, 'calibrations', 'SerialEMcalibrations.txt');
    const terminal = new Terminal(
      `"${process.execPath}" "${program}" start --terminal --speed 0 --config "${site.configuration}"`,
    );
    try {
      expect(await terminal.sees(/Calibration/)).not.toMatch(/rror/);
      await terminal.sees(/navigate/);
      await terminal.choose('is from', /❯ [^\n]*IS from Scratch/);
      await terminal.sees(/Is there detail/);
      terminal.type('\r');
      await terminal.sees(/\[#*\.+\] [^\n\r]*/);
      terminal.type('\x1b');
      await terminal.sees(/Stopping/);
      await terminal.sees(/Nothing was stored and the microscope is as it was\s+before/);
      await terminal.sees(/navigate/);
      await terminal.choose('image shift', /❯ [^\n]*Image Shift/);
      await terminal.sees(/Is there detail/);
      terminal.type('\r');
      await terminal.sees(/ (±|\+-) /);
      await terminal.sees(/navigate/);
      expect(existsSync(file)).toBe(false);
      terminal.type('\x03');
      await terminal.sees(/There are unsaved calibrations/);
      await terminal.sees(/Stay/);
      terminal.type('\x1b[B\x1b[B');
      await terminal.sees(/❯ Stay/);
      terminal.type('\r');
      await terminal.sees(/navigate/);
      await terminal.sees(/navigate/);
      await terminal.choose('save', /❯ [^\n]*Save Calibrations/);
      await terminal.sees(/Calibrations saved to/);
      await terminal.sees(/navigate/);
      terminal.type('\x03');
      await terminal.sees(/The program has ended/);
      // Echo and line mode are restored, and the cursor is visible.
      expect(await terminal.sees(/-?icanon/)).not.toMatch(/-icanon|\x1b\[\?25l(?![^]*\x1b\[\?25h)/);
      expect(await terminal.ended).toBe(0);
      expect(readFileSync(file, 'latin1')).toMatch(/ImageShiftMatrix\s+1\s+17 0 /);
    } finally {
      terminal.end();
      site.remove();
    }
  });
});
