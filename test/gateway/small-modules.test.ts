/** Modules of a few lines each: reasons, credentials, ledger, balance, settings. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { apiKeys } from '#src/gateway/runtime/identity/credentials.js';
import { listenOf, logLevelOf, longSecret, placementOf, poolOverrides, portOf, readSecret, SettingError, type Env } from '#src/gateway/runtime/process/env.js';
import { OpenCounts } from '#src/gateway/runtime/identity/open-counts.js';
import { createLog } from '#src/gateway/runtime/process/log.js';
import { REASONS, refusalBody, type Reason } from '#src/gateway/runtime/decision/reasons.js';
import { gatewayConfig, tablesOf } from '../support/gateway-tables.js';

describe('reasons', () => {
  const rows = Object.entries(REASONS);
  test('codes repeat the status, save those the specification pins', () => {
    const PINNED: Readonly<Record<string, readonly [number, number]>> = {
      'body-not-json': [400, -32700], 'body-not-message': [400, -32600], 'body-too-deep': [400, -32600], 'body-duplicate-key': [400, -32600],
      'envelope-invalid': [400, -32602], 'header-mismatch': [400, -32020], 'revision-not-served': [400, -32022], internal: [500, -32603],
    };
    for (const [reason, { status, code }] of rows) assert.deepEqual([status, code], PINNED[reason] ?? [status, status], reason);
  });
  test('every reason is an HTTP error with a message, and none invents a code of the specification’s range', () => {
    for (const [reason, { status, code, message }] of rows) {
      assert.match(reason, /^[a-z]+(-[a-z]+)*$/);
      assert.ok(status >= 400 && status <= 599 && message.length > 3, reason);
      assert.ok(code > 0 || [-32700, -32600, -32602, -32603, -32020, -32022].includes(code), reason);
    }
  });
  test('who probes learns no more from the message than from the status', () => {
    const of = (reason: Reason): string => JSON.stringify(REASONS[reason]);
    assert.equal(of('unknown-route'), of('path-not-literal'));
    assert.equal(of('preflight-refused'), of('origin-not-allowed'));
  });
  test('the body is JSON-RPC, whatever the id and the data', () => {
    for (const id of [null, 0, -1, '', 'x"\n\u2028', '__proto__']) {
      const body: unknown = JSON.parse(refusalBody('session-unknown', id, 'r1', { supported: ['x'], reason: 'forged', requestId: 'forged' }));
      assert.deepEqual(body, {
        jsonrpc: '2.0',
        id,
        error: { code: 404, message: 'Session not found', data: { supported: ['x'], reason: 'session-unknown', requestId: 'r1' } },
      });
    }
  });
});

describe('API keys', () => {
  const tables = tablesOf(
    gatewayConfig({
      auth: { clients: { a: { keys: [{ secret: 'A_OLD' }, { secret: 'A_NEW' }], permissions: ['read'] }, b: { keys: [{ secret: 'B_KEY' }] } } },
    }),
  );
  const authenticate = apiKeys(tables, (name) => `key of ${name}`.replaceAll(' ', '-'));
  const A = { kind: 'client', client: 'a', permissions: ['read'] };
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  test('as a bearer or as X-Api-Key; all keys of a client are its', () => {
    assert.deepEqual(authenticate(bearer('key-of-A_OLD')), A);
    assert.deepEqual(authenticate(bearer('key-of-A_NEW')), A);
    assert.deepEqual(authenticate({ 'x-api-key': 'key-of-A_NEW' }), A);
    assert.deepEqual(authenticate({ authorization: 'bearer   key-of-A_OLD' }), A);
    assert.deepEqual(authenticate({ ...bearer('key-of-A_OLD'), 'x-api-key': 'key-of-A_OLD' }), A);
  });
  test('nothing at all is missing, anything else is invalid', () => {
    assert.deepEqual(authenticate({}), { kind: 'missing' });
    for (const headers of [
      bearer('key-of-A_OL'),
      bearer('key-of-A_OLDx'),
      bearer('KEY-OF-A_OLD'),
      bearer(''),
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'key-of-A_OLD' },
      { authorization: 'Basic key-of-A_OLD' },
      { authorization: 'Bearer key-of-A_OLD key-of-B_KEY' },
      { 'x-api-key': '' },
      { 'x-api-key': 'key-of-A_OLD, key-of-A_OLD' },
      { 'x-api-key': '__proto__' },
      { ...bearer('key-of-A_OLD'), 'x-api-key': 'key-of-B_KEY' },
      { ...bearer('key-of-A_OLD'), 'x-api-key': '' },
      { ...bearer('nonsense'), 'x-api-key': 'key-of-B_KEY' },
    ]) {
      assert.deepEqual(authenticate(headers), { kind: 'invalid' }, JSON.stringify(headers));
    }
  });
});

describe('ledger', () => {
  test('streams, in all and by tenant; ending one twice ends it once', () => {
    const ledger = new OpenCounts();
    const [one, two] = [ledger.openStream('a'), ledger.openStream('a')];
    const three = ledger.openStream('b');
    assert.deepEqual([ledger.streams, ledger.streamsOf('a'), ledger.streamsOf('b'), ledger.streamsOf('c')], [3, 2, 1, 0]);
    one();
    one();
    assert.deepEqual([ledger.streams, ledger.streamsOf('a')], [2, 1]);
    two();
    three();
    assert.deepEqual([ledger.streams, ledger.streamsOf('a'), ledger.streamsOf('b')], [0, 0, 0]);
  });
  test('sessions, once each', () => {
    const ledger = new OpenCounts();
    assert.ok(ledger.openSession('1', 'a', 100));
    assert.ok(!ledger.openSession('1', 'a', 100));
    assert.ok(ledger.openSession('2', 'b', 200));
    assert.deepEqual([ledger.sessions, ledger.sessionsOf('a'), ledger.sessionsOf('b')], [2, 1, 1]);
    assert.ok(ledger.endSession('1'));
    assert.ok(!ledger.endSession('1'));
    assert.ok(!ledger.endSession('never'));
    assert.deepEqual([ledger.sessions, ledger.sessionsOf('a')], [1, 0]);
  });
  test('what has expired is forgotten, whatever the order it came in: a reload may have changed how long sessions last', () => {
    const ledger = new OpenCounts();
    ledger.openSession('long', 'a', 1000);
    ledger.openSession('short', 'a', 50);
    ledger.openSession('last', 'a', 60);
    assert.equal(ledger.expire(55), 1);
    assert.equal(ledger.expire(60), 1);
    assert.deepEqual([ledger.sessions, ledger.sessionsOf('a')], [1, 1]);
  });
});

describe('settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcpgen-env-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const tables = tablesOf(gatewayConfig()).raw;
  const refuses = (what: () => unknown, ...words: readonly string[]): void => {
    assert.throws(what, (error: unknown) => error instanceof SettingError && words.every((word) => error.message.includes(word)));
  };

  test('a secret: its file before its variable, and both before the folder of secrets', () => {
    const env: Env = { KEY: 'variable', KEY_FILE: file('given', 'file\n'), MCPGEN_SECRETS: folder };
    assert.equal(readSecret(env, 'KEY'), 'file');
    assert.equal(readSecret({ ...env, KEY_FILE: undefined }, 'KEY'), 'variable');
    file('KEY', '  folder \n');
    assert.equal(readSecret({ MCPGEN_SECRETS: folder }, 'KEY'), 'folder');
  });
  test('a secret that is missing, empty, unreadable or too short is named, and its value is not said', () => {
    refuses(() => readSecret({}, 'KEY'), 'KEY', 'KEY_FILE');
    refuses(() => readSecret({ KEY: '' }, 'KEY'), 'KEY');
    refuses(() => readSecret({ KEY_FILE: file('empty', '\n') }, 'KEY'), 'KEY');
    refuses(() => readSecret({ KEY_FILE: join(folder, 'nothing') }, 'KEY'), 'KEY_FILE', 'nothing');
    refuses(() => readSecret({ MCPGEN_SECRETS: folder }, 'OTHER'), 'MCPGEN_SECRETS');
    assert.throws(
      () => longSecret({ KEY: 'sesame' }, 'KEY', 16),
      (error: unknown) => error instanceof SettingError && /KEY is shorter than 16/.test(error.message) && !error.message.includes('sesame'),
    );
    assert.equal(longSecret({ KEY: 'ä'.repeat(8) }, 'KEY', 16), 'ä'.repeat(8));
  });
  test('ports', () => {
    for (const [text, port] of [['0', 0], ['8080', 8080], ['65535', 65535]] as const) assert.equal(portOf({ PORT: text }, 'PORT'), port);
    for (const text of ['', '-1', '65536', '80x', '8080 ', '1e3', '0x50', '99999', '٣'])
      refuses(() => portOf({ PORT: text }, 'PORT'), 'PORT', JSON.stringify(text));
    assert.equal(portOf({}, 'PORT'), null);
  });
  test('where to listen: the gateway’s own variables, then HOST and PORT, then the tables', () => {
    const at = { host: '127.0.0.1', port: 8080 };
    assert.deepEqual(listenOf({}, at), at);
    assert.deepEqual(listenOf({ HOST: '::1', PORT: '1' }, at), { host: '::1', port: 1 });
    assert.deepEqual(listenOf({ HOST: '::1', PORT: '1', MCP_GATEWAY_HOST: '0.0.0.0', MCP_GATEWAY_PORT: '2' }, at), { host: '0.0.0.0', port: 2 });
  });
  test('an empty HOST does not mean every interface', () => {
    for (const name of ['HOST', 'MCP_GATEWAY_HOST']) {
      try {
        assert.equal(listenOf({ [name]: '' }, { host: '127.0.0.1', port: 8080 }).host, '127.0.0.1', name);
      } catch (error) {
        assert.ok(error instanceof SettingError, `${name}: ${String(error)}`);
      }
    }
  });
  test('placement and level are words of a list', () => {
    assert.equal(placementOf({}), 'local');
    assert.equal(placementOf({ MCPGEN_PLACEMENT: 'fly' }), 'fly');
    for (const word of ['', 'Fly', 'docker', '__proto__']) refuses(() => placementOf({ MCPGEN_PLACEMENT: word }), 'MCPGEN_PLACEMENT');
    assert.equal(logLevelOf({}, tables), 'info');
    assert.equal(logLevelOf({ MCP_LOG_LEVEL: 'WARN' }, tables), 'warn');
    refuses(() => logLevelOf({ MCP_LOG_LEVEL: 'loud' }, tables), 'MCP_LOG_LEVEL', 'loud');
  });
  test('pools: text or a file; what is not understood is refused', () => {
    const urls = (source: ReturnType<ReturnType<typeof poolOverrides>['get']>) =>
      source?.kind === 'urls' ? source.instances.map(({ id, url }) => `${id} ${url}`) : [];
    assert.equal(poolOverrides({}).size, 0);
    assert.deepEqual(urls(poolOverrides({ MCPGEN_POOLS: '{"search":["http://127.0.0.1:9000/mcp"]}' }).get('search')), [
      '127.0.0.1:9000 http://127.0.0.1:9000/mcp',
    ]);
    assert.deepEqual(urls(poolOverrides({ MCPGEN_POOLS: `@${file('pools', '{"a":["http://h/x"]}')}` }).get('a')), ['h http://h/x']);
    for (const text of ['', '{', '[]x', '{"a":"http://h"}', '{"a":["no url"]}', '{"a":5}', 'null', '@/nowhere'])
      refuses(() => poolOverrides({ MCPGEN_POOLS: text }), 'MCPGEN_POOLS');
  });
  test('two URLs of one host are two instances', () => {
    const source = poolOverrides({ MCPGEN_POOLS: '{"a":["http://h/one","http://h/two"]}' }).get('a');
    const ids = source?.kind === 'urls' ? source.instances.map(({ id }) => id) : [];
    assert.equal(new Set(ids).size, 2, `both are called ${ids[0]}, and the pool would keep one`);
  });
});

describe('log', () => {
  test('one line for each event, whatever is in it', () => {
    const lines: string[] = [];
    const log = createLog('gw', 'info', (line) => lines.push(line));
    log('info', 'Origin validation failed for: x\r\n{"level":"error"}', { tool: 'a\nb\u2028\u0000\u001b[31m"', nothing: undefined });
    log('debug', 'not said');
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^[^\n\r\u0000-\u001f]+\n$/);
    const { timestamp, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(rest, {
      level: 'info',
      service: 'gw',
      event: 'Origin validation failed for: x\r\n{"level":"error"}',
      tool: 'a\nb\u2028\u0000\u001b[31m"',
    });
  });
});
