/** Row 13 as a table: MCP-WIRE §1.4, each rung with what stands in headers and body. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RequestHead } from '#src/gateway/runtime/decision/head.js';
import { parseMessage } from '#src/gateway/runtime/decision/message.js';
import { decodeHeader, eraOf, revisionFault, type JudgedMessage } from '#src/gateway/runtime/decision/revision.js';
import { REASONS } from '#src/gateway/runtime/decision/reasons.js';
import { randomOf } from '../../support/random.js';
import { CAPABILITIES, initialize, modern, modernHeaders, request, VERSION } from '../../support/gateway-messages.js';
import { askedOf, gatewayConfig, tablesOf } from '../../support/gateway-tables.js';

const ALL = tablesOf(gatewayConfig());
const LEGACY_ONLY = tablesOf(gatewayConfig({ gateway: { revisions: ['2025-06-18', '2025-11-25'] } }));
const MODERN_ONLY = tablesOf(gatewayConfig({ gateway: { revisions: ['2026-07-28'] } }));

type Headers = Readonly<Record<string, string>>;
type Answer = 'legacy' | 'modern' | -32602 | -32020 | -32022;
type Case = readonly [what: string, body: unknown, headers: Headers, answer: Answer, tables?: typeof ALL];

const V = (version: string): Headers => ({ 'mcp-protocol-version': version });
const list = modernHeaders('tools/list');
const call = modern('tools/call', { name: 'echo' });
const notification = { jsonrpc: '2.0', method: 'notifications/cancelled', params: {} };
const claiming = (claim: unknown, method = 'tools/list') => request(method, { _meta: { [VERSION]: claim, [CAPABILITIES]: {} } });
const base64 = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;

/** In the order of the ladder. `null` as a body is a request without one: GET, DELETE. */
const LADDER: readonly Case[] = [
  // 1. Not POST: an operation on a legacy session.
  ['GET', null, {}, 'legacy'],
  ['GET of a version that is served', null, V('2025-11-25'), 'legacy'],
  ['GET of one that is not', null, V('2024-10-07'), -32022],
  ['GET that says modern', null, V('2026-07-28'), 'legacy'],
  // 2. Batches are legacy.
  ['a batch', [request('tools/list')], {}, 'legacy'],
  ['a batch, and a version of then', [request('tools/list')], V('2025-03-26'), 'legacy'],
  ['a batch and a version nobody knows', [request('tools/list')], V('2020-01-01'), -32022],
  // 3. So are answers.
  ['an answer', { jsonrpc: '2.0', id: 1, result: {} }, V('2025-11-25'), 'legacy'],
  // 4. initialize
  ['initialize', initialize, {}, 'legacy'],
  ['initialize and the version it wants', initialize, V('2025-11-25'), 'legacy'],
  ['initialize and a version that is not served: the handshake settles it', initialize, V('2024-10-07'), 'legacy'],
  ['field-36e initialize and a version that nobody knows', initialize, V('1999-01-01'), -32022],
  ['field-36e initialize and a word', initialize, V('latest'), -32022],
  ['initialize under a modern header', initialize, V('2026-07-28'), -32020],
  ['initialize under a future header', initialize, V('2027-01-01'), -32020],
  ['initialize with an invalid claim', claiming('latest', 'initialize'), {}, 'legacy'],
  ['initialize with a legacy claim', claiming('2025-11-25', 'initialize'), {}, 'legacy'],
  ['initialize with a claim of another kind', claiming(5, 'initialize'), {}, 'legacy'],
  [
    'initialize with a modern claim is a method that modern has not',
    claiming('2026-07-28', 'initialize'),
    { ...V('2026-07-28'), 'mcp-method': 'initialize' },
    'modern',
  ],
  // 5. The modern ladder: envelope,
  ['modern, all in order', modern('tools/list'), list, 'modern'],
  ['no capabilities', request('tools/list', { _meta: { [VERSION]: '2026-07-28' } }), list, -32602],
  ['capabilities that are no object', request('tools/list', { _meta: { [VERSION]: '2026-07-28', [CAPABILITIES]: [] } }), list, -32602],
  ['a claim that is no text', claiming(20260728), list, -32602],
  ['a claim of null', claiming(null), list, -32602],
  ['envelope before mismatch', request('tools/list', { _meta: { [VERSION]: '2026-07-28' } }), { ...V('2025-11-25'), 'mcp-method': 'other' }, -32602],
  // then version and method mismatch,
  ['another version in the header', modern('tools/list'), { ...list, ...V('2025-11-25') }, -32020],
  ['another method in the header', modern('tools/list'), { ...list, 'mcp-method': 'tools/call' }, -32020],
  ['the method in another case', modern('tools/list'), { ...list, 'mcp-method': 'Tools/List' }, -32020],
  ['an empty method header', modern('tools/list'), { ...list, 'mcp-method': '' }, -32020],
  ['an empty version header', modern('tools/list'), { ...list, ...V('') }, -32020],
  ['a method header twice', modern('tools/list'), { ...list, 'mcp-method': 'tools/list, tools/list' }, -32020],
  ['a claimed legacy version under a modern header', claiming('2025-11-25'), list, -32020],
  ['mismatch before support', claiming('2027-01-01'), list, -32020],
  // then support,
  ['a version nobody serves', claiming('2027-01-01'), { ...list, ...V('2027-01-01') }, -32022],
  ['no date at all', claiming('latest'), { ...list, ...V('latest') }, -32022],
  ['a claim of a legacy version', claiming('2025-11-25'), { ...list, ...V('2025-11-25') }, -32022],
  ['support before presence', claiming('2027-01-01'), {}, -32022],
  ['modern where only legacy is served', modern('tools/list'), list, -32022, LEGACY_ONLY],
  // then presence,
  ['no version header', modern('tools/list'), { 'mcp-method': 'tools/list' }, -32020],
  ['no method header', modern('tools/list'), V('2026-07-28'), -32020],
  // and the name.
  ['a call under its name', call, modernHeaders('tools/call', 'echo'), 'modern'],
  ['a call without its name', call, modernHeaders('tools/call'), -32020],
  ['a call under another name', call, modernHeaders('tools/call', 'other'), -32020],
  ['a call under its name in another case', call, modernHeaders('tools/call', 'Echo'), -32020],
  ['a name that must be encoded', modern('tools/call', { name: 'übung' }), modernHeaders('tools/call', base64('übung')), 'modern'],
  ['a name encoded without need', call, modernHeaders('tools/call', base64('echo')), 'modern'],
  ['a name encoded badly', call, modernHeaders('tools/call', '=?base64?ZWNo*28=?='), -32020],
  [
    'a name that looks encoded, and is the literal',
    modern('tools/call', { name: '=?BASE64?ZWNobw==?=' }),
    modernHeaders('tools/call', '=?BASE64?ZWNobw==?='),
    'modern',
  ],
  ['a name that looks encoded must be', modern('tools/call', { name: '=?base64?ZWNobw==?=' }), modernHeaders('tools/call', '=?base64?ZWNobw==?='), -32020],
  ['a resource', modern('resources/read', { uri: 'note:///1' }), modernHeaders('resources/read', 'note:///1'), 'modern'],
  ['a resource under another', modern('resources/read', { uri: 'note:///1' }), modernHeaders('resources/read', 'note:///2'), -32020],
  ['a prompt', modern('prompts/get', { name: 'p' }), modernHeaders('prompts/get', 'p'), 'modern'],
  ['a task', modern('tasks/get', { taskId: 't' }), modernHeaders('tasks/get', 't'), 'modern'],
  ['field-36b a tool that the body does not name', modern('tools/call', {}), modernHeaders('tools/call', 'drop'), -32020],
  ['field-36b a tool whose name is no text', modern('tools/call', { name: 5 }), modernHeaders('tools/call', '5'), -32020],
  ['field-36b a resource that the body does not name', modern('resources/read', { name: 'x' }), modernHeaders('resources/read', 'x'), -32020],
  ['a list that is given a name', modern('prompts/list'), modernHeaders('prompts/list', 'x'), 'modern'],
  ['a list needs no name', modern('prompts/list'), modernHeaders('prompts/list'), 'modern'],
  ['discover', modern('server/discover'), modernHeaders('server/discover'), 'modern'],
  ['discover where only legacy is served', modern('server/discover'), modernHeaders('server/discover'), -32022, LEGACY_ONLY],
  // 6. A modern header and no claim is never legacy.
  ['a modern header alone', request('tools/list'), list, -32602],
  ['a future header alone', request('tools/list'), V('2030-01-01'), -32602],
  ['a modern header alone, where only legacy is served', request('tools/list'), list, -32602, LEGACY_ONLY],
  // 7. A notification goes by its header.
  ['a notification', notification, {}, 'legacy'],
  ['a notification of legacy', notification, V('2025-11-25'), 'legacy'],
  ['a notification of modern', notification, V('2026-07-28'), 'modern'],
  ['a notification of the future', notification, V('2027-01-01'), -32022],
  ['a notification of the past', notification, V('2024-10-07'), -32022],
  // 8. The rest is legacy.
  ['a request', request('tools/list'), {}, 'legacy'],
  ['a request of each version', request('tools/list'), V('2025-06-18'), 'legacy'],
  ['a request of a version that is not served', request('tools/list'), V('2024-10-07'), -32022],
  ['a request of a word', request('tools/list'), V('latest'), -32022],
  ['a request of two versions', request('tools/list'), V('2025-06-18, 2026-07-28'), -32022],
  ['a legacy request where only modern is served', request('tools/list'), V('2025-06-18'), -32022, MODERN_ONLY],
  ['headers of modern do not make a legacy request modern', request('tools/list'), { 'mcp-method': 'tools/call', 'mcp-name': 'x' }, 'legacy'],
];

/** The message with its era, as the gateway judges it; nothing for a request without a body. */
function judged(head: RequestHead, body: unknown): JudgedMessage | undefined {
  if (body === null) return undefined;
  const parsed = parseMessage(Buffer.from(JSON.stringify(body)), 64);
  if (!parsed.ok) return assert.fail(parsed.reason);
  return { message: parsed.message, era: eraOf(head, parsed.message) };
}

describe('the ladder', () => {
  for (const [what, body, headers, expected, tables = ALL] of LADDER) {
    test(`${what}: ${expected}`, () => {
      const asked = askedOf(tables, { method: body === null ? 'GET' : 'POST', headers });
      const message = judged(asked, body);
      const fault = revisionFault(tables, asked, message);
      assert.equal(fault ? REASONS[fault.reason].code : (message?.era ?? 'legacy'), expected);
      if (fault) assert.equal(REASONS[fault.reason].status, 400);
    });
  }

  test('without a legacy revision, a request that names none is not served either', () => {
    const asked = askedOf(MODERN_ONLY);
    for (const body of [request('tools/list'), initialize]) {
      assert.equal(revisionFault(MODERN_ONLY, asked, judged(asked, body))?.reason, 'revision-not-served');
    }
  });

  test('who asks for a version that is not served is told which are', () => {
    const asked = askedOf(LEGACY_ONLY, { headers: modernHeaders('server/discover') });
    assert.deepEqual(revisionFault(LEGACY_ONLY, asked, judged(asked, modern('server/discover')))?.data, {
      supported: ['2025-06-18', '2025-11-25'],
      requested: '2026-07-28',
    });
  });

  test('a modern one is told of the modern versions, as by server/discover', () => {
    const asked = askedOf(ALL, { headers: { ...modernHeaders('server/discover'), 'mcp-protocol-version': '2030-01-01' } });
    const message = judged(asked, request('server/discover', { _meta: { [VERSION]: '2030-01-01', [CAPABILITIES]: {} } }));
    assert.deepEqual(revisionFault(ALL, asked, message)?.data, { supported: ['2026-07-28'], requested: '2030-01-01' });
  });
});

describe('decodeHeader', () => {
  test('literal, encoded, and what only looks encoded', () => {
    for (const literal of ['', 'echo', '=?base64?', '?=', '=?BASE64?ZWNobw==?=', '=?base64?ZWNobw==', '=?utf-8?b?ZWNobw==?='])
      assert.equal(decodeHeader(literal), literal);
    assert.equal(decodeHeader('=?base64?ZWNobw==?='), 'echo');
    assert.equal(decodeHeader('=?base64??='), '');
  });
  test('what cannot be decoded equals nothing', () => {
    for (const bad of [
      '=?base64?Z?=', '=?base64?ZWNobw?=', '=?base64?ZW No?=', '=?base64?ZWNobw===?=', '=?base64?/w==?=', '=?base64?7aCA?=',
      '=?base64?ZWNobw==ZWNobw==?=', '=?base64?ZWN-?=',
    ])
      assert.equal(decodeHeader(bad), null, bad);
  });
  test('a byte order mark is part of the name', () => {
    assert.equal(decodeHeader(base64('\ufeffecho')), '\ufeffecho');
  });
  test('every text comes back', () => {
    const { seed, bytes, below } = randomOf();
    for (let i = 0; i < 2000; i++) {
      const text = bytes(below(20)).toString('latin1');
      assert.equal(decodeHeader(base64(text)), text, `MCPGEN_SEED=${seed}: ${JSON.stringify(text)}`);
    }
  });
  test('a long header costs no more than its length', () => {
    const started = performance.now();
    decodeHeader(`=?base64?${'A'.repeat(100_000)}?`);
    decodeHeader(`=?base64?${'?='.repeat(50_000)}x`);
    assert.ok(performance.now() - started < 5000);
  });
});
