/** Which of several instances is asked: first the well ones, of those the near ones, and of those what the strategy says. */
import type { ChoiceTable } from '../tables/pool.js';
import { roundRobin, type Balancer, type Strategies } from './balancer.js';
import type { Instance } from './instance.js';

export class Choice {
  /** Where this gateway is. */
  readonly #region: string | null;
  readonly #random: () => number;
  #table: ChoiceTable | null = null;
  #balancer: Balancer | null = null;

  constructor(region: string | null, random: () => number) {
    this.#region = region;
    this.#random = random;
  }

  /** Chooses in this way from now on; the same strategy keeps what it remembers. */
  configure(table: ChoiceTable, strategies: Strategies | undefined): void {
    if (table.balance !== this.#table?.balance) this.#balancer = (strategies?.[table.balance] ?? roundRobin)(this.#random);
    this.#table = table;
  }

  /** Where none is well, one that is thought to be down is still a better answer than none: it may be back since it was last looked at. */
  among<T extends Instance>(instances: readonly T[], key: string): T | null {
    let candidates = preferred(instances, ({ up }) => up);
    if (this.#table?.preferRegion && this.#region !== null) candidates = preferred(candidates, ({ region }) => region === this.#region);
    return candidates.length === 0 ? null : (this.#balancer?.choose(candidates, key) ?? null);
  }

  /** What became of a request at an instance that was chosen. */
  heard: NonNullable<Balancer['heard']> = (instance, outcome, ms) => this.#balancer?.heard?.(instance, outcome, ms);
}

/** Those that are better, or all where none is. */
function preferred<T>(values: readonly T[], isBetter: (value: T) => boolean): readonly T[] {
  const better = values.filter(isBetter);
  return better.length > 0 ? better : values;
}
