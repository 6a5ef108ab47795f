import type { ErrorContents } from '../../base';

/** Severity of a problem in a file: an error costs a record, a warning may cost one, information costs nothing. */
export type Severity = 'error' | 'warning' | 'information';

/** A problem in a calibration file and its place; the rest of the file is still used. */
export interface Problem extends ErrorContents {
  readonly severity: Severity;
}

const maxReported = 100;

/** Collects problems. After the first hundred it only counts, so that a hostile file cannot fill the memory. */
export class ProblemList {
  private readonly kept: Problem[] = [];
  private further = 0;

  constructor(private readonly fileName: string) {}

  /** True when further problems are only counted. */
  get full(): boolean {
    return this.kept.length >= maxReported;
  }

  /** Adds a problem at a line, counted from 1. */
  add(severity: Severity, code: string, line: number, message: string, hint: string, column = 1): void {
    if (this.full) {
      this.further += 1;
      return;
    }
    const place = { file: this.fileName, line, column };
    this.kept.push({ severity, code, message: `${this.fileName}:${line}: ${message}`, hint, place });
  }

  /** All problems, with one closing entry if there were more. */
  all(): readonly Problem[] {
    if (this.further === 0) return this.kept;
    const more: Problem = {
      severity: 'warning',
      code: 'store/more-problems',
      message: `${this.fileName}: ${this.further} further problems are not listed.`,
      hint: 'Repair the ones that are listed and read the file again.',
    };
    return [...this.kept, more];
  }
}
