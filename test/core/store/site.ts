import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matrix } from '../../../core/base';
import { type Calibrations, openCalibrations, type OpenOptions } from '../../../core/store';

/** Minutes since 1970 at which the tests begin. */
export const startMinutes = 29_000_000;

/** A calibration folder that is thrown away after the test, with a time that the test sets. */
export class Site {
  readonly directory = mkdtempSync(join(tmpdir(), 'calibrations-'));
  administrator = true;
  minutes = startMinutes;

  path(name: string): string {
    return join(this.directory, name);
  }
  write(name: string, ...lines: readonly string[]): void {
    writeFileSync(this.path(name), lines.map((line) => `${line}\r\n`).join(''), 'latin1');
  }
  exists(name: string): boolean {
    return existsSync(this.path(name));
  }
  text(name: string): string {
    return readFileSync(this.path(name), 'latin1');
  }
  lines(name: string): readonly string[] {
    return this.text(name).split('\r\n').slice(0, -1);
  }
  open(options: Partial<OpenOptions> = {}): ReturnType<typeof openCalibrations> {
    return openCalibrations({
      directory: this.directory,
      clock: { date: () => new Date(this.minutes * 60_000 + 30_000) },
      isAdministrator: () => this.administrator,
      magnificationOf: (magIndex, camera) => 100 * magIndex + (camera ?? 0),
      user: 'operator',
      ...options,
    });
  }
  async calibrations(options: Partial<OpenOptions> = {}): Promise<Calibrations> {
    return (await this.open(options)).calibrations;
  }
  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export const main = 'SerialEMcalibrations.txt';
export const shortTerm = 'SEMshortTermCal.txt';
export const flyback = 'SEMflybackTimes.txt';
export const someMatrix = matrix(1.5, -2.25, 2.125, 1.625);
export const otherMatrix = matrix(-3.5, 4.25, 4.125, 3.625);
