/** System B, `a2a`: what browsers are told. Every answer has each header once, whoever gives it: the server, the gateway or nginx in front. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { NGINXES, NO_NGINX } from '../nginx/binaries.js';
import { untenanted } from '../nginx/plans.js';
import { request } from '../support/gateway-messages.js';
import { ask, type AskOptions, type HttpAnswer } from '../support/http.js';
import { answerAll, json } from '../support/upstreams.js';
import { startEdge, type Edge } from './edge.js';

const APP = 'https://app.acme.test';
const CSP = "default-src 'none'; frame-ancestors 'none'; upgrade-insecure-requests";
const SECURITY: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'content-security-policy': CSP,
  'x-frame-options': 'SAMEORIGIN',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin',
  'permissions-policy': 'camera=()',
};
const CONFIGURED = untenanted({
  headers: { hsts: 'max-age=63072000; includeSubDomains', csp: CSP, frame: 'SAMEORIGIN', referrer: 'strict-origin', permissions: 'camera=()' },
  cors: { credentials: true, maxAge: '5m', exposeHeaders: ['X-Took'], allowHeaders: ['X-Tenant-Hint'] },
});
/** What a server says that believes it is alone. */
const OF_SERVER = {
  'x-frame-options': 'ALLOWALL', 'content-security-policy': "default-src *", 'strict-transport-security': 'max-age=0', 'referrer-policy': 'unsafe-url',
  'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true', 'permissions-policy': 'camera=*', 'x-took': '3',
};

/** How often a header is there, and what it says. */
const lines = ({ lines: all }: HttpAnswer, name: string): readonly string[] =>
  all.filter((line) => line.toLowerCase().startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
const words = (list: string | undefined): readonly string[] => (list ?? '').toLowerCase().split(/,\s*/).sort();

describe('B5 headers for browsers', { skip: NO_NGINX }, () => {
  for (const nginx of NGINXES) {
    describe(`behind nginx ${nginx.version}`, () => {
      let whole: Edge;
      before(async () => {
        whole = await startEdge(nginx, CONFIGURED);
        whole.server.behave = (one) =>
          one.message?.id === undefined ? answerAll(one) : json(one.response, { jsonrpc: '2.0', id: one.message.id, result: {} }, OF_SERVER);
      });
      after(() => whole.close());

      const send = (port: number, { headers = {}, ...options }: AskOptions = {}): Promise<HttpAnswer> =>
        ask(port, { path: '/mcp/search', headers: { host: 'mcp.acme.test', ...headers }, ...options });
      const doors = () => [['the gateway', whole.port], ['nginx', whole.edge.port]] as const;
      const post = { message: request('tools/list') };

      test('B5 security headers stand once on what is relayed, answered and refused, and a server cannot weaken them', async () => {
        for (const [door, port] of doors()) {
          const answers: readonly (readonly [number, HttpAnswer])[] = [
            [200, await send(port, post)],
            [200, await send(port, { path: '/health' })],
            [404, await send(port, { path: '/nothing' })],
            [403, await send(port, { ...post, headers: { origin: 'https://evil.test' } })],
            [405, await send(port, { ...post, method: 'PUT' })],
            [421, await send(port, { ...post, headers: { host: 'evil.test' } })],
            [415, await send(port, { body: 'x', headers: { 'content-type': 'text/plain' } })],
            [204, await send(port, { method: 'OPTIONS', headers: { 'origin': APP, 'access-control-request-method': 'POST' } })],
          ];
          for (const [status, answer] of answers) {
            assert.equal(answer.status, status, door);
            for (const [name, value] of Object.entries(SECURITY)) assert.deepEqual(lines(answer, name), [value], `${door}, ${status}: ${name}`);
          }
        }
      });

      test('B5 CORS names the one origin that is accepted, with Vary, and never the server’s star', async () => {
        for (const [door, port] of doors()) {
          const accepted = await send(port, { ...post, headers: { origin: APP } });
          assert.deepEqual(
            [accepted.status, lines(accepted, 'access-control-allow-origin'), lines(accepted, 'access-control-allow-credentials')],
            [200, [APP], ['true']], door,
          );
          assert.ok(words(accepted.headers['vary']).includes('origin'), door);
          assert.ok(words(accepted.headers['access-control-expose-headers']).includes('x-took'), door);
          for (const headers of [{}, { origin: 'https://evil.test' }]) {
            const other = await send(port, { ...post, headers });
            assert.deepEqual(lines(other, 'access-control-allow-origin'), [], `${door} ${JSON.stringify(headers)}`);
          }
        }
      });

      test('B5 a preflight is answered for accepted origins alone, with what MCP’s clients send, and no server hears of it', async () => {
        const { length } = whole.server.received;
        for (const [door, port] of doors()) {
          const ask = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization, mcp-protocol-version, mcp-session-id' };
          const answer = await send(port, { method: 'OPTIONS', headers: { origin: APP, ...ask } });
          assert.deepEqual([answer.status, lines(answer, 'access-control-allow-origin'), lines(answer, 'access-control-max-age')], [204, [APP], ['300']], door);
          const allowed = words(answer.headers['access-control-allow-headers']);
          for (const name of ['authorization', 'content-type', 'mcp-protocol-version', 'mcp-session-id', 'last-event-id', 'x-tenant-hint']) {
            assert.ok(allowed.includes(name), `${door}: ${name}`);
          }
          const refused = await send(port, { method: 'OPTIONS', headers: { origin: 'https://evil.test', ...ask } });
          assert.deepEqual([refused.status, lines(refused, 'access-control-allow-origin')], [403, []], door);
        }
        assert.equal(whole.server.received.length, length);
      });
    });
  }

  const [nginx] = NGINXES;
  test('B5 nobody has to ask for them: the defaults are strict', { skip: nginx === undefined }, async () => {
    const { port, edge, close } = await startEdge(nginx ?? assert.fail(), untenanted());
    for (const one of [port, edge.port]) {
      const answer = await ask(one, { path: '/mcp/search', headers: { host: 'mcp.acme.test' }, message: request('tools/list') });
      const said = ['strict-transport-security', 'content-security-policy', 'x-frame-options', 'x-content-type-options', 'referrer-policy'].map(
        (name) => lines(answer, name),
      );
      assert.deepEqual(said, [['max-age=31536000'], ["default-src 'none'; frame-ancestors 'none'"], ['DENY'], ['nosniff'], ['no-referrer']]);
    }
    await close();
  });
});
