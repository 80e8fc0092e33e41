/** The decision: every row, what it refuses, where it points, and which row speaks first when several would refuse. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decide, type Decision } from '#src/gateway/runtime/decision/decide.js';
import type { Facts, Principal } from '#src/gateway/runtime/decision/facts.js';
import { ROWS } from '#src/gateway/runtime/decision/rows.js';
import type { Step } from '#src/gateway/runtime/decision/steps.js';
import { recogniseTenants } from '#src/gateway/runtime/decision/tenant.js';
import type { Message } from '#src/gateway/runtime/decision/message.js';
import { REASONS, type Reason } from '#src/gateway/runtime/decision/reasons.js';
import { askedOf, gatewayConfig, tablesOf, type HeadOptions } from '../../support/gateway-tables.js';

const TABLES = tablesOf(
  gatewayConfig({
    auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] }, globex: { keys: [{ secret: 'GLOBEX_KEY' }] }, nobody: { keys: [{ secret: 'NOBODY_KEY' }] } } },
    servers: {
      search: { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] },
      notes: { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] },
    },
    origins: { app: 'https://app.acme.com', other: 'https://other.acme.com' },
    tenants: {
      acme: { match: [{ client: 'acme' }, { host: 'acme.example.com' }], servers: ['search'], origins: ['app'], rate: '10/min' },
      globex: { match: [{ client: 'globex' }, { path: true }], servers: '*', tools: [{ deny: 'search.drop' }, { allow: '*' }] },
    },
    gateway: { url: 'https://mcp.example.com', sessionKeys: [{ secret: 'SESSION_KEY' }], limits: { body: '1kb' } },
  }),
);
const STRICT = tablesOf(gatewayConfig({ gateway: { requireOrigin: true } }));

const message: Message = {
  shape: 'request', id: 7, method: 'tools/list', name: null, claim: undefined, declaresCapabilities: false, methods: ['tools/list'], calls: [],
  continues: false, traceparent: null, initialize: null,
};
const ALL: Required<Facts> = {
  address: { kind: 'ok' },
  principal: { kind: 'client', client: 'acme', permissions: [] },
  tenants: ['acme'],
  quota: { kind: 'ok' },
  body: { kind: 'message', message, era: 'legacy' },
  session: { kind: 'none' },
  instance: { kind: 'ok' },
};

/** Calls a tool that `globex` may not use. */
const drop: Message = {
  ...message,
  method: 'tools/call',
  methods: ['tools/call'],
  elements: [{ id: 7, isRequest: true, items: [{ kind: 'tool', name: 'drop', args: {}, argsText: null }] }],
};

interface Case extends HeadOptions {
  readonly facts?: Partial<Facts>;
  readonly strict?: true;
}
function decided({ facts, strict, ...head }: Case = {}): Decision {
  const tables = strict ? STRICT : TABLES;
  return decide(tables, askedOf(tables, head), { ...ALL, ...facts });
}

/** Reason → a request that is refused for it, the row that does so, and where in the config that was decided. */
const REFUSED: Readonly<Partial<Record<Reason, readonly [Step, string, Case]>>> = {
  'repeated-header': ['normal-form', 'gateway', { hosts: 2 }],
  'malformed-request': ['normal-form', 'gateway', { headers: { host: undefined }, hosts: 0 }],
  'path-not-literal': ['normal-form', 'gateway', { target: '/mcp//search' }],
  'unknown-host': ['host', 'gateway.url', { headers: { host: 'evil.example' } }],
  'unknown-route': ['route', 'servers', { target: '/mcp/nothing' }],
  'preflight-refused': [
    'preflight',
    'servers.search.origins',
    { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } },
  ],
  'origin-required': ['origin', 'gateway.requireOrigin', { strict: true }],
  'origin-not-allowed': ['origin', 'servers.search.origins', { headers: { origin: 'https://evil.example' } }],
  'method-not-allowed': ['method', 'servers.search.route', { method: 'PUT' }],
  'body-too-large': ['head', 'gateway.limits.body', { headers: { 'content-length': '1025' } }],
  'content-type-unsupported': ['head', 'gateway', { headers: { 'content-type': 'text/plain' } }],
  'address-rate': ['address', 'gateway.limits.perAddress', { facts: { address: { kind: 'empty', retryAfter: 3 } } }],
  'credentials-missing': ['credentials', 'auth.clients', { facts: { principal: { kind: 'missing' } } }],
  'credentials-invalid': ['credentials', 'auth.clients', { facts: { principal: { kind: 'invalid' } } }],
  'tenant-unknown': ['tenant', 'tenants', { facts: { tenants: [] } }],
  'tenant-ambiguous': ['tenant', 'tenants', { facts: { tenants: ['acme', 'globex'] } }],
  'server-not-granted': ['grant', 'tenants.acme.servers', { target: '/mcp/notes' }],
  'origin-not-granted': ['grant', 'tenants.acme.origins', { headers: { origin: 'https://other.acme.com' } }],
  'tenant-rate': ['quota', 'tenants.acme.rate', { facts: { quota: { kind: 'rate', retryAfter: 4 } } }],
  'streams-full': ['quota', 'gateway.limits.streams', { facts: { quota: { kind: 'streams' } } }],
  'body-not-json': ['body', 'gateway.limits', { facts: { body: { kind: 'refused', reason: 'body-not-json', id: null } } }],
  'header-mismatch': [
    'revision',
    'gateway.revisions',
    { headers: { 'mcp-protocol-version': '2026-07-28' }, facts: { body: { kind: 'message', message: { ...message, method: 'initialize' }, era: 'legacy' } } },
  ],
  'revision-not-served': ['revision', 'gateway.revisions', { headers: { 'mcp-protocol-version': '1999-01-01' } }],
  'item-denied': ['permission', 'tenants.globex.tools.0', { facts: { tenants: ['globex'], body: { kind: 'message', message: drop, era: 'legacy' } } }],
  'session-unknown': ['session', 'gateway.sessionKeys', { facts: { session: { kind: 'unknown' } } }],
  'sessions-full': ['session', 'gateway.limits.sessions', { facts: { session: { kind: 'full', retryAfter: 60 } } }],
  'no-instance': ['instance', 'servers.search.strategy', { facts: { instance: { kind: 'none', retryAfter: 1 } } }],
};

describe('decide', () => {
  test('a request that nothing speaks against is allowed', () => {
    assert.deepEqual(decided(), { kind: 'allow' });
    assert.deepEqual(decided({ headers: { origin: 'https://app.acme.com' } }), { kind: 'allow' });
    assert.deepEqual(decided({ method: 'GET', headers: { 'content-type': undefined }, facts: { body: undefined } as object }), { kind: 'allow' });
  });

  for (const [reason, [step, at, given]] of Object.entries(REFUSED) as [Reason, readonly [Step, string, Case]][]) {
    test(`${step} refuses: ${reason}`, () => {
      const decision = decided(given);
      assert.ok(decision.kind === 'refuse', `it ${decision.kind}s`);
      const { status, code } = REASONS[reason];
      assert.deepEqual([decision.reason, decision.step, decision.at, decision.status, decision.code], [reason, step, at, status, code]);
    });
  }

  test('every row refuses something', () => {
    const covered = new Set(Object.values(REFUSED).map(([step]) => step));
    assert.deepEqual(ROWS.map(({ id }) => id).filter((id) => !covered.has(id)), []);
  });

  test('the first row that would refuse speaks, whatever follows would say', () => {
    // One request with one thing wrong for every row; mending the first leaves the second, and so on.
    const wrong: readonly [Step, Partial<Case>][] = [
      ['normal-form', { hosts: 1 }],
      ['host', {}],
      ['route', {}],
      ['origin', {}],
      ['method', {}],
      ['head', {}],
      ['address', {}],
      ['credentials', {}],
      ['tenant', {}],
      ['grant', {}],
      ['quota', {}],
      ['body', {}],
      ['revision', {}],
      ['session', {}],
      ['instance', {}],
    ];
    const order = wrong.map(([step]) => step);
    for (const [mended, step] of order.entries()) {
      const good = (row: Step): boolean => order.indexOf(row) < mended;
      const decision = decided({
        hosts: good('normal-form') ? 1 : 2,
        target: good('route') ? (good('grant') ? '/mcp/search' : '/mcp/notes') : '/nowhere',
        method: good('method') ? 'POST' : 'PUT',
        headers: {
          host: good('host') ? 'mcp.example.com' : 'evil.example',
          ...(good('origin') ? {} : { origin: 'https://evil.example' }),
          'content-type': good('head') ? 'application/json' : 'text/html',
          'mcp-protocol-version': good('revision') ? '2025-11-25' : '1999-01-01',
        },
        facts: {
          address: good('address') ? { kind: 'ok' } : { kind: 'empty', retryAfter: 1 },
          principal: good('credentials') ? ALL.principal : { kind: 'invalid' },
          tenants: good('tenant') ? ['acme'] : [],
          quota: good('quota') ? { kind: 'ok' } : { kind: 'streams' },
          body: good('body') ? ALL.body : { kind: 'refused', reason: 'body-too-deep', id: 3 },
          session: { kind: good('session') ? 'none' : 'unknown' },
          instance: { kind: 'none', retryAfter: 1 },
        },
      });
      assert.ok(decision.kind === 'refuse');
      assert.equal(decision.step, step);
    }
  });

  test('the id is the request’s as soon as the body is known, and null before', () => {
    const idOf = (given: Case): unknown => {
      const decision = decided(given);
      return decision.kind === 'refuse' ? decision.idText : decision.kind;
    };
    assert.equal(idOf({ facts: { session: { kind: 'unknown' } } }), '7');
    assert.equal(
      idOf({ facts: { body: { kind: 'message', message: { ...message, id: 'x' }, era: 'legacy' }, instance: { kind: 'none', retryAfter: 1 } } }),
      '"x"',
    );
    assert.equal(idOf({ facts: { body: { kind: 'refused', reason: 'body-too-deep', id: 'deep' } } }), '"deep"');
    assert.equal(idOf({ facts: { body: { kind: 'refused', reason: 'body-too-deep', id: 1, writtenId: '1.0' } } }), '1.0', 'field-03b');
    assert.equal(decide(TABLES, askedOf(TABLES), { ...ALL, tenants: [], body: undefined } as unknown as Facts).kind, 'refuse');
  });

  test('it asks for one fact after another, each once, and goes on from there', () => {
    const asked = askedOf(TABLES);
    const needs: string[] = [];
    let facts: Facts = {};
    let decision = decide(TABLES, asked, facts);
    while (decision.kind === 'need') {
      needs.push(decision.fact);
      facts = { ...facts, [decision.fact]: ALL[decision.fact] };
      decision = decide(TABLES, asked, facts, decision.row);
    }
    assert.deepEqual(decision, { kind: 'allow' });
    assert.deepEqual(needs, ['address', 'principal', 'tenants', 'quota', 'body', 'session', 'instance']);
  });

  test('nothing is asked about a request whose head is refused', () => {
    for (const reason of ['unknown-host', 'unknown-route', 'origin-not-allowed', 'method-not-allowed', 'content-type-unsupported'] as const) {
      const [, , given] = REFUSED[reason] ?? assert.fail();
      assert.equal(decide(TABLES, askedOf(TABLES, given), {}).kind, 'refuse', reason);
    }
  });

  test('a GET has no body to read, and a modern request no session', () => {
    const needs = (head: HeadOptions, known: Partial<Facts>): string[] => {
      const { body: _body, session: _session, ...rest } = ALL;
      const decision = decide(TABLES, askedOf(TABLES, head), { ...rest, ...known });
      return decision.kind === 'need' ? [decision.fact] : [decision.kind];
    };
    assert.deepEqual(needs({ method: 'GET' }, {}), ['session']);
    assert.deepEqual(needs({}, {}), ['body']);
    const modern: Message = { ...message, claim: '2026-07-28', declaresCapabilities: true };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
    assert.deepEqual(needs({ headers }, { body: { kind: 'message', message: modern, era: 'modern' } }), ['allow']);
  });

  test('a preflight of an accepted origin is answered, before credentials; one without its header is just a wrong method', () => {
    const headers = { origin: 'https://app.acme.com', 'access-control-request-method': 'POST' };
    assert.deepEqual(decide(TABLES, askedOf(TABLES, { method: 'OPTIONS', headers }), {}), { kind: 'answer', step: 'preflight', what: 'preflight' });
    const plain = decide(TABLES, askedOf(TABLES, { method: 'OPTIONS', headers: { origin: 'https://app.acme.com' } }), {});
    assert.equal(plain.kind === 'refuse' && plain.reason, 'method-not-allowed');
  });

  test('health answers before the host is looked at, and not in any other spelling', () => {
    const ask = (target: string): Decision => decide(TABLES, askedOf(TABLES, { method: 'GET', target, headers: { host: 'anything.example' } }), {});
    for (const [target, what] of [['/health', 'health'], ['/health/live', 'live'], ['/health/ready', 'ready']] as const) {
      assert.deepEqual(ask(target), { kind: 'answer', step: 'normal-form', what });
      assert.deepEqual(ask(`${target}?from=probe`), { kind: 'answer', step: 'normal-form', what });
    }
    for (const target of ['/health/', '/Health', '/health/all', '/t/globex/health', '/healthz']) assert.equal(ask(target).kind, 'refuse', target);
    for (const target of ['//health', '/./health', '/x/../health', '/%68ealth']) {
      const decision = ask(target);
      assert.equal(decision.kind === 'refuse' && decision.reason, 'path-not-literal', target);
    }
  });

  test('content types: parameters and case do not matter, other types and none are refused', () => {
    const accepted = (type: string | undefined): boolean => decided({ headers: { 'content-type': type } }).kind === 'allow';
    for (const type of ['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"', ' application/json '])
      assert.ok(accepted(type), type);
    for (const type of [
      'application/jsonp', 'application/json-rpc', 'text/json', 'application/x-www-form-urlencoded', 'application/json, text/plain', '', undefined,
    ]) {
      assert.ok(!accepted(type), type);
    }
  });

  test('a charset other than UTF-8 is refused: a server that honours it would read another message than was judged', () => {
    for (const charset of ['utf-7', 'utf-16', 'utf-16le', 'iso-8859-1', 'UTF-7']) {
      const decision = decided({ headers: { 'content-type': `application/json; charset=${charset}` } });
      assert.equal(decision.kind === 'refuse' && decision.status, 415, charset);
    }
  });

  test('declared sizes: the limit itself passes', () => {
    assert.equal(decided({ headers: { 'content-length': '1024' } }).kind, 'allow');
    assert.equal(decided({ headers: { 'content-length': '99999999999999999999' } }).kind, 'refuse');
  });

  test('refusals that pass carry when to come back', () => {
    for (const reason of ['address-rate', 'tenant-rate', 'streams-full', 'sessions-full', 'no-instance'] as const) {
      const [, , given] = REFUSED[reason] ?? assert.fail();
      const decision = decided(given);
      assert.ok(decision.kind === 'refuse' && (decision.retryAfter ?? 0) >= 1, reason);
    }
  });

  test('a grant needs a tenant that exists', () => {
    for (const name of ['nobody', '__proto__', 'constructor', '']) {
      const decision = decided({ facts: { tenants: [name] } });
      assert.equal(decision.kind === 'refuse' && decision.reason, 'server-not-granted', name);
    }
  });

  test('it is pure: tables, request and facts may be frozen and are the same afterwards', () => {
    const asked = Object.freeze(askedOf(TABLES));
    const facts = Object.freeze({ ...ALL });
    assert.deepEqual(decide(Object.freeze({ ...TABLES }), asked, facts), decide(TABLES, asked, facts));
  });
});

describe('recogniseTenants', () => {
  const recognise = (head: HeadOptions, principal?: Principal): readonly string[] => recogniseTenants(TABLES, askedOf(TABLES, head), principal);
  const client = (name: string): Principal => ({ kind: 'client', client: name, permissions: [] });

  test('by client, host and path; by two that agree; never by a header of the client’s', () => {
    assert.deepEqual(recognise({}, client('acme')), ['acme']);
    assert.deepEqual(recognise({ headers: { host: 'acme.example.com' } }, client('nobody')), ['acme']);
    assert.deepEqual(recognise({ target: '/t/globex/mcp/search' }, client('nobody')), ['globex']);
    assert.deepEqual(recognise({ headers: { host: 'acme.example.com' } }, client('acme')), ['acme']);
    assert.deepEqual(recognise({ headers: { 'x-tenant-id': 'acme', 'x-forwarded-host': 'acme.example.com' } }, client('nobody')), []);
  });

  test('two that disagree are both named', () => {
    assert.deepEqual([...recognise({ target: '/t/globex/mcp/search' }, client('acme'))].sort(), ['acme', 'globex']);
    assert.deepEqual([...recognise({ headers: { host: 'acme.example.com' } }, client('globex'))].sort(), ['acme', 'globex']);
  });

  test('names of object members are nobody', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) assert.deepEqual(recognise({}, client(name)), [], name);
  });

  test('where no tenant is declared there is one', () => {
    const tables = tablesOf(gatewayConfig());
    assert.deepEqual(recogniseTenants(tables, askedOf(tables), { kind: 'anonymous' }), ['default']);
  });
});
