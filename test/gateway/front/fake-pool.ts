/** A pool of one instance that answers everything alike and remembers what it was sent. */
import { CLOCK } from '#src/gateway/runtime/process/clock.js';
import { createLog } from '#src/gateway/runtime/process/log.js';
import { createPool, type Pool } from '#src/gateway/runtime/upstream/pool.js';
import type { Upstream, UpstreamRequest } from '#src/gateway/runtime/upstream/upstream.js';

const ANSWER = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{}}');
const CHOICE = { balance: 'round-robin', by: 'tenant', preferRegion: false, retries: 0, breaker: null, ejection: 0.5 } as const;

export function poolOf(server: string, sent: UpstreamRequest[]): Pool {
  const upstream: Upstream = {
    send: (request) => {
      sent.push(request);
      return Promise.resolve({ status: 200, headers: { 'content-type': 'application/json', 'x-of-server': 'yes' }, body: ANSWER });
    },
    close: () => Promise.resolve(),
  };
  const settings = { choice: CHOICE, health: { every: 1e9, timeout: 1000 }, modules: {} };
  const pool = createPool(server, settings, { log: createLog('test', 'error', () => {}), clock: CLOCK, region: null });
  pool.update([{ id: `one of ${server}`, key: 'one', make: () => ({ upstream, probe: null, weight: 1, region: null }) }]);
  return pool;
}
