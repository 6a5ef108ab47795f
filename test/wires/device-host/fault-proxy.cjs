/** Faults between two ends of a connection. */
const kinds = ['delay', 'drop', 'truncate', 'duplicate', 'garble', 'reset', 'close'];

/** The same fault for the same seed, anywhere in this number of bytes of one of the directions. */
exports.faultOfSeed = (seed, traffic) => {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let time = 0; time < 5; time++) random();
  // Half of the faults come early, where the messages are short.
  const at = Math.floor((random() < 0.5 ? 600 : traffic) * random());
  return {
    seed,
    kind: kinds[seed % kinds.length],
    direction: Math.floor(seed / kinds.length) % 2,
    at,
    length: 1 + Math.floor(random() * 40),
    bits: 1 + Math.floor(random() * 255),
    milliseconds: Math.floor(random() * 120),
  };
};

exports.describeFault = ({ seed, kind, direction, at, length }) =>
  `seed ${seed}: ${kind} of ${length} at byte ${at} of direction ${direction}`;

/** Hands on everything between two sockets, except for one fault. */
exports.forward = (one, other, fault) => {
  const end = () => {
    one.destroy();
    other.destroy();
  };
  for (const socket of [one, other]) {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', end);
  }
  const pipe = (from, to, direction) => {
    let passed = 0;
    let done = direction !== fault.direction;
    let mute = false;
    let waiting = Promise.resolve();
    from.on('data', (piece) => {
      const start = passed;
      passed += piece.length;
      if (mute) return;
      if (done || passed <= fault.at) {
        waiting = waiting.then(() => void to.write(piece));
        return;
      }
      done = true;
      const at = Math.max(0, fault.at - start);
      const [before, after] = [piece.subarray(0, at), piece.subarray(at)];
      switch (fault.kind) {
        case 'delay':
          waiting = waiting
            .then(() => new Promise((resolve) => setTimeout(resolve, fault.milliseconds)))
            .then(() => void to.write(piece));
          break;
        case 'drop':
          to.write(Buffer.concat([before, after.subarray(fault.length)]));
          break;
        case 'truncate':
          mute = true;
          to.write(before);
          break;
        case 'duplicate':
          to.write(Buffer.concat([before, after.subarray(0, fault.length), after]));
          break;
        case 'garble': {
          const changed = Buffer.from(piece);
          changed[at] ^= fault.bits;
          to.write(changed);
          break;
        }
        case 'reset':
          to.write(before);
          one.resetAndDestroy();
          other.resetAndDestroy();
          break;
        case 'close':
          to.end(before);
          break;
      }
    });
  };
  pipe(one, other, 0);
  pipe(other, one, 1);
};
