import { type AddressInfo, type Socket, createServer } from 'node:net';

/** Properties of the stand-in column; everything in the column's own terms. */
export interface StandInColumn {
  /** The magnifications of each submode, by its two hexadecimal digits. */
  readonly magnifications: Readonly<Record<string, readonly number[]>>;
  /** Seconds, by which the stage and slow changes go. */
  readonly now: () => number;
  /** True when the echo of a Set holds its values, which the description of the protocol leaves open. */
  readonly echoesValues?: boolean;
}

const stageTenthsPerSecond = 1000;
const full = 0x3ffc00;
const middle = '1FFE00';

/** An axis of the stage under way in a straight line, in the column's own steps. */
class Drive {
  private from = 0;
  private to = 0;
  private began = 0;

  constructor(private readonly now: () => number) {}

  get at(): number {
    const gone = (this.now() - this.began) * stageTenthsPerSecond;
    const way = this.to - this.from;
    return Math.abs(way) <= gone ? this.to : this.from + Math.sign(way) * gone;
  }

  go(to: number): void {
    this.from = this.at;
    this.to = to;
    this.began = this.now();
  }
}

/** A column that answers the lines of Hitachi's external control as they are described, over TCP; it shares nothing with the plugin. */
export class HitachiStandIn {
  /** Every line that came, in order. */
  readonly lines: string[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;
  private readonly lenses = new Map<string, string>(
    ['C1', 'C2', 'OBJ', 'OM', 'I1', 'I2', 'P1', 'P2'].map((name) => [name, middle]),
  );
  private readonly coils = new Map<string, string>();
  private readonly stage: Record<'x' | 'y' | 'z' | 'tilt', Drive>;
  private submode = '00';
  private spot = 0;
  private magnification: number;
  private screen = { place: 0, until: 0 };
  private readonly server = createServer((socket) => this.serve(socket));

  constructor(private readonly column: StandInColumn) {
    const drive = (): Drive => new Drive(column.now);
    this.stage = { x: drive(), y: drive(), z: drive(), tilt: drive() };
    this.magnification = column.magnifications[this.submode]![0]!;
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', () => resolve()));
    return (this.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    this.hangUp();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** Drops every connection, as a column does that is switched off. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private serve(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    let received = '';
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      for (let end = received.indexOf('\r'); end >= 0; end = received.indexOf('\r')) {
        const line = received.slice(0, end);
        received = received.slice(end + 1);
        this.lines.push(line);
        socket.write(`${this.answer(line)}\r`);
      }
    });
  }

  private answer(line: string): string {
    const [verb = '', sub = '', extension = '', values = ''] = line.split(' ');
    const what = `${sub} ${extension}`;
    if (verb === 'Get') return `Get ${what} ${this.get(sub, what, extension)}`;
    if (verb !== 'Set') return `${line} 8001,"NG."`;
    const done = this.set(sub, what, extension, values.split(','));
    const echo = this.column.echoesValues ? `Set ${what} ${values}` : `Set ${what}`;
    return `${echo} ${done ? '8000,"OK."' : '8001,"NG."'}`;
  }

  private get(sub: string, what: string, name: string): string {
    const { x, y, z, tilt } = this.stage;
    if (sub === 'Lens') return this.lenses.get(name) ?? '8001,"NG."';
    if (sub === 'Coil') return this.coils.get(this.coilKey(name)) ?? `${middle},${middle}`;
    const answers: Readonly<Record<string, () => string>> = {
      'Column Magnification': () => String(this.magnification),
      'Column Mode': () => `0${this.spot},${this.submode}`,
      'HighVoltage Value': () => '100',
      'StageXY Position': () => `${Math.round(x.at)},${Math.round(y.at)}`,
      'StageZ Position': () => `${Math.round(z.at)}`,
      'StageTilt Position': () => (tilt.at / 10).toFixed(1),
      'Screen Position': () =>
        String(this.column.now() < this.screen.until ? 1 - this.screen.place : this.screen.place),
    };
    return answers[what]?.() ?? '8001,"NG."';
  }

  private set(sub: string, what: string, name: string, values: readonly string[]): boolean {
    const [first = '', second = ''] = values;
    const hex = values.slice(1);
    const sane = (wanted: number): boolean =>
      hex.length === wanted &&
      first === 'FF' &&
      hex.every((value) => /^[0-9A-F]{6}$/.test(value) && parseInt(value, 16) <= full);
    if (sub === 'Lens') return this.lenses.has(name) && sane(1) && Boolean(this.lenses.set(name, hex[0]!));
    if (sub === 'Coil') return sane(2) && Boolean(this.coils.set(this.coilKey(name), hex.join(',')));
    switch (what) {
      case 'Column Magnification':
        if (!this.column.magnifications[this.submode]!.includes(Number(first))) return false;
        if (this.magnification !== Number(first)) this.refocus();
        this.magnification = Number(first);
        return true;
      case 'Column Mode':
        if (first !== 'FF') this.spot = parseInt(first, 16) % 5;
        if (second !== 'FF' && !(second.toLowerCase() in this.column.magnifications)) return false;
        if (second !== 'FF' && second.toLowerCase() !== this.submode) {
          this.submode = second.toLowerCase();
          this.magnification = this.column.magnifications[this.submode]![0]!;
          this.refocus();
        }
        return true;
      case 'StageXY Move':
        if (!/^-?\d+$/.test(first) || !/^-?\d+$/.test(second)) return false;
        this.stage.x.go(Number(first));
        this.stage.y.go(Number(second));
        return true;
      case 'StageZ Move':
        this.stage.z.go(Number(first));
        return /^-?\d+$/.test(first);
      case 'StageTilt Move':
        if (!/^-?\d+\.\d$/.test(first)) return false;
        this.stage.tilt.go(Math.round(Number(first) * 10));
        return true;
      case 'Screen Position':
        if (this.screen.place !== Number(first)) this.screen = { place: Number(first), until: this.column.now() + 1.5 };
        return true;
      default:
        return false;
    }
  }

  /** The column keeps the coils that shift the image for each magnification, all others once. */
  private coilKey(name: string): string {
    return ['PA', 'ISF', 'IA', 'IS'].includes(name)
      ? `${name} ${this.submode} ${this.submode === '00' ? 0 : this.magnification}`
      : name;
  }

  /** The column focuses itself again for each magnification. */
  private refocus(): void {
    const at = parseInt(this.lenses.get('OBJ')!, 16);
    this.lenses.set('OBJ', (at === 0 ? 0x400 : at - 0x400).toString(16).toUpperCase().padStart(6, '0'));
  }
}
