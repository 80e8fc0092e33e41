/** One exchange may make several calls, each to a server of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import type { Bridge } from '#src/gateway/runtime/answer/bridge/bridge.js';
import { createHandler } from '#src/gateway/runtime/front/handle.js';
import { createOpenCounts } from '#src/gateway/runtime/identity/open-counts.js';
import { createLog } from '#src/gateway/runtime/process/log.js';
import { NO_METRICS } from '#src/gateway/runtime/process/metrics.js';
import { createState } from '#src/gateway/runtime/state.js';
import type { UpstreamRequest } from '#src/gateway/runtime/upstream/upstream.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { planOf } from '../../support/planned.js';
import { answersOf, fakeClient, NO_PARTS } from './fake-client.js';
import { poolOf } from './fake-pool.js';

const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
const REQUEST = { method: 'POST', target: '/mcp/search', headers: { host: 'localhost', 'content-type': 'application/json' }, peer: '127.0.0.1', body: BODY };

test('a call to another server goes to an instance of that server, also when the first has been answered', async () => {
  const state = await createState(gatewayTables(planOf(gatewayConfig({ servers: { search: server, notes: server } }))), {}, {}, null);
  const sent: Readonly<Record<string, UpstreamRequest[]>> = { search: [], notes: [] };
  const pools = new Map(Object.entries(sent).map(([name, requests]) => [name, poolOf(name, requests)]));
  const lines: string[] = [];
  /** Asks both servers, one after the other. */
  const bridge: Bridge = {
    configure: () => {},
    answer: async (call) => {
      await call.send(call.request);
      const other = call.to('notes') ?? assert.fail();
      assert.equal(call.to('nobody'), null);
      await other.send(other.request);
      return other.send({ ...other.request, headers: { ...other.request.headers, 'x-again': 'yes' } });
    },
    revoke: () => {}, close: () => Promise.resolve(),
  };
  const { serve } = createHandler({
    state: () => state,
    parts: () => ({ ...NO_PARTS, bridge }),
    pools: { get: (name) => pools.get(name), all: () => [...pools.values()] },
    counts: createOpenCounts(),
    revocation: () => null,
    metrics: NO_METRICS,
    log: createLog('test', 'info', (line) => void lines.push(line)),
    isDraining: () => false,
  });
  const client = fakeClient(REQUEST, { judgement: null });
  serve(client);
  const { status } = await answersOf(client);
  assert.equal(status, 200);
  assert.deepEqual([sent['search']?.length, sent['notes']?.length], [1, 2]);
  assert.equal(sent['notes']?.[1]?.headers['x-again'], 'yes');
  const { server: logged, instance } = JSON.parse(lines.find((line) => line.includes('"event":"request"')) ?? '{}') as Record<string, unknown>;
  assert.deepEqual([logged, instance], ['search', 'one of notes'], 'the line names the route, and the instance that answered last');
});
