/** A client that can be closed, such as one of HTTP or of lines of text. */
export interface Closable {
  close(): Promise<void>;
}

/** The client of a wire between its opening and its closing. A client that does not get through is closed at once. */
export class OpenedClient<Client extends Closable> {
  private client: Client | undefined;

  /** @param notOpen makes the error for a call outside of that time */
  constructor(private readonly notOpen: (call: string) => Error) {}

  /** Keeps a client when its first exchange succeeds. */
  async open(client: Client, firstExchange: (client: Client) => Promise<unknown>): Promise<void> {
    this.client = client;
    try {
      await firstExchange(client);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** The client, for a call of this name. */
  for(call: string): Client {
    if (!this.client) throw this.notOpen(call);
    return this.client;
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.close();
  }
}
