import { Turns } from './turns';
import { WireError } from './wire-error';

/** A connection that cannot be used any more once it has failed. */
export interface Connection {
  readonly usable: boolean;
  close(): Promise<void>;
}

/** Patience with a connection that breaks. */
export interface ConnectionPatience {
  /** Limit in milliseconds: a connection that breaks sooner after a request was probably dead before it; 200 by default. */
  readonly deadBefore?: number;
}

const usualDeadBefore = 200;

/** Options of one piece of work on a connection. */
export interface ConnectionWork {
  readonly signal?: AbortSignal | undefined;
  /** True for work that may be done once more, on a new connection, when its own proves to have been dead. */
  readonly repeatable: boolean;
}

/** The one connection to a server: made when it is needed, used by one after the other, and made again when it has failed. */
export class KeptConnection<Kept extends Connection> {
  private present: Kept | undefined;
  private made = 0;
  private closed = false;
  private readonly turns: Turns;

  /**
   * @param name of the server in messages
   * @param what is stopped when a signal fires before its turn, such as `The line to the column`
   */
  constructor(
    private readonly name: string,
    what: string,
    private readonly make: (signal: AbortSignal | undefined) => Promise<Kept>,
    private readonly patience: ConnectionPatience = {},
  ) {
    this.turns = new Turns(what);
  }

  /** Number of the present or last connection, from 1. */
  get number(): number {
    return this.made;
  }

  /** Connects, unless connected. @throws WireError `wire/connect-failed`, `wire/timeout`, `wire/closed` */
  connect(signal?: AbortSignal): Promise<void> {
    return this.turns.take(signal, async () => void (await this.open(signal)));
  }

  /** Does some work in its turn, connecting first where that is needed. */
  use<Result>({ signal, repeatable }: ConnectionWork, work: (connection: Kept) => Promise<Result>): Promise<Result> {
    const attempt = async (): Promise<Result> => work(await this.open(signal));
    return this.turns.take(signal, async () => {
      const { deadBefore = usualDeadBefore } = this.patience;
      const began = performance.now();
      try {
        return await attempt();
      } catch (error) {
        const wasDead =
          error instanceof WireError && error.code === 'wire/connection-lost' && performance.now() - began < deadBefore;
        if (!wasDead || !repeatable || this.closed) throw error;
        return attempt();
      }
    });
  }

  /** Closes for good; work that is under way fails with `wire/closed`. Resolves when the connection is gone. */
  async close(): Promise<void> {
    this.closed = true;
    await this.present?.close();
    await this.turns.settled();
    await this.present?.close();
  }

  private async open(signal: AbortSignal | undefined): Promise<Kept> {
    if (this.closed)
      throw new WireError(
        'wire/closed',
        `The connection to ${this.name} has been closed.`,
        'Start the program again to connect.',
      );
    if (this.present?.usable) return this.present;
    await this.present?.close();
    this.present = await this.make(signal);
    this.made++;
    // `close` may have been called while the connection was being made.
    if (this.closed) await this.present.close();
    return this.present;
  }
}
