/**
 * The decision: a table of pure rows, tried in order. A row refuses, answers, asks for a fact, or lets the request go on. The gateway finds facts out;
 * `explain` and tests give them. The nginx emitter reads the `nginx` column.
 */
import { hostAccepted, kindOf, sessionIdOf, type RequestHead, type HealthProbe } from './head.js';
import type { RouteKind } from '../tables/route.js';
import type { Tables } from './lookups.js';
import type { Message } from './message.js';
import { originAllowed } from './origin.js';
import { REASONS, type Reason } from './reasons.js';
import { eraOf, revisionFault } from './revision.js';

/** What only the running gateway can know. A fact left out has not been asked for yet. */
export interface Facts {
  /** Row 7: the bucket of the client's address. */
  readonly address?: { readonly kind: 'ok' } | { readonly kind: 'empty'; readonly retryAfter: number };
  /** Row 8: whose credentials came with the request. */
  readonly principal?: Principal;
  /** Row 9: tenants that the request is recognised as. */
  readonly tenants?: readonly string[];
  /** Row 11: the tenant's bucket and streams. */
  readonly quota?: { readonly kind: 'ok' } | { readonly kind: 'rate'; readonly retryAfter: number } | { readonly kind: 'streams' };
  /** Row 12: the body. */
  readonly body?: { readonly kind: 'message'; readonly message: Message } | { readonly kind: 'refused'; readonly reason: Reason; readonly id: string | number | null };
  /** Row 15: what the session id opened to. */
  readonly session?: { readonly kind: 'none' | 'open' | 'unknown' | 'full' };
  /** Row 16: whether there is an instance to send it to. */
  readonly instance?: { readonly kind: 'ok' } | { readonly kind: 'none'; readonly retryAfter: number };
}
export type Fact = keyof Facts;

export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'client'; readonly client: string; readonly permissions: readonly string[] }
  | { readonly kind: 'missing' | 'invalid' };

export interface Refusal {
  readonly kind: 'refuse';
  readonly step: Step;
  readonly reason: Reason;
  readonly status: number;
  readonly code: number;
  /** Where in the config this was decided. */
  readonly at: string;
  readonly id: string | number | null;
  readonly retryAfter?: number;
  readonly data?: Readonly<Record<string, unknown>>;
}
/** What the gateway answers itself. `servers` tells how those are that the caller may use. */
export type Answered = HealthProbe | 'preflight' | 'servers';
export type Decision =
  | Refusal
  | { readonly kind: 'answer'; readonly step: Step; readonly what: Answered }
  | { readonly kind: 'need'; readonly step: Step; readonly fact: Fact; readonly row: number }
  | { readonly kind: 'allow' };

/** `decides`: nginx alone gives the same answer. `partly`: it refuses some of what the row refuses, never more. `cannot`: the gateway behind it does. */
export type NginxCan = 'decides' | 'partly' | 'cannot';

type Verdict = Omit<Refusal, 'kind' | 'step' | 'status' | 'code' | 'id'> | { readonly answer: Answered } | { readonly need: Fact } | null;
export interface Row {
  readonly id: string;
  readonly nginx: NginxCan;
  /** Kinds of routes it does not apply to. */
  readonly not?: readonly RouteKind[];
  readonly check: (tables: Tables, head: RequestHead, facts: Facts) => Verdict;
}

const no = (reason: Reason, at: string, more: { retryAfter?: number; data?: Readonly<Record<string, unknown>> } = {}): Verdict => ({ reason, at, ...more });
/** Routes of the gateway's own have no server. */
const serverPath = ({ route }: RequestHead, key: string): string => (route?.server ? `servers.${route.server}.${key}` : 'gateway');

const JSON_TYPE = /^\s*application\/json\s*(?:$|;(?!.*charset)|;\s*charset="?utf-?8"?\s*(?:$|;(?!.*charset)))/i;

function originInServerSet(tables: Tables, { route, origin }: RequestHead): boolean {
  const set = tables.originSets.get(route?.origins ?? '');
  return set !== undefined && origin !== null && originAllowed(set, origin);
}

export const ROWS = [
  {
    id: 'normal-form',
    nginx: 'decides',
    check: (_tables, head) => (head.fault ? no(head.fault, 'gateway') : head.health ? { answer: head.health } : null),
  },
  {
    id: 'host',
    nginx: 'decides',
    check: (tables, head) => (hostAccepted(tables, head) ? null : no('unknown-host', 'gateway.url')),
  },
  {
    id: 'route',
    nginx: 'decides',
    check: (_tables, head) => (head.route ? null : no('unknown-route', 'servers')),
  },
  {
    id: 'preflight',
    nginx: 'decides',
    check: (tables, head) => {
      const { method, headers } = head.request;
      if (method !== 'OPTIONS' || head.origin === null || !headers['access-control-request-method']) return null;
      return originInServerSet(tables, head) ? { answer: 'preflight' } : no('preflight-refused', serverPath(head, 'origins'));
    },
  },
  {
    id: 'origin',
    nginx: 'decides',
    check: (tables, head) => {
      if (head.origin === null) return tables.raw.requireOrigin ? no('origin-required', 'gateway.requireOrigin') : null;
      return originInServerSet(tables, head) ? null : no('origin-not-allowed', serverPath(head, 'origins'));
    },
  },
  {
    id: 'method',
    nginx: 'decides',
    check: (_tables, head) => (head.route?.methods.includes(head.request.method) ? null : no('method-not-allowed', serverPath(head, 'route'))),
  },
  {
    id: 'head',
    nginx: 'partly',
    check: ({ raw }, { request }) => {
      if (Number(request.headers['content-length'] ?? 0) > raw.limits.body) return no('body-too-large', 'gateway.limits.body');
      if (request.method !== 'POST') return null;
      // In another charset or coding the server could read another message than is judged here (RFC 8259 §8.1: JSON is UTF-8).
      const isPlain = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase() === 'identity';
      return isPlain && JSON_TYPE.test(request.headers['content-type'] ?? '') ? null : no('content-type-unsupported', 'gateway');
    },
  },
  {
    id: 'address',
    nginx: 'partly',
    check: (_tables, _asked, { address }) => {
      if (!address) return { need: 'address' };
      return address.kind === 'ok' ? null : no('address-rate', 'gateway.limits.perAddress', { retryAfter: address.retryAfter });
    },
  },
  {
    id: 'credentials',
    nginx: 'cannot',
    check: (_tables, _asked, { principal }) => {
      if (!principal) return { need: 'principal' };
      if (principal.kind === 'missing') return no('credentials-missing', 'auth.clients');
      return principal.kind === 'invalid' ? no('credentials-invalid', 'auth.clients') : null;
    },
  },
  {
    id: 'tenant',
    nginx: 'cannot',
    check: (_tables, _asked, { tenants }) => {
      if (!tenants) return { need: 'tenants' };
      return tenants.length === 1 ? null : no(tenants.length === 0 ? 'tenant-unknown' : 'tenant-ambiguous', 'tenants');
    },
  },
  {
    id: 'grant',
    nginx: 'cannot',
    not: ['health'],
    check: (tables, head, facts) => {
      const name = facts.tenants?.[0] ?? '';
      const tenant = tables.tenants.get(name);
      const granted = tables.serverSets.get(tenant?.servers ?? '')?.has(head.route?.server ?? '') ?? false;
      if (!tenant || !granted) return no('server-not-granted', `tenants.${name}.servers`);
      if (tenant.origins === null || head.origin === null) return null;
      const set = tables.originSets.get(tenant.origins);
      return set && originAllowed(set, head.origin) ? null : no('origin-not-granted', `tenants.${name}.origins`);
    },
  },
  {
    id: 'quota',
    nginx: 'cannot',
    check: (_tables, _asked, { quota, tenants }) => {
      if (!quota) return { need: 'quota' };
      if (quota.kind === 'rate') return no('tenant-rate', `tenants.${tenants?.[0] ?? ''}.rate`, { retryAfter: quota.retryAfter });
      return quota.kind === 'streams' ? no('streams-full', 'gateway.limits.streams', { retryAfter: 1 }) : null;
    },
  },
  {
    id: 'body',
    nginx: 'cannot',
    check: (_tables, head, { body }) => {
      // A route of the gateway's own has nothing behind it.
      if (kindOf(head) === 'health') return { answer: 'servers' };
      if (head.request.method !== 'POST') return null;
      if (!body) return { need: 'body' };
      return body.kind === 'refused' ? no(body.reason, 'gateway.limits', body.reason === 'instance-full' ? { retryAfter: 1 } : {}) : null;
    },
  },
  {
    id: 'revision',
    nginx: 'cannot',
    check: (tables, head, { body }) => {
      const fault = revisionFault(tables, head, body?.kind === 'message' ? body.message : undefined);
      return fault ? no(fault.reason, 'gateway.revisions', fault.data ? { data: fault.data } : {}) : null;
    },
  },
  {
    id: 'session',
    nginx: 'cannot',
    check: (_tables, head, { body, session }) => {
      const message = body?.kind === 'message' ? body.message : undefined;
      if (eraOf(head, message) === 'modern') return null;
      if (kindOf(head) === 'message' && sessionIdOf(head) === undefined) return no('session-unknown', 'gateway.sessionKeys');
      if (!session) return { need: 'session' };
      if (session.kind === 'unknown') return no('session-unknown', 'gateway.sessionKeys');
      return session.kind === 'full' ? no('sessions-full', 'gateway.limits.sessions', { retryAfter: 60 }) : null;
    },
  },
  {
    id: 'instance',
    nginx: 'cannot',
    check: (_tables, head, { instance }) => {
      if (!instance) return { need: 'instance' };
      return instance.kind === 'ok' ? null : no('no-instance', serverPath(head, 'strategy'), { retryAfter: instance.retryAfter });
    },
  },
] as const satisfies readonly Row[];

export type Step = (typeof ROWS)[number]['id'];

/** In profile `local` how the servers are is no secret: whoever runs them asks. */
export function isApplied(row: Row, tables: Tables, head: RequestHead): boolean {
  const kind = kindOf(head);
  if (row.not?.includes(kind)) return false;
  return kind !== 'health' || tables.raw.profile !== 'local' || !CALLER_ROWS.has(row.id);
}
const CALLER_ROWS: ReadonlySet<string> = new Set(['credentials', 'tenant', 'quota']);

/** Decides from row `from` on. Pure: the same tables, request and facts give the same decision everywhere. */
export function decide(tables: Tables, head: RequestHead, facts: Facts, from = 0): Decision {
  for (let index = from; index < ROWS.length; index++) {
    const row = ROWS[index] as (typeof ROWS)[number];
    const verdict: Verdict = isApplied(row, tables, head) ? row.check(tables, head, facts) : null;
    if (verdict === null) continue;
    if ('need' in verdict) return { kind: 'need', step: row.id, fact: verdict.need, row: index };
    if ('answer' in verdict) return { kind: 'answer', step: row.id, what: verdict.answer };
    return { kind: 'refuse', step: row.id, ...REASONS[verdict.reason], ...verdict, id: idOf(facts) };
  }
  return { kind: 'allow' };
}

/** Row 9's fact, from what rows before it established. */
export function recogniseTenants(tables: Tables, head: RequestHead, principal: Principal | undefined): readonly string[] {
  const { implied } = tables.raw.matches;
  if (implied !== null) return [implied];
  const found = new Set<string | undefined | null>([
    principal?.kind === 'client' ? tables.tenantOfClient.get(principal.client) : null,
    tables.tenantOfHost.get(head.host),
    head.pathTenant,
  ]);
  return [...found].filter((name) => typeof name === 'string');
}

/** Refusals before row 12 cannot know the request's id. */
function idOf({ body }: Facts): string | number | null {
  if (!body) return null;
  return body.kind === 'message' ? body.message.id : body.id;
}
