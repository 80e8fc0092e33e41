/** Tokens that are exchanged: how long they are kept and for whom, and every way in which an authorization server may fail to give one. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createExchange, type Exchange, type ExchangeOptions, type Subject } from '#src/gateway/runtime/identity/exchange.js';
import type { ExchangeTable } from '#src/gateway/runtime/tables/auth.js';
import { causeOf } from '#src/gateway/runtime/wire/cause.js';
import { UpstreamFault } from '#src/gateway/runtime/wire/fault.js';
import { until } from '../../support/http.js';

type Behave = (form: URLSearchParams, response: ServerResponse, request: IncomingMessage) => void;
const json = (response: ServerResponse, value: unknown, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(typeof value === 'string' ? value : JSON.stringify(value));

let issued = 0;
const GOOD = (more: object = {}): object => ({ access_token: `token-${++issued}`, token_type: 'Bearer', expires_in: 3600, ...more });
const give: Behave = (_form, response) => json(response, GOOD());

let behave: Behave = give;
const asked: URLSearchParams[] = [];
let url = '';
let at = 0;
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  asked.push(form);
  behave(form, response, request);
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close().closeAllConnections());
beforeEach(() => {
  behave = give;
  asked.length = 0;
  at = Date.now();
});

const made = (table: Partial<ExchangeTable> = {}, more: Partial<ExchangeOptions> = {}): Exchange =>
  createExchange({
    table: { url: `${url}/token`, client: { id: 'gw', secret: 'S' }, audience: 'crm', scopes: [], grant: 'token-exchange', ...table },
    ...{ secret: 's e/cret', resource: null, now: () => at, timeout: 5000, ...more },
  });
const by = (credential: string, who = 'ann', tenant = 'acme'): Subject => ({
  owner: `${tenant}\ntoken:https://id ${who}`,
  holder: { tenant, hasNeighbours: true, caller: who, hasPeers: true },
  credential,
  expiresAt: at + 7_200_000,
});
const failing = async (exchange: Exchange, subject = by('t')): Promise<unknown[]> => {
  const error: unknown = await (async () => exchange.token(subject))().then(() => assert.fail('it gave a token'), (thrown: unknown) => thrown);
  assert.ok(error instanceof UpstreamFault, String(error));
  const { code, blame, cause } = causeOf(error);
  assert.ok(!cause.includes('canary') && cause.length < 300, cause);
  return [error.stage, code, blame];
};

describe('a token that was exchanged', () => {
  test('is known at once when it is asked for again, until shortly before it expires', async () => {
    const exchange = made();
    const subject = by('t');
    const first = await exchange.token(subject);
    assert.equal(exchange.token(subject), first, 'no promise');
    at += 3_569_000;
    assert.equal(exchange.token(subject), first);
    at += 2000;
    assert.notEqual(await exchange.token(subject), first);
    assert.equal(asked.length, 2);
  });

  test('is not kept for longer than the caller’s own, nor where it does not say how long it lives, nor for a day that nobody promised', async () => {
    const exchange = made();
    const subject = { ...by('t'), expiresAt: at + 1000 };
    await exchange.token(subject);
    at += 1001;
    await exchange.token({ ...subject, expiresAt: at + 1000 });
    assert.equal(asked.length, 2);
    for (const [life, kept, gone] of [[undefined, 45_000, 61_000], [10, 7000, 9000], [1e12, 80_000_000, 86_400_000]] as const) {
      behave = (_form, response) => json(response, GOOD({ expires_in: life }));
      const one = made();
      const lasting = { ...by('t'), expiresAt: at + 1e12 };
      const first = await one.token(lasting);
      const from = at;
      at = from + kept;
      assert.equal(await one.token(lasting), first, String(life));
      at = from + gone;
      assert.notEqual(await one.token(lasting), first, String(life));
    }
  });

  test('is for the very credential of the very caller', async () => {
    const exchange = made();
    const all = await Promise.all([by('t'), by('t2'), by('t', 'eve'), by('t', 'ann', 'beta')].map((subject) => exchange.token(subject)));
    assert.equal(new Set(all).size, 4);
  });

  test('is asked for once by all who want it at the same moment, and dropped only where it is still the one', async () => {
    const exchange = made();
    const [first, ...others] = await Promise.all(Array.from({ length: 10 }, () => exchange.token(by('t'))));
    assert.ok(others.every((token) => token === first) && asked.length === 1);
    exchange.drop(by('t'), 'another');
    assert.equal(await exchange.token(by('t')), first);
    exchange.drop(by('t'), first ?? '');
    assert.notEqual(await exchange.token(by('t')), first);
  });

  test('a client with a secret shows itself by Basic, encoded as forms are, another by its name', async () => {
    let header: string | undefined;
    behave = (form, response, request) => {
      header = request.headers.authorization;
      give(form, response, request);
    };
    await made().token(by('t'));
    assert.equal(header, `Basic ${Buffer.from('gw:s%20e%2Fcret').toString('base64')}`);
    assert.equal(asked[0]?.get('client_id'), null);
    await made({ client: { id: 'public', secret: null } }, { secret: null }).token(by('t'));
    assert.deepEqual([header, asked[1]?.get('client_id')], [undefined, 'public']);
  });
});

describe('an authorization server', () => {
  test('that answers with something else than a token that could be used gives none', async () => {
    const huge = `{"access_token":"${'x'.repeat(300_000)}"}`;
    const wrong: readonly (readonly [string, unknown])[] = [
      ['no JSON', '<html>canary</html>'], ['no object', '[]'], ['nothing', ''],
      ['no token', GOOD({ access_token: undefined })], ['a number', GOOD({ access_token: 7 })], ['an empty one', GOOD({ access_token: '' })],
      ['a line break', GOOD({ access_token: 'a\r\nx-admin: canary' })], ['a blank', GOOD({ access_token: 'a b' })],
      ['a long one', GOOD({ access_token: 'x'.repeat(7000) })],
      ['no type', GOOD({ token_type: undefined })], ['another type', GOOD({ token_type: 'DPoP' })], ['N_A', GOOD({ token_type: 'N_A' })],
      ['a refresh token', GOOD({ issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' })],
      ['an expired one', GOOD({ expires_in: 0 })], ['one from before', GOOD({ expires_in: -1 })], ['a life that is none', GOOD({ expires_in: 'soon' })],
      ['what it was asked with', GOOD({ access_token: 't' })],
    ];
    for (const [why, answer] of wrong) {
      behave = (_form, response) => json(response, answer);
      assert.deepEqual(await failing(made()), ['token-withheld', 'EXCHANGE_MALFORMED', 'issuer'], why);
    }
    behave = (_form, response) => json(response, huge);
    assert.deepEqual(await failing(made()), ['token-unavailable', 'EXCHANGE_UNREACHABLE', 'issuer'], 'huge');
  });

  test('that refuses is believed, and whose fault it is is said by the word it has for it', async () => {
    const words = [['invalid_grant', 'client'], ['invalid_client', 'config'], ['invalid_target', 'config'], ['canary', 'issuer'], [7, 'issuer']] as const;
    for (const [error, blame] of words) {
      behave = (_form, response) => json(response, { error, error_description: 'canary' }, 400);
      assert.deepEqual(await failing(made()), ['token-withheld', 'EXCHANGE_REFUSED', blame], String(error));
    }
    behave = (_form, response) => void response.writeHead(302, { location: `${url}/elsewhere` }).end();
    assert.deepEqual(await failing(made()), ['token-unavailable', 'EXCHANGE_UNREACHABLE', 'issuer']);
    for (const status of [429, 500, 503]) {
      behave = (_form, response) => void response.writeHead(status, { 'retry-after': '7' }).end('canary');
      assert.deepEqual(await failing(made()), ['token-unavailable', 'EXCHANGE_FAILED', 'issuer'], String(status));
    }
  });

  test('that is down, or never answers, is waited for no longer than that', async () => {
    assert.deepEqual(await failing(made({ url: 'http://127.0.0.1:9/token' })), ['token-unavailable', 'EXCHANGE_UNREACHABLE', 'issuer']);
    behave = () => {};
    assert.deepEqual(await failing(made({}, { timeout: 30 })), ['token-unavailable', 'EXCHANGE_UNREACHABLE', 'issuer']);
    behave = (_form, response) => void response.writeHead(200).write('{"access');
    assert.deepEqual(await failing(made({}, { timeout: 30 })), ['token-unavailable', 'EXCHANGE_UNREACHABLE', 'issuer']);
    assert.deepEqual(await failing(made({ url: 'http://id.example.com/token' })), ['token-unavailable', 'EXCHANGE_UNREACHABLE', 'issuer'], 'http from afar');
  });

  test('that has refused is not asked again within a second by who was refused, and is by others', async () => {
    const exchange = made();
    behave = (_form, response) => json(response, { error: 'invalid_grant' }, 400);
    await failing(exchange);
    await failing(exchange);
    assert.equal(asked.length, 1);
    behave = give;
    await exchange.token(by('t', 'eve'));
    at += 1001;
    assert.match(await exchange.token(by('t')), /^token-/);
  });

  test('that is slow holds a share of the questions for each tenant and caller, and nobody takes the last', async () => {
    const exchange = made({}, { most: 8 });
    const held: (() => void)[] = [];
    behave = (_form, response) => void held.push(() => json(response, GOOD()));
    const ask = async (subject: Subject): Promise<string> => exchange.token(subject);
    const first = Array.from({ length: 8 }, (_, i) => ask(by(`t${i}`)).then(() => 'given', (error: UpstreamFault) => causeOf(error).code));
    await until('the questions of one caller', () => held.length > 0 && held.length === asked.length);
    const other = ask(by('t', 'bob', 'beta')).then(() => 'given');
    await until('the question of another tenant', () => asked.length === held.length && asked.some((form) => form.get('subject_token') === 't'));
    for (const go of held) go();
    const outcomes = await Promise.all(first);
    assert.equal(await other, 'given');
    assert.ok(outcomes.filter((one) => one === 'given').length <= 4, outcomes.join());
    assert.deepEqual([...new Set(outcomes)].sort(), ['EXCHANGE_FULL', 'given']);
  });
});

describe('by way of an ID-JAG', () => {
  const JAG = { access_token: 'the-assertion', token_type: 'N_A', issued_token_type: 'urn:ietf:params:oauth:token-type:id-jag', expires_in: 300 };
  /** One server is both here: what it answers depends on what it is asked. */
  const both = (metadata: (issuer: string) => unknown, jag: object = JAG): Behave => (form, response, request) => {
    if (request.method === 'GET') return json(response, metadata(url));
    if (form.get('requested_token_type')) return json(response, jag);
    return json(response, GOOD());
  };
  const good = (issuer: string) => ({ issuer, token_endpoint: `${issuer}/redeem` });
  const jag = (): Exchange => made({ grant: 'id-jag', audience: url });

  test('the assertion is redeemed where the metadata says, which is asked for once', async () => {
    behave = both(good);
    const exchange = jag();
    await exchange.token(by('t'));
    await exchange.token(by('t2'));
    const grants = asked.map((form) => form.get('grant_type')?.split(':').at(-1));
    assert.deepEqual(grants, ['token-exchange', undefined, 'jwt-bearer', 'token-exchange', 'jwt-bearer']);
    assert.equal(asked[2]?.get('assertion'), 'the-assertion');
  });

  test('metadata of another issuer, without an endpoint, or with one that is not safe, gives none', async () => {
    for (const metadata of [
      () => ({ issuer: 'https://evil.example', token_endpoint: 'https://evil.example/token' }),
      (issuer: string) => ({ issuer }),
      (issuer: string) => ({ issuer, token_endpoint: 'http://127.0.0.1:9/token' }),
      (issuer: string) => ({ issuer, token_endpoint: 7 }),
      () => [],
    ]) {
      behave = both(metadata);
      assert.deepEqual(await failing(jag()), ['token-withheld', 'EXCHANGE_MALFORMED', 'issuer'], String(metadata));
      assert.ok(!asked.some((form) => form.has('assertion')), 'nobody got the assertion');
    }
    behave = (form, response, request) => (request.method === 'GET' ? json(response, {}, 404) : both(good)(form, response, request));
    assert.deepEqual(await failing(jag()), ['token-withheld', 'EXCHANGE_NO_METADATA', 'issuer']);
  });

  test('an access token in place of an assertion is none, and an assertion is no token for the server', async () => {
    behave = both(good, { ...JAG, token_type: 'Bearer' });
    assert.deepEqual(await failing(jag()), ['token-withheld', 'EXCHANGE_MALFORMED', 'issuer']);
    behave = both(good, { ...JAG, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' });
    assert.deepEqual(await failing(jag()), ['token-withheld', 'EXCHANGE_MALFORMED', 'issuer']);
    const same = GOOD({ access_token: 'the-assertion' });
    behave = (form, response, request) => (form.has('assertion') ? json(response, same) : both(good)(form, response, request));
    assert.deepEqual(await failing(jag()), ['token-withheld', 'EXCHANGE_MALFORMED', 'issuer']);
  });
});
