import { createHash } from 'node:crypto';
import { SAFE_HEADERS } from '../config/schema/gateway.js';
import { planSecurityHeaders } from './security-headers.js';
import { sortedEntries } from './sorted-entries.js';
import type { Traffic } from './traffic-types.js';
import type { Plan } from './types.js';

/**
 * The hash of what a plan says. A deployment rolls out when it changes, so it must not change with an upgrade of mcpgen that lays the same content out in
 * another way: the gateway is hashed as the first of the workloads, where the plan once had it. A setting that came later is hashed where it says something.
 */
export function hashOf({ infra: { gateway, workloads, ...infra }, traffic, ...rest }: Omit<Plan, 'hash' | 'policy'>): string {
  const content = { ...rest, traffic: said(traffic), infra: { ...infra, workloads: [gateway, ...workloads] } };
  return createHash('sha256').update(JSON.stringify(content, sortKeys)).digest('hex');
}

/** Without settings of the whole that came later and have their defaults. */
function said({ workers, auth, headers, ...traffic }: Traffic): object {
  const hasDefaults = JSON.stringify(headers) === JSON.stringify(planSecurityHeaders(SAFE_HEADERS, traffic.publicUrl));
  const isByKeys = auth.issuers.length === 0 && auth.lookup === null && !auth.environmentKeys;
  return { ...traffic, ...(workers === 1 ? {} : { workers }), ...(isByKeys ? {} : { auth }), ...(hasDefaults ? {} : { headers }) };
}

/** Keys that came later, and what they say where the config says nothing. */
const SILENT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    allow: null, tools: null, forward: null, toServer: null, ruleSets: [], claims: [], lookups: [],
    permissions: { call: null, list: null }, perClient: { rate: null, streams: null, fromEnvironment: false },
  }).map(([key, value]) => [key, JSON.stringify(value)]),
);

/** The order of keys is how the code happens to build an object, not what the config says. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = sortedEntries(value as Record<string, unknown>);
  return Object.fromEntries(entries.filter(([key, inner]) => !SILENT.has(key) || SILENT.get(key) !== JSON.stringify(inner)));
}
