/**
 * Ratio of processor times for double the amount of work, as the better of several tries: about 2 where the time goes
 * by the length, 4 where it goes by its square. A ratio, so that it says the same on every machine; for the long
 * statistics, since a busy machine makes it rough.
 */
export function growth(work: (size: number) => void, size: number): number {
  const secondsFor = (much: number): number => {
    const before = process.cpuUsage();
    work(much);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  work(size);
  const ratios = Array.from({ length: 5 }, () => {
    const once = Math.min(...Array.from({ length: 3 }, () => secondsFor(size)));
    return secondsFor(2 * size) / once;
  });
  return Math.min(...ratios);
}
