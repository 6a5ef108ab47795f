import { type GatanFunctions, gatanFunctions } from '../../../plugins/gatan-k2k3/protocol/functions';
import { type RequestOf, decodeMessage } from '../../../wires';

/** The codes of requests, in the order in which they were sent, without those of the connection. */
export const codesOf = (requests: readonly Buffer[]): readonly number[] =>
  requests.map((request) => request.readInt32LE(4)).slice(5);

/** The request of one kind that was sent last, read again. */
export function sentOf<Name extends keyof GatanFunctions>(
  name: Name,
  requests: readonly Buffer[],
): RequestOf<GatanFunctions[Name]> {
  const { code, request } = gatanFunctions[name];
  const bytes = requests.filter((each) => each.readInt32LE(4) === code).at(-1)!;
  return decodeMessage(name, bytes, request) as RequestOf<GatanFunctions[Name]>;
}
