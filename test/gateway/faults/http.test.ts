/**
 * HTTP servers that fail in every way a server can, behind a gateway that is watched from outside. Each row of FAULTS is tried with every shape of request;
 * afterwards nothing may be left of it, and nothing may have run twice.
 */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, type AskOptions, type HttpAnswer } from '../../support/http.js';
import { closedPort } from '../../support/upstreams.js';
import { assertNothingLeft, faultsOf, LITTLE_ROOM, look, MB, often, ok, repeat, startFaulty, tally, type Asked, type Before, type Faulty } from './support.js';

const instances = [{ url: 'http://127.0.0.1:9/mcp' }];
const server = (strategy: string) => ({ kind: 'http', instances, strategy });
const SHORT = { firstByte: '600ms', response: '600ms', idleStream: '600ms' };
let alone: Faulty;
let pair: readonly Faulty[];
let neighbour: Faulty;
let gateway: RunningGateway;
let atRest: Before;

before(async () => {
  const [one, left, right, good] = await Promise.all([startFaulty(), startFaulty(), startFaulty(), startFaulty()]);
  [alone, pair, neighbour] = [one, [left, right], good];
  gateway = await startGateway({
    env: LITTLE_ROOM,
    pools: { alone: [one.url], pair: [left.url, right.url], nobody: [`http://127.0.0.1:${await closedPort()}/mcp`], neighbour: [good.url] },
    config: gatewayConfig({
      servers: Object.fromEntries(['alone', 'pair', 'nobody', 'neighbour'].map((name) => [name, server(name === 'neighbour' ? 'plain' : 'again')])),
      strategies: { again: { balance: 'round-robin', retries: 1, timeouts: SHORT }, plain: { balance: 'round-robin' } },
    }),
  });
  neighbour.behave = ({ socket, message }) => void socket.write(ok(message?.id, 'Connection: close\r\n'));
  alone.behave = ({ socket, message }) => void socket.write(ok(message?.id, 'Connection: close\r\n'));
  // What code and caches take is taken before it is measured.
  await repeat(300, 20, (n) => ask(gateway.port, { path: '/mcp/alone', message: request('tools/call', { name: 'warm' }, `warm-${n}`) }));
  // Two listeners, and two pipes to this process, which are sockets in Node.
  await until('rest', () => look(gateway).descriptors['socket'] === 4);
  atRest = look(gateway);
});
beforeEach(() => {
  for (const faulty of [alone, ...pair]) faulty.behave = () => {};
});

let lastId = 0;
const nextId = (): string => `call-${++lastId}`;

interface Shape {
  readonly options: (id: string) => AskOptions;
  /** What a server begins its answer with. */
  readonly type: string;
  /** Its caller takes the request back by leaving. */
  readonly leavingCancels: boolean;
  /** The same request as another shape's, for which only the answer is of another kind. */
  readonly isStreamed?: true;
}

const CALL = (id: string): AskOptions => ({ message: request('tools/call', { name: 'add' }, id) });
const MODERN = (id: string): AskOptions => ({ message: modern('tools/call', { name: 'add' }, id), headers: modernHeaders('tools/call', 'add') });
const SHAPES: Readonly<Record<string, Shape>> = {
  'legacy call': { options: CALL, type: 'application/json', leavingCancels: false },
  'legacy call, streamed': { options: CALL, type: 'text/event-stream', leavingCancels: false, isStreamed: true },
  'GET stream': { options: () => ({ method: 'GET', headers: { accept: 'text/event-stream' } }), type: 'text/event-stream', leavingCancels: true },
  'modern call': { options: MODERN, type: 'application/json', leavingCancels: true },
  'modern call, streamed': { options: MODERN, type: 'text/event-stream', leavingCancels: true, isStreamed: true },
  'modern listen': {
    options: (id) => ({ message: modern('subscriptions/listen', { notifications: {} }, id), headers: modernHeaders('subscriptions/listen') }),
    type: 'text/event-stream',
    leavingCancels: true,
  },
};

interface Fault {
  readonly behave: (asked: Asked, shape: Shape) => void;
  /** Status and reason; or `cut`, an answer that was begun and must not look whole. Two where it matters how the bytes fall together. */
  readonly becomes: string | readonly string[];
  /** Default: 200. */
  readonly times?: number;
  /** Default: `alone`. */
  readonly at?: string;
  readonly growth?: number;
}

const begin = ({ type }: Shape): string => `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata: \r\n`;
/** As much as the other side takes. */
const endlessly = ({ socket }: Asked, chunk: Buffer): void => {
  const more = (): void => {
    while (!socket.destroyed) if (!socket.write(chunk)) return void socket.once('drain', more);
  };
  more();
};
const GARBAGE = Buffer.alloc(100_000, '\x00\xff\r\n');
const HEADERS = Buffer.from(`X-Padding: ${'x'.repeat(1000)}\r\n`.repeat(10_000));
const HEADER = Buffer.from(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(10 * MB)}`);

const FAULTS: Readonly<Record<string, Fault>> = {
  'refuses connections': { at: 'nobody', behave: () => {}, becomes: '503 no-instance' },
  'closes without a word': { behave: ({ socket }) => void socket.end(), becomes: '502 upstream-lost' },
  'resets before an answer': { behave: ({ socket }) => void socket.resetAndDestroy(), becomes: '502 upstream-lost' },
  'hangs before headers': { behave: () => {}, becomes: '504 upstream-timeout', times: 20 },
  'hangs in the middle of headers': { behave: ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nContent-'), becomes: '504 upstream-timeout', times: 20 },
  'announces itself for ever': {
    behave: (asked) => endlessly(asked, Buffer.from('HTTP/1.1 102 Processing\r\n\r\n'.repeat(100))),
    becomes: '502 upstream-lost',
    times: 50,
  },
  'hangs in the middle of an answer': { behave: ({ socket }, shape) => void socket.write(begin(shape)), becomes: '200 cut', times: 20 },
  'resets in the middle of an answer': {
    behave: ({ socket }, shape) => void socket.write(begin(shape), () => setImmediate(() => socket.resetAndDestroy())),
    becomes: '200 cut',
  },
  'ends in the middle of an answer': { behave: ({ socket }, shape) => void socket.end(begin(shape)), becomes: '200 cut' },
  'spoils the framing of an answer': {
    behave: ({ socket }, shape) => void socket.write(begin(shape), () => setImmediate(() => socket.write('zz\r\n'))),
    becomes: ['200 cut', '502 upstream-lost'],
  },
  'sends garbage': { behave: ({ socket }) => void socket.write(GARBAGE), becomes: '502 upstream-lost' },
  'says something else, and waits': { behave: ({ socket }) => void socket.write('220 mail.example.com ESMTP\r\n'), becomes: '502 upstream-lost', times: 20 },
  'answers in another protocol': { behave: ({ socket }) => void socket.write('HTTP/2.0 200 OK\r\n\r\n'), becomes: '502 upstream-lost' },
  'sends 10 MB of headers': {
    behave: ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      socket.write(HEADERS);
    },
    becomes: '502 upstream-lost',
    times: 10,
  },
  'sends one header of 10 MB': { behave: ({ socket }) => void socket.write(HEADER), becomes: '502 upstream-lost', times: 10 },
  'sends 10 MB of trailers after a while': {
    behave: ({ socket }, shape) => void socket.write(`${begin(shape)}0\r\n`, () => setTimeout(() => socket.write(HEADERS), 50)),
    becomes: '200 cut',
    times: 10,
  },
  'sends 10 MB of trailers at once': {
    behave: ({ socket }, shape) => {
      socket.write(`${begin(shape)}0\r\n`);
      socket.write(HEADERS);
    },
    becomes: ['200 cut', '502 upstream-lost'],
    times: 10,
  },
};

const outcomeOf = ({ status, text, complete }: HttpAnswer): string => {
  if (!complete) return `${status} cut`;
  const { error } = JSON.parse(text) as { error?: { data: { reason: string } } };
  return `${status} ${error?.data.reason ?? 'answered'}`;
};

function assertOnce(...servers: readonly Faulty[]): void {
  const counts = new Map<string, number>();
  for (const { seen } of servers) for (const [id, count] of seen) counts.set(id, (counts.get(id) ?? 0) + count);
  assert.deepEqual([...counts].filter(([id, count]) => id.startsWith('call-') && count > 1), [], 'executed more than once');
}

/** Somebody else's server, asked at the same time. */
async function assertNeighbour(): Promise<void> {
  const { status } = await ask(gateway.port, { path: '/mcp/neighbour', ...CALL(nextId()) });
  assert.equal(status, 200);
}

for (const [what, { behave, becomes, times = 200, at = 'alone', growth }] of Object.entries(FAULTS)) {
  describe(`a server that ${what}`, () => {
    const outcomes = [becomes].flat();
    for (const [shape, asked] of Object.entries(SHAPES)) {
      // What it would have been makes no difference where no answer is begun.
      if (asked.isStreamed && !outcomes.includes('200 cut')) continue;
      test(`${shape}: ${outcomes.join(' or ')}`, async () => {
        alone.behave = (one) => behave(one, asked);
        const answers = await repeat(often(times), 20, async (n) => {
          if (n % 20 === 0) await assertNeighbour();
          const id = nextId();
          const answer = await ask(gateway.port, { path: `/mcp/${at}`, ...asked.options(id) });
          if (answer.status >= 400 && asked.options(id).message) assert.equal((JSON.parse(answer.text) as { id: unknown }).id, id);
          return outcomeOf(answer);
        });
        assert.deepEqual(answers.filter((one) => !outcomes.includes(one)), []);
        assertOnce(alone);
        await assertNothingLeft(gateway, atRest, growth);
      });
    }
  });
}

describe('a server that closes kept connections at the wrong moment', () => {
  /** Every second request of a connection finds it closed: the server has read it, and is gone. */
  const treacherous =
    (end: (asked: Asked) => void) =>
    (asked: Asked): void =>
      asked.turn % 2 === 1 ? end(asked) : void asked.socket.write(ok(asked.message?.id));
  const ENDS: Readonly<Record<string, (asked: Asked) => void>> = {
    'with FIN': ({ socket }) => void socket.end(),
    'with RST': ({ socket }) => void socket.resetAndDestroy(),
  };
  for (const [how, end] of Object.entries(ENDS)) {
    for (const [era, options] of [['legacy', CALL], ['modern', MODERN]] as const) {
      test(`${how}: a ${era} call is answered, or lost and said to be, and never sent twice`, async () => {
        alone.behave = treacherous(end);
        const times = often(200);
        const answers = tally(await repeat(times, 1, async () => outcomeOf(await ask(gateway.port, { path: '/mcp/alone', ...options(nextId()) }))));
        assert.deepEqual(answers, { '200 answered': times / 2, '502 upstream-lost': times / 2 });
        assertOnce(alone);
      });
    }
    test(`${how}: what only reads is answered all the same`, async () => {
      alone.behave = treacherous(end);
      const list = (n: number): AskOptions => ({ path: '/mcp/alone', message: request('tools/list', {}, `list-${how}-${n}`) });
      const times = often(200);
      const answers = tally(await repeat(times, 1, async (n) => outcomeOf(await ask(gateway.port, list(n)))));
      assert.deepEqual(answers, { '200 answered': times });
      assert.ok(Math.max(...[...alone.seen].filter(([id]) => id.startsWith('list-')).map(([, count]) => count)) <= 2);
    });
  }
  test('just as the next request comes: 200 or 502, each call once', async () => {
    // The end races the next request on purpose: which of them wins is of no matter.
    alone.behave = ({ socket, message, turn }) => socket.write(ok(message?.id), () => void (turn % 3 === 2 && setImmediate(() => socket.end())));
    const times = often(400);
    const answers = tally(await repeat(times, 8, async () => outcomeOf(await ask(gateway.port, { path: '/mcp/alone', ...CALL(nextId()) }))));
    assert.equal((answers['200 answered'] ?? 0) + (answers['502 upstream-lost'] ?? 0), times, JSON.stringify(answers));
    assertOnce(alone);
    await assertNothingLeft(gateway, atRest);
  });
});

describe('two servers that both fail, one retry', () => {
  const KINDS = ['closes without a word', 'resets before an answer', 'hangs before headers', 'sends garbage', 'sends one header of 10 MB'] as const;
  for (const what of KINDS) {
    const { behave, becomes, times = 100 } = FAULTS[what] as Fault;
    test(`${what}: calls run once at most, of both eras; a list is asked of both`, async () => {
      for (const faulty of pair) faulty.behave = (one) => behave(one, SHAPES['legacy call'] as Shape);
      const many = often(Math.min(times, 100));
      const send = async (options: AskOptions): Promise<string> => outcomeOf(await ask(gateway.port, { path: '/mcp/pair', ...options }));
      const calls = await repeat(many, 10, (n) => send((n % 2 ? CALL : MODERN)(nextId())));
      assert.deepEqual(tally(calls), { [`${becomes}`]: many });
      assertOnce(...pair);
      const lists = await repeat(many, 10, (n) => send({ message: request('tools/list', {}, `list-${what}-${n}`) }));
      assert.deepEqual(tally(lists), { [`${becomes}`]: many });
      for (let n = 0; n < many; n++) assert.deepEqual(pair.map(({ seen }) => seen.get(`list-${what}-${n}`)), [1, 1]);
      await assertNothingLeft(gateway, atRest);
    });
  }
});

describe('an answer that comes after the client has left', () => {
  const ANSWERS: Readonly<Record<string, (asked: Asked, shape: Shape) => void>> = {
    'in order': ({ socket, message }) => void socket.write(ok(message?.id, 'Connection: close\r\n')),
    'of 10 MB': ({ socket }) =>
      void socket.end(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${10 * MB}\r\n\r\n${'x'.repeat(10 * MB)}`),
    'as garbage': ({ socket }) => void socket.write('no answer\r\n\r\n'),
    'half, and then a reset': ({ socket }, shape) => void socket.write(begin(shape), () => socket.resetAndDestroy()),
    'half, and then nothing': ({ socket }, shape) => void socket.write(begin(shape)),
    never: () => {},
  };
  for (const [how, finish] of Object.entries(ANSWERS)) {
    for (const [shape, asked] of Object.entries(SHAPES)) {
      test(`${shape}, answered ${how}`, async () => {
        const held: Asked[] = [];
        alone.behave = (one) => void held.push(one);
        const times = often(how === 'of 10 MB' || how === 'never' ? 10 : 40);
        await repeat(times, 20, async (n) => {
          const connection = await dial(gateway.port);
          connection.send(requestBytes({ path: '/mcp/alone', ...asked.options(nextId()) }));
          await until('the request at the server', () => held.length > n || held.length === times);
          if (n % 2) connection.reset();
          else connection.close();
        });
        await until('every request at the server', () => held.length === times);
        if (asked.leavingCancels) await until('every request being given up', () => held.every(({ socket }) => socket.destroyed || socket.readableEnded));
        for (const one of held) finish(one, asked);
        assertOnce(alone);
        await assertNothingLeft(gateway, atRest);
      });
    }
  }
});

test('the gateway has logged no fault of its own', () => assert.deepEqual(faultsOf(gateway), []));
