/** The gateway's own decision, made without a running gateway. `explain`, the policy tests and the tests of agreement with nginx use it. */
import { isLegacy } from './config/language/revisions.js';
import { gatewayTables } from './emit/gateway/tables.js';
import { readHead, type RequestHead, type GatewayRequest } from './gateway/runtime/decision/head.js';
import { addressSet } from './gateway/runtime/decision/address.js';
import { compileTables, type Tables } from './gateway/runtime/decision/lookups.js';
import { decide, isApplied, type Decision } from './gateway/runtime/decision/decide.js';
import type { Facts, Principal } from './gateway/runtime/decision/facts.js';
import { ROWS } from './gateway/runtime/decision/rows.js';
import type { Step } from './gateway/runtime/decision/steps.js';
import { recogniseTenants } from './gateway/runtime/decision/tenant.js';
import { eraOf } from './gateway/runtime/decision/revision.js';
import type { Message } from './gateway/runtime/decision/message.js';
import type { ExpectationPlan } from './plan/policy-types.js';
import type { Plan } from './plan/types.js';

export type AskedRequest = ExpectationPlan['request'];

export interface Judged {
  readonly decision: Exclude<Decision, { kind: 'need' }>;
  /** The rows that let the request pass, in order. */
  readonly passed: readonly Step[];
  readonly tables: Tables;
  readonly head: RequestHead;
  readonly facts: Facts;
}

/** The request as the gateway would receive it: a `tools/list` of the revision that it names. */
function requestOf(request: AskedRequest): GatewayRequest {
  const isModern = !isLegacy(request.revision);
  return {
    method: request.method,
    target: request.path,
    headers: {
      host: request.host,
      'content-type': 'application/json',
      'mcp-protocol-version': request.revision,
      ...(isModern ? { 'mcp-method': 'tools/list' } : {}),
      ...(request.origin === null ? {} : { origin: request.origin }),
      ...(request.method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}),
    },
    hosts: 1,
    peer: request.address,
  };
}

const message = ({ revision }: AskedRequest): Message => ({
  shape: 'request',
  id: 1,
  method: 'tools/list',
  name: null,
  claim: isLegacy(revision) ? undefined : revision,
  declaresCapabilities: true,
  continues: false,
  traceparent: null,
  initialize: null,
  methods: ['tools/list'],
  calls: [],
});

/** Decides as the gateway would when no rate limit is used up and every instance is up. */
export function judgeRequest(plan: Plan, request: AskedRequest, tables = compileTables(gatewayTables(plan), 'local')): Judged {
  const head = readHead(tables, requestOf(request), addressSet(plan.traffic.trustedProxies));
  const principal = principalOf(plan, request);
  const asked = message(request);
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
  const decision = decide(tables, head, facts);
  if (decision.kind === 'need') throw new Error(`the decision asks for ${decision.fact}, which was given`);
  const steps = ROWS.map(({ id }) => id);
  const before = decision.kind === 'allow' ? ROWS : ROWS.slice(0, steps.indexOf(decision.step));
  const passed = before.filter((row) => isApplied(row, tables, head)).map(({ id }) => id);
  return { decision, passed, tables, head, facts };
}

/** Who sends the request. One that is made in the name of a tenant needs no client: it counts as having that tenant's credentials. */
function principalOf({ traffic }: Plan, { client, tenant }: AskedRequest): Principal {
  const permissions = traffic.clients.find(({ name }) => name === client)?.permissions ?? [];
  if (client !== null) return { kind: 'client', client, permissions };
  return !traffic.auth.wanted || tenant !== null ? { kind: 'anonymous' } : { kind: 'missing' };
}

/** The decision that a policy test (`policy.expect`) compares with what it expects. */
export function decideExpectation(plan: Plan) {
  const tables = compileTables(gatewayTables(plan), 'local');
  return ({ request }: ExpectationPlan): { decision: 'allow' | 'deny'; status: number | null; reason: string | null; step: string | null } => {
    const { decision } = judgeRequest(plan, request, tables);
    if (decision.kind !== 'refuse') return { decision: 'allow', status: null, reason: null, step: null };
    return { decision: 'deny', status: decision.status, reason: decision.reason, step: decision.step };
  };
}
