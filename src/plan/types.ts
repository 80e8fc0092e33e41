/**
 * The plan: what is to be enforced (`traffic`), what is to be run (`infra`) and what is to be checked (`policy`), resolved, without optionals, plain data.
 * Each part has a file of types of its own.
 *
 * Arrays of named things are sorted by name. A list that many things share is kept once, in `originSets` or `serverSets`, and referred to by its label, so
 * that emitters work on classes and never on the product of servers and tenants. `from` is the config path that a node came from, dotted. Durations are
 * milliseconds, sizes are bytes, rates are tokens for each window.
 *
 * A shape that the gateway's tables have too is the table's type, imported from `gateway/runtime/tables/`. Where a plan's shape differs from its table's, its
 * comment says why.
 */
import type { About } from './about.js';
import type { Infra } from './infra-types.js';
import type { PolicyPlan } from './policy-types.js';
import type { Traffic } from './traffic-types.js';

export type Profile = 'production' | 'local';

export interface Plan {
  readonly name: string;
  /** Null when the config declares no environments. */
  readonly environment: string | null;
  readonly profile: Profile;
  readonly about: About;
  /** sha256 (hex) of everything else in the plan but `policy`: what a running deployment reports, and what makes a changed config roll out. */
  readonly hash: string;
  readonly traffic: Traffic;
  readonly infra: Infra;
  readonly policy: PolicyPlan;
}
