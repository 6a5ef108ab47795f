import type { Socket } from 'node:net';
import { FrameReader, FrameWriter } from './frames';
import type { Reply, Request } from './messages';

/** Dependencies of the device's end of a connection. */
export interface PeerSurroundings {
  readonly token: string;
  /** Milliseconds between two signs of life. */
  readonly interval: number;
  /** Hands a request to the thread of the device. */
  take(request: Request): void;
  /** Called when the connection has ended or is corrupt: nothing more may be done. */
  end(): void;
}

/** The end of the connection in the device's process: says that it lives, whatever the device does, and ends with the connection. */
export class HostPeer {
  private readonly writer = new FrameWriter();
  private readonly reader = new FrameReader();
  private readonly beat: NodeJS.Timeout;
  private ended = false;

  constructor(
    private readonly socket: Socket,
    private readonly surroundings: PeerSurroundings,
  ) {
    this.send({ kind: 'hello', token: surroundings.token, process: process.pid });
    this.beat = setInterval(() => this.send({ kind: 'alive' }), surroundings.interval);
    socket.on('data', (piece: Buffer) => this.receive(piece));
    socket.on('error', () => this.end());
    socket.on('close', () => this.end());
  }

  send(reply: Reply): void {
    if (this.ended) return;
    for (const piece of this.writer.write(reply)) if (piece.length > 0) this.socket.write(piece);
  }

  private receive(piece: Buffer): void {
    if (this.ended) return;
    try {
      for (const request of this.reader.read(piece)) this.surroundings.take(request as Request);
    } catch {
      this.end();
    }
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.beat);
    this.socket.destroy();
    this.surroundings.end();
  }
}
