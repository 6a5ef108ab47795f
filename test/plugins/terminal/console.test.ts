import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cameraIndex, magIndex } from '../../../core/base';
import { program, temporarySite } from '../../app/eucentric';
import { until } from '../../support/until';
import { needs } from '../../support/needs';
import { trueImageShift, virtualInstrument } from '../../support/virtual-instrument';

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

  it('takes images, changes the magnification and shifts the image, by itself and while an item waits', async () => {
    const site = temporarySite();
    // Mag IS Offsets needs image shift calibrated at the magnification where it starts.
    await using known = await virtualInstrument({ calibrationDirectory: path.join(site.folder, 'calibrations') });
    for (const index of [17, 18])
      known.calibrations.imageShift.set(magIndex(index), cameraIndex(0), trueImageShift(known, index), {
        sessionMeasured: false,
      });
    await known.finish({ save: true });
    await known[Symbol.asyncDispose]();
    const terminal = new Terminal(
      `"${process.execPath}" "${program}" start --terminal --speed 0 --config "${site.configuration}"`,
    );
    try {
      await terminal.sees(/navigate/);
      await terminal.choose('status', /❯ [^\n]*Status/);
      await terminal.sees(/Magnification +2250x, mag index 17/);
      await terminal.sees(/navigate/);
      await terminal.choose('magnification', /❯ [^\n]*Microscope > Magnification/);
      await terminal.sees(/❯ 2250x, mag index 17/);
      terminal.type('\x1b[B');
      await terminal.sees(/❯ 2900x, mag index 18|❯ \d+x, mag index 18/);
      terminal.type('\r');
      await terminal.sees(/Magnification +\d+x, mag index 18/);
      await terminal.sees(/navigate/);
      await terminal.choose('> camera', /❯ [^\n]*Microscope > Camera/);
      await terminal.sees(/❯ 0: K3/);
      terminal.type('\r');
      await terminal.sees(/Camera +K3, \d+ x \d+ pixels/);
      await terminal.sees(/navigate/);
      await terminal.choose('view image', /❯ [^\n]*Take View image/);
      await terminal.sees(/View image of \d+ x \d+ pixels at \d+x is in buffer A/);
      await terminal.sees(/navigate/);

      await terminal.choose('mag is off', /❯ [^\n]*Mag IS Offsets/);
      await terminal.sees(/Go on\?/);
      terminal.type('\r');
      await terminal.sees(/Take a Trial image after every change/);
      terminal.type('\r');
      await terminal.sees(/❯ NextMag[^]*Take a Record image/);
      const down = '\x1b[B';
      terminal.type(down.repeat(3));
      await terminal.sees(/❯ Take a Trial image/);
      terminal.type('\r');
      await terminal.sees(/Trial image of \d+ x \d+ pixels/);
      await terminal.sees(/❯ NextMag[^]*Take a Record image/);
      terminal.type(down.repeat(5));
      await terminal.sees(/❯ Change image shift/);
      terminal.type('\r');
      await terminal.sees(/Image shift X and Y in units \(now 0 0\)/);
      // Nothing is done with what is not a pair of numbers.
      terminal.type('1\r');
      await terminal.sees(/2 numbers are needed/);
      terminal.type(' 0.5\r');
      await terminal.sees(/❯ NextMag[^]*Take a Record image/);
      terminal.type(down.repeat(5));
      await terminal.sees(/❯ Change image shift/);
      terminal.type('\r');
      await terminal.sees(/\(now 1 0\.5\)/);
      terminal.type('\r');
      await terminal.sees(/2 numbers are needed/);
      terminal.type('\x03');
      await terminal.sees(/❯ NextMag[^]*Take a Record image/);
      terminal.type(down.repeat(2));
      await terminal.sees(/❯ STOP/);
      terminal.type('\r');
      await terminal.sees(/Fewer than two magnifications were recorded/);
      await terminal.sees(/navigate/);
      // The image shift of the run is put back.
      await terminal.choose('status', /❯ [^\n]*Status/);
      await terminal.sees(/Image shift +0\.0000, 0\.0000/);
    } finally {
      terminal.end();
      site.remove();
    }
  });
});
