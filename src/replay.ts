/** A decision of a running gateway made again from its audit line, by the config of now: the same, or what exactly differs. */
import { judge, type Judged } from './decision.js';
import { gatewayTables } from './emit/gateway/tables.js';
import type { AuditLine } from './gateway/runtime/decision/audit-line.js';
import type { Decision } from './gateway/runtime/decision/decide.js';
import { messageIn, type Facts, type Principal } from './gateway/runtime/decision/facts.js';
import { readHead, type RequestHead } from './gateway/runtime/decision/head.js';
import { createItemRules } from './gateway/runtime/decision/item-rules.js';
import type { ItemElement, ItemUse } from './gateway/runtime/decision/item-use.js';
import { compileTables, type Tables } from './gateway/runtime/decision/lookups.js';
import type { Message } from './gateway/runtime/decision/message.js';
import { REASONS, type Reason } from './gateway/runtime/decision/reasons.js';
import { eraOf } from './gateway/runtime/decision/revision.js';
import type { Step } from './gateway/runtime/decision/steps.js';
import { createResources } from './gateway/runtime/decision/well-known.js';
import { recogniseTenants } from './gateway/runtime/decision/tenant.js';
import type { Placement } from './gateway/runtime/tables/placement.js';
import type { Plan } from './plan/types.js';

/** What was decided, as lines say it. */
export interface Outcome {
  readonly decision: 'allow' | 'refuse';
  readonly status: number | null;
  readonly reason: string | null;
  readonly step: string | null;
  /** The config path that decided. */
  readonly rule: string | null;
}

export interface Replay {
  readonly line: AuditLine;
  readonly was: Outcome;
  /** Null where the line does not hold what the config of now asks for. */
  readonly now: Outcome | null;
  /** The decision of now, row by row. Null where the rows had no part in it: what the parser refuses has no head. */
  readonly judged: Judged | null;
  /** One sentence for each thing that differs; none where the same is decided. */
  readonly differences: readonly string[];
}

/** Replays lines by one plan; the tables of each placement are made once. */
export function replayer(plan: Plan): (line: AuditLine) => Replay {
  const known = new Map<string, Tables>();
  const tablesOf = ({ placement }: AuditLine): Tables => {
    const tables = known.get(placement) ?? compileTables(gatewayTables(plan), placement, { createItemRules, createResources });
    known.set(placement, tables);
    return tables;
  };
  return (line) => (line.path === undefined ? unread(line) : replay(tablesOf(line), line));
}

/** The parser knows no config. */
function unread(line: AuditLine): Replay {
  return { line, was: outcomeOf(line), now: outcomeOf(line), judged: null, differences: [] };
}

const outcomeOf = ({ decision, status, reason, step, rule }: AuditLine): Outcome => ({ decision, status, reason, step, rule });

function replay(tables: Tables, line: AuditLine): Replay {
  const was = outcomeOf(line);
  const head = headOf(tables, line);
  const unread = new Set<string>();
  const facts = factsOf(tables, head, line, (condition) => unread.add(condition));
  const judged = judge({ tables, head, facts, ...(line.relayed ? { from: 'grant' } : {}) });
  const { decision } = judged;
  const notes = [
    ...changesIn(tables, head, facts, line),
    ...[...unread].map((condition) => `the condition ${condition} is read now, and the line does not say whether it held`),
  ];
  if (decision.kind === 'need') {
    const asks = `row ${decision.step} asks for ${decision.fact} now, of which the line says nothing: its decision was made before`;
    return { line, was, now: null, judged: null, differences: [asks, ...notes] };
  }
  const now = nowOf(judged, decision, was);
  const same = (Object.keys(was) as (keyof Outcome)[]).every((key) => was[key] === now[key]);
  return { line, was, now, judged: { ...judged, decision }, differences: same ? [] : [`it was ${said(was)}, and would be ${said(now)}`, ...notes] };
}

/** What fails behind the rows does so for reasons of its moment: where all rows let the request pass, it is what it was. */
function nowOf({ facts }: Pick<Judged, 'facts'>, decision: Exclude<Decision, { kind: 'need' }>, was: Outcome): Outcome {
  // That arguments could be read in two ways is a property of a body that no line has.
  const isOfBody = was.step === 'permission' && was.reason === 'body-duplicate-key';
  if (isOfBody && (decision.kind === 'allow' || (decision.kind === 'refuse' && decision.step === 'permission'))) return was;
  if (decision.kind === 'refuse') {
    const { status, reason, step, at } = decision;
    return { decision: 'refuse', status, reason, step, rule: at };
  }
  if (was.step === null && was.decision === 'refuse') return was;
  return { decision: 'allow', status: null, reason: null, step: null, rule: messageIn(facts)?.elements?.[0]?.items[0]?.found?.at ?? null };
}

function said({ decision, status, reason, step, rule }: Outcome): string {
  if (decision === 'allow') return rule === null ? 'allowed' : `allowed (${rule})`;
  return `refused with ${status} ${reason}${step === null ? ' behind all rows' : ` by row ${step}`}${rule === null ? '' : ` (${rule})`}`;
}

/** The head as the gateway had worked it out: what trusted hops had said of it is in the line already. */
function headOf(tables: Tables, line: AuditLine): RequestHead {
  const { path, method, host, origin, address, peer = address, revision, session, scheme, bytes, step, reason } = line;
  const message = messageOf(line);
  const isModern = line.era === 'modern';
  const type = 'content_type' in line ? line.content_type : 'application/json';
  const headers: Record<string, string | null | undefined> = {
    host,
    origin,
    'content-type': type,
    'content-encoding': line.content_encoding,
    'content-length': bytes === null || bytes === undefined ? undefined : String(bytes),
    'mcp-protocol-version': revision,
    'access-control-request-method': line.preflight ? 'POST' : undefined,
    'mcp-session-id': session ? SESSION : undefined,
    'mcp-method': 'mcp_method' in line ? line.mcp_method : isModern ? message?.method : undefined,
    'mcp-name': 'mcp_name' in line ? line.mcp_name : isModern ? message?.name : undefined,
  };
  const given = Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
  const head = readHead(tables, { method, target: session ? `${path}?sessionId=${SESSION}` : path, headers: given, hosts: 1, peer }, () => false);
  // What makes a request malformed, such as a header that came twice, depends on no config, and is not in the line.
  const fault = step === 'normal-form' ? (reason as Reason) : head.fault;
  return { ...head, fault, address, scheme };
}

/** In place of the id of a session, which no line has. */
const SESSION = 'replayed';

function messageOf(line: AuditLine): Message | null {
  const { rpc, era, revision, tool = null, prompt, resource, task } = line;
  if (rpc === null || rpc === undefined) return null;
  const isBatch = rpc === 'batch';
  const shape = isBatch ? 'batch' : (line.shape ?? 'request');
  const tools = isBatch ? (line.tools ?? [tool]) : rpc === 'tools/call' ? [tool] : [];
  return {
    shape,
    id: 1,
    method: isBatch ? '' : rpc,
    name: isBatch ? null : (tool ?? prompt ?? resource ?? task ?? null),
    claim: 'claim' in line ? line.claim : era === 'modern' ? revision : undefined,
    declaresCapabilities: line.capabilities !== false,
    continues: false,
    traceparent: null,
    initialize: null,
    methods: isBatch ? (line.methods ?? ['tools/call']) : shape === 'response' ? [] : [rpc],
    calls: tools.map((name) => ({ tool: name, argumentsJson: '' })),
  };
}

/** What only the moment knew, by the row that refused because of it: a bucket that was empty is so again. */
const OF_THE_MOMENT: { readonly [S in Step]?: (reason: Reason, rule: string | null) => Facts } = {
  address: (reason) => (reason === 'address-rate' ? { address: { kind: 'empty', retryAfter: 1 } } : {}),
  tenant: (reason) => (reason === 'lookup-unavailable' ? { lookup: { kind: 'unavailable', retryAfter: 1, why: '' } } : {}),
  quota: (reason, rule) => ({ quota: quotaOf(reason, rule) }),
  body: (reason) => ({ body: { kind: 'refused', reason, id: null } }),
  session: (reason) => ({ session: reason === 'sessions-full' ? { kind: 'full', retryAfter: 1 } : { kind: 'unknown' } }),
  instance: () => ({ instance: { kind: 'none', retryAfter: 1 } }),
};

function quotaOf(reason: Reason, rule: string | null): NonNullable<Facts['quota']> {
  if (reason === 'streams-full') return { kind: rule === 'gateway.limits.perClient.streams' ? 'client-streams' : 'streams' };
  return { kind: reason === 'client-rate' ? 'client-rate' : 'rate', retryAfter: 1 };
}

/** What the authorization API had answered. */
function lookupOf({ lookup }: AuditLine): Facts['lookup'] {
  if (lookup === undefined) return undefined;
  return lookup === null ? { kind: 'none' } : { kind: 'tenant', tenant: lookup, subject: null, permissions: [], until: Infinity };
}

/** What the message used, and in place of its arguments what the line says of the conditions on them. */
function elementsOf(line: AuditLine, unread: (condition: string) => void): readonly ItemElement[] {
  const { rpc, tool = null, prompt, resource, items, tools, conditions = [] } = line;
  const left = [...conditions];
  const recorded: ItemUse['recorded'] = (condition) => {
    // In a batch each call has read its own, in their order.
    const next = left.findIndex(({ is }) => is === condition);
    const known = next === -1 ? conditions.findLast(({ is }) => is === condition) : left.splice(next, 1)[0];
    if (!known) unread(condition);
    return known?.held ?? 'unsure';
  };
  const of = (kind: ItemUse['kind'], name: string | null): ItemUse => ({ kind, name, args: undefined, argsText: null, recorded });
  const used = items?.map(({ kind, name }) => of(kind, name)) ?? [
    ...(rpc === 'tools/call' ? [of('tool', tool)] : rpc === 'batch' ? (tools ?? [tool]).map((name) => of('tool', name)) : []),
    ...(rpc === 'prompts/get' ? [of('prompt', prompt ?? null)] : []),
    ...(rpc?.startsWith('resources/') && resource !== undefined ? [of('resource', resource)] : []),
  ];
  return [{ id: 1, isRequest: true, items: used }];
}

function factsOf(tables: Tables, head: RequestHead, line: AuditLine, unread: (condition: string) => void): Facts {
  const principal = principalOf(tables, line);
  const lookup = lookupOf(line);
  const tenants = line.relayed && line.tenant !== null ? [line.tenant] : recogniseTenants(tables, head, principal ?? undefined, lookup);
  const said = messageOf(line);
  const asked = said && tables.items ? { ...said, elements: elementsOf(line, unread) } : said;
  return {
    address: { kind: 'ok' },
    ...(principal && { principal, tenants }),
    ...(lookup && { lookup }),
    quota: { kind: 'ok' },
    ...(asked && { body: { kind: 'message', message: asked, era: eraOf(head, asked) } }),
    session: { kind: line.session ? 'open' : 'none' },
    instance: { kind: 'ok' },
    ...(line.step !== null && line.reason !== null && OF_THE_MOMENT[line.step]?.(line.reason as Reason, line.rule)),
  };
}

/** Whose credentials they were. A caller that the config knows no more would be refused now. */
function principalOf(tables: Tables, { principal, reason }: AuditLine): Principal | null {
  if (!principal) return null;
  const { kind, client = null, issuer = '', subject = '', permissions = [], claims = {}, why = '' } = principal;
  switch (kind) {
    case 'client': {
      const table = tables.clients.get(client ?? '');
      if (!table) return { kind: 'invalid', why: 'no client of this name' };
      return { kind, client: client ?? '', permissions: tables.raw.auth.environmentKeys ? permissions : table.permissions };
    }
    case 'token': {
      const isKnown = tables.raw.auth.issuers.some((one) => one.issuer === issuer) || tables.raw.auth.lookup !== null;
      if (!isKnown) return { kind: 'invalid', why: 'no issuer of this name' };
      return { kind, issuer, subject, client, audiences: [], permissions, claims, expiresAt: Number.MAX_SAFE_INTEGER };
    }
    case 'anonymous':
      return tables.raw.auth.wanted ? { kind: 'missing' } : { kind };
    case 'unavailable':
      return { kind, retryAfter: 1, why, ...(reason === 'lookup-unavailable' && { from: 'lookup' as const }) };
    default:
      return tables.raw.auth.wanted ? { kind, why } : { kind: 'anonymous' };
  }
}

/** What may be the cause of a difference: what the config says otherwise now, and what the line holds no more of. */
function changesIn(tables: Tables, head: RequestHead, facts: Facts, line: AuditLine): string[] {
  const { principal, tenant } = line;
  const { raw } = tables;
  const hasChanged = line.hash !== raw.hash;
  const [only] = facts.tenants ?? [];
  const deciding = new Set(raw.matches.claims.flatMap(({ claims }) => claims.map(([name]) => name)));
  const unread = [...deciding].filter((name) => principal?.kind === 'token' && hasChanged && principal.claims?.[name] === undefined);
  return [
    ...(hasChanged ? [`the config has changed since: the line was written by ${short(line.hash)}, and this is ${short(raw.hash)}`] : []),
    ...(line.server !== null && head.route?.server !== line.server ? [`${line.path} was the route of "${line.server}", which it is not now`] : []),
    ...(facts.principal?.kind === 'invalid' && principal?.kind !== 'invalid' ? [`${principal?.issuer ?? principal?.client}: ${facts.principal.why}`] : []),
    ...(tenant !== null && only !== tenant ? [`the request was of tenant "${tenant}", and is of ${only === undefined ? 'none' : `"${only}"`} now`] : []),
    ...unread.map((name) => `the claim "${name}" is read now, and the line does not have it`),
    ...cutMembers(line).map((name) => `${name} was longer than a line holds; the line has its beginning and a digest`),
  ];
}

const short = (hash: string | undefined): string => (hash ?? 'nothing').slice(0, 12);

/** Members of which a line has the beginning alone. */
function cutMembers(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return /\u2026(?:[0-9a-f]{8})?$/.test(value) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => cutMembers(one, path === '' ? key : `${path}.${key}`));
}

/** Whether a value read from a log is a line of the audit that a decision can be made from, or says which kind it is not. */
export function isAuditLine(value: unknown): value is AuditLine {
  if (typeof value !== 'object' || value === null) return false;
  const { event, kind, reason, decision } = value as Partial<Record<keyof AuditLine, unknown>>;
  const isKnown = reason === null || (typeof reason === 'string' && (reason in REASONS || kind === 'admin'));
  const isAudit = event === 'audit' && (kind === 'tool-call' || kind === 'refusal' || kind === 'admin') && (decision === 'allow' || decision === 'refuse');
  return isAudit && isKnown && (kind === 'admin' || !('path' in value) || hasHead(value));
}

const PLACEMENTS: readonly unknown[] = ['local', 'compose', 'kubernetes', 'fly', 'image'] satisfies Placement[];
const TEXTS = ['path', 'method', 'host', 'address', 'scheme'] as const;

/** A line that somebody has cut is not taken for one. */
function hasHead(value: object): boolean {
  const head = value as Partial<Record<keyof AuditLine, unknown>>;
  return TEXTS.every((name) => typeof head[name] === 'string') && PLACEMENTS.includes(head.placement) && 'principal' in head && 'rpc' in head;
}
