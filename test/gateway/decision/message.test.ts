/** What a body says, and which bodies could be read as two different messages. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseMessage, type Message } from '#src/gateway/runtime/decision/message.js';
import { randomOf, type Random } from '../../support/random.js';
import { CAPABILITIES, modern, request, VERSION } from '../../support/gateway-messages.js';

const parse = (body: unknown, depth = 64): ReturnType<typeof parseMessage> =>
  parseMessage(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), depth);
function message(body: unknown): Message {
  const parsed = parse(body);
  return parsed.ok ? parsed.message : assert.fail(`${parsed.reason}: ${JSON.stringify(body)}`);
}
function refused(body: unknown, depth?: number): string {
  const parsed = parse(body, depth);
  return parsed.ok ? `accepted as ${parsed.message.shape} ${parsed.message.method}` : parsed.reason;
}

describe('shapes', () => {
  test('request, notification, response, batch', () => {
    assert.deepEqual(message(request('tools/list')), {
      shape: 'request', id: 1, method: 'tools/list', name: null, claim: undefined, declaresCapabilities: false, methods: ['tools/list'], calls: [],
      continues: false, traceparent: null, initialize: null,
    });
    assert.equal(message({ jsonrpc: '2.0', method: 'notifications/initialized' }).shape, 'notification');
    for (const answer of [{ result: {} }, { error: { code: 1, message: 'x' } }, { result: null }]) {
      const { shape, method, methods, id } = message({ jsonrpc: '2.0', id: 'a', ...answer });
      assert.deepEqual([shape, method, methods, id], ['response', '', [], 'a']);
    }
    const batch = message([request('tools/list'), { jsonrpc: '2.0', method: 'n' }, { jsonrpc: '2.0', id: 3, result: {} }]);
    assert.deepEqual([batch.shape, batch.id, batch.method, batch.methods], ['batch', null, '', ['tools/list', 'n']]);
  });

  test('what is no message', () => {
    for (const body of [
      null,
      1,
      'text',
      true,
      [],
      [1],
      [[]],
      [null],
      {},
      { jsonrpc: '2.0' },
      { jsonrpc: '1.0', id: 1, method: 'x' },
      { jsonrpc: 2, id: 1, method: 'x' },
      { id: 1, method: 'x' },
      { jsonrpc: '2.0', id: 1, method: 5 },
      { jsonrpc: '2.0', id: null, method: 'x' },
      { jsonrpc: '2.0', id: {}, method: 'x' },
      { jsonrpc: '2.0', id: [1], method: 'x' },
      { jsonrpc: '2.0', id: true, method: 'x' },
      { jsonrpc: '2.0', id: 1, method: 'x', result: {} },
      [request('x'), 5],
      [request('x'), []],
      [[request('x')]],
    ]) {
      assert.equal(refused(JSON.stringify(body)), 'body-not-message', JSON.stringify(body));
    }
  });

  test('what is no JSON', () => {
    for (const body of [
      '', ' ', '{', '{"a":1,}', "{'a':1}", '{"a":1}{"a":1}', '{"a":1}\n{"a":1}', '\ufeff{"jsonrpc":"2.0","id":1,"method":"x"}', '{"a":NaN}',
      '{"a":01}', '{"a":"\t"}', '{"a":"\\x41"}', '// x\n{}', 'undefined', '{"a":1}\u0000',
    ]) {
      assert.equal(refused(body), 'body-not-json', JSON.stringify(body));
    }
  });

  test('bytes that are no UTF-8 are no JSON (RFC 8259 §8.1): what a parser makes of them is its own affair', () => {
    for (const bad of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
      const body = Buffer.concat([Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a'), Buffer.from(bad), Buffer.from('"}}')]);
      const parsed = parseMessage(body, 64);
      assert.equal(parsed.ok ? 'accepted' : parsed.reason, 'body-not-json', body.toString('latin1'));
    }
    assert.equal(refused(Buffer.from(JSON.stringify(request('x')), 'utf16le').toString('latin1')), 'body-not-json');
  });

  test('ids of every kind, and the largest numbers', () => {
    for (const id of [0, -1, 1.5, '', 'x', 2 ** 53, 1e300, '__proto__']) assert.equal(message({ jsonrpc: '2.0', id, method: 'x' }).id, id);
    assert.equal(message('{"jsonrpc":"2.0","id":12345678901234567890,"method":"x"}').shape, 'request');
    assert.equal(message(`{"jsonrpc":"2.0","id":1${'0'.repeat(400)},"method":"x"}`).shape, 'request');
    assert.equal(message(`{"jsonrpc":"2.0","id":1,"method":"x","params":{"n":${'9'.repeat(100_000)}}}`).shape, 'request');
  });

  test('a refused body still has its id, where it has one', () => {
    const id = (body: string): unknown => {
      const parsed = parse(body);
      return parsed.ok ? 'accepted' : parsed.id;
    };
    assert.equal(id('{"jsonrpc":"1.0","id":"mine","method":"x"}'), 'mine');
    assert.equal(id('{"jsonrpc":"2.0","id":4,"method":"x","method":"y"}'), 4);
    assert.equal(id('{"jsonrpc":"2.0","id":{},"method":"x"}'), null);
    assert.equal(id('{'), null);
  });
});

describe('names', () => {
  test('by method', () => {
    const name = (method: string, params?: Readonly<Record<string, unknown>>): string | null => message(request(method, params)).name;
    assert.equal(name('tools/call', { name: 'echo' }), 'echo');
    assert.equal(name('prompts/get', { name: 'p' }), 'p');
    assert.equal(name('resources/read', { uri: 'file:///x', name: 'no' }), 'file:///x');
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) assert.equal(name(method, { taskId: 't' }), 't');
    assert.equal(name('tools/call'), null);
    assert.equal(name('tools/call', { name: 5 }), null);
    assert.equal(name('tools/list', { name: 'x' }), null);
  });
  test('a method without a name has none, not even an empty key’s', () => {
    assert.equal(message(request('tools/list', { '': 'x' })).name, null);
  });
  test('arguments, for the audit', () => {
    assert.equal(message(request('tools/call', { name: 'x', arguments: { a: 1 } })).calls[0]?.argumentsJson, '{"a":1}');
    assert.equal(message(request('tools/call', { name: 'x' })).calls[0]?.argumentsJson, '');
    assert.equal(message(request('other', { arguments: { a: 1 } })).calls[0], undefined);
  });
});

describe('claims', () => {
  test('the claim is what _meta says, whatever that is', () => {
    const claimed = message(modern('tools/list'));
    assert.deepEqual([claimed.claim, claimed.declaresCapabilities], ['2026-07-28', true]);
    for (const claim of ['', 5, null, '2026-07-28 ']) assert.deepEqual(message(request('x', { _meta: { [VERSION]: claim } })).claim, claim);
    for (const _meta of [[], 'text', null, 5]) assert.equal(message(request('x', { _meta })).claim, undefined);
    for (const capabilities of [[], 'x', null, 5]) assert.equal(message(request('x', { _meta: { [CAPABILITIES]: capabilities } })).declaresCapabilities, false);
    assert.equal(message(request('x', { nested: { _meta: { [VERSION]: '2026-07-28' } } })).claim, undefined);
    assert.equal(message({ jsonrpc: '2.0', id: 1, method: 'x', _meta: { [VERSION]: '2026-07-28' } }).claim, undefined);
  });
  test('field-29 of a claim of any length only the beginning is kept, and of an object nothing', () => {
    const of = (claim: unknown): unknown => message(request('x', { _meta: { [VERSION]: claim, traceparent: 'y'.repeat(1e5) } })).claim;
    assert.deepEqual([of('x'.repeat(1e5)), of({ a: [1] }), of([])], ['x'.repeat(256), null, null]);
    assert.ok((message(request('x', { _meta: { traceparent: 'y'.repeat(1e5) } })).traceparent?.length ?? 0) < 1000);
  });
  test('a batch with a claim in it is nothing', () => {
    assert.equal(refused([request('x'), modern('y')]), 'body-not-message');
    assert.equal(refused([request('x', { _meta: { [VERSION]: null } })]), 'body-not-message');
  });
});

describe('ambiguity', () => {
  test('a decisive key twice, in the message or its params', () => {
    for (const body of [
      '{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}',
      '{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}',
      '{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"x"}',
      '{"jsonrpc":"2.0","id":1,"method":"x","params":{},"params":{}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{},"arguments":{}}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","_meta":{},"_meta":{}}}',
      '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"a","uri":"b"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"a","taskId":"b"}}',
      '{"jsonrpc":"2.0","id":1,"result":{},"result":{}}',
      '{"params":{"x":[{"y":"}"}],"name":"a","z":{"name":"c"},"name":"b"},"jsonrpc":"2.0","id":1,"method":"tools/call"}',
      '[{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}]',
      '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}]',
    ]) {
      assert.equal(refused(body), 'body-duplicate-key', body);
    }
  });

  test('a decisive key in another case: parsers that ignore case would take it', () => {
    for (const body of [
      '{"jsonrpc":"2.0","id":1,"method":"x","Method":"y"}',
      '{"jsonrpc":"2.0","id":1,"METHOD":"x"}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","Params":{"name":"b"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","Name":"b"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","NAME":"b"}}',
      '{"jsonrpc":"2.0","ID":1,"method":"x"}',
      '{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskid":"a"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"a","TaskId":"b"}}',
      '[{"jsonrpc":"2.0","id":1,"method":"x","Method":"y"}]',
    ]) {
      assert.equal(refused(body), 'body-duplicate-key', body);
    }
  });

  test('field-36c a key of _meta by which the body is read comes once', () => {
    const [version, capabilities] = ['io.modelcontextprotocol/protocolVersion', 'io.modelcontextprotocol/clientCapabilities'];
    const body = (meta: string): string => `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"a":{"_meta":{}},"_meta":${meta},"b":[{}]}}`;
    for (const meta of [
      `{"${version}":"2026-07-28","${version}":"2025-11-25"}`,
      `{"x":{"y":1},"${version}":"2026-07-28","z":[1,{"q":2}],"${version}":"2026-07-28"}`,
      `{"${version}":"2026-07-28","io.modelcontextprotocol\\/protocolVersion":"2025-11-25"}`,
      `{"${version}":"2026-07-28","io.modelcontextprotocol/ProtocolVersion":"2025-11-25"}`,
      `{"${capabilities}":{},"${capabilities}":{"sampling":{}}}`,
    ]) {
      assert.equal(refused(body(meta)), 'body-duplicate-key', meta);
      assert.equal(refused(`[${body(meta)}]`), 'body-duplicate-key', meta);
    }
    const once = `{"${version}":"2026-07-28","${capabilities}":{"${version}":1,"x":{"${version}":2}},"same":1,"same":2}`;
    assert.equal(message(body(once)).claim, '2026-07-28');
  });

  test('letters that fold into ASCII ones: Go takes "paramſ" for "params" and the Kelvin sign for "k"', () => {
    for (const body of [
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe"},"param\u017f":{"name":"danger"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe","argument\u017f":{}}}',
      '{"json\u0072pc":"2.0","j\u017fonrpc":"2.0","id":1,"method":"x"}',
      '{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"a","tas\u212aId":"b"}}',
      '{"jsonrpc":"2.0","id":1,"re\u017fult":{},"method":"x"}',
    ]) {
      assert.equal(refused(body), 'body-duplicate-key', body);
    }
  });

  test('escapes are another spelling of the same key', () => {
    for (const body of [
      '{"jsonrpc":"2.0","id":1,"method":"x","meth\\u006fd":"y"}',
      '{"jsonrpc":"2.0","id":1,"meth\\u006Fd":"x","method":"y"}',
      '{"jsonrpc":"2.0","id":1,"method":"x","\\u004dethod":"y"}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","\\u006e\\u0061\\u006d\\u0065":"b"}}',
    ]) {
      assert.equal(refused(body), 'body-duplicate-key', body);
    }
    assert.equal(message('{"jsonrpc":"2.0","id":1,"meth\\u006fd":"tools\\/list"}').method, 'tools/list');
  });

  test('what only looks like a second key is none', () => {
    for (const body of [
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"name","arguments":{"name":"name","Name":1,"method":"method","params":{}}}}',
      '{"jsonrpc":"2.0","id":1,"method":"x","params":{"text":"\\",\\"method\\":\\"y\\""}}',
      '{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":"\\\\","b":["name","name",{"name":1,"name2":2}]}}',
      '{"jsonrpc":"2.0","id":1,"method":"x","params":{"same":1,"same":2}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","_meta":{"name":"b","method":"c"}}}',
      '[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":2,"method":"b"}]',
      '{ "jsonrpc" : "2.0" , "id" : 1 , "method" : "x" , "params" : { } }',
    ]) {
      assert.ok(parse(body).ok, body);
    }
  });

  test('members of every object are no keys, and keys named like them do no harm', () => {
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const parsed = message(`{"jsonrpc":"2.0","id":1,"method":"x","${key}":{"method":"tools/call","result":1},"params":{"${key}":{"name":"y"}}}`);
      assert.deepEqual([parsed.shape, parsed.method, parsed.name], ['request', 'x', null], key);
    }
    assert.equal(refused('{"__proto__":{"jsonrpc":"2.0","id":1,"method":"x"}}'), 'body-not-message');
    assert.equal(message(`{"jsonrpc":"2.0","id":1,"method":"x","params":{"__proto__":{"_meta":{"${VERSION}":"2026-07-28"}}}}`).claim, undefined);
    assert.equal(({} as { method?: string }).method, undefined);
  });
});

describe('depth', () => {
  const nested = (levels: number, open = '[', close = ']'): string =>
    `{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":${open.repeat(levels)}1${close.repeat(levels)}}}`;
  test('the limit itself passes', () => {
    assert.ok(parse(nested(6), 8).ok);
    assert.equal(refused(nested(7), 8), 'body-too-deep');
    assert.equal(refused(nested(7, '{"b":', '}'), 8), 'body-too-deep');
  });
  test('brackets in strings are text', () => {
    assert.ok(parse(request('x', { text: '[{'.repeat(1000) }), 8).ok);
  });
  test('a body of nothing but brackets is refused before it has cost much', () => {
    const body = Buffer.from('['.repeat(2 ** 21) + ']'.repeat(2 ** 21));
    const started = performance.now();
    assert.equal(parseMessage(body, 64).ok, false);
    const took = performance.now() - started;
    assert.ok(took < 5000, `4 MB of brackets took ${Math.round(took)} ms`);
  });
});

test('no text of 100 kB takes long to judge: keys least of all, which are compared as parsers that ignore case would', () => {
  const around = (inner: string): string => `{"jsonrpc":"2.0","id":1,"method":"x",${inner}}`;
  // Normalising sorts runs of combining marks, in the square of their length.
  const texts: Readonly<Record<string, string>> = {
    'a key of marks': around(`"a${'\u0301\u0316'.repeat(25_000)}":1`),
    'a key that grows when normalised': around(`"${'\ufdfa'.repeat(33_000)}":1`),
    'many keys': around(Array.from({ length: 9000 }, (_, i) => `"k${i}":1`).join()),
    'the same key': around(Array.from({ length: 20_000 }, () => '"x":1').join()),
    'escapes': around(`"${'\\u0061'.repeat(16_000)}":1`),
    'backslashes': around(`"x":"${'\\\\'.repeat(50_000)}"`),
    'digits': around(`"x":${'9'.repeat(100_000)}`),
    'nothing but quotes': '"'.repeat(100_000),
    'nothing but braces': '{'.repeat(100_000),
    'an open string': `{"${'a'.repeat(100_000)}`,
  };
  for (const [what, text] of Object.entries(texts)) {
    const body = Buffer.from(text);
    const started = performance.now();
    parseMessage(body, 64);
    const took = performance.now() - started;
    assert.ok(took < 2000, `${what}: ${Math.round(took)} ms`);
  }
});

/** JSON text of chance: decisive keys in several spellings, at several depths. */
function randomJson(random: Random, depth = 0): string {
  const { pick, below } = random;
  const KEYS = [
    'jsonrpc', 'id', 'method', 'params', 'name', 'uri', 'taskId', 'arguments', '_meta', 'Method', 'meth\\u006fd', 'x', '', '__proto__', 'a\\"b',
    '\\\\',
  ];
  const scalar = (): string =>
    pick(['1', '"2.0"', '"x"', '"tools/call"', 'null', 'true', '1e400', '-0', '"\\"}"', '"[{"', '"\\\\"', '""', '"\\ud800"', '"é😀"']);
  const space = (): string => pick(['', '', '', ' ', '\n\t']);
  if (depth > 3 || below(3) === 0) return scalar();
  const items = Array.from({ length: below(5) }, () => randomJson(random, depth + 1));
  if (below(4) === 0) return `[${items.join(`${space()},${space()}`)}]`;
  return `{${items.map((item) => `${space()}"${pick(KEYS)}"${space()}:${space()}${item}`).join(',')}${space()}}`;
}

/** The keys of the objects that decide, with repeats: a second, slow reader to check the fast one against. */
function decisiveKeys(text: string): string[][] {
  let at = 0;
  const found: string[][] = [];
  const skip = (): void => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const string = (): string => {
    const start = at;
    for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++;
    at++;
    return JSON.parse(text.slice(start, at)) as string;
  };
  const value = (level: number): void => {
    skip();
    if (text[at] === '"') return void string();
    const isObject = text[at] === '{';
    if (!isObject && text[at] !== '[') return void (at += /^[^,\]}\s]+/.exec(text.slice(at))?.[0].length ?? 0);
    const keys: string[] = [];
    for (at++, skip(); text[at] !== '}' && text[at] !== ']'; skip()) {
      if (isObject) {
        keys.push(string());
        skip();
        at++;
      }
      value(level + 1);
      skip();
      if (text[at] === ',') at++;
      skip();
    }
    at++;
    if (isObject && level <= 2) found.push(keys);
  };
  value(text.trimStart().startsWith('[') ? 0 : 1);
  return found;
}

test('of whatever JSON, the message is what JSON.parse says, and no decisive key was ambiguous', () => {
  const dice = randomOf();
  const DECISIVE = ['jsonrpc', 'id', 'method', 'params', 'name', 'uri', 'taskid', 'arguments', '_meta', 'result', 'error'];
  let accepted = 0;
  for (let i = 0; i < 6000; i++) {
    const inner = randomJson(dice);
    const body =
      dice.below(2) === 0 ? inner : `{"jsonrpc":"2.0","id":1,"method":"x","params":${inner}${dice.pick(['', ',"x":1', ',"method":"y"', ',"Id":2'])}}`;
    const parsed = parseMessage(Buffer.from(body), 64);
    const shown = `MCPGEN_SEED=${dice.seed}: ${body}`;
    const ambiguous = decisiveKeys(body).some((keys) => {
      const lower = keys.map((key) => key.toLowerCase()).filter((key) => DECISIVE.includes(key));
      return new Set(lower).size < lower.length || keys.some((key) => key !== 'taskId' && key !== key.toLowerCase() && DECISIVE.includes(key.toLowerCase()));
    });
    if (ambiguous) assert.equal(parsed.ok ? 'accepted' : parsed.reason, 'body-duplicate-key', shown);
    else if (!parsed.ok) assert.equal(parsed.reason, 'body-not-message', shown);
    else if (parsed.message.shape !== 'batch') {
      accepted++;
      const value = JSON.parse(body) as { id?: unknown; method?: unknown; params?: { _meta?: Readonly<Record<string, unknown>> } };
      assert.deepEqual([parsed.message.id, parsed.message.method], [value.id ?? null, value.method ?? ''], shown);
      assert.deepEqual(parsed.message.claim, value.params?._meta?.[VERSION], shown);
    }
  }
  assert.ok(accepted > 100, `MCPGEN_SEED=${dice.seed}: only ${accepted} messages in it`);
});

test('whatever bytes: an answer, never a fault', () => {
  const { seed, bytes, below } = randomOf();
  const valid = Buffer.from(JSON.stringify(modern('tools/call', { name: 'x', arguments: { a: [1, { b: 'c' }] } })));
  for (let i = 0; i < 6000; i++) {
    const body = i % 2 === 0 ? bytes(below(40)) : Buffer.from(valid);
    if (i % 2 === 1) for (let flips = 1 + below(3); flips > 0; flips--) body[below(body.length)] = below(256);
    assert.doesNotThrow(() => parseMessage(body, 4 + below(64)), `MCPGEN_SEED=${seed}: ${body.toString('hex')}`);
  }
});

describe('field-29 what a body becomes', () => {
  test('field-29 what takes far more memory than it has bytes is refused before it is parsed, whatever else it is', () => {
    const most = 8 * 2 ** 20;
    const weighs = (body: string): string => {
      const parsed = parseMessage(Buffer.from(body), 64, most);
      return parsed.ok ? 'fits' : parsed.reason;
    };
    const many = (element: string): string => Array(Math.floor(2 ** 20 / (element.length + 1))).fill(element).join();
    const of = (element: string): string => `{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":[${many(element)}]}}`;
    for (const element of ['{}', '[]', '[[]]', '{"a":{}}']) assert.equal(weighs(of(element)), 'body-too-large', element);
    for (const element of ['1', '-12.5', '"ab"', '{"x":1,"y":2}', '[12.5,47.25]', `"${'x'.repeat(1e5)}"`]) assert.equal(weighs(of(element)), 'fits', element);
  });

  test('field-29 of an introduction only what is needed later is kept, and of a long one no more than that it was long', () => {
    const said = { protocolVersion: '2025-11-25', capabilities: { roots: {} }, clientInfo: { name: 'n', version: '1', title: 'x'.repeat(1e5) } };
    const { initialize } = message(request('initialize', { ...said, other: Array(1e4).fill({}) }));
    const { protocolVersion, capabilities } = said;
    assert.deepEqual(initialize, { protocolVersion, text: JSON.stringify({ protocolVersion, capabilities, clientInfo: { name: 'n', version: '1' } }) });
    const long = message(request('initialize', { ...said, capabilities: { experimental: Array(1e4).fill({}) } })).initialize;
    assert.deepEqual(long, { protocolVersion, text: null });
  });
});
