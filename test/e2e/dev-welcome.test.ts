/** What `mcpgen dev` tells about a run: addresses, what it made up, and what its children say. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { DevRun } from '../support/dev.js';
import { folder } from '../support/folder.js';

/** A port that somebody else listens on. */
async function taken(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const CHILD = `process.stderr.write('child says: no database\\n');
process.stdin.on('data', () => {});
`;

describe('mcpgen dev', () => {
  it('field-20c shows what it made up, not what it was given, names ports it changed, and prints the stderr of children', async (t) => {
    const [own, admin] = [await taken(t), await taken(t)];
    const cwd = folder(t, {
      'child.js': CHILD,
      'mcp.config.ts': `import { defineConfig, secret } from 'mcpgen';
export default defineConfig({
  name: 'told',
  gateway: {
    listen: { port: ${own} },
    admin: { port: ${admin}, readToken: secret('READ_TOKEN'), writeToken: secret('WRITE_TOKEN') },
    sessionKeys: [secret('SESSION_KEY')],
  },
  auth: { clients: { ci: { keys: [secret('CI_KEY')] }, ops: { keys: [secret('OPS_KEY')] } } },
  servers: { files: { kind: 'stdio', command: ['node', 'child.js'] } },
  tenants: { all: { match: [{ client: 'ci' }, { client: 'ops' }], servers: ['files'] } },
});
`,
    });
    const given = { WRITE_TOKEN: 'given-write-token-0123456789abcdef', OPS_KEY: 'given-ops-key-0123456789abcdef' };
    const dev = await DevRun.start(t, cwd, { port: null, env: given });
    for (const value of Object.values(given)) assert.ok(!dev.text.includes(value), 'what was given is nobody’s business here');
    const shown = (label: string): string => new RegExp(`^  ${label} +(\\S{40,})$`, 'm').exec(dev.text)?.[1] ?? '';
    assert.ok(shown('key of client ci') !== '', dev.text);
    assert.match(dev.text, /made up for this run, since the environment has no .*: *$/m);
    assert.match(dev.text, /no client sends it: SESSION_KEY/);
    for (const [port, key] of [[own, 'gateway.listen.port'], [admin, 'gateway.admin.port']] as const) {
      assert.match(dev.text, new RegExp(`port ${port} \\(${key.replaceAll('.', '\\.')}\\) is in use by another process; this run listens on \\d+ instead`));
    }
    const metrics = /admin +(http:\S+)/.exec(dev.text)?.[1] ?? '';
    const answer = await fetch(metrics, { headers: { authorization: `Bearer ${shown('admin readToken')}` } });
    await answer.text();
    assert.equal(answer.status, 200, 'the token that is shown is the one that counts');

    const url = /files +(http:\S+)/.exec(dev.text)?.[1] ?? '';
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    const headers = { authorization: `Bearer ${shown('key of client ci')}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const leave = new AbortController();
    const call = fetch(url, {
      method: 'POST',
      headers,
      signal: leave.signal,
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    }).catch(() => null);
    await dev.says('child says: no database');
    leave.abort();
    await call;
  });
});
