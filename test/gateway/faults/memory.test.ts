/** A generated gateway at its generated memory limit, and callers who want all of it: those beside them notice nothing. */
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { initialize, request } from '../../support/gateway-messages.js';
import { controlGroup, type ControlGroup } from '../../support/control-group.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { as, client, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, within, type Dialled } from '../../support/http.js';
import { planOf } from '../../support/planned.js';
import { startRawUpstream, startUpstream } from '../../support/upstreams.js';

const MIB = 2 ** 20;
const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const CONFIG = gatewayConfig({
  auth: { clients: { acme: client('acme'), twin: client('twin'), globex: client('globex') } },
  servers: { search: server, slow: server },
  tenants: {
    acme: { match: [{ client: 'acme' }, { client: 'twin' }], servers: '*' },
    globex: { match: { client: 'globex' }, servers: '*' },
  },
  gateway: { admin: {}, limits: { perAddress: '100000/s' } },
});

let group: ControlGroup | string;
let gateway: RunningGateway;
/** Bytes that the slow server has read. It answers nothing. */
let read = 0;

before(async () => {
  const [{ url }, slow] = await Promise.all([
    startUpstream(),
    startRawUpstream((socket) => socket.on('data', (bytes: Buffer) => void (read += bytes.length))),
  ]);
  const { memory } = planOf(CONFIG).infra.gateway.resources.limits;
  assert.equal(memory, 256 * MIB, 'the limit that is generated');
  group = controlGroup(memory);
  gateway = await startGateway({ config: CONFIG, pools: { search: [url], slow: [slow.url] }, ...(typeof group === 'string' ? {} : { group }) });
});
after(async () => {
  await gateway.stop();
  if (typeof group !== 'string') group.remove();
});

const held: Dialled[] = [];
async function open(bytes: string | Buffer): Promise<Dialled> {
  const connection = await dial(gateway.port);
  held.push(connection);
  connection.send(bytes);
  return connection;
}

/** Asks as the other tenant, as another client of the same tenant, and for readiness, as long as the attack lasts and once more. */
async function duringWhich(attack: () => Promise<void>): Promise<void> {
  let isOver = false;
  const asking = (async () => {
    for (let isLast = false; !isLast; ) {
      isLast = isOver;
      for (const name of ['globex', 'twin']) {
        const { status, text } = await ask(gateway.port, { path: '/mcp/search', message: request('tools/list'), headers: as(name) });
        assert.equal(status, 200, `${name}: ${text}`);
        const headers = { ...as(name), 'content-length': null, 'transfer-encoding': 'chunked' };
        const unannounced = requestBytes({ path: '/mcp/search', message: request('tools/list'), headers });
        const [head = '', body = ''] = unannounced.toString().split('\r\n\r\n');
        const connection = await dial(gateway.port);
        connection.send(`${head}\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
        assert.equal((await connection.answer('POST')).status, 200, `${name}, chunked`);
        connection.close();
      }
      assert.equal((await ask(gateway.port, { path: '/health' })).status, 200, 'readiness');
    }
  })();
  try {
    await Promise.all([attack().finally(() => (isOver = true)), asking]);
  } finally {
    for (const connection of held.splice(0)) connection.close();
  }
  await until('everything being given back', async () => {
    const metrics = await gateway.metrics();
    return metrics.get('mcpgen_body_bytes') === 0;
  });
}

const post = (headers: string, path = '/mcp/slow'): string =>
  [
    `POST ${path} HTTP/1.1`, 'host: localhost', `authorization: ${as('acme').authorization}`, 'content-type: application/json',
    'accept: application/json, text/event-stream', headers, '', '',
  ].join('\r\n');
const call = (text: string): Buffer =>
  requestBytes({ path: '/mcp/slow', message: request('tools/call', { name: 'x', arguments: { text } }), headers: as('acme') });

describe('field-29 a gateway of the generated size', () => {
  it('field-29a calls under way that announce no length shut out nobody', async () => {
    const small = JSON.stringify(request('tools/call', { name: 'x' }));
    await duringWhich(async () => {
      const from = read;
      for (let n = 0; n < 64; n++) await open(`${post('transfer-encoding: chunked')}${small.length.toString(16)}\r\n${small}\r\n0\r\n\r\n`);
      await until('all of them at the server', () => read - from > 64 * small.length);
      // Others have said no more than their first byte.
      for (let n = 0; n < 64; n++) await open(`${post('transfer-encoding: chunked')}1\r\n{\r\n`);
    });
  });

  it('field-29b sockets that declare a long body and send two bytes shut out nobody', async () => {
    await duringWhich(async () => {
      for (let n = 0; n < 300; n++) await open(`${post('content-length: 4194304')}{"`);
    });
  });

  it('field-29c long bodies that stop before their end take a share, and not the last of the memory', async () => {
    const refused: Promise<number>[] = [];
    await duringWhich(async () => {
      const half = Buffer.concat([Buffer.from(post('content-length: 4194304')), Buffer.alloc(3_900_000, 0x20)]);
      for (let n = 0; n < 40; n++) refused.push((await open(half)).head('POST').then(({ status }) => status));
      for (const each of refused) each.catch(() => {});
      await within(Promise.any(refused), 'somebody being refused');
      assert.equal(await Promise.any(refused), 503);
    });
  });

  it('field-29d calls with long bodies to a slow server, whose clients leave: neither the memory nor the books keep them', async () => {
    await duringWhich(async () => {
      const body = call('x'.repeat(4_000_000));
      let taken = 0;
      for (let n = 0; n < 70; n++) {
        const from = read;
        const connection = await open(body);
        await until('the body at the server, or a refusal', () => read - from >= body.length || connection.received() !== '');
        if (connection.received() === '') taken++;
        connection.close();
      }
      assert.equal(taken, 70);
    });
  });

  it('field-29e introductions of four megabytes of nothing keep no more than an introduction', async () => {
    await duringWhich(async () => {
      for (const element of ['{}', '1', '{"a":1,"b":[]}', '"ab"']) {
        const params = { ...initialize.params, x: 'HERE' };
        const filler = Array(Math.floor(4_100_000 / (element.length + 1))).fill(element).join();
        const text = JSON.stringify({ ...initialize, params }).replace('"HERE"', () => `[${filler}]`);
        for (let n = 0; n < 8; n++) {
          const connection = await open(requestBytes({ path: '/mcp/slow', body: text, headers: as('acme') }));
          // It is refused, or its server has it.
          const from = read;
          await until('its end', () => read > from || connection.received() !== '');
        }
      }
    });
  });

  it('field-29f requests behind each other on one connection are bounded', async () => {
    await duringWhich(async () => {
      const from = read;
      const one = call('x');
      for (let n = 0; n < 10; n++) await open(Buffer.concat(Array(500).fill(one)));
      await until('requests at the server', () => read > from);
      const calls = (await gateway.metrics()).get('mcpgen_calls_open') ?? 0;
      assert.ok(calls > 0 && calls <= 320, `${calls} calls`);
    });
  });

  it('field-29g all of it within the memory that it is given', (context: TestContext) => {
    if (typeof group === 'string') return context.skip(group);
    assert.ok(!group.kills(), 'the kernel ended a process for want of memory');
    context.diagnostic(`${Math.round(group.peak() / MIB)} MiB at most`);
    assert.equal(gateway.stderr(), '');
  });
});
