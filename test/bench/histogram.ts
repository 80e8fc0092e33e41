/** Latencies in buckets of at most 3 % width, however many there are. */
const STEPS = 32;
/** Beyond 67 s everything is the last bucket. */
const MOST = 2 ** 26 - 1;

export class Histogram {
  readonly #counts = new Float64Array(bucketOf(MOST) + 1);
  #total = 0;

  add(milliseconds: number): void {
    const bucket = bucketOf(Math.min(MOST, Math.max(0, Math.round(milliseconds * 1000))));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
  }

  /** Milliseconds that this share of all stays below; 0 when there are none. */
  quantile(share: number): number {
    let left = Math.ceil(this.#total * share);
    if (left === 0) return 0;
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0);
    return middleOf(bucket) / 1000;
  }
}

/** Of whole microseconds: one by one below 64, then 32 steps for each doubling. */
function bucketOf(microseconds: number): number {
  const doublings = Math.max(0, 31 - Math.clz32(microseconds) - 5);
  return doublings * STEPS + (microseconds >> doublings);
}

function middleOf(bucket: number): number {
  const doublings = Math.max(0, Math.floor(bucket / STEPS) - 1);
  return (bucket - doublings * STEPS + 0.5) * 2 ** doublings;
}
