import { type Clock, EucentricError, type Vector, milliseconds } from '../../core/base';
import { hitachiErrors } from './errors';
import type { HitachiTransport } from './transport';

/** The largest value of a lens or a coil, and a coil's middle, at which it does nothing. */
export const rawFull = 0x3ffc00;
/** The middle of a coil's range. */
export const rawCentre = rawFull / 2;

/** Coils by the name the column gives them: gun, beam, and three that shift the image, each in its own range of magnification. */
export type HitachiCoil = 'GH' | 'GT' | 'BH' | 'PA' | 'ISF' | 'IA';
/** Lenses by the name the column gives them: second condenser, objective, first intermediate lens. */
export type HitachiLens = 'C2' | 'OBJ' | 'I1';

/** How long an answer may take in seconds of real time. */
const answerLimit = 10;
/** A coil that was set needs a moment before the next line. */
const coilPause = milliseconds(300);
const keep = 'FF';

/** Hitachi's lines of text with their values taken apart: coils from -1 to 1, lenses from 0 to 1. One line at a time. */
export class HitachiProtocol {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly transport: HitachiTransport,
    private readonly clock: Clock,
  ) {}

  /** The values that the column gives for something, such as `StageXY Position`. */
  async get(what: string): Promise<readonly string[]> {
    const line = `Get ${what}`;
    return (await this.send(line)).split(',').map((value) => value.trim());
  }

  /** One whole number. */
  async getInteger(what: string): Promise<number> {
    const [text = ''] = await this.get(what);
    const value = Number(text);
    if (text === '' || !Number.isFinite(value)) throw hitachiErrors.strangeAnswer(`Get ${what}`, text);
    return value;
  }

  /** Sets something; throws `hitachi/refused` when the column does not want to. */
  async set(what: string, ...values: readonly (string | number)[]): Promise<void> {
    const line = `Set ${what} ${values.join(',')}`;
    const answer = await this.send(line);
    if (!answer.startsWith('8000')) throw hitachiErrors.refused(line, answer);
  }

  /** The value of a coil, -1 to 1 on each axis. */
  async coil(coil: HitachiCoil): Promise<Vector> {
    const [x = '', y = ''] = await this.get(`Coil ${coil}`);
    return { x: (fromHex(`Coil ${coil}`, x) - rawCentre) / rawCentre, y: (fromHex(`Coil ${coil}`, y) - rawCentre) / rawCentre };
  }

  /** Sets a coil and waits until it may be spoken to again. */
  async setCoil(coil: HitachiCoil, { x, y }: Vector): Promise<void> {
    await this.set(`Coil ${coil}`, keep, toHex(rawCentre + x * rawCentre), toHex(rawCentre + y * rawCentre));
    await this.clock.delay(coilPause);
  }

  /** The value of a lens, 0 to 1. */
  async lens(lens: HitachiLens): Promise<number> {
    const [value = ''] = await this.get(`Lens ${lens}`);
    return fromHex(`Lens ${lens}`, value) / rawFull;
  }

  async setLens(lens: HitachiLens, value: number): Promise<void> {
    await this.set(`Lens ${lens}`, keep, toHex(value * rawFull));
  }

  private send(line: string): Promise<string> {
    const answer = this.last.then(() => this.exchange(line));
    this.last = answer.catch(() => {});
    return answer;
  }

  private async exchange(line: string): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      // Real time: waiting on a simulated clock would not show that a column is dead.
      timer = setTimeout(() => reject(hitachiErrors.noAnswer(line, answerLimit)), answerLimit * 1000);
    });
    let answer: string;
    try {
      answer = await Promise.race([this.transport.exchange(line), late]);
    } catch (error) {
      throw error instanceof EucentricError ? error : hitachiErrors.exchangeFailed(line, error);
    } finally {
      clearTimeout(timer);
    }
    const echo = line.split(' ').slice(0, 3).join(' ');
    if (!answer.startsWith(`${echo} `)) throw hitachiErrors.strangeAnswer(line, answer);
    return answer.slice(echo.length + 1).trim();
  }
}

/** Six hexadecimal digits. */
export const toHex = (value: number): string => Math.round(value).toString(16).toUpperCase().padStart(6, '0');

function fromHex(what: string, text: string): number {
  if (!/^[0-9a-f]{1,6}$/i.test(text)) throw hitachiErrors.strangeAnswer(`Get ${what}`, text);
  return Number.parseInt(text, 16);
}
