/** A program that does the same work as the others, once per call, and returns its milliseconds. */
export interface Contender {
  readonly name: string;
  run(): number | Promise<number>;
}

/** Times of one contender: the median and the fastest of all rounds, in milliseconds. */
export interface Standing {
  readonly name: string;
  readonly median: number;
  readonly fastest: number;
}

/** Times one call on this thread in milliseconds. */
export function timed(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/**
 * Runs the contenders in turn, so that any other load of the machine affects all of them.
 *
 * In its turn each runs twice, and the second run counts: the first brings its data back into the cache.
 *
 * @param rounds number of turns of each, after two rounds that do not count
 */
export async function contest(contenders: readonly Contender[], rounds: number): Promise<Standing[]> {
  const times = contenders.map((): number[] => []);
  for (let round = -2; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      await contender.run();
      const time = await contender.run();
      if (round >= 0) times[index]?.push(time);
    }
  }
  return contenders.map(({ name }, index) => {
    const sorted = (times[index] ?? []).sort((a, b) => a - b);
    return { name, median: sorted[sorted.length >> 1] ?? NaN, fastest: sorted[0] ?? NaN };
  });
}

/** A table of the times, each also relative to the named contender. */
export function table(title: string, standings: readonly Standing[], against: string): string {
  const base = standings.find(({ name }) => name === against);
  const rows = standings.map(({ name, median, fastest }) => {
    const ratio = base === undefined ? '-' : (median / base.median).toFixed(2);
    const fastestRatio = base === undefined ? '-' : (fastest / base.fastest).toFixed(2);
    return `| ${name} | ${median.toFixed(2)} | ${fastest.toFixed(2)} | ${ratio} | ${fastestRatio} |`;
  });
  const head = `| contender | median ms | fastest ms | median / ${against} | fastest / ${against} |`;
  return [`### ${title}`, '', head, '| --- | --- | --- | --- | --- |', ...rows, ''].join('\n');
}
