/** The gateway's own decision, made without a running gateway. `explain`, the policy tests and the tests of agreement with nginx use it. */
import { isLegacy } from './config/language/revisions.js';
import { gatewayTables } from './emit/gateway/tables.js';
import { readHead, type RequestHead, type GatewayRequest } from './gateway/runtime/decision/head.js';
import { addressSet } from './gateway/runtime/decision/address.js';
import { createItemRules } from './gateway/runtime/decision/item-rules.js';
import type { ItemElement, ItemRules } from './gateway/runtime/decision/item-use.js';
import { compileTables, type Tables } from './gateway/runtime/decision/lookups.js';
import { decide, isApplied, type Decision } from './gateway/runtime/decision/decide.js';
import type { Facts, Principal } from './gateway/runtime/decision/facts.js';
import { ROWS } from './gateway/runtime/decision/rows.js';
import { rankOf, type Step } from './gateway/runtime/decision/steps.js';
import { createResources } from './gateway/runtime/decision/well-known.js';
import { recogniseTenants } from './gateway/runtime/decision/tenant.js';
import { eraOf } from './gateway/runtime/decision/revision.js';
import type { Message } from './gateway/runtime/decision/message.js';
import type { ExpectationPlan, RequestPlan } from './plan/policy-types.js';
import type { Plan } from './plan/types.js';

export type AskedRequest = RequestPlan;

export interface Judged {
  readonly decision: Exclude<Decision, { kind: 'need' }>;
  /** The rows that let the request pass, in order. */
  readonly passed: readonly Step[];
  readonly tables: Tables;
  readonly head: RequestHead;
  readonly facts: Facts;
}

/** How each kind of item is asked for by its name. */
const METHOD_OF = { tool: 'tools/call', prompt: 'prompts/get', resource: 'resources/read' } as const;
const methodOf = ({ item }: AskedRequest): string => (item === null ? 'tools/list' : METHOD_OF[item.kind]);

/** A name as a header carries it: what is no plain text, or could be taken for encoded, is encoded (MCP 2026-07-28, Standard headers). */
export function headerName(name: string): string {
  return /^(?!=\?)[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(name) ? name : `=?base64?${Buffer.from(name).toString('base64')}?=`;
}

/** The request as the gateway would receive it: it asks for an item, or lists tools, in the revision that it names. */
function requestOf(request: AskedRequest): GatewayRequest {
  const isModern = !isLegacy(request.revision);
  const names = { 'mcp-method': methodOf(request), ...(request.item && { 'mcp-name': headerName(request.item.name) }) };
  return {
    method: request.method,
    target: request.path,
    headers: {
      host: request.host,
      'content-type': 'application/json',
      'mcp-protocol-version': request.revision,
      ...(isModern ? names : {}),
      ...(request.origin === null ? {} : { origin: request.origin }),
      ...(request.method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}),
    },
    hosts: 1,
    peer: request.address,
  };
}

const message = (request: AskedRequest): Message => ({
  shape: 'request',
  id: 1,
  method: methodOf(request),
  name: request.item?.name ?? null,
  claim: isLegacy(request.revision) ? undefined : request.revision,
  declaresCapabilities: true,
  continues: false,
  traceparent: null,
  initialize: null,
  methods: [methodOf(request)],
  calls: request.item?.kind === 'tool' ? [{ tool: request.item.name, argumentsJson: request.args === null ? '' : JSON.stringify(request.args) }] : [],
});

/** What the message uses, read as the gateway would read its body. */
function elementsOf({ read }: ItemRules, request: AskedRequest): readonly ItemElement[] {
  const { item, args } = request;
  const params = item === null ? {} : item.kind === 'resource' ? { uri: item.name } : { name: item.name, ...(args && { arguments: args }) };
  const body = { jsonrpc: '2.0', id: 1, method: methodOf(request), params };
  return read(body, JSON.stringify(body)) ?? [];
}

const localTables = (plan: Plan): Tables => compileTables(gatewayTables(plan), 'local', { createItemRules, createResources });

/** Decides as the gateway would when no rate limit is used up and every instance is up. */
export function judgeRequest(plan: Plan, request: AskedRequest, tables = localTables(plan)): Judged {
  const head = readHead(tables, requestOf(request), addressSet(plan.traffic.trustedProxies));
  const principal = principalOf(plan, request);
  const said = message(request);
  const asked = tables.items ? { ...said, elements: elementsOf(tables.items, request) } : said;
  const facts: Facts = {
    address: { kind: 'ok' },
    principal,
    tenants: request.tenant === null ? recogniseTenants(tables, head, principal) : [request.tenant],
    lookup: { kind: 'none' },
    quota: { kind: 'ok' },
    body: { kind: 'message', message: asked, era: eraOf(head, asked) },
    session: { kind: 'none' },
    instance: { kind: 'ok' },
  };
  const judged = judge({ tables, head, facts });
  if (judged.decision.kind === 'need') throw new Error(`the decision asks for ${judged.decision.fact}, which was given`);
  return { ...judged, decision: judged.decision };
}

interface Given {
  readonly tables: Tables;
  readonly head: RequestHead;
  readonly facts: Facts;
  /** The row from which to go on, where another replica has decided those before. */
  readonly from?: Step;
}

/** Decides on these facts. Where they do not reach, the decision is that it needs one more. */
export function judge({ tables, head, facts, from = 'normal-form' }: Given): Omit<Judged, 'decision'> & { readonly decision: Decision } {
  const first = rankOf(from);
  const decision = decide(tables, head, facts, first);
  const before = ROWS.slice(first, decision.kind === 'allow' ? undefined : rankOf(decision.step));
  const passed = before.filter((row) => isApplied(row, tables, head)).map(({ id }) => id);
  return { decision, passed, tables, head, facts };
}

/** Who sends the request. One that is made in the name of a tenant needs no client: it counts as having that tenant's credentials. */
function principalOf({ traffic }: Plan, { client, tenant, token, permissions: given }: AskedRequest): Principal {
  const permissions = given ?? traffic.clients.find(({ name }) => name === client)?.permissions ?? [];
  if (client !== null) return { kind: 'client', client, permissions };
  if (token !== null) return { kind: 'token', ...token, client: null, audiences: [], permissions, expiresAt: Number.MAX_SAFE_INTEGER };
  return !traffic.auth.wanted || tenant !== null ? { kind: 'anonymous' } : { kind: 'missing' };
}

/** The decision that a policy test (`policy.expect`) compares with what it expects. */
export function decideExpectation(plan: Plan) {
  const tables = compileTables(gatewayTables(plan), 'local', { createItemRules, createResources });
  return ({ request }: ExpectationPlan): { decision: 'allow' | 'deny'; status: number | null; reason: string | null; step: string | null } => {
    const { decision } = judgeRequest(plan, request, tables);
    if (decision.kind !== 'refuse') return { decision: 'allow', status: null, reason: null, step: null };
    return { decision: 'deny', status: decision.status, reason: decision.reason, step: decision.step };
  };
}
