import { type AddressInfo, type Socket, createServer } from 'node:net';
import { someTurns } from '../../support/until';
import type { StandInCameras } from './stand-in-cameras';

/** A command as it came: its number, and the numbers and texts of its arguments. */
export interface Command {
  readonly number: number;
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

/** Behaviour of the stand-in. */
export interface StandInOptions {
  /** Lets time pass for what takes a while; seconds. */
  readonly pass: (duration: number) => Promise<void>;
  /** True when it accepts control. */
  allows?: boolean;
  /** A status that every command is refused with. */
  refuses?: number;
  /** The text with which a command fails; without it, a failure says nothing. */
  complaint?: string;
  /** Requests for control that are refused after a client has left, as by a SerialEM that has not noticed it yet. */
  keepsControl?: number;
  readonly cameras?: StandInCameras;
}

/** Metres. */
const cameraLengths = [0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2];

/**
 * SerialEM's server for Python as it is described, over TCP, with a column that remembers its commands; it shares
 * nothing with the program. Messages are little-endian: int32 length, int32 code or status, then what belongs to them.
 */
export class SerialEmStandIn {
  readonly commands: Command[] = [];
  readonly state = {
    mag: 6,
    /** Place in the list of camera lengths; 0 in imaging. */
    length: 0,
    lenses: new Map<number, number>(),
    shift: [0, 0],
    beam: [0, 0],
    tilts: [0, 0],
    imageBeamTilt: [0, 0],
    objectiveStigmator: [0.1, -0.05],
    condenserStigmator: [0, 0],
    defocus: 0,
    focus: 0.1,
    spot: 3,
    percent: 50,
    /** Illuminated area in hundreds of micrometres; the column goes to the nearest that it reaches. */
    area: 0.8,
    /** From 1, as people count. */
    alpha: 1,
    /** Micrometres by number of the aperture, 0 when it is out. */
    apertures: { 1: 70, 2: 0 } as Record<number, number>,
    probe: 1,
    screen: 0,
    blank: 0,
    xyz: [0, 0, 0],
    tilt: 0,
    slit: { width: 20, loss: 0, inserted: 0 },
  };
  /** Times that it was asked for control. */
  asked = 0;
  private refusalsLeft = 0;
  private readonly sockets = new Set<Socket>();
  private last: Promise<unknown> = Promise.resolve();
  private readonly server = createServer((socket) => this.serve(socket));

  constructor(private readonly options: StandInOptions) {}

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', () => resolve()));
    return (this.server.address() as AddressInfo).port;
  }

  /** Number of clients that are connected. */
  get clients(): number {
    return this.sockets.size;
  }

  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.hangUp();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    let agreed = false;
    let pieces: readonly Buffer[] = [];
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      if (agreed) this.refusalsLeft = this.options.keepsControl ?? 0;
    });
    const answer = async (message: Buffer): Promise<void> => {
      const code = message.readInt32LE(4);
      const send = (status: number, body: Buffer = Buffer.alloc(0)): void => {
        const head = Buffer.alloc(8);
        head.writeInt32LE(8 + body.length, 0);
        head.writeInt32LE(status, 4);
        if (!socket.destroyed) socket.write(Buffer.concat([head, body]));
      };
      if (this.options.refuses !== undefined) return send(this.options.refuses);
      if (code === 3) {
        this.asked++;
        agreed = (this.options.allows ?? true) && this.refusalsLeft === 0;
        if (this.refusalsLeft > 0) this.refusalsLeft--;
        const allowed = Buffer.alloc(4);
        allowed.writeInt32LE(Number(agreed), 0);
        return send(0, allowed);
      }
      if (code === 2) {
        const [piece, ...later] = pieces;
        pieces = later;
        if (piece && !socket.destroyed) socket.write(piece);
        return;
      }
      if (code === 4 && agreed && this.options.cameras) {
        const reply = this.options.cameras.reply();
        pieces = reply.pieces.slice(1);
        socket.write(reply.head);
        // Older clients lose what comes together with the header.
        await someTurns();
        if (reply.pieces[0] && !socket.destroyed) socket.write(reply.pieces[0]);
        return;
      }
      if (code !== 1) return send(-1);
      if (!agreed) return send(-9);
      const command = understood(message);
      if (!command) return send(-6);
      const reported = await this.run(command);
      send(0, reported ? report(reported) : report(this.options.complaint ? [this.options.complaint] : [], 1));
    };
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 8 && received.readInt32LE(0) >= 8 && received.length >= received.readInt32LE(0)) {
        const length = received.readInt32LE(0);
        const message = received.subarray(0, length);
        received = received.subarray(length);
        this.last = this.last.then(() => answer(message));
      }
      if (received.length >= 4 && (received.readInt32LE(0) < 8 || received.readInt32LE(0) > 10_000)) socket.destroy();
    });
  }

  /** Report of a command; undefined when it fails. */
  private async run(command: Command): Promise<readonly number[] | undefined> {
    const { state } = this;
    const ofCameras = await this.options.cameras?.run(command);
    if (ofCameras !== undefined) return ofCameras === 'failed' ? undefined : ofCameras;
    const {
      number,
      numbers: [a = NaN, b = NaN, c],
      texts,
    } = command;
    const reports: Readonly<Record<number, () => readonly number[]>> = {
      226: () => [state.screen],
      227: () => [state.screen === 1 ? 1.5 : 0],
      245: () => state.beam,
      246: () => state.tilts,
      249: () => [...state.shift, 0, 0],
      256: () => state.objectiveStigmator,
      293: () => state.xyz,
      294: () => [state.tilt],
      298: () => [state.length === 0 ? state.mag : 0, 0],
      299: () => [state.length === 0 ? 0 : cameraLengths[state.length - 1]!],
      300: () => [state.defocus],
      302: () => [state.focus],
      303: () => [state.percent, state.percent / 100],
      305: () => [state.area],
      307: () => [state.alpha],
      308: () => [state.spot],
      309: () => [state.probe],
      310: () => [state.slit.width, state.slit.loss, state.slit.inserted],
      316: () => [Number(state.lenses.has(a)), state.lenses.get(a) ?? 0.5],
      561: () => state.imageBeamTilt,
      582: () => state.condenserStigmator,
      661: () => [state.apertures[a] ?? -1],
    };
    if (reports[number]) return reports[number]();
    this.commands.push(command);
    const set: Readonly<Record<number, () => void>> = {
      65: () => (state.tilt = a),
      200: () => (state.defocus = a),
      202: () => (state.focus = a),
      213: () => Object.assign(state, { mag: a, length: 0 }),
      218: () => (state.length = Math.min(cameraLengths.length, Math.round(a))),
      219: () => (state.spot = a),
      224: () => (state.screen = 0),
      225: () => (state.screen = 1),
      220: () => (state.probe = texts[0] === 'micro' ? 1 : 0),
      241: () => (state.beam = [a, b]),
      244: () => (state.tilts = [a, b]),
      247: () => (state.shift = [a, b]),
      250: () => (state.objectiveStigmator = [a, b]),
      286: () => (state.xyz = [a, b, c ?? state.xyz[2]!]),
      314: () => (b === 0 ? state.lenses.delete(a) : state.lenses.set(a, state.lenses.get(a) ?? 0.5)),
      315: () => state.lenses.has(a) && state.lenses.set(a, b),
      396: () => (state.percent = a),
      398: () => (state.area = Math.min(2.5, Math.max(-0.5, a))),
      400: () => (state.alpha = a),
      403: () => {},
      413: () => (state.slit.width = a),
      414: () => (state.slit.loss = a),
      416: () => (state.slit.inserted = a),
      459: () => (state.blank = a),
      560: () => (state.imageBeamTilt = [a, b]),
      562: () => (state.condenserStigmator = [a, b]),
      662: () => (state.apertures[a] = b),
    };
    await this.options.pass(0.5);
    if (
      !set[number] ||
      [a, b].slice(0, Math.min(2, texts.length)).some((value) => Number.isNaN(value) && number !== 220)
    )
      return undefined;
    set[number]();
    // Absolute focus follows defocus.
    if (number === 200) state.focus = 0.1 + a / 1000;
    if (number === 202) state.defocus = (a - 0.1) * 1000;
    return [];
  }
}

/** Takes a request to run a command apart: command, last argument, length of the array, then integers, doubles and texts from place 0. */
function understood(message: Buffer): Command | undefined {
  if (message.length < 20) return undefined;
  const [number, last, count] = [message.readInt32LE(8), message.readInt32LE(12), message.readInt32LE(16)];
  if (last < 0 || last > 20 || message.length !== 20 + 4 * count || count * 4 < 12 * (last + 1)) return undefined;
  const array = message.subarray(20);
  const doubles = Array.from({ length: last + 1 }, (_, at) => array.readDoubleLE(4 * (last + 1) + 8 * at));
  const texts = array
    .subarray(12 * (last + 1))
    .toString('latin1')
    .split('\0')
    .slice(0, last + 1);
  if (texts.length !== last + 1 || texts.slice(1).some((text) => text === '')) return undefined;
  return { number, numbers: doubles.slice(1), texts: texts.slice(1) };
}

/**
 * Highest report index, the error, length of the array, then flags of texts, numbers, and texts that end in a NUL. The
 * array has a quarter of its bytes and 5 more, rounded down, in longs; one NUL follows the last value, and no one clears
 * the bytes after it.
 */
export function report(values: readonly (number | string)[], error = 0): Buffer {
  const texts = values.map((value) => (typeof value === 'string' ? Buffer.from(`${value}\0`, 'latin1') : Buffer.of()));
  const used = 12 * values.length + texts.reduce((total, { length }) => total + length, 0);
  const longs = Math.trunc((used + 5) / 4);
  const body = Buffer.alloc(12 + 4 * longs, 0xcd);
  let at = 0;
  for (const value of [values.length - 1, error, longs, ...values.map((value) => Number(typeof value === 'string'))])
    at = body.writeInt32LE(value, at);
  for (const value of values) at = body.writeDoubleLE(typeof value === 'string' ? 0 : value, at);
  for (const text of texts) at += text.copy(body, at);
  body.writeUInt8(0, at);
  return body;
}
