import type { Part } from '../later.js';

/** Every strategy with a name of its own, and the later part of mcpgen that brings it; null: it is here. */
export const STRATEGIES = {
  'round-robin': { part: null },
  'least-connections': { part: null },
  weighted: { part: 'the data plane' },
  'health-based': { part: 'the data plane' },
  random: { part: 'the data plane' },
  rendezvous: { part: 'the data plane' },
} as const satisfies Readonly<Record<string, { readonly part: Part | null }>>;

type Strategies = typeof STRATEGIES;

/** Load-balancing strategies that need no settings and can be named directly. */
export type BuiltInStrategy = { [N in keyof Strategies]: Strategies[N]['part'] extends null ? N : never }[keyof Strategies];

const isBuiltIn = (name: string): name is BuiltInStrategy => STRATEGIES[name as keyof Strategies].part === null;
export const BUILT_IN: readonly BuiltInStrategy[] = Object.keys(STRATEGIES).filter(isBuiltIn);
