/** Somebody who does the same work as the others, once a call, and tells how many milliseconds it took. */
export interface Contender {
  readonly name: string;
  run(): number | Promise<number>;
}

/** How long each contender took: the median and the fastest of all rounds, in milliseconds. */
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
 * Lets the contenders run in turn, so that whatever else the machine does hits all of them alike.
 *
 * In its turn each runs twice and the second run counts: the first fetches its data back into the cache from which the others
 * have driven them.
 *
 * @param rounds how many turns each has, after two rounds that do not count
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

/** A table of the standings, each also in shares of the named one. */
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
