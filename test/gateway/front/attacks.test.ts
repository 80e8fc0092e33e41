/** What somebody would try who means harm: with one caller's rights, or none. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { initialize, modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { as, client, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, type AskOptions, type HttpAnswer } from '../../support/http.js';
import { answerAll, json, startUpstream, type FakeUpstream } from '../../support/upstreams.js';

const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
let upstream: FakeUpstream;
let gateway: RunningGateway;
/** Behind a proxy on loopback that is believed. */
let behind: RunningGateway;

before(async () => {
  upstream = await startUpstream();
  const tenants = {
    acme: { match: [{ client: 'acme' }, { host: 'acme.example.com' }], servers: ['search'] },
    globex: { match: [{ client: 'globex' }, { host: 'globex.example.com' }, { path: true }], servers: ['search', 'secrets'] },
  };
  const auth = { clients: { acme: client('acme'), globex: client('globex') } };
  const gateways = [
    { admin: {}, limits: { perAddress: '100000/s' } },
    { admin: {}, limits: { perAddress: '3/h' }, trustedProxies: ['127.0.0.1/32'] },
  ];
  [gateway, behind] = (await Promise.all(
    gateways.map((each) =>
      startGateway({
        config: gatewayConfig({ auth, tenants, servers: { search: server, secrets: server }, gateway: each }),
        pools: { search: [upstream.url], secrets: [upstream.url] },
      }),
    ),
  )) as [RunningGateway, RunningGateway];
});

const post = (message: unknown, headers: AskOptions['headers'] = {}, path = '/mcp/search'): AskOptions => ({
  path,
  message,
  headers: { ...as('acme'), ...headers },
});
const LIST = request('tools/list');
const reason = ({ text }: HttpAnswer): string | undefined => (JSON.parse(text) as Partial<ErrorBody>).error?.data.reason;
/** Most memory it ever had, in MB; null where that cannot be read. */
function peak({ pid }: RunningGateway): number | null {
  const file = `/proc/${pid}/status`;
  return existsSync(file) ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]) / 1024 : null;
}

describe('being another tenant', () => {
  test('no header makes a caller somebody else', async () => {
    for (const headers of [
      { 'x-tenant': 'globex' },
      { 'x-tenant-id': 'globex' },
      { 'x-forwarded-host': 'globex.example.com' },
      { forwarded: 'host=globex.example.com' },
      { 'x-original-host': 'globex.example.com' },
      { 'x-host': 'globex.example.com' },
      { 'mcp-param-tenant': 'globex' },
      { 'x-forwarded-prefix': '/t/globex' },
      { 'x-original-url': '/t/globex/mcp/secrets' },
    ]) {
      const answer = await ask(gateway.port, post(LIST, headers, '/mcp/secrets'));
      assert.deepEqual([answer.status, reason(answer)], [403, 'server-not-granted'], JSON.stringify(headers));
    }
  });

  test('nor does a path, a host, or both: two tenants are none', async () => {
    for (const [path, host] of [
      ['/t/globex/mcp/secrets', 'localhost'],
      ['/mcp/secrets', 'globex.example.com'],
      ['/t/globex/mcp/secrets', 'acme.example.com'],
      ['http://globex.example.com/mcp/secrets', 'acme.example.com'],
    ] as const) {
      const answer = await ask(gateway.port, post(LIST, { host }, path));
      assert.deepEqual([answer.status, reason(answer)], [403, 'tenant-ambiguous'], `${host} ${path}`);
    }
  });

  test('nor a path that some hop would read differently', async () => {
    for (const path of [
      '/t/globex/../../mcp/secrets', '/mcp/search/../secrets', '/mcp/search%2f..%2fsecrets', '/mcp//secrets', '/mcp/secrets/', '/mcp/secrets;x',
      '/mcp/secrets%00', '/MCP/secrets', '/t/globex//mcp/secrets', '/t/%67lobex/mcp/secrets', '\\mcp\\secrets', '/mcp/search?/../secrets',
      '/t/__proto__/mcp/secrets', '/__proto__', '/constructor',
    ]) {
      const answer = await ask(gateway.port, post(LIST, {}, path));
      assert.ok(path.startsWith('/mcp/search?') ? answer.status === 200 : [400, 403, 404].includes(answer.status), `${path}: ${answer.status}`);
    }
    assert.ok(upstream.received.every(({ url }) => url.split('?')[0] === '/mcp'));
  });

  test('a key is no other tenant’s, whichever way it is sent', async () => {
    const [mine, theirs] = [as('acme').authorization, as('globex').authorization];
    for (const headers of [
      { authorization: [mine, theirs] },
      { authorization: mine, 'x-api-key': theirs.slice(7) },
      { authorization: theirs.toLowerCase() },
      { authorization: `${mine}, ${theirs}` },
      { authorization: mine, cookie: `authorization=${theirs}` },
    ]) {
      const answer = await ask(gateway.port, post(LIST, headers, '/mcp/secrets'));
      assert.ok([400, 401, 403].includes(answer.status), `${JSON.stringify(headers)}: ${answer.status}`);
    }
  });
});

describe('being somewhere else', () => {
  test('behind a trusted hop, what the caller wrote itself changes nothing about its rate', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await ask(behind.port, post(LIST, { 'x-forwarded-for': `198.51.100.${i}, 10.0.0.${i}, 203.0.113.9` }))).status);
    assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
  });

  test('and two headers are one list', async () => {
    const answer = await ask(behind.port, post(LIST, { 'x-forwarded-for': ['198.51.100.77', '203.0.113.9'] }));
    assert.equal(answer.status, 429);
  });

  test('a network of its own is not an endless supply of addresses: a /64 is one caller', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await ask(behind.port, post(LIST, { 'x-forwarded-for': `2001:db8:1:2::${i}` }))).status);
    assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
    assert.equal((await ask(behind.port, post(LIST, { 'x-forwarded-for': '2001:db8:1:3::1' }))).status, 200);
  });
});

describe('being somebody’s session', () => {
  test('a spelling that some servers take for Mcp-Session-Id does not reach them', async () => {
    for (const name of ['Mcp_Session_Id', 'mcp-session_id', 'MCP_SESSION-ID']) {
      await ask(gateway.port, post(LIST, { [name]: 'the-session-of-somebody' }));
      const { headers } = upstream.received.at(-1) ?? assert.fail();
      assert.ok(!Object.values(headers).includes('the-session-of-somebody'), name);
    }
  });
});

describe('going unseen', () => {
  test('every tool call is in the audit, one by one also in a batch', async () => {
    const since = gateway.logs.length;
    await ask(
      gateway.port,
      post([request('tools/call', { name: 'first', arguments: { a: 1 } }, 1), request('tools/list', {}, 2), request('tools/call', { name: 'second' }, 3)]),
    );
    await gateway.waitFor('request', (line) => line['rpc'] === 'batch', since);
    assert.deepEqual(gateway.logs.slice(since).filter(({ event }) => event === 'audit').map(({ tool }) => tool), ['first', 'second']);
  });

  test('what cannot be said in one line is said in one line', async () => {
    const since = gateway.logs.length;
    await ask(gateway.port, post(request('tools/call', { name: 'x\r\n{"event":"audit","tool":"forged"}\u2028\u001b[2J' })));
    await ask(gateway.port, post(request('a\nb\u0000')));
    await ask(gateway.port, post(LIST, { origin: 'https://x\u0085"}' }));
    const line = await gateway.waitFor('audit', (one) => String(one['tool']).startsWith('x\r\n'), since);
    assert.equal(line['client'], 'acme');
    // Whatever is not JSON would have failed to be read long ago.
    assert.equal(gateway.logs.filter(({ tool }) => tool === 'forged').length, 0);
  });

  test('nothing secret is in the log: keys, wrong keys, cookies, arguments', async () => {
    await ask(gateway.port, post(LIST, { authorization: 'Bearer an-almost-right-key', cookie: 'a-cookie-value' }));
    await ask(gateway.port, post(request('tools/call', { name: 'x', arguments: { password: 'an-argument-value' } })));
    await ask(gateway.port, { path: '/mcp/search?token=a-token-in-a-query', message: LIST });
    const log = JSON.stringify(gateway.logs) + gateway.stderr();
    for (const secret of ['an-almost-right-key', 'a-cookie-value', 'an-argument-value', 'a-token-in-a-query', as('acme').authorization.slice(7)])
      assert.ok(!log.includes(secret), secret);
  });
});

describe('saying one thing and meaning another', () => {
  test('a body in a coding that only the server undoes is not taken', async () => {
    for (const coding of ['gzip', 'br', 'deflate', 'identity, gzip', 'x-unknown']) {
      const answer = await ask(gateway.port, post(LIST, { 'content-encoding': coding }));
      assert.equal(answer.status, 415, coding);
    }
    assert.equal((await ask(gateway.port, post(LIST, { 'content-encoding': 'identity' }))).status, 200);
  });

  test('headers that say another method or name than the body do not pass', async () => {
    const body = modern('tools/call', { name: 'delete_all' });
    for (const headers of [
      modernHeaders('tools/call', 'harmless'),
      modernHeaders('tools/list'),
      modernHeaders('tools/call', 'delete_all, harmless'),
      { ...modernHeaders('tools/call', 'delete_all'), 'mcp-protocol-version': '2025-11-25' },
    ]) {
      const answer = await ask(gateway.port, post(body, headers));
      assert.deepEqual([answer.status, reason(answer)], [400, 'header-mismatch'], JSON.stringify(headers));
    }
    const repeated = await ask(gateway.port, post(body, { ...modernHeaders('tools/call'), 'mcp-name': ['harmless', 'delete_all'] }));
    assert.equal(reason(repeated), 'header-mismatch');
  });

  test('headers named like members of an object are headers', async () => {
    const { status } = await ask(gateway.port, post(LIST, { ['__proto__']: 'x', constructor: 'y', tostring: 'z', hasownproperty: 'h' }));
    assert.equal(status, 200);
    const { rawHeaders } = upstream.received.at(-1) ?? assert.fail();
    assert.ok(rawHeaders.includes('y'));
    assert.equal((await ask(gateway.port, post(LIST))).status, 200);
  });

  test('nothing of a request comes back in a refusal', async () => {
    for (const given of [
      post(LIST, { host: 'evil.example' }),
      post(LIST, { origin: 'https://evil.example' }),
      post(LIST, { authorization: 'Bearer evil.example' }),
      post(LIST, { 'x-forwarded-host': 'evil.example', authorization: null }),
      post(LIST, {}, '/evil.example'),
      post(request('evil.example', { _meta: 5 }), { 'mcp-session-id': 'evil.example' }),
    ]) {
      const answer = await ask(gateway.port, given);
      assert.ok(answer.status >= 400);
      assert.ok(!`${answer.lines.join('\n')}${answer.text}`.includes('evil.example'), answer.text);
      assert.equal(answer.headers['cache-control'], 'no-store');
    }
  });
});

describe('using it up', () => {
  /** How long another caller waits meanwhile. */
  async function delays(work: Promise<unknown>): Promise<number> {
    let longest = 0;
    let over = false;
    void work.finally(() => (over = true)).catch(() => {});
    while (!over) {
      const began = performance.now();
      await ask(gateway.port, { path: '/health' });
      longest = Math.max(longest, performance.now() - began);
    }
    return longest;
  }

  test('a header that takes long to split', async () => {
    for (const headers of [
      { connection: `close${' '.repeat(15_000)}x` },
      { connection: `a${'\t'.repeat(7000)},${' '.repeat(7000)}b` },
      { authorization: `Bearer${' '.repeat(15_000)}x y` },
      { 'content-type': `application/json${' '.repeat(15_000)}x` },
      { origin: `https://${'a.'.repeat(7000)}` },
      { 'mcp-name': `=?base64?${'A'.repeat(15_000)}` },
      { host: `${'a'.repeat(15_000)}!@` },
    ]) {
      const took = await delays(ask(gateway.port, post(LIST, headers)));
      assert.ok(took < 2000, `${JSON.stringify(headers).slice(0, 30)}… kept everybody waiting for ${Math.round(took)} ms`);
    }
  });

  test('a header of the server’s that takes long to split', async () => {
    upstream.behave = ({ response }) => json(response, {}, { connection: `keep-alive${' '.repeat(12_000)}x` });
    const took = await delays(ask(gateway.port, post(LIST)));
    upstream.behave = answerAll;
    assert.ok(took < 2000, `${Math.round(took)} ms`);
  });

  test('bodies in memory have a bound: what arrives beyond a caller’s share of it is told to come back', async () => {
    const declared = 4 * 2 ** 20;
    const headers = ['Host: localhost', 'Content-Type: application/json', `Authorization: ${as('acme').authorization}`, `Content-Length: ${declared}`];
    const head = ['POST /mcp/search HTTP/1.1', ...headers, '', ''].join('\r\n');
    const held = await Promise.all(Array.from({ length: 8 }, () => dial(gateway.port)));
    // None of them comes to its end.
    for (const connection of held) connection.send(Buffer.concat([Buffer.from(head), Buffer.alloc(declared - 1, ' ')]));
    const { status, headers: said } = await Promise.any(held.map((connection) => connection.answer()));
    assert.deepEqual([status, said['retry-after']], [503, '1']);
    for (const connection of held) connection.close();
    await until('there is room again', async () => (await ask(gateway.port, post(LIST))).status === 200);
  });

  test('a body in pieces of one byte takes the memory of its bytes, not of its pieces', async (t) => {
    const before = peak(gateway);
    if (before === null) return t.skip('memory is read from /proc');
    const connection = await dial(gateway.port);
    connection.send(
      requestBytes({ method: 'POST', path: '/mcp/search', headers: { ...as('acme'), 'content-type': 'application/json', 'transfer-encoding': 'chunked' } }),
    );
    const piece = Buffer.from('1\r\n \r\n'.repeat(20_000));
    for (let i = 0; i < 30; i++) connection.send(piece);
    connection.send('2\r\n{}\r\n0\r\n\r\n');
    assert.equal((await connection.answer()).status, 400);
    connection.close();
    const grown = (peak(gateway) ?? 0) - before;
    assert.ok(grown < 80, `600 kB in pieces took ${Math.round(grown)} MB`);
  });

  test('many sessions, streams and requests of one caller leave the others theirs', async () => {
    upstream.behave = ({ response }) => json(response, {}, { 'mcp-session-id': 'same' });
    await Promise.all(Array.from({ length: 50 }, () => ask(gateway.port, post(initialize))));
    upstream.behave = answerAll;
    assert.equal((await ask(gateway.port, { path: '/mcp/search', message: initialize, headers: as('globex') })).status, 200);
  });
});

test('after all that it is still there, and has logged no fault of its own', async () => {
  assert.equal((await ask(gateway.port, post(LIST))).status, 200);
  assert.equal(gateway.stderr(), '');
  assert.deepEqual(gateway.logs.filter(({ level }) => level === 'error'), []);
});
