/** A shared child behind a whole gateway: who its callers are is what the gateway says, never what they say themselves. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { before, test } from 'node:test';
import { initialize, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { as, client, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask } from '../../support/http.js';

const command = [process.execPath, resolve('test/gateway/stdio/children/server.mjs')];
const CONFIG = gatewayConfig({
  auth: { clients: { alice: client('alice'), bob: client('bob') } },
  servers: { tool: { kind: 'stdio', command, sharing: 'shared' }, missing: { kind: 'stdio', command: ['no-such-command-here'] } },
});

let gateway: RunningGateway;
before(async () => {
  gateway = await startGateway({ config: CONFIG });
});

const open = async (name: string, claims: Record<string, string> = {}): Promise<Record<string, string>> => {
  const answer = await ask(gateway.port, { path: '/mcp/tool', message: initialize, headers: { ...as(name), ...claims } });
  assert.equal(answer.status, 200, answer.text);
  return { ...as(name), ...claims, 'mcp-session-id': `${answer.headers['mcp-session-id']}` };
};
const say = async (headers: Record<string, string>): Promise<string> =>
  (await ask(gateway.port, { path: '/mcp/tool', headers, message: request('notify', { method: 'notifications/message' }, 7) })).text;

test('field-02e two sessions of one client are one caller; what another client claims to be makes it no other', async () => {
  const [first] = [await open('alice'), await open('alice')];
  assert.match(await say(first), /notifications\/message/);
  const other = await open('bob', { 'x-mcpgen-caller': ' alice', 'x_mcpgen_caller': ' alice' });
  for (const headers of [first, other]) assert.doesNotMatch(await say(headers), /notifications\/message/);
  assert.match((await gateway.admin('/metrics')).text, /^mcpgen_stdio_messages_dropped_total\{server="tool",instance="local"\} 2$/m);
});

test('field-16c a command that cannot be started is down in the health of the servers', async () => {
  assert.equal((await ask(gateway.port, { path: '/mcp/missing', message: initialize, headers: as('alice') })).status, 503);
  for (;;) {
    const { servers } = JSON.parse((await ask(gateway.port, { path: '/health/servers', method: 'GET', headers: as('alice') })).text);
    assert.equal(servers.tool.healthy, 1);
    if (servers.missing.healthy === 0) break;
  }
});
