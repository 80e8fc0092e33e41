/**
 * What pools need of the parts that not every gateway has; by the names of their exports. Each is
 * missing where no pool of the config needs it.
 */
import type { Env } from '../process/env.js';
import type { Log } from '../process/log.js';
import type { Cause } from '../wire/cause.js';
import type { BreakerTable, ChildTable, ChoiceTable, PoolTable } from '../tables/pool.js';
import type { Balancer, Strategies } from './balancer.js';
import type { Breaker, Turned } from './breaker.js';
import type { Found } from './instance.js';
import type { ProbeModules } from './probe.js';

/** How a pool chooses where it does not just take turns, and circuit breakers. */
export interface ChoiceModules {
  readonly makeBalancer?: (choice: ChoiceTable, region: string | null, random: () => number, drawn?: Strategies) => Balancer;
  readonly DRAWN?: Strategies;
  readonly makeBreaker?: (table: BreakerTable | null, now: number, known: Breaker | null, turned: Turned) => Breaker | null;
  /** What is wrong with a region that is not known, where that matters to one of these choices. */
  readonly blindnessOf?: (choices: readonly ChoiceTable[], region: string | null) => string | null;
}

/** The addresses of a name, as they are now. */
export interface Named {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Why the last look found none; null where it found some. They are what they were before. */
  readonly cause: Cause | null;
  /** What is to be done about other addresses. */
  onChange: () => void;
  readonly stop: () => void;
}

/** A server that speaks over stdin and stdout, as an instance. */
export type MakeChild = (server: string, child: ChildTable, settings: ChildSettings) => Found;

export interface ChildSettings {
  readonly env: Env;
  readonly log: Log;
  /** Milliseconds between two comments on an open stream. */
  readonly keepAlive: number;
  readonly timeouts: Pick<PoolTable['timeouts'], 'firstByte' | 'response'>;
}

export interface PoolModules extends ChoiceModules, ProbeModules {
  /** Watches a name. Resolves after the first look at it. */
  readonly watchNamed?: (name: string) => Promise<Named>;
  /** Servers that speak over stdin and stdout, as children of this process. */
  readonly childInstance?: MakeChild;
}
