import { type Clock, type Seconds, type Vector, answeredInTime, milliseconds } from '../../core/base';
import { hitachiErrors } from './errors';
import type { HitachiTransport } from './transport';

/** The largest value of a lens or a coil, and a coil's middle, at which it does nothing. */
export const rawFull = 0x3ffc00;
/** The middle of a coil's range. */
export const rawCentre = rawFull / 2;

/**
 * Coils by the name the column gives them: gun, beam shift and tilt, three that shift the image, each in its own range of magnification,
 * condenser and objective stigmator.
 */
export type HitachiCoil = 'GH' | 'GT' | 'BH' | 'BT' | 'PA' | 'ISF' | 'IA' | 'CS' | 'OS';
/** Lenses by the name the column gives them: second condenser, objective, first intermediate lens. */
export type HitachiLens = 'C2' | 'OBJ' | 'I1';

/** Limit of an answer in seconds of real time, unless the plugin has another. */
const usualAnswerLimit = 10;
/** A coil that was set needs a moment before the next line. */
const coilPause = milliseconds(300);
const keep = 'FF';
const accepted = '8000,"OK."';
const rawDigits = 6;
/** Lenses and coils have steps of their own, of 12 bits. */
const rawStep = 0x400;
/** Smallest change of a coil, of which 1 is the end. */
export const coilStep = rawStep / rawCentre;
/** Smallest change of a lens, of which 1 is the end. */
export const lensStep = rawStep / rawFull;

/** Hitachi's lines of text with their values taken apart: coils from -1 to 1, lenses from 0 to 1. One line at a time. */
export class HitachiProtocol {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly transport: HitachiTransport,
    private readonly clock: Clock,
    private readonly answerLimit = usualAnswerLimit,
  ) {}

  /** The values that the column gives for something, such as `StageXY Position`. */
  async get(what: string): Promise<readonly string[]> {
    const line = `Get ${what}`;
    return (await this.send(line)).split(',').map((value) => value.trim());
  }

  /** The numbers that the column gives for something, exactly this number of them. */
  async getNumbers(what: string, count: number): Promise<readonly number[]> {
    const values = await this.get(what);
    // Not what `Number` takes: half an answer must not pass for a number.
    if (values.length !== count || !values.every((value) => /^-?\d{1,7}(\.\d{1,3})?$/.test(value)))
      throw hitachiErrors.strangeAnswer(`Get ${what}`, values.join(','));
    return values.map(Number);
  }

  /** One number. */
  async getNumber(what: string): Promise<number> {
    const [value] = await this.getNumbers(what, 1);
    return value!;
  }

  /** The hexadecimal values that the column gives for something, exactly this number of them, with this number of digits. */
  async getHex(what: string, count: number, digits: number): Promise<readonly number[]> {
    const values = await this.get(what);
    if (values.length !== count || !values.every((value) => value.length === digits && /^[0-9a-f]+$/i.test(value)))
      throw hitachiErrors.strangeAnswer(`Get ${what}`, values.join(','));
    return values.map((value) => Number.parseInt(value, 16));
  }

  /** Sets something; throws `hitachi/refused` when the column does not want to. */
  async set(what: string, ...values: readonly (string | number)[]): Promise<void> {
    const given = values.join(',');
    const line = `Set ${what} ${given}`;
    const answer = await this.send(line);
    // The echo may hold the values or not; where it does, they have to be the same.
    const verdict = answer.startsWith(`${given} `) ? answer.slice(given.length + 1).trim() : answer;
    if (verdict !== accepted)
      throw /^8001\b/.test(verdict) ? hitachiErrors.refused(line, verdict) : hitachiErrors.strangeAnswer(line, answer);
  }

  /** The value of a coil, -1 to 1 on each axis. */
  async coil(coil: HitachiCoil): Promise<Vector> {
    const [x = 0, y = 0] = await this.raw(`Coil ${coil}`, 2);
    return { x: (x - rawCentre) / rawCentre, y: (y - rawCentre) / rawCentre };
  }

  /** Sets a coil, waits until it may be spoken to again, and makes sure of it; throws `hitachi/not-set`. */
  async setCoil(coil: HitachiCoil, { x, y }: Vector): Promise<void> {
    await this.setRaw(`Coil ${coil}`, [rawCentre + x * rawCentre, rawCentre + y * rawCentre], coilPause);
  }

  /** The value of a lens, 0 to 1. */
  async lens(lens: HitachiLens): Promise<number> {
    const [value = 0] = await this.raw(`Lens ${lens}`, 1);
    return value / rawFull;
  }

  /** Sets a lens and makes sure of it; throws `hitachi/not-set`. */
  async setLens(lens: HitachiLens, value: number): Promise<void> {
    await this.setRaw(`Lens ${lens}`, [value * rawFull]);
  }

  private async raw(what: string, count: number): Promise<readonly number[]> {
    const values = await this.getHex(what, count, rawDigits);
    if (values.some((value) => value > rawFull))
      throw hitachiErrors.strangeAnswer(`Get ${what}`, values.map(toHex).join(','));
    return values;
  }

  /** A line has no checksum, so what was set is read once more: a damaged value must not stay unseen in the column. */
  private async setRaw(what: string, values: readonly number[], pause?: Seconds): Promise<void> {
    const digits = values.map(toHex);
    await this.set(what, keep, ...digits);
    if (pause) await this.clock.delay(pause);
    const read = await this.raw(what, values.length);
    if (read.some((each, at) => Math.abs(each - values[at]!) > rawStep))
      throw hitachiErrors.notSet(`Set ${what} ${keep},${digits.join(',')}`, read.map(toHex).join(','));
  }

  private send(line: string): Promise<string> {
    const answer = this.last.then(() => this.exchange(line));
    this.last = answer.catch(() => {});
    return answer;
  }

  private async exchange(line: string): Promise<string> {
    const answer = await answeredInTime(() => this.transport.exchange(line), {
      seconds: this.answerLimit,
      late: (limit) => hitachiErrors.noAnswer(line, limit),
      failed: (cause) => hitachiErrors.exchangeFailed(line, cause),
    });
    const echo = line.split(' ').slice(0, 3).join(' ');
    if (!answer.startsWith(`${echo} `)) throw hitachiErrors.strangeAnswer(line, answer);
    return answer.slice(echo.length + 1).trim();
  }
}

/** Six hexadecimal digits. */
export const toHex = (value: number): string => Math.round(value).toString(16).toUpperCase().padStart(6, '0');
