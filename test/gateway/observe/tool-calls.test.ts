/** Labels of tools: what a caller invents takes none. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask } from '../../support/http.js';
import { json, startUpstream, stream } from '../../support/upstreams.js';

let gateway: RunningGateway;
before(async () => {
  const upstream = await startUpstream(({ message, response }) => {
    const name = String(message?.params?.['name']);
    const reply = { jsonrpc: '2.0', id: message?.id };
    const error = { ...reply, error: { code: -32602, message: `Unknown tool: ${name}` } };
    const inBand = { ...reply, result: { isError: true, content: [{ type: 'text', text: `Unknown tool: ${name}` }] } };
    if (name === 'add') return json(response, { ...reply, result: { content: [] } });
    if (name === 'streamed') {
      stream(response).write('event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n');
      return void setImmediate(() => response.end(`event: message\ndata: ${JSON.stringify({ ...reply, result: { content: [] } })}\n\n`));
    }
    if (name.startsWith('in-band')) return json(response, inBand);
    if (name.startsWith('event')) return void stream(response).end(`event: message\ndata: ${JSON.stringify(error)}\n\n`);
    return name.startsWith('down') ? void response.writeHead(503).end() : json(response, error);
  });
  const config = gatewayConfig({ gateway: { admin: {}, limits: { perAddress: '1000/s', toolNames: 2 } } });
  gateway = await startGateway({ config, pools: { search: [upstream.url] } });
});

it('field-31b invented names share one label, and leave the tools theirs', async () => {
  const call = (name: string) => ask(gateway.port, { path: '/mcp/search', message: request('tools/call', { name, arguments: {} }) });
  for (const name of ['nope', 'in-band-1', 'event-1', 'down-1', 'nope-2', 'add', 'streamed', 'add']) await call(name);
  const metrics = await gateway.metrics();
  const labels = [...metrics].filter(([name]) => name.startsWith('mcpgen_tool_calls_total')).map(([name, count]) => [/tool="([^"]*)"/.exec(name)?.[1], count]);
  assert.deepEqual(labels.sort(), [['add', 2], ['other', 5], ['streamed', 1]]);
});
