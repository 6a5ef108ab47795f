import type { Fault } from '../../base';

/** How much a finding in a file matters: an error costs a record, a warning may, information costs nothing. */
export type Severity = 'error' | 'warning' | 'information';

/** A finding in a calibration file, with the place where it is; everything else in the file is still used. */
export interface FileProblem extends Fault {
  readonly severity: Severity;
}

const mostReported = 100;

/** Collects findings; beyond a hundred it only counts, so that a hostile file cannot fill the memory with complaints. */
export class ProblemList {
  private readonly kept: FileProblem[] = [];
  private further = 0;

  constructor(private readonly fileName: string) {}

  /** Whether further findings are only counted. */
  get full(): boolean {
    return this.kept.length >= mostReported;
  }

  /** Notes a finding at a line, counted from 1. */
  add(severity: Severity, code: string, line: number, message: string, hint: string, column = 1): void {
    if (this.full) {
      this.further += 1;
      return;
    }
    const place = { file: this.fileName, line, column };
    this.kept.push({ severity, code, message: `${this.fileName}:${line}: ${message}`, hint, place });
  }

  /** Everything noted, with one closing line if there was more than is kept. */
  all(): readonly FileProblem[] {
    if (this.further === 0) return this.kept;
    const more: FileProblem = {
      severity: 'warning',
      code: 'store/more-problems',
      message: `${this.fileName}: ${this.further} further problems are not listed.`,
      hint: 'Repair the ones that are listed and read the file again.',
    };
    return [...this.kept, more];
  }
}
