/**
 * The wire to a Hitachi column, which speaks lines of text: `Get Sub Ext` is answered by its echo, a blank and values with commas,
 * `Set Sub Ext values` by its echo, a blank and `8000,"OK."`. One line at a time.
 */
export interface HitachiTransport {
  /** Reaches the instrument; no line is sent before. */
  open(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
  /** Sends one line without its end and gives the line of the answer. */
  exchange(line: string): Promise<string>;
}
