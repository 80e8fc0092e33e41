/** Answers as bytes: which are one, what they say, and that it makes no difference in which pieces they come. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readHeaders, responseParser, type ResponseHeaders } from '#src/gateway/runtime/upstream/response-parser.js';
import { randomOf } from '../../support/random.js';

interface Outcome {
  readonly status?: number | undefined;
  readonly headers?: ResponseHeaders | undefined;
  readonly keeps?: number | undefined;
  readonly body: string;
  /** Complete by itself, by the end of the connection, not, or no answer at all. */
  readonly end: 'done' | 'with-connection' | 'cut' | 'refused';
  readonly surplus: boolean;
}

/** What a parser makes of pieces; each is overwritten afterwards, as the buffer of a socket is. */
function read(pieces: readonly Buffer[], method = 'GET'): Outcome {
  const parser = responseParser(method);
  const body: Buffer[] = [];
  let refused = false;
  try {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece);
      body.push(parser.push(bytes));
      bytes.fill('?');
    }
  } catch {
    refused = true;
  }
  const { head, hasSurplus } = parser;
  const end = refused ? 'refused' : parser.done ? 'done' : parser.end() ? 'with-connection' : 'cut';
  return { status: head?.status, headers: head?.headers, keeps: head?.keeps, body: Buffer.concat(body).toString('latin1'), end, surplus: hasSurplus };
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const whole = (text: string, method?: string): Outcome => read([latin1(text)], method);
const OK = 'HTTP/1.1 200 OK\r\n';
const JSON_OK = `${OK}Content-Type: application/json\r\n`;
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

const ANSWERS: Readonly<Record<string, readonly [bytes: string, wanted: Partial<Outcome>, method?: string]>> = {
  'a counted body': [
    `${JSON_OK}Content-Length: 2\r\n\r\n{}`,
    { status: 200, body: '{}', end: 'done', headers: { 'content-type': 'application/json', 'content-length': '2' } },
  ],
  'no body': [`${OK}Content-Length: 0\r\n\r\n`, { body: '', end: 'done' }],
  'a body up to the end': [`${JSON_OK}\r\n{"a":1}\r\n`, { body: '{"a":1}\r\n', end: 'with-connection', keeps: 0 }],
  'no headers': [`${OK}\r\n`, { headers: {}, end: 'with-connection' }],
  'no phrase': ['HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', { status: 200, end: 'done' }],
  'an empty phrase': ['HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n', { status: 404, end: 'done' }],
  'an old server': ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx', { body: 'x', end: 'done', keeps: 0 }],
  chunks: [`${CHUNKED}3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n`, { body: 'abc0123456789', end: 'done', surplus: false }],
  'no chunks': [`${CHUNKED}0\r\n\r\n`, { body: '', end: 'done' }],
  'chunks with zeros and extensions': [`${CHUNKED}0003;a=b;c="d"\r\nabc\r\n00 ;x\r\n\r\n`, { body: 'abc', end: 'done' }],
  'chunks that look like an end': [`${CHUNKED}7\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n`, { body: '0\r\n\r\n\r\n', end: 'done' }],
  'trailers, which are dropped': [
    `${CHUNKED}1\r\nx\r\n0\r\nX-Sum: 1\r\nContent-Length: 7\r\n\r\n`,
    { body: 'x', end: 'done', headers: { 'transfer-encoding': 'chunked' } },
  ],
  'the coding in capitals': [`${OK}Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n`, { end: 'done' }],
  'an answer to HEAD': [`${OK}Content-Length: 99\r\n\r\n`, { body: '', end: 'done', surplus: false }, 'HEAD'],
  'a chunked answer to HEAD': [CHUNKED, { body: '', end: 'done' }, 'HEAD'],
  'a body after HEAD': [`${OK}Content-Length: 2\r\n\r\n{}`, { body: '', end: 'done', surplus: true }, 'HEAD'],
  '204': ['HTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '', end: 'done', keeps: Infinity }],
  '304 with a length': ['HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n', { status: 304, body: '', end: 'done' }],
  'a body after 204': ['HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}', { body: '', surplus: true }],
  'interim answers': [
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}Content-Length: 1\r\n\r\nx`,
    { status: 200, body: 'x', headers: { 'content-length': '1' } },
  ],
  'a second answer': [`${OK}Content-Length: 1\r\n\r\nx${OK}Content-Length: 1\r\n\r\ny`, { body: 'x', end: 'done', surplus: true }],
  'a second answer behind chunks': [`${CHUNKED}0\r\n\r\n${OK}`, { body: '', end: 'done', surplus: true }],
  'spaces around values': [`${OK}A:b\r\nC: \t d  e \t \r\nE:\r\nContent-Length: 0\r\n\r\n`, { headers: { a: 'b', c: 'd  e', e: '', 'content-length': '0' } }],
  'a no-break space stays': [`${OK}A: b\xa0\r\nContent-Length: 0\r\n\r\n`, { headers: { a: 'b\xa0', 'content-length': '0' } }],
  'repeated headers': [
    `${OK}Set-Cookie: a\r\nX: 1\r\nset-cookie: b\r\nSET-COOKIE: c\r\nContent-Length: 0\r\n\r\n`,
    { headers: { 'set-cookie': ['a', 'b', 'c'], x: '1', 'content-length': '0' } },
  ],
  'all that a name may be': [`${OK}!#$%&'*+-.^_\`|~09Az: 1\r\nContent-Length: 0\r\n\r\n`, { headers: { "!#$%&'*+-.^_`|~09az": '1', 'content-length': '0' } }],
  'names of what objects have': [
    `${OK}constructor: a\r\nhasOwnProperty: b\r\nContent-Length: 0\r\n\r\n`,
    { headers: { constructor: 'a', hasownproperty: 'b', 'content-length': '0' } as ResponseHeaders },
  ],
  'the name of the prototype': [`${OK}__proto__: a\r\n__PROTO__: b\r\nContent-Length: 0\r\n\r\n`, { headers: { 'content-length': '0' } }],
  'kept': [`${OK}Content-Length: 0\r\n\r\n`, { keeps: Infinity }],
  'kept for a while': [`${OK}Content-Length: 0\r\nKeep-Alive: timeout=5, max=100\r\n\r\n`, { keeps: 5 }],
  'kept for a while, said second': [`${OK}Content-Length: 0\r\nKeep-Alive: max=100,Timeout=7\r\n\r\n`, { keeps: 7 }],
  'not kept': [`${OK}Content-Length: 0\r\nConnection: close\r\n\r\n`, { keeps: 0 }],
  'not kept, among others': [`${OK}Content-Length: 0\r\nConnection: x-closed\r\nConnection: keep-alive , Close\r\n\r\n`, { keeps: 0 }],
  'kept, whatever is closed': [`${OK}Content-Length: 0\r\nConnection: x-close, closed\r\n\r\n`, { keeps: Infinity }],
  'a head of nearly 64 kB': [`${OK}X: ${'x'.repeat(65_000)}\r\nContent-Length: 0\r\n\r\n`, { end: 'done' }],
  'cut in the head': [`${OK}Content-Le`, { end: 'cut', status: undefined }],
  'cut in a counted body': [`${OK}Content-Length: 3\r\n\r\nab`, { end: 'cut', body: 'ab' }],
  'cut in a chunk': [`${CHUNKED}3\r\nab`, { end: 'cut', body: 'ab' }],
  'cut behind a chunk': [`${CHUNKED}3\r\nabc`, { end: 'cut', body: 'abc' }],
  'cut before the end of trailers': [`${CHUNKED}0\r\nA: b\r\n`, { end: 'cut' }],
};

const REFUSED: Readonly<Record<string, string>> = {
  'another protocol': 'SSH-2.0-OpenSSH_9.6\r\n\r\n',
  'a request': 'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'HTTP/2': 'HTTP/2 200 OK\r\n\r\n',
  'HTTP/1.2': 'HTTP/1.2 200 OK\r\n\r\n',
  'http in small letters': 'http/1.1 200 OK\r\n\r\n',
  'an empty line first': `\r\n${OK}\r\n`,
  'a space first': ` ${OK}\r\n`,
  'two spaces': 'HTTP/1.1  200 OK\r\n\r\n',
  'a tab': 'HTTP/1.1\t200 OK\r\n\r\n',
  'no status': 'HTTP/1.1 OK\r\n\r\n',
  'status 000': 'HTTP/1.1 000 No\r\n\r\n',
  'status 7': 'HTTP/1.1 7 No\r\n\r\n',
  'status 600': 'HTTP/1.1 600 No\r\n\r\n',
  'status 1000': 'HTTP/1.1 1000 No\r\n\r\n',
  'status +20': 'HTTP/1.1 +20 No\r\n\r\n',
  'a control character in the phrase': 'HTTP/1.1 200 O\x07K\r\n\r\n',
  'a lone CR in the phrase': 'HTTP/1.1 200 OK\rX: 1\r\n\r\n',
  'a lone LF after the status line': 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n',
  'a lone LF after a header': `${OK}A: b\nContent-Length: 0\r\n\r\n`,
  'a lone CR in a value': `${OK}A: b\rContent-Length: 0\r\n\r\n`,
  'CR CR LF': `${OK}A: b\r\r\nContent-Length: 0\r\n\r\n`,
  'NUL in a value': `${OK}A: b\0c\r\n\r\n`,
  'NUL in a name': `${OK}A\0: b\r\n\r\n`,
  'DEL in a value': `${OK}A: b\x7f\r\n\r\n`,
  'a vertical tab behind a value': `${OK}A: b\x0b\r\n\r\n`,
  'a folded line': `${OK}A: b\r\n c\r\n\r\n`,
  'a folded line with a tab': `${OK}A: b\r\n\tContent-Length: 0\r\n\r\n`,
  'a space before the first header': `${OK} A: b\r\n\r\n`,
  'a space before the colon': `${OK}Content-Length : 0\r\n\r\n`,
  'a tab before the colon': `${OK}Content-Length\t: 0\r\n\r\n`,
  'no colon': `${OK}Content-Length\r\n\r\n`,
  'no name': `${OK}: b\r\n\r\n`,
  'a name in another script': `${OK}\xe9: b\r\n\r\n`,
  'a name in brackets': `${OK}(a): b\r\n\r\n`,
  'length and chunks': `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'chunks and length': `${OK}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
  'two lengths': `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
  'the same length twice': `${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
  'a list of lengths': `${OK}Content-Length: 2, 2\r\n\r\n{}`,
  'a length with a sign': `${OK}Content-Length: +2\r\n\r\n{}`,
  'a negative length': `${OK}Content-Length: -2\r\n\r\n{}`,
  'a length in hex': `${OK}Content-Length: 0x2\r\n\r\n{}`,
  'a length with an exponent': `${OK}Content-Length: 1e1\r\n\r\n{}`,
  'an empty length': `${OK}Content-Length:\r\n\r\n{}`,
  'a length with a space': `${OK}Content-Length: 1 0\r\n\r\n{}`,
  'a length beyond counting': `${OK}Content-Length: 9007199254740993\r\n\r\n{}`,
  'another coding': `${OK}Transfer-Encoding: gzip\r\n\r\n`,
  'a coding before chunked': `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  'chunked twice': `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'identity': `${OK}Transfer-Encoding: identity\r\n\r\n`,
  'no coding': `${OK}Transfer-Encoding:\r\n\r\n`,
  'something like chunked': `${OK}Transfer-Encoding: xchunked\r\n\r\n`,
  'chunks from HTTP/1.0': 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'no chunk size': `${CHUNKED}\r\n\r\n`,
  'an extension alone': `${CHUNKED};a=b\r\n\r\n`,
  'a chunk size with a sign': `${CHUNKED}+1\r\nx\r\n0\r\n\r\n`,
  'a chunk size with a prefix': `${CHUNKED}0x1\r\nx\r\n0\r\n\r\n`,
  'a chunk size before a space': `${CHUNKED} 1\r\nx\r\n0\r\n\r\n`,
  'a space behind a chunk size': `${CHUNKED}1 \r\nx\r\n0\r\n\r\n`,
  'a chunk size that is no number': `${CHUNKED}g\r\n`,
  'a chunk size beyond counting': `${CHUNKED}fffffffffffffffff\r\n`,
  'a lone LF behind a chunk size': `${CHUNKED}1\nx\r\n0\r\n\r\n`,
  'a lone CR in an extension': `${CHUNKED}1;a\rb\r\nx\r\n0\r\n\r\n`,
  'an extension without end': `${CHUNKED}1;${'a'.repeat(300)}`,
  'a chunk longer than its size': `${CHUNKED}1\r\nxy\r\n0\r\n\r\n`,
  'a chunk that ends with LF': `${CHUNKED}1\r\nx\n0\r\n\r\n`,
  'a chunk shorter than its size': `${CHUNKED}4\r\nx\r\n0\r\n\r\n${' '.repeat(300)}`,
  'a folded trailer': `${CHUNKED}0\r\nA: b\r\n c\r\n\r\n`,
  'a trailer without colon': `${CHUNKED}0\r\nA\r\n\r\n`,
  'trailers without end': `${CHUNKED}0\r\nA: ${'x'.repeat(70_000)}`,
  'a head without end': `${OK}A: ${'x'.repeat(70_000)}`,
  'a head of more than 64 kB': `${OK}${'A: b\r\n'.repeat(12_000)}\r\n`,
  'a status line without end': `HTTP/1.1 200 ${'x'.repeat(70_000)}`,
  'a switched protocol': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n',
  'interim answers without end': 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(4000),
  'an interim answer with a body': `HTTP/1.1 103 Early Hints\r\nContent-Length: 2\r\n\r\n{}${OK}\r\n`,
};

describe('answers', () => {
  for (const [what, [bytes, wanted, method]] of Object.entries(ANSWERS)) {
    test(what, () => {
      const outcome = whole(bytes, method);
      for (const [key, value] of Object.entries(wanted)) assert.deepEqual(outcome[key as keyof Outcome], value, key);
    });
  }
});

describe('no answers', () => {
  for (const [what, bytes] of Object.entries(REFUSED)) test(what, () => assert.equal(whole(bytes).end, 'refused'));
});

test('headers have the prototype of any object, and the names nobody set are not among them', () => {
  const { headers = {} } = whole(`${OK}__proto__: a\r\n__proto__: b\r\nContent-Length: 0\r\n\r\n`);
  assert.equal(Object.getPrototypeOf(headers), Object.prototype);
  assert.deepEqual(Object.keys(headers), ['content-length']);
});

describe('in pieces', () => {
  const all = [
    ...Object.values(ANSWERS).map(([bytes, , method]) => [bytes, method] as const),
    ...Object.values(REFUSED).map((bytes) => [bytes, 'GET'] as const),
  ];

  test('cut at any byte an answer is the same', () => {
    for (const [text, method] of all) {
      const bytes = latin1(text);
      const wanted = read([bytes], method);
      // Of long ones the middle is all alike.
      for (let at = 1; at < bytes.length; at += at > 200 && at < bytes.length - 200 ? 997 : 1) {
        assertSame(read([bytes.subarray(0, at), bytes.subarray(at)], method), wanted, `${JSON.stringify(text.slice(0, 200))} cut at ${at}`);
      }
    }
  });

  test('byte by byte an answer is the same', () => {
    for (const [text, method] of all) {
      if (text.length > 2000) continue;
      const bytes = latin1(text);
      assertSame(read([...bytes].map((byte) => Buffer.from([byte])), method), read([bytes], method), JSON.stringify(text));
    }
  });
});

describe('chance', () => {
  const { seed, below, pick, bytes: random } = randomOf();
  const texts = [...Object.values(ANSWERS).map(([bytes]) => bytes), ...Object.values(REFUSED)].filter(({ length }) => length < 2000);
  const SPICE = [
    '\r', '\n', '\r\n', '\r\n\r\n', '\0', ' ', '\t', ':', ';', '0', 'f', 'Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n', '0\r\n\r\n', OK,
  ];

  function mutated(): Buffer {
    let bytes = latin1(pick(texts));
    for (let i = 0; i <= below(4); i++) {
      const at = below(bytes.length + 1);
      const until = at + below(5);
      const insert = pick([latin1(pick(SPICE)), random(below(3)), Buffer.alloc(0), bytes.subarray(below(bytes.length + 1))]);
      bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(until)]);
    }
    return bytes;
  }

  test(`spoilt answers settle alike in any pieces (MCPGEN_SEED=${seed})`, () => {
    for (let i = 0; i < 20_000; i++) {
      const bytes = mutated();
      const method = pick(['GET', 'POST', 'HEAD']);
      const wanted = read([bytes], method);
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        const next = at + 1 + below(bytes.length);
        pieces.push(bytes.subarray(at, next));
        at = next;
      }
      assertSame(read(pieces, method), wanted, `MCPGEN_SEED=${seed}, round ${i}: ${JSON.stringify(bytes.toString('latin1'))}`);
      for (const value of Object.values(wanted.headers ?? {}).flat()) assert.doesNotMatch(value, /[\r\n\0]/);
    }
  });

  test(`an answer is the same whatever was read before it (MCPGEN_SEED=${seed})`, () => {
    for (let i = 0; i < 20_000; i++) {
      const bytes = mutated();
      const method = pick(['GET', 'POST', 'HEAD']);
      const where = `MCPGEN_SEED=${seed}, round ${i}: ${JSON.stringify(bytes.toString('latin1'))}`;
      const before = read([bytes], method);
      read([mutated()], pick(['GET', 'POST', 'HEAD']));
      assertSame(read([bytes], method), before, where);
    }
  });

  test(`what is called complete needs no byte more, and no byte less (MCPGEN_SEED=${seed})`, () => {
    for (let i = 0; i < 5000; i++) {
      const bytes = mutated();
      const outcome = read([bytes]);
      if (outcome.end !== 'done' || outcome.surplus) continue;
      const where = `MCPGEN_SEED=${seed}, round ${i}: ${JSON.stringify(bytes.toString('latin1'))}`;
      assert.notEqual(read([bytes.subarray(0, -1)]).end, 'done', where);
      const followed = read([bytes, latin1(`${OK}Content-Length: 1\r\n\r\ny`)]);
      assert.deepEqual([followed.end, followed.surplus, followed.status, followed.body], ['done', true, outcome.status, outcome.body], where);
    }
  });
});

/** What was refused may have yielded more or less of a body first. */
function assertSame(outcome: Outcome, wanted: Outcome, what: string): void {
  if (wanted.end === 'refused') assert.equal(outcome.end, 'refused', what);
  else assert.deepEqual(outcome, wanted, what);
}

describe('lines that a server says again', () => {
  const headersOf = (block: string): ResponseHeaders => readHeaders(block, 0);

  test('are the same headers', () => {
    for (let i = 0; i < 3; i++) assert.deepEqual(headersOf(`Date: ${i}\r\nServer: x\r\nX: \t y \r\n`), { date: `${i}`, server: 'x', x: 'y' });
  });

  test('are read anew where they go on differently, or come in another place', () => {
    assert.deepEqual(headersOf('A: 1\r\nB: 2\r\n'), { a: '1', b: '2' });
    assert.deepEqual(headersOf('A: 12\r\nB: 2\r\n'), { a: '12', b: '2' });
    assert.deepEqual(headersOf('B: 2\r\nA: 12\r\nA: 1\r\n'), { b: '2', a: ['12', '1'] });
    assert.deepEqual(headersOf('B: 2\r\n'), { b: '2' });
    assert.throws(() => headersOf('B: 2\r\n C: folded\r\n'), /header line/);
    assert.throws(() => headersOf('B: 2\rX\r\n'), /header line/);
  });

  test('do not share the arrays that repeated ones become', () => {
    const block = 'Set-Cookie: a\r\nSet-Cookie: b\r\n';
    (headersOf(block)['set-cookie'] as string[]).push('c');
    assert.deepEqual(headersOf(block), { 'set-cookie': ['a', 'b'] });
  });
});
