/** The gateway's decision over this repository's own config, asked without a gateway. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decideExpectation, judgeRequest, type AskedRequest } from '#src/decision.js';
import { ROWS } from '#src/gateway/runtime/decision/rows.js';
import type { Plan } from '#src/plan/types.js';
import { rootPlan } from './emit/gateway/support.js';
import { least, planOf, type Json } from './support/planned.js';
import { FULL } from './plan/support.js';

/** A request of nobody, as a policy test's defaults have it. */
const PLAIN: AskedRequest = {
  path: '/mcp/search', method: 'POST', host: '127.0.0.1', origin: null, revision: '2026-07-28', client: null, tenant: null, address: '127.0.0.1',
  item: null, args: null, token: null, permissions: null,
};

/** `allow`, `answer preflight`, or `origin 403 origin-not-allowed origins`: step, status, reason and the config path that decided. */
function decided(plan: Plan, asked: Partial<AskedRequest>): string {
  const { decision } = judgeRequest(plan, { ...PLAIN, ...asked });
  if (decision.kind === 'refuse') return `${decision.step} ${decision.status} ${decision.reason} at ${decision.at}`;
  return decision.kind === 'answer' ? `${decision.step} answers ${decision.what}` : decision.kind;
}

const STUDIO = { client: 'studio' };
const PARTNER = { client: 'partner' };
const APP = 'https://app.mcpgen.example';
const REFUSED = 'origin 403 origin-not-allowed at servers';

const ROOT: Readonly<Record<string, readonly [asked: Partial<AskedRequest>, decision: string]>> = {
  'probes are answered for anybody': [{ path: '/health', method: 'GET', host: 'anything.example' }, 'normal-form answers health'],
  'probes, ready': [{ path: '/health/ready', method: 'GET' }, 'normal-form answers ready'],
  'a path that some hop would rewrite': [{ path: '/mcp/../mcp/search' }, 'normal-form 404 path-not-literal at gateway'],
  'an escaped path': [{ path: '/mcp/%73earch' }, 'normal-form 404 path-not-literal at gateway'],
  'two origins in one': [{ origin: `${APP}, https://evil.example` }, 'normal-form 400 repeated-header at gateway'],

  'another host': [{ ...STUDIO, host: 'evil.example' }, 'host 421 unknown-host at gateway.url'],
  'a loopback name from this machine': [{ ...STUDIO, host: 'localhost' }, 'allow'],
  'a loopback name from elsewhere': [{ ...STUDIO, host: 'localhost', address: '192.0.2.1' }, 'host 421 unknown-host at gateway.url'],
  'the host of the public URL from elsewhere': [{ ...STUDIO, address: '192.0.2.1' }, 'allow'],

  'no route': [{ ...STUDIO, path: '/mcp/nothing' }, 'route 404 unknown-route at servers'],
  'a route with a slash more': [{ ...STUDIO, path: '/mcp/search/' }, 'route 404 unknown-route at servers'],
  'a route in another case': [{ ...STUDIO, path: '/mcp/Search' }, 'route 404 unknown-route at servers'],
  'a query does not matter': [{ ...STUDIO, path: '/mcp/search?x=1' }, 'allow'],

  'a preflight from an accepted origin': [{ method: 'OPTIONS', origin: APP }, 'preflight answers preflight'],
  'a preflight from another': [{ method: 'OPTIONS', origin: 'https://evil.example' }, 'preflight 403 preflight-refused at servers.search.origins'],
  'a preflight to a server that does not accept it': [
    { method: 'OPTIONS', origin: APP, path: '/mcp/files' },
    'preflight 403 preflight-refused at servers.files.origins',
  ],
  'no preflight without an origin': [{ method: 'OPTIONS' }, 'method 405 method-not-allowed at servers.search.route'],

  'another origin': [{ ...STUDIO, origin: 'https://evil.example' }, `${REFUSED}.search.origins`],
  'null': [{ ...STUDIO, origin: 'null' }, `${REFUSED}.search.origins`],
  'an origin in another case': [{ ...STUDIO, origin: 'HTTPS://APP.mcpgen.example' }, 'allow'],
  'an origin that begins like an accepted one': [{ ...STUDIO, origin: `${APP}.evil.example` }, `${REFUSED}.search.origins`],
  'an origin over another scheme': [{ ...STUDIO, origin: 'http://app.mcpgen.example' }, `${REFUSED}.search.origins`],
  'a preview': [{ ...STUDIO, origin: 'https://pr-1.preview.mcpgen.example' }, 'allow'],
  'a preview of a preview': [{ ...STUDIO, origin: 'https://a.pr-1.preview.mcpgen.example' }, `${REFUSED}.search.origins`],
  'the previews themselves': [{ ...STUDIO, origin: 'https://preview.mcpgen.example' }, `${REFUSED}.search.origins`],
  'a preview where previews are not accepted': [{ ...STUDIO, origin: 'https://pr-1.preview.mcpgen.example', path: '/mcp/notes' }, `${REFUSED}.notes.origins`],
  'any port of this machine': [{ ...STUDIO, origin: 'http://localhost:5173' }, 'allow'],
  'an origin is refused before credentials are asked for': [{ origin: 'https://evil.example' }, `${REFUSED}.search.origins`],

  'a method that no route takes': [{ ...STUDIO, method: 'PUT' }, 'method 405 method-not-allowed at servers.search.route'],
  'a stream of a legacy session': [{ ...STUDIO, method: 'GET', revision: '2025-11-25' }, 'allow'],
  'the end of a legacy session': [{ ...STUDIO, method: 'DELETE', revision: '2025-03-26' }, 'allow'],

  'nobody': [{}, 'credentials 401 credentials-missing at auth.clients'],
  'the studio': [STUDIO, 'allow'],
  'the studio, files': [{ ...STUDIO, path: '/mcp/files' }, 'allow'],
  'the studio in a legacy revision': [{ ...STUDIO, revision: '2025-06-18' }, 'allow'],
  'a partner': [PARTNER, 'allow'],
  'a partner, files': [{ ...PARTNER, path: '/mcp/files' }, 'grant 403 server-not-granted at tenants.partner.servers'],
  'a partner from its origin': [{ ...PARTNER, origin: APP }, 'allow'],
  'a partner from an origin of the server alone': [{ ...PARTNER, origin: 'http://localhost:5173' }, 'grant 403 origin-not-granted at tenants.partner.origins'],
  'as a tenant, whatever its credentials': [{ tenant: 'partner' }, 'allow'],
  'as a tenant without the server': [{ tenant: 'partner', path: '/mcp/files' }, 'grant 403 server-not-granted at tenants.partner.servers'],
};

describe('this repository’s config decides', () => {
  for (const [label, [asked, wanted]] of Object.entries(ROOT)) {
    test(label, async () => assert.equal(decided(await rootPlan(), asked), wanted));
  }

  test('as its own policy promises', async () => {
    const plan = await rootPlan();
    const decide = decideExpectation(plan);
    assert.ok(plan.policy.expectations.length > 0);
    for (const expectation of plan.policy.expectations) {
      const { decision, status } = decide(expectation);
      assert.equal(decision, expectation.decision, expectation.from);
      if (expectation.status !== null) assert.equal(status, expectation.status, expectation.from);
    }
  });
});

describe('other configs decide', () => {
  const tenants = { a: { match: { client: 'a' }, servers: ['web'] }, b: { match: [{ host: 'b.acme.com' }, { path: true }], servers: ['web'] } };
  const clients = { a: { keys: [{ secret: 'A_KEY' }] }, lost: { keys: [{ secret: 'LOST' }] } };
  const shared = least({ auth: { clients }, tenants });
  const WEB = { path: '/mcp/web' };

  const OTHERS: Readonly<Record<string, readonly [config: Json, asked: Partial<AskedRequest>, decision: string]>> = {
    'the least config lets everybody in': [least(), WEB, 'allow'],
    'any host': [least({ gateway: { hosts: 'any' } }), { ...WEB, host: 'anything.example' }, 'allow'],
    'a further host': [least({ gateway: { hosts: ['tools.acme.com'] } }), { ...WEB, host: 'tools.acme.com', address: '192.0.2.1' }, 'allow'],
    'a host with a port and a dot at the end': [
      least({ gateway: { hosts: ['tools.acme.com'] } }), { ...WEB, host: 'TOOLS.acme.com.:8443', address: '192.0.2.1' },
      'allow',
    ],
    'a server without a route': [least({ servers: { web: { kind: 'http', image: 'x', public: false } } }), WEB, 'route 404 unknown-route at servers'],
    'a server with a route of its own': [least({ servers: { web: { kind: 'http', image: 'x', route: '/tools' } } }), { path: '/tools' }, 'allow'],
    'an origin that is needed': [least({ gateway: { requireOrigin: true } }), WEB, 'origin 403 origin-required at gateway.requireOrigin'],
    'no origin is declared: none is accepted': [least(), { ...WEB, origin: 'https://app.acme.com' }, 'origin 403 origin-not-allowed at servers.web.origins'],
    'a revision that is not served': [least({ gateway: { revisions: ['2025-11-25'] } }), WEB, 'revision 400 revision-not-served at gateway.revisions'],
    'a legacy revision that is not served': [
      least({ gateway: { revisions: ['2026-07-28'] } }), { ...WEB, revision: '2025-11-25' },
      'revision 400 revision-not-served at gateway.revisions',
    ],
    'a method of sessions where there are none': [
      least({ gateway: { revisions: ['2026-07-28'] } }), { ...WEB, method: 'GET' },
      'method 405 method-not-allowed at servers.web.route',
    ],

    'a client of a tenant': [shared, { ...WEB, client: 'a' }, 'allow'],
    'a client of no tenant': [shared, { ...WEB, client: 'lost' }, 'tenant 403 tenant-unknown at tenants'],
    'a client of no tenant at a tenant’s host': [shared, { ...WEB, client: 'lost', host: 'b.acme.com' }, 'allow'],
    'a client of no tenant at a tenant’s path': [shared, { path: '/t/b/mcp/web', client: 'lost' }, 'allow'],
    'two tenants in one request': [shared, { ...WEB, client: 'a', host: 'b.acme.com' }, 'tenant 403 tenant-ambiguous at tenants'],
    'a path of a tenant that is not told by path': [shared, { path: '/t/a/mcp/web', client: 'lost' }, 'route 404 unknown-route at servers'],
    'a client that nobody declared': [shared, { ...WEB, client: 'nobody' }, 'tenant 403 tenant-unknown at tenants'],
    'tenants by host need no client where there are none': [least({ tenants: { b: tenants.b } }), { ...WEB, host: 'b.acme.com' }, 'allow'],
    'a tenant without servers': [
      least({ tenants: { a: { match: { path: true } } } }), { path: '/t/a/mcp/web' },
      'grant 403 server-not-granted at tenants.a.servers',
    ],

    'a hop that is trusted is not who asks': [
      least({ gateway: { trustedProxies: ['10.0.0.0/8'], hosts: ['a.com'] } }), { ...WEB, host: 'a.com', address: '10.0.0.1' },
      'allow',
    ],
    'rejected origins accept nothing': [
      FULL, { path: '/mcp/crm', host: 'mcp.acme.com', origin: 'null', client: 'internal' },
      'origin 403 origin-not-allowed at servers.crm.origins',
    ],
    'a tunnel': [FULL, { path: '/mcp/crm', host: 'mcp.acme.com', origin: 'https://x.ngrok.app', client: 'internal' }, 'allow'],
  };
  const old = least({ gateway: { revisions: ['2024-11-05', '2026-07-28'] }, origins: { app: 'https://app.acme.com' }, auth: { clients }, tenants });
  const alone = least({ gateway: { revisions: ['2024-11-05'] } });
  const SSE = { path: '/mcp/web/sse', method: 'GET', revision: '2024-11-05', client: 'a' } as const;
  const MESSAGE = { ...SSE, path: '/mcp/web/message', method: 'POST' } as const;
  const SERVERS = { path: '/health/servers', method: 'GET' } as const;
  const PUBLIC = { ...old, profile: 'production', gateway: { revisions: ['2026-07-28'] } };
  const TRANSPORTS: typeof OTHERS = {
    'a stream of 2024-11-05': [old, SSE, 'allow'],
    'a stream of 2024-11-05 from an accepted origin': [old, { ...SSE, origin: 'https://app.acme.com' }, 'allow'],
    'a stream of 2024-11-05 from another': [old, { ...SSE, origin: 'https://evil.com' }, 'origin 403 origin-not-allowed at servers.web.origins'],
    'a stream of 2024-11-05 of nobody': [old, { ...SSE, client: null }, 'credentials 401 credentials-missing at auth.clients'],
    'a message where the stream is': [old, { ...SSE, method: 'POST' }, 'method 405 method-not-allowed at servers.web.route'],
    'a message of 2024-11-05 without a session': [old, MESSAGE, 'session 404 session-unknown at gateway.sessionKeys'],
    'a stream where messages are': [old, { ...MESSAGE, method: 'GET' }, 'method 405 method-not-allowed at servers.web.route'],
    '2024-11-05 beside 2026-07-28 at the path itself': [
      old, { ...WEB, client: 'a', method: 'GET', revision: '2024-11-05' },
      'method 405 method-not-allowed at servers.web.route',
    ],
    'a stream of 2024-11-05 where it is not served': [least(), SSE, 'route 404 unknown-route at servers'],
    '2024-11-05 alone: its stream': [alone, { ...SSE, client: null }, 'allow'],
    '2024-11-05 alone: the path itself': [alone, WEB, 'route 404 unknown-route at servers'],

    'the servers’ health, here': [old, SERVERS, 'body answers servers'],
    'the servers’ health, here, for a browser': [old, { ...SERVERS, origin: 'https://app.acme.com' }, 'origin 403 origin-not-allowed at gateway'],
    'the servers’ health, here, as a message': [old, { ...SERVERS, method: 'POST' }, 'method 405 method-not-allowed at gateway'],
    'a preflight of the servers’ health': [
      old, { ...SERVERS, method: 'OPTIONS', origin: 'https://app.acme.com' },
      'preflight 403 preflight-refused at gateway',
    ],
    'the servers’ health, in public, for nobody': [PUBLIC, SERVERS, 'credentials 401 credentials-missing at auth.clients'],
    'the servers’ health, in public, for a client': [PUBLIC, { ...SERVERS, client: 'a' }, 'body answers servers'],
    'the servers’ health, in public, for a client of no tenant': [PUBLIC, { ...SERVERS, client: 'lost' }, 'tenant 403 tenant-unknown at tenants'],
  };
  for (const [label, [config, asked, wanted]] of Object.entries({ ...OTHERS, ...TRANSPORTS })) {
    test(label, () => assert.equal(decided(planOf(config), asked), wanted));
  }
});

describe('what is told beside the decision', () => {
  test('the rows that let it pass, in their order', async () => {
    const plan = await rootPlan();
    const steps = ROWS.map(({ id }) => id);
    assert.deepEqual(judgeRequest(plan, { ...PLAIN, ...STUDIO }).passed, steps);
    assert.deepEqual(judgeRequest(plan, PLAIN).passed, steps.slice(0, steps.indexOf('credentials')));
    assert.deepEqual(judgeRequest(plan, { ...PLAIN, path: '/health' }).passed, []);
  });

  test('a refusal’s id is known once the body is', async () => {
    const { decision } = judgeRequest(await rootPlan(), PLAIN);
    assert.ok(decision.kind === 'refuse');
    assert.deepEqual([decision.code, decision.status], [401, 401]);
  });

  test('every row decides something here, or is given its fact', () => {
    const decidedBy = new Set(Object.values(ROOT).map(([, decision]) => decision.split(' ')[0]));
    const given = ['head', 'address', 'tenant', 'quota', 'body', 'revision', 'permission', 'session', 'instance'];
    assert.deepEqual(ROWS.map(({ id }) => id).filter((id) => !decidedBy.has(id) && !given.includes(id)), []);
  });

  test('the same request is decided the same, whatever was asked before', async () => {
    const plan = await rootPlan();
    const decide = decideExpectation(plan);
    const ask = (asked: Partial<AskedRequest>) => decide({ request: { ...PLAIN, ...asked }, decision: 'deny', status: null, from: '' });
    const before = ask(STUDIO);
    for (const [asked] of Object.values(ROOT)) ask(asked);
    assert.deepEqual(ask(STUDIO), before);
    assert.deepEqual(before, { decision: 'allow', status: null, reason: null, step: null });
  });
});
