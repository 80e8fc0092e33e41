/** What the pool, the workload and `mcpgen dev` all say about one server: its environment, its child process and the question for its health. */
import type { ChildTable, HealthTable } from '../gateway/runtime/tables/pool.js';

/** A variable of a process. The tables have it as a pair, without where it was written. */
export interface EnvEntry {
  readonly name: string;
  readonly value: { readonly kind: 'text'; readonly text: string } | { readonly kind: 'secret'; readonly secret: string };
  readonly from: string;
}

/** The child process of a stdio server. Its environment differs from the table's, because each variable says where it was written. */
export interface ChildPlan extends Omit<ChildTable, 'env'> {
  readonly env: readonly EnvEntry[];
}

/** What the gateway asks an instance, and how long a platform waits for the first answer (`startup`), which the gateway does not need to know. */
export type HealthPlan = (HealthTable | CommandHealth) & { readonly startup: number };

/** Run by the platform inside the container, where the gateway is not: the tables have a test of the port instead. */
interface CommandHealth {
  readonly kind: 'command';
  readonly command: readonly string[];
  readonly every: number;
  readonly timeout: number;
}
