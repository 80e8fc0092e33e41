/** The part of the plan that is about one server's instances: where they are, how one is chosen and asked, and what is changed on the way. */
import type { PerSurroundings } from '../gateway/runtime/tables/placement.js';
import type { PoolTable, Source as SourceTable, TransformTable } from '../gateway/runtime/tables/pool.js';
import type { ChildPlan, HealthPlan } from './server-types.js';

/** The instances of one server, and how they are chosen. What stands in no line here is the same in the tables. */
export interface Pool extends Omit<PoolTable, 'transform' | 'health' | 'sources' | 'host'> {
  readonly server: string;
  /** The name of the strategy that `choice` was made from. */
  readonly strategy: string;
  /** Sessions live in the instance. */
  readonly stateful: boolean;
  readonly transform: TransformPlan;
  readonly health: HealthPlan;
  readonly sources: PerSurroundings<Source>;
  readonly from: string;
}

/** Always an object here. The tables have null where nothing is changed, because the gateway then needs no module for it. */
export interface TransformPlan {
  readonly request: HeaderChangesPlan;
  readonly response: HeaderChangesPlan & Pick<TransformTable['response'], 'redact'>;
}

/** Header names in lower case, sorted. In the tables `set` is a list of pairs. */
export interface HeaderChangesPlan {
  readonly set: readonly { readonly name: string; readonly value: string }[];
  readonly remove: readonly string[];
}

/** Where the instances of a pool are found in one placement. Only the child differs from the table's, by its environment. */
export type Source = Exclude<SourceTable, { readonly kind: 'spawn' }> | { readonly kind: 'spawn'; readonly child: ChildPlan };
