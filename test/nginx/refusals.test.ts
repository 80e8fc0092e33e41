/** A refusal looks the same to a client whether nginx or the gateway sends it, and is JSON even when nginx's parser refuses the request. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { REASONS, type Reason } from '#src/gateway/runtime/decision/reasons.js';
import { GATEWAY } from './backend.js';
import { freePort, NGINXES, NO_NGINX } from './binaries.js';
import { widePlan } from './plans.js';
import { get, request, send, type RawAnswer } from './raw.js';
import { CALL, JSON_BODY, stand, stub, type Stand } from './stand.js';

const APP = 'https://app.acme.test';
const COMPARED_HEADERS = [
  'access-control-allow-credentials', 'access-control-allow-origin', 'access-control-expose-headers', 'allow', 'cache-control', 'content-type',
  'retry-after', 'vary',
];

/** Requests that nginx refuses, each with the reason for which the gateway alone would refuse it. */
const REFUSED: readonly (readonly [reason: Reason, bytes: string])[] = [
  ['repeated-header', get('/mcp/search', { Host: 'mcp.acme.test', Origin: `${APP},${APP}` })],
  ['malformed-request', get('/mcp/search', { Host: 'mcp.acme.test:x' })],
  ['upgrade-unsupported', get('/mcp/search', { Host: 'mcp.acme.test', Connection: 'Upgrade', Upgrade: 'websocket' })],
  ['path-not-literal', get('/mcp//search', { Host: 'nobody.test' })],
  ['unknown-host', get('/mcp/search', { Host: 'nobody.test' })],
  ['unknown-route', get('/mcp/Search', { Host: 'mcp.acme.test', Origin: APP })],
  ['preflight-refused', request('OPTIONS', '/mcp/search', { Host: 'mcp.acme.test', Origin: 'https://evil.test', 'Access-Control-Request-Method': 'POST' })],
  ['origin-not-allowed', get('/mcp/search', { Host: 'mcp.acme.test', Origin: 'null' })],
  ['unknown-route', get('/mcp/files/SSE', { Host: 'mcp.acme.test', Origin: APP })],
  ['origin-not-allowed', get('/mcp/search/sse', { Host: 'mcp.acme.test', Origin: 'https://evil.test' })],
  ['origin-not-allowed', get('/health/servers', { Host: 'mcp.acme.test', Origin: APP })],
  ['preflight-refused', request('OPTIONS', '/old/message', { Host: 'mcp.acme.test', Origin: 'https://evil.test', 'Access-Control-Request-Method': 'POST' })],
  ['method-not-allowed', request('POST', '/mcp/search/sse', { ...CALL, Origin: APP }, JSON_BODY)],
  ['method-not-allowed', get('/mcp/search/message?sessionId=x', { Host: 'mcp.acme.test', Origin: APP })],
  ['method-not-allowed', request('POST', '/health/servers', CALL, JSON_BODY)],
  ['content-type-unsupported', request('POST', '/old/message?sessionId=x', { Host: 'mcp.acme.test', 'Content-Type': 'text/plain' }, JSON_BODY)],
  ['method-not-allowed', request('PUT', '/mcp/search', { Host: 'mcp.acme.test', Origin: APP })],
  ['method-not-allowed', request('OPTIONS', '/Custom/Route-1.x', { Host: 'mcp.acme.test' })],
  ['body-too-large', request('POST', '/mcp/search', { ...CALL, Origin: APP, 'Content-Length': '65537' })],
  ['content-type-unsupported', request('POST', '/mcp/search', { Host: 'mcp.acme.test', Origin: APP, 'Content-Type': 'text/plain' }, JSON_BODY)],
];

/** Configs that serve one transport alone. The routes of the other transport are then unknown. */
const SINGLE_TRANSPORTS = [
  { revisions: ['2025-06-18', '2026-07-28'], served: '/mcp/files', unknown: ['/mcp/files/sse', '/mcp/files/message'] },
  { revisions: ['2024-11-05'], served: '/old/sse', unknown: ['/old', '/mcp/files'] },
] as const;

/** Requests that nginx's own parser refuses, mostly before a row or even a variable of the request exists. */
const REFUSED_BY_PARSER: readonly (readonly [reason: Reason, bytes: string])[] = [
  ['malformed-request', 'NONSENSE\r\n\r\n'],
  ['malformed-request', 'GET relative HTTP/1.1\r\nHost: mcp.acme.test\r\n\r\n'],
  ['malformed-request', 'GET /%zz HTTP/1.1\r\nHost: mcp.acme.test\r\n\r\n'],
  ['malformed-request', 'GET / HTTP/1.1\r\n\r\n'],
  ['malformed-request', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ['malformed-request', 'GET / HTTP/2.0\r\nHost: mcp.acme.test\r\n\r\n'],
  ['malformed-request', 'POST / HTTP/1.1\r\nHost: mcp.acme.test\r\nTransfer-Encoding: gzip\r\n\r\n'],
  ['headers-too-large', get(`/${'x'.repeat(20_000)}`, { Host: 'mcp.acme.test' })],
  ['headers-too-large', get('/mcp/search', { Host: 'mcp.acme.test', Cookie: 'x'.repeat(20_000) })],
  ['expectation-unsupported', get('/mcp/search', { Host: 'mcp.acme.test', Expect: 'miracles' })],
  ['method-not-allowed', 'TRACE /mcp/search HTTP/1.1\r\nHost: mcp.acme.test\r\n\r\n'],
];

for (const credentials of [false, true]) {
  describe(`refusals, cors.credentials ${credentials}`, { skip: NO_NGINX }, () => {
    const changes = { gateway: { cors: { credentials, exposeHeaders: ['X-Mine'] } } };
    let gateway: Awaited<ReturnType<typeof GATEWAY.start>>;
    before(async () => void (gateway = await GATEWAY.start(gatewayTables(widePlan(changes)))));
    after(() => gateway.close());

    for (const nginx of NGINXES) {
      describe(`nginx ${nginx.version}`, () => {
        let edge: Stand;
        before(async () => void (edge = await stand(nginx, gateway.port, changes)));
        after(() => edge.close());

        for (const [reason, bytes] of REFUSED) {
          it(`${reason}: ${bytes.split('\r\n', 1)[0]}`, async () => {
            const [alone, through] = [await send(gateway.port, bytes), await send(edge.port, bytes)];
            assertRefusal(through, reason);
            for (const name of COMPARED_HEADERS) assert.equal(through.headers[name], alone.headers[name], name);
          });
        }
        for (const [reason, bytes] of REFUSED_BY_PARSER) {
          it(`${reason}: ${bytes.slice(0, 40).split('\r\n', 1)[0]}`, async () => assertRefusal(await send(edge.port, bytes), reason));
        }
      });
    }
  });
}

describe('routes of the other transport', { skip: NO_NGINX }, () => {
  for (const { revisions, served, unknown } of SINGLE_TRANSPORTS) {
    for (const nginx of NGINXES) {
      it(`nginx ${nginx.version}: are unknown with ${revisions.join(' and ')}`, async (t) => {
        const changes = { gateway: { revisions } };
        const gateway = await GATEWAY.start(gatewayTables(widePlan(changes)));
        t.after(() => gateway.close());
        const edge = await stand(nginx, gateway.port, changes);
        t.after(() => edge.close());
        const bytes = (path: string): string => get(path, { Host: 'mcp.acme.test' });
        assert.notEqual((await send(edge.port, bytes(served))).status, 404);
        for (const path of unknown) {
          const [alone, through] = [await send(gateway.port, bytes(path)), await send(edge.port, bytes(path))];
          assertRefusal(through, 'unknown-route');
          for (const name of COMPARED_HEADERS) assert.equal(through.headers[name], alone.headers[name], `${path}: ${name}`);
        }
      });
    }
  }
});

describe('refusals when the gateway is gone', { skip: NO_NGINX }, () => {
  for (const nginx of NGINXES) {
    it(`nginx ${nginx.version}: 502 in JSON, with CORS`, async () => {
      const edge = await stand(nginx, await freePort());
      const answer = await send(edge.port, request('POST', '/mcp/search', { ...CALL, Origin: APP }, JSON_BODY));
      await edge.close();
      assertRefusal(answer, 'upstream-lost');
      assert.equal(answer.headers['access-control-allow-origin'], APP);
    });
  }
});

describe('refusals of the gateway', { skip: NO_NGINX }, () => {
  for (const nginx of NGINXES) {
    it(`nginx ${nginx.version}: pass as they are`, async () => {
      const own = { 'content-type': 'application/json', vary: 'Origin', 'retry-after': '7' };
      const refusing = await stub((_incoming, outgoing) => outgoing.writeHead(404, own).end('{"error":{"code":-32601}}'));
      const edge = await stand(nginx, refusing.port);
      const { status, headers, body } = await send(edge.port, get('/mcp/search', { Host: 'mcp.acme.test', Origin: APP }));
      await edge.close();
      refusing.close();
      assert.deepEqual([status, body], [404, '{"error":{"code":-32601}}']);
      assert.deepEqual([headers['vary'], headers['retry-after'], headers['cache-control']], ['Origin', '7', undefined]);
    });
  }
});

function assertRefusal(answer: RawAnswer, reason: Reason): void {
  const { status, code, message } = REASONS[reason];
  assert.equal(answer.status, status);
  const requestId = answer.headers['x-request-id'];
  assert.match(requestId ?? '', /^[0-9a-f]{32}$/);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(answer.body), { jsonrpc: '2.0', id: null, error: { code, message, data: { reason, requestId } } });
}
