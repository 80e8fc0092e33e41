/** The part of the plan that is about one server's instances: where they are, how one is chosen and asked, and what is changed on the way. */
import type { RedactionStep } from '../config/redaction.js';
import type { Balance } from '../config/language/strategies.js';

/** Where a gateway process runs; policy is the same in all of them, addresses are not. */
export const PLACEMENTS = ['local', 'compose', 'kubernetes', 'fly'] as const;
export type Placement = (typeof PLACEMENTS)[number];

/** The instances of one server, and how they are chosen. */
export interface Pool {
  readonly server: string;
  readonly strategy: string;
  readonly choice: ChoicePlan;
  /** Sessions live in the instance. */
  readonly stateful: boolean;
  readonly revision: 'auto' | 'legacy' | 'modern';
  readonly sessionLoss: 'reinitialise' | '404';
  /** Path of the server's own endpoint for 2024-11-05, or null. */
  readonly sse: string | null;
  readonly timeouts: PoolTimeouts;
  readonly transform: TransformPlan;
  readonly health: HealthPlan;
  readonly sources: Readonly<Record<Placement, Source>>;
  readonly from: string;
}

export type HealthPlan = {
  readonly every: number;
  readonly timeout: number;
  readonly startup: number;
} & HealthQuestion;

/** `command` is asked by the platform, inside the container; the gateway tests the port instead. */
export type HealthQuestion =
  | { readonly kind: 'tcp' }
  | { readonly kind: 'http'; readonly path: string; readonly method: 'GET' | 'HEAD' | 'POST'; readonly status: number; readonly body: string | null }
  | { readonly kind: 'mcp'; readonly ask: 'ping' | 'discover' }
  | { readonly kind: 'command'; readonly command: readonly string[] };

/** How an instance is chosen, and what happens when one fails. */
export interface ChoicePlan {
  readonly balance: Balance;
  readonly by: 'tenant' | 'principal';
  readonly preferRegion: boolean;
  readonly retries: number;
  readonly breaker: { readonly failures: number; readonly window: number; readonly cooldown: number } | null;
  /** Share of the instances, from 0 to 1, that requests alone may put out of rotation. */
  readonly ejection: number;
}

export interface Timeouts {
  readonly connect: number;
  readonly firstByte: number;
  readonly response: number;
  readonly idleStream: number;
  readonly keepAlive: number;
  readonly drain: number;
}

export type PoolTimeouts = Pick<Timeouts, 'connect' | 'firstByte' | 'response' | 'idleStream'>;

/** Header names in lower case, sorted. */
export interface TransformPlan {
  readonly request: HeaderChangesPlan;
  readonly response: HeaderChangesPlan & { readonly redact: readonly (readonly RedactionStep[])[] };
}
export interface HeaderChangesPlan {
  readonly set: readonly { readonly name: string; readonly value: string }[];
  readonly remove: readonly string[];
}

/** Where the instances of a pool are found in one placement. */
export type Source =
  | { readonly kind: 'urls'; readonly instances: readonly InstancePlan[] }
  /** One instance per address that the name resolves to. */
  | { readonly kind: 'dns'; readonly name: string; readonly port: number; readonly path: string }
  | { readonly kind: 'spawn'; readonly child: ChildPlan }
  | { readonly kind: 'none'; readonly reason: string };

export interface InstancePlan {
  readonly id: string;
  readonly url: string;
  readonly weight: number;
  readonly region: string | null;
}

/** A stdio server's child process. */
export interface ChildPlan {
  /** It speaks 2026-07-28 and later alone: no `initialize`, no sessions. */
  readonly modern: boolean;
  readonly command: readonly string[];
  readonly cwd: string | null;
  readonly env: readonly EnvEntry[];
  readonly sharing: 'session' | 'shared';
  readonly processes: number;
  readonly memory: number;
  readonly line: number;
  readonly idle: number;
}

export interface EnvEntry {
  readonly name: string;
  readonly value: { readonly kind: 'text'; readonly text: string } | { readonly kind: 'secret'; readonly secret: string };
  readonly from: string;
}
