/** What a request takes of what all share, for how long, and what it leaves to others. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { createHandler } from '#src/gateway/runtime/front/handle.js';
import { createOpenCounts, type OpenCounts } from '#src/gateway/runtime/identity/open-counts.js';
import { CLOCK } from '#src/gateway/runtime/process/clock.js';
import { createLog } from '#src/gateway/runtime/process/log.js';
import { NO_METRICS } from '#src/gateway/runtime/process/metrics.js';
import { createState } from '#src/gateway/runtime/state.js';
import { createPool } from '#src/gateway/runtime/upstream/pool.js';
import type { UpstreamRequest, UpstreamResponse } from '#src/gateway/runtime/upstream/upstream.js';
import { request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { as, client, startGateway, type RunningGateway } from '../../support/gateway.js';
import { hs256, HS256 } from '../../support/hs256.js';
import { ask, dial, requestBytes, until, type AskOptions, type Dialled } from '../../support/http.js';
import { planOf } from '../../support/planned.js';
import { serveHere, type Served } from '../../support/served.js';
import { startUpstream, stream, type FakeUpstream } from '../../support/upstreams.js';
import { answersOf, fakeClient, NO_PARTS, type FakeClient } from './fake-client.js';

const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const CHOICE = { balance: 'round-robin', by: 'tenant', preferRegion: false, retries: 0, breaker: null, ejection: 0.5 } as const;

interface Stand {
  readonly counts: OpenCounts;
  /** What the server was sent, and how it answers. */
  readonly sent: { readonly request: UpstreamRequest; readonly answer: (response: UpstreamResponse) => void }[];
  ask(message: unknown): FakeClient;
}

/** A handler before one server that answers when a test wants it to. */
async function stand(): Promise<Stand> {
  const state = await createState(gatewayTables(planOf(gatewayConfig({ servers: { search: server } }))), {}, {}, null);
  const sent: Stand['sent'] = [];
  const upstream = {
    send: (asked: UpstreamRequest) => new Promise<UpstreamResponse>((answer) => void sent.push({ request: asked, answer })),
    close: () => Promise.resolve(),
  };
  const log = createLog('test', 'error', () => {});
  const pool = createPool('search', { choice: CHOICE, health: { every: 1e9, timeout: 1000 }, modules: {} }, { log, clock: CLOCK, region: null });
  pool.update([{ id: 'one', key: 'one', make: () => ({ upstream, probe: null, weight: 1, region: null }) }]);
  const counts = createOpenCounts();
  const { serve } = createHandler({
    state: () => state,
    parts: () => NO_PARTS,
    pools: { get: () => pool, all: () => [pool] },
    counts,
    metrics: NO_METRICS,
    log,
    isDraining: () => false,
    revocation: () => null,
  });
  return {
    counts,
    sent,
    ask(message) {
      const headers = { host: 'localhost', 'content-type': 'application/json' };
      const client = fakeClient({ method: 'POST', target: '/mcp/search', headers, peer: '127.0.0.1', body: JSON.stringify(message) }, { judgement: null });
      serve(client);
      return client;
    },
  };
}

const ANSWER: UpstreamResponse = { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') };
const CALL = request('tools/call', { name: 'x', arguments: { text: 'y'.repeat(100_000) } });
const sentTo = async ({ sent }: Stand): Promise<Stand['sent'][number]> => {
  await until('a request at the server', () => sent.length > 0);
  return sent[0] ?? assert.fail();
};

describe('field-29 the body of a request', () => {
  it('field-29 is nobody’s any more as soon as its server has it', async () => {
    const one = await stand();
    const asking = one.ask(CALL);
    const { request: asked, answer } = await sentTo(one);
    assert.ok(one.counts.bodies.held > 100_000);
    asked.handedOn?.();
    assert.deepEqual([asked.body, one.counts.bodies.held, one.counts.calls], [null, 0, 1]);
    answer(ANSWER);
    assert.equal((await answersOf(asking)).status, 200);
    assert.equal(one.counts.calls, 0);
  });

  it('field-29 is kept for another try where it only reads, until its client leaves', async () => {
    const one = await stand();
    const asking = one.ask(request('tools/list', { text: 'y'.repeat(100_000) }));
    const { request: asked, answer } = await sentTo(one);
    asked.handedOn?.();
    assert.ok(asked.body && one.counts.bodies.held > 100_000);
    asking.cut();
    assert.deepEqual([asked.body, one.counts.bodies.held, one.counts.calls], [null, 0, 1], 'the server is still at work');
    answer(ANSWER);
    await until('the end of it', () => one.counts.calls === 0);
  });

  it('field-29 counts until it has been written, also where its client has left before', async () => {
    const one = await stand();
    const asking = one.ask(CALL);
    const { request: asked } = await sentTo(one);
    asking.cut();
    assert.ok(asked.body && one.counts.bodies.held > 100_000, 'it is there, so it counts');
    asked.handedOn?.();
    assert.deepEqual([asked.body, one.counts.bodies.held], [null, 0]);
  });

  it('field-29 leaves behind what of its message is as long as a body', async () => {
    const one = await stand();
    one.ask({ ...CALL, id: 'z'.repeat(50_000) });
    const { request: asked, answer } = await sentTo(one);
    asked.handedOn?.();
    assert.ok(one.counts.bodies.held >= 50_000);
    answer(ANSWER);
    await until('the end of it', () => one.counts.bodies.held === 0);
  });
});

describe('field-30 calls whose answers are streams', () => {
  let upstream: FakeUpstream;
  let gateway: RunningGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      pools: { search: [upstream.url] },
      config: gatewayConfig({
        auth: { clients: { acme: client('acme'), twin: client('twin'), globex: client('globex'), few: client('few') } },
        servers: { search: server },
        tenants: {
          acme: { match: [{ client: 'acme' }, { client: 'twin' }], servers: '*' },
          globex: { match: { client: 'globex' }, servers: '*' },
          few: { match: { client: 'few' }, servers: '*', streams: 2 },
        },
        gateway: { admin: {}, limits: { perAddress: '10000/s', streams: 32, sessions: 32 } },
      }),
    });
  });
  beforeEach(() => {
    upstream.behave = ({ method, message, response }) => {
      if (method === 'GET' || message?.method === 'tools/call') stream(response).write(': open\n\n');
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: message?.id }));
    };
  });

  const post = (name: string, message: unknown = request('tools/call', { name: 'x' })): AskOptions => ({ path: '/mcp/search', message, headers: as(name) });
  /** Calls until one is refused. */
  async function fill(options: AskOptions): Promise<{ open: Dialled[]; refused: string; retryAfter: number }> {
    const open: Dialled[] = [];
    for (;;) {
      const connection = await dial(gateway.port);
      connection.send(requestBytes(options));
      const { status, headers } = await connection.head(options.method ?? 'POST');
      if (status === 200) open.push(connection);
      else {
        const { error } = JSON.parse((await connection.body()).text) as ErrorBody;
        return { open, refused: `${status} ${error.data.reason}`, retryAfter: Number(headers['retry-after']) };
      }
    }
  }
  const close = async (open: readonly Dialled[]): Promise<void> => {
    for (const connection of open) connection.close();
    // A legacy client that leaves does not cancel: its server ends what nobody reads.
    for (const { response } of upstream.received) response.destroy();
    await until('all places free', async () => (await gateway.metrics()).get('mcpgen_calls_open') === 0);
  };

  it('field-30 are refused before they are sent, and leave room for every other caller', async () => {
    const acme = await fill(post('acme'));
    assert.deepEqual([acme.open.length, acme.refused, acme.retryAfter > 0], [8, '429 streams-full', true]);
    const received = upstream.received.length;
    assert.equal((await ask(gateway.port, post('acme'))).status, 429);
    assert.equal(upstream.received.length, received, 'what is refused has not run');
    const twin = await fill(post('twin'));
    assert.equal(twin.open.length, 4);
    const globex = await fill(post('globex'));
    assert.ok(globex.open.length >= 8, `${globex.open.length}`);
    const metrics = await gateway.metrics();
    assert.equal(metrics.get('mcpgen_streams_open'), acme.open.length + twin.open.length + globex.open.length);
    assert.ok((metrics.get('mcpgen_rate_limited_total{limit="streams"}') ?? 0) >= 4);
    await close([...acme.open, ...twin.open, ...globex.open]);
  });

  it('field-30 count against what their tenant may have, which calls that are answered at once do not', async () => {
    const few = await fill(post('few'));
    assert.deepEqual([few.open.length, few.refused], [2, '429 streams-full']);
    await close(few.open);
    const listening = await fill({ path: '/mcp/search', method: 'GET', headers: { ...as('few'), accept: 'text/event-stream' } });
    assert.equal(listening.open.length, 2);
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(gateway.port, post('few', request('tools/list')))));
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200]);
    await close(listening.open);
  });

  it('field-30 sessions have shares as well', async () => {
    let n = 0;
    upstream.behave = ({ message, response }) =>
      void response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': `s${++n}` }).end(JSON.stringify({ id: message?.id, result: {} }));
    const opened = async (name: string): Promise<number> => {
      for (let count = 0; ; count++) {
        const { status, headers } = await ask(gateway.port, post(name, request('initialize', { protocolVersion: '2025-11-25', capabilities: {} })));
        if (status === 200) continue;
        assert.equal(status, 429);
        assert.ok(Number(headers['retry-after']) > 60, 'nothing ends within a minute by itself');
        return count;
      }
    };
    assert.deepEqual([await opened('acme'), await opened('twin'), await opened('globex')], [8, 4, 10]);
  });
});

describe('shares of tenants that are known by a claim, and by the authorization API', () => {
  let gateway: Served;
  before(async () => {
    const api = await startUpstream(({ headers, response }) => {
      const subject = /^Bearer globex-(.*)$/.exec(headers['authorization'] ?? '')?.[1];
      if (subject === undefined) return void response.writeHead(404).end();
      response.writeHead(200).end(JSON.stringify({ tenant: 'globex-in-api', subject }));
    });
    let n = 0;
    const upstream = await startUpstream(({ method, message, response }) => {
      if (method === 'GET' || message?.method === 'tools/call') return void stream(response).write(': open\n\n');
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': `s${++n}` }).end(JSON.stringify({ id: message?.id, result: {} }));
    });
    gateway = await serveHere(
      gatewayConfig({
        servers: { search: { kind: 'http', instances: [{ url: upstream.url }] } },
        auth: { jwt: HS256, lookup: { url: api.url } },
        tenants: {
          acme: { match: { claim: { org: 'acme' } }, servers: '*' },
          globex: { match: { lookup: 'globex-in-api' }, servers: '*' },
          third: { match: { claim: { org: 'third' } }, servers: '*' },
        },
        gateway: { limits: { perAddress: '10000/s', streams: 32, sessions: 32 } },
      }),
    );
  });

  const as = {
    acme: (sub: string) => ({ authorization: `Bearer ${hs256({ org: 'acme', sub })}` }),
    globex: (sub: string) => ({ authorization: `Bearer globex-${sub}` }),
    third: (sub: string) => ({ authorization: `Bearer ${hs256({ org: 'third', sub })}` }),
  };
  /** Asks until it is refused. @returns how often it was not */
  async function taken(asked: AskOptions, open: Dialled[]): Promise<number> {
    for (let count = 0; ; count++) {
      const connection = await dial(gateway.port);
      open.push(connection);
      connection.send(requestBytes({ ...asked, path: '/mcp/search' }));
      const { status } = await connection.head(asked.method);
      if (status === 200) continue;
      assert.equal(status, 429);
      return count;
    }
  }
  const SHARED: Readonly<Record<string, AskOptions>> = {
    'streams that listen': { method: 'GET' },
    'sessions': { message: request('initialize', { protocolVersion: '2025-11-25', capabilities: {} }) },
    // These last: a legacy client that leaves does not cancel its call, and its place stays taken.
    'calls that are answered by streams': { message: request('tools/call', { name: 'x' }) },
  };
  for (const [what, asked] of Object.entries(SHARED)) {
    it(`hold for ${what}: no caller and no tenant takes the last`, async () => {
      const open: Dialled[] = [];
      const of = (headers: { readonly authorization: string }): Promise<number> =>
        taken({ ...asked, headers: { ...headers, accept: 'text/event-stream, application/json' } }, open);
      const [ann, bob] = [await of(as.acme('ann')), await of(as.acme('bob'))];
      const [eve, mallory] = [await of(as.globex('eve')), await of(as.globex('mallory'))];
      const [zoe, last] = [await of(as.third('zoe')), await of(as.third('last'))];
      assert.deepEqual([ann, bob], [8, 4]);
      for (const count of [eve, mallory, zoe, last]) assert.ok(count > 0);
      assert.ok(ann + bob + eve + mallory + zoe + last <= 32);
      for (const connection of open) connection.close();
    });
  }
});
