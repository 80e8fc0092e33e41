/** System B, `a2a`: whose keys and tokens are good, what they permit, and how often. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { mcpgen } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { request, type ErrorBody } from '../support/gateway-messages.js';
import { as, failToStart, secretValue, startGateway, temporaryFolder, type RunningGateway } from '../support/gateway.js';
import { ask, type HttpAnswer } from '../support/http.js';
import { issuerKey, secretTokenOf, seconds, startIssuer, tokenOf, type Issuer } from '../support/issuer.js';
import type { Json } from '../support/planned.js';
import { startUpstream, type FakeUpstream } from '../support/upstreams.js';
import { a2a, AUDIENCE, ISSUER, poolsOf, sourceOf, withTools, type A2aServer } from './a2a.js';
import { readEnv } from '#src/cli/env-file.js';

const KEY_1 = 'wJ3nT8qLr5Vb2Xk9Ye4Hs7Pd';
const KEY_2 = 'mF6cRz1Gu8Nq3Wt5Bj0Kx9Ls';
const HOUR = 3600;
const bearing = (credential: string) => ({ authorization: `Bearer ${credential}` });

interface Answered {
  readonly result?: { readonly tools?: readonly { readonly name: string }[]; readonly content?: unknown };
  readonly error?: ErrorBody['error'];
}

type Headers = Readonly<Record<string, string>>;
const asker = (gateway: () => RunningGateway) => {
  const post = (headers: Headers, message: unknown, server: A2aServer = 'reasoning-agent'): Promise<HttpAnswer> =>
    ask(gateway().port, { path: `/mcp/${server}`, headers, message });
  return {
    post,
    /** The names of the tools in its list; of a refusal its status and reason. */
    list: async (headers: Headers, server?: A2aServer): Promise<unknown> => {
      const { status, text } = await post(headers, request('tools/list'), server);
      const { result, error } = JSON.parse(text) as Answered;
      return result?.tools?.map(({ name }) => name) ?? [status, error?.data?.reason ?? error?.code];
    },
    /** `done`, or the status with the reason or the code. */
    call: async (headers: Headers, name: string, server?: A2aServer): Promise<unknown> => {
      const { status, text } = await post(headers, request('tools/call', { name, arguments: {} }), server);
      const { result, error } = JSON.parse(text) as Answered;
      return result ? 'done' : [status, error?.data?.reason ?? error?.code];
    },
  };
};
const UNKNOWN_TOOL = [200, -32602];

describe('B2 keys, tokens and what they permit', () => {
  let server: FakeUpstream;
  let gateway: RunningGateway;
  const { post, list, call } = asker(() => gateway);
  const token = (claims: Json = {}, secret = secretValue('JWT_SECRET_KEY')): string =>
    secretTokenOf(secret, { iss: ISSUER, aud: AUDIENCE, sub: 'ann', iat: seconds(), exp: seconds(HOUR), ...claims });

  before(async () => {
    server = await startUpstream(withTools);
    gateway = await startGateway({
      config: a2a(),
      pools: poolsOf(server.url),
      env: { API_KEY_1: `${KEY_1}:client1:read,write`, API_KEY_2: `${KEY_2}:client2:read`, RATE_LIMIT_REQUESTS: '100000' },
    });
  });

  test('B2 API_KEY_n=<key>:<client>:<permissions> are keys of declared clients, by either header, beside the config’s own', async () => {
    for (const headers of [bearing(KEY_1), { 'x-api-key': KEY_1 }, as('client1')]) assert.equal(await call(headers, 'get_report'), 'done');
    const line = await gateway.waitFor('request', (one) => one['tool'] === 'get_report');
    assert.equal(line['client'], 'client1');
    assert.deepEqual(await call(bearing('nobody-has-this-key-at-all'), 'get_report'), [401, 'credentials-invalid']);
    assert.deepEqual(await call({}, 'get_report'), [401, 'credentials-missing']);
    assert.ok(!JSON.stringify(gateway.logs).includes(KEY_1));
  });

  test('B2 permissions read and write decide calls and what lists show, by one rule set', async () => {
    assert.deepEqual(await list(bearing(KEY_1)), ['get_report', 'set_report']);
    assert.deepEqual(await list(bearing(KEY_2)), ['get_report']);
    assert.deepEqual([await call(bearing(KEY_1), 'get_report'), await call(bearing(KEY_1), 'set_report')], ['done', 'done']);
    const { length } = server.received;
    const denied = await post(bearing(KEY_2), request('tools/call', { name: 'set_report' }));
    const nobody = await post(bearing(KEY_2), request('tools/call', { name: 'not_there' }));
    assert.equal(denied.text.replace('set_report', 'not_there'), nobody.text, 'what is denied looks like what does not exist');
    for (const name of ['set_report', 'drop_report']) assert.deepEqual(await call(bearing(KEY_2), name), UNKNOWN_TOOL, name);
    assert.deepEqual(await call(bearing(KEY_1), 'drop_report'), UNKNOWN_TOOL, 'no rule allows it to anybody');
    assert.ok(server.received.slice(length).every(({ message }) => message?.method === 'tools/list'), 'no denied call reaches the server');
    assert.equal((await gateway.waitFor('request', ({ reason }) => reason === 'item-denied'))['tool'], 'set_report');
  });

  test('B2 a whole server can need a permission to be called, and another to be listed', async () => {
    const at = 'session-management';
    assert.deepEqual([await list(bearing(KEY_2), at), await call(bearing(KEY_2), 'get_report', at), await call(bearing(KEY_1), 'get_report', at)], [
      [], UNKNOWN_TOOL, 'done',
    ]);
  });

  test('B2 a JWT of JWT_SECRET_KEY (HS256) is taken by its claims, and its scopes are its permissions', async () => {
    assert.deepEqual(await list(bearing(token({ scope: 'read write' }))), ['get_report', 'set_report']);
    assert.equal(await call(bearing(token({ scope: 'read write' })), 'set_report'), 'done');
    assert.deepEqual(await call(bearing(token({ scope: 'read' })), 'set_report'), UNKNOWN_TOOL);
    for (const [why, text] of Object.entries({
      'of another secret': token({}, 'another secret, which is long enough too'),
      'expired': token({ iat: seconds(-HOUR), exp: seconds(-60) }),
      'for somebody else': token({ aud: 'b2b' }),
      'of another issuer': token({ iss: 'https://evil.test' }),
      'unsigned': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token().split('.')[1]}.`,
    })) {
      assert.deepEqual(await call(bearing(text), 'get_report'), [401, 'credentials-invalid'], why);
    }
  });

  test('B2 maxAge is the limit that JWT_EXPIRATION_HOURS was: no token is older, whatever it says of its end', async () => {
    const of = (hours: number): string => token({ scope: 'read', iat: seconds(-hours * HOUR), exp: seconds(1000 * HOUR) });
    assert.equal(await call(bearing(of(23)), 'get_report'), 'done');
    assert.deepEqual(await call(bearing(of(25)), 'get_report'), [401, 'credentials-invalid']);
    assert.deepEqual(await call(bearing(token({ scope: 'read', iat: undefined })), 'get_report'), [401, 'credentials-invalid'], 'nobody knows how old it is');
  });

  test('B2 a key is rotated by its file and SIGHUP, and no start forgives a key that nobody could mean', async () => {
    const file = join(temporaryFolder(), 'key');
    writeFileSync(file, `${KEY_1}:client1:read`);
    const rotating = await startGateway({ config: a2a(), pools: poolsOf(server.url), env: { API_KEY_7_FILE: file } });
    const asked = asker(() => rotating);
    assert.equal(await asked.call(bearing(KEY_1), 'get_report'), 'done');
    writeFileSync(file, `${KEY_2}:client1:read`);
    assert.equal((await rotating.sighup(a2a()))['event'], 'reloaded');
    assert.deepEqual([await asked.call(bearing(KEY_2), 'get_report'), await asked.call(bearing(KEY_1), 'get_report')], ['done', [401, 'credentials-invalid']]);
    await rotating.stop();
    for (const [value, words] of [
      [`${KEY_1}:nobody:read`, /API_KEY_1 is a key of a client that the config does not have; it has client1, client2/],
      [KEY_1, /API_KEY_1 must be <key>:<client>:<permissions/],
      ['too-short:client1:read', /the key in API_KEY_1 must have at least 16 characters/],
    ] as const) {
      const { code, stderr } = await failToStart({ config: a2a(), env: { API_KEY_1: value } });
      assert.equal(code, 2);
      assert.match(stderr, words);
      assert.ok(!stderr.includes(value.split(':')[0] ?? value), stderr);
    }
  });

  test('B2 JWT_SECRET_KEY has 32 characters or more', async () => {
    const { code, stderr } = await failToStart({ config: a2a(), env: { JWT_SECRET_KEY: secretValue('JWT_SECRET_KEY').slice(0, 31) } });
    assert.deepEqual([code, /secret JWT_SECRET_KEY is shorter than 32 bytes/.test(stderr)], [2, true], stderr);
  });

  describe('B2 tokens of an issuer that publishes its keys', () => {
    const key = issuerKey('RS256', 'one');
    let issuer: Issuer;
    let byJwks: RunningGateway;
    before(async () => {
      issuer = await startIssuer([key], AUDIENCE);
      const config = a2a({
        auth: { jwt: [{ issuer: issuer.url, jwks: issuer.jwks, audience: AUDIENCE, maxAge: '24h' }] },
        tenants: {
          a2a: {
            match: [{ claim: { iss: issuer.url } }, { client: 'client1' }, { client: 'client2' }], servers: '*',
            tools: [{ allow: '*.set_*', needs: 'write' }, { allow: '*.get_*', needs: 'read' }],
          },
        },
      });
      byJwks = await startGateway({ config, pools: poolsOf(server.url) });
    });
    after(() => issuer.close());
    const asked = asker(() => byJwks);

    test('B2 JWKS in place of the shared secret: signature, age and scopes, and a scope that lacks can be asked for', async () => {
      assert.deepEqual(
        await asked.list(bearing(issuer.token('ann', { scope: 'read' }))), ['get_report', 'set_report'], 'what a scope would allow stays in sight',
      );
      assert.equal(await asked.call(bearing(issuer.token('ann', { scope: 'read write' })), 'set_report'), 'done');
      assert.deepEqual(await asked.call(bearing(issuer.token('ann', { scope: 'read' })), 'set_report'), [403, 'scope-insufficient']);
      for (const text of [
        issuer.token('ann', { scope: 'read', iat: seconds(-25 * HOUR) }),
        tokenOf(issuerKey('RS256', 'one'), { iss: issuer.url, aud: AUDIENCE, sub: 'ann', iat: seconds(), exp: seconds(60), scope: 'read' }),
        // Whoever knows the public key must not be able to sign with it.
        secretTokenOf(JSON.stringify(key.jwk), { iss: issuer.url, aud: AUDIENCE, sub: 'ann', iat: seconds(), exp: seconds(60), scope: 'read' }, { kid: 'one' }),
      ]) {
        assert.deepEqual(await asked.call(bearing(text), 'get_report'), [401, 'credentials-invalid']);
      }
    });
  });
});

describe('B2 secrets are made, and replaced in time', () => {
  test('B2 mcpgen secrets --generate makes them, and a gateway starts with what it made', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': sourceOf(a2a()) });
    const made = await mcpgen(['secrets', '--generate'], { cwd });
    assert.equal(made.code, 0, made.err);
    const values = readEnv(readFileSync(join(cwd, '.env'), 'utf8'));
    assert.deepEqual([...values.keys()].sort(), ['CLIENT1_KEY', 'CLIENT2_KEY', 'JWT_SECRET_KEY', 'READ_TOKEN', 'SESSION_KEY']);
    assert.ok([...values.values()].every(({ value }) => Buffer.byteLength(value) >= 32));
    const env = Object.fromEntries([...values].map(([name, { value }]) => [name, value]));
    const server = await startUpstream(withTools);
    const gateway = await startGateway({ config: a2a(), pools: poolsOf(server.url), env });
    assert.equal(await asker(() => gateway).call(bearing(env['CLIENT1_KEY'] ?? ''), 'get_report'), 'done');
    assert.deepEqual(await asker(() => gateway).call(as('client1'), 'get_report'), [401, 'credentials-invalid']);
    await gateway.stop();
  });

  test('B2 rotateBy in the past is a finding (MCP218), and one to come is none', async (t) => {
    const findings = async (rotateBy: string): Promise<unknown[]> => {
      const clients = { client1: { keys: [{ secret: 'CLIENT1_KEY' }], rotateBy }, client2: { keys: [{ secret: 'CLIENT2_KEY' }] } };
      const { out } = await mcpgen(['check', '--format', 'json'], { cwd: folder(t, { 'mcp.config.ts': sourceOf(a2a({ auth: { clients } })) }) });
      const { findings } = JSON.parse(out) as { findings: { rule: string; message: string }[] };
      return findings.filter(({ rule }) => rule === 'MCP218').map(({ message }) => message);
    };
    assert.deepEqual(await findings('2026-11-01'), ['the key of client "client1" (CLIENT1_KEY) should have been replaced by 2026-11-01']);
    assert.deepEqual(await findings('2027-11-01'), []);
  });
});

describe('B3 100 requests in 60 seconds of each client', () => {
  const LIST = request('tools/list');
  /** Asks until it is refused. @returns how many were answered, and the most that a bucket of this rate can have given in this time */
  async function untilRefused(gateway: RunningGateway, headers: Headers, requests: number, window: number) {
    const since = performance.now();
    for (let answered = 0; ; answered++) {
      const answer = await ask(gateway.port, { path: '/mcp/reasoning-agent', headers, message: LIST });
      if (answer.status === 200) continue;
      return { answered, most: requests + Math.ceil(((performance.now() - since) / 1000) * (requests / window)), answer };
    }
  }
  const start = async (env: Headers = {}) => startGateway({ config: a2a(), pools: poolsOf((await startUpstream(withTools)).url), env });

  test('B3 the config’s 100/min is a client’s own, whatever its key or address, and says when to come again', async () => {
    const gateway = await start({ API_KEY_1: `${KEY_1}:client1:read` });
    const { answered, most, answer } = await untilRefused(gateway, bearing(KEY_1), 100, 60);
    assert.ok(answered >= 100 && answered <= most, `${answered} were answered, at most ${most} may be`);
    assert.deepEqual([answer.status, (JSON.parse(answer.text) as ErrorBody).error.data.reason, answer.headers['retry-after']], [429, 'client-rate', '1']);
    assert.equal((await ask(gateway.port, { path: '/mcp/reasoning-agent', headers: as('client2'), message: LIST })).status, 200, 'another client has its own');
    await gateway.stop();
  });

  test('B3 RATE_LIMIT_REQUESTS and RATE_LIMIT_WINDOW (seconds) of the environment come before it', async () => {
    const gateway = await start({ RATE_LIMIT_REQUESTS: '7', RATE_LIMIT_WINDOW: '36000' });
    for (const headers of [as('client1'), as('client2')]) assert.equal((await untilRefused(gateway, headers, 7, 36_000)).answered, 7);
    // A second key of the client has nothing more.
    assert.equal((await untilRefused(gateway, { 'x-api-key': secretValue('CLIENT1_KEY') }, 7, 36_000)).answered, 0);
    await gateway.stop();
    const requestsAlone = await start({ RATE_LIMIT_REQUESTS: '2' });
    const { answered, most } = await untilRefused(requestsAlone, as('client1'), 2, 60);
    assert.ok(answered >= 2 && answered <= most, 'the window is 60 seconds where it is not said');
    await requestsAlone.stop();
  });

  test('B3 what is no number there ends the start', async () => {
    for (const [name, value] of [['RATE_LIMIT_REQUESTS', 'many'], ['RATE_LIMIT_REQUESTS', '0'], ['RATE_LIMIT_WINDOW', '1m']] as const) {
      const { code, stderr } = await failToStart({ config: a2a(), env: { RATE_LIMIT_REQUESTS: '5', [name]: value } });
      assert.deepEqual([code, stderr.includes(name)], [2, true], stderr);
    }
  });
});
