/** Settings that differ per machine. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { childOverrides, listenOf, logLevelOf, placementOf, poolOverrides, portOf, SettingError } from '#src/gateway/runtime/process/env.js';
import type { Source } from '#src/gateway/runtime/tables/pool.js';
import { gatewayConfig, tablesOf } from '../../support/gateway-tables.js';

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

  test('ports', () => {
    for (const [text, port] of [['0', 0], ['8080', 8080], ['65535', 65535]] as const) assert.equal(portOf({ PORT: text }, 'PORT'), port);
    const none = ['', '-1', '65536', '80x', '8080 ', '1e3', '0x50', '99999', '٣'];
    for (const text of none) refuses(() => portOf({ PORT: text }, 'PORT'), 'PORT', JSON.stringify(text));
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
    const urls = (text: string, server: string): readonly string[] => {
      const source = poolOverrides({ MCPGEN_POOLS: text }).get(server);
      return source?.kind === 'urls' ? source.instances.map(({ id, url }) => `${id} ${url}`) : [];
    };
    assert.equal(poolOverrides({}).size, 0);
    assert.deepEqual(urls('{"search":["http://127.0.0.1:9000/mcp"]}', 'search'), ['127.0.0.1:9000 http://127.0.0.1:9000/mcp']);
    assert.deepEqual(urls(`@${file('pools', '{"a":["http://h/x"]}')}`, 'a'), ['h http://h/x']);
    const none = ['', '{', '[]x', '{"a":"http://h"}', '{"a":["no url"]}', '{"a":5}', 'null', '@/nowhere'];
    for (const text of none) refuses(() => poolOverrides({ MCPGEN_POOLS: text }), 'MCPGEN_POOLS');
  });
  test('field-25c pools: a command in place of that of a stdio server, with its variables beside the server’s own', () => {
    const env = { MCPGEN_POOLS: '{"a":["http://h/x"],"files":{"command":["node","files.js"],"env":{"B":"2"}}}' };
    assert.deepEqual([...poolOverrides(env).keys()], ['a']);
    const changed = childOverrides(env).get('files');
    const config = { servers: { files: { kind: 'stdio', command: ['files'], cwd: '/srv', env: { A: '1', B: '1' } } } };
    const [, pool] = tablesOf(gatewayConfig(config)).raw.pools[0] ?? [];
    const source = changed?.(pool?.sources.local as Source);
    const child = source?.kind === 'spawn' ? source.child : null;
    assert.deepEqual([child?.command, child?.cwd, child?.env], [['node', 'files.js'], '/srv', [['A', { text: '1' }], ['B', { text: '2' }]]]);
    assert.deepEqual(changed?.({ kind: 'none', reason: '' }), { kind: 'none', reason: '' });
  });
  test('two URLs of one host are two instances', () => {
    const source = poolOverrides({ MCPGEN_POOLS: '{"a":["http://h/one","http://h/two"]}' }).get('a');
    const ids = source?.kind === 'urls' ? source.instances.map(({ id }) => id) : [];
    assert.equal(new Set(ids).size, 2, `both are called ${ids[0]}, and the pool would keep one`);
  });
});
