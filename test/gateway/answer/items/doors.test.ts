/** One rule, every door: the same caller and the same name get the same answer, whatever the revision, the transport, the form of the body and the server. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initialize, modern, modernHeaders, request } from '../../../support/gateway-messages.js';
import { gatewayConfig } from '../../../support/gateway-tables.js';
import { as, client, startGateway, type RunningGateway } from '../../../support/gateway.js';
import { ask, type HttpAnswer } from '../../../support/http.js';
import { startUpstream } from '../../../support/upstreams.js';
import { openSession } from '../sse/support.js';
import { behaveAs, behaveOld, childCommand, seen } from './servers.js';

const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const RULES = [
  { deny: '*.secret' },
  { allow: '*.write', args: { path: { under: '/srv' } } },
  { allow: '*.read_*' },
  { allow: 'file:///srv/*', kind: 'resource' },
  { deny: '*.*' },
];
const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] as const;

let gateway: RunningGateway;
before(async () => {
  const [plain, events, modernOnly, old] = await Promise.all([startUpstream(), startUpstream(), startUpstream(), startUpstream()]);
  plain.behave = behaveAs('json');
  events.behave = behaveAs('events');
  modernOnly.behave = behaveAs('json');
  old.behave = behaveOld();
  gateway = await startGateway({
    pools: { plain: [plain.url], events: [events.url], modern: [modernOnly.url], old: [old.url] },
    config: gatewayConfig({
      auth: { clients: { acme: client('acme'), free: client('free') } },
      servers: {
        plain: { ...server, revision: 'legacy' },
        events: { ...server, revision: 'legacy' },
        modern: { ...server, revision: 'modern' },
        old: { ...server, sse: '/sse' },
        child: { kind: 'stdio', command: childCommand(), revision: 'legacy' },
      },
      tenants: { acme: { match: { client: 'acme' }, servers: '*', tools: RULES }, free: { match: { client: 'free' }, servers: '*' } },
      gateway: { admin: {}, revisions: [...REVISIONS], sessionKeys: [{ secret: 'SESSION_KEY' }], limits: { perAddress: '100000/s' } },
    }),
  });
});

type Reply = { readonly id: unknown; readonly result?: Record<string, unknown>; readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown } };
type Params = Readonly<Record<string, unknown>>;
/** Asks one thing as `acme`. */
type Door = (method: string, params: Params) => Promise<Reply>;

const bodyOf = (answer: HttpAnswer): Reply | Reply[] => {
  assert.equal(answer.status, 200, answer.text);
  if (answer.headers['content-type']?.startsWith('application/json')) return JSON.parse(answer.text) as Reply;
  const data = [...answer.text.matchAll(/^data: (\{.*\}|\[.*\])$/gm)].map(([, text = '']) => JSON.parse(text) as Reply | Reply[]);
  return data.length === 1 ? (data[0] as Reply) : data.flat();
};

async function legacyDoor(name: string, revision: string, isBatch: boolean): Promise<Door> {
  const path = `/mcp/${name}`;
  const hello = request('initialize', { ...initialize.params, protocolVersion: revision });
  const opened = await ask(gateway.port, { path, headers: as('acme'), message: hello });
  assert.equal(opened.status, 200, opened.text);
  const session = opened.headers['mcp-session-id'];
  const headers = { ...as('acme'), 'mcp-protocol-version': revision, ...(session === undefined ? {} : { 'mcp-session-id': session }) };
  return async (method, params) => {
    const message = request(method, params, 'the-id');
    const reply = bodyOf(await ask(gateway.port, { path, headers, message: isBatch ? [message] : message }));
    if (!isBatch) return reply as Reply;
    assert.ok(Array.isArray(reply) ? reply.length === 1 : true, JSON.stringify(reply));
    return [reply].flat()[0] as Reply;
  };
}

const modernDoor = (name: string): Door => async (method, params) => {
  const named = (params['name'] ?? params['uri']) as string | undefined;
  const answer = await ask(gateway.port, { path: `/mcp/${name}`, headers: { ...as('acme'), ...modernHeaders(method, named) }, message: modern(method, params, 'the-id') });
  return bodyOf(answer) as Reply;
};

async function sseDoor(name: string): Promise<Door> {
  const stream = await openSession(gateway.port, `/mcp/${name}/sse`);
  let count = 1;
  return async (method, params) => {
    const { status, text } = await stream.post(request(method, params, `the-id ${++count}`));
    assert.equal(status, 202, text);
    const reply = (await stream.messages(count)).at(-1) as unknown as Reply;
    assert.equal(reply.id, `the-id ${count}`);
    return { ...reply, id: 'the-id' };
  };
}

const DOORS: readonly (readonly [name: string, door: () => Promise<Door>, era: 'legacy' | 'modern'])[] = [
  ...['plain', 'events', 'child', 'modern'].flatMap((name) => [
    ...REVISIONS.slice(1, -1).flatMap((revision) =>
      [false, true].map((isBatch) => [`${revision} ${isBatch ? 'batch ' : ''}→ ${name}`, () => legacyDoor(name, revision, isBatch), 'legacy'] as const),
    ),
    [`2024-11-05 → ${name}`, () => sseDoor(name), 'legacy'] as const,
    [`2026-07-28 → ${name}`, async () => modernDoor(name), 'modern'] as const,
  ]),
  ['2024-11-05 → old, which has an endpoint of its own', () => sseDoor('old'), 'legacy'],
];

const unknown = (kind: string, name: string) => ({ jsonrpc: '2.0', id: 'the-id', error: { code: -32602, message: `Unknown ${kind}: ${name}` } });

describe('one rule, every door', () => {
  for (const [title, open, era] of DOORS) {
    test(title, async () => {
      const door = await open();
      const from = seen.length;
      const noResource = { jsonrpc: '2.0', id: 'the-id', error: { code: era === 'modern' ? -32602 : -32002, message: 'Resource not found' } };

      // Unknown names first: nothing has been listed yet.
      for (const name of ['read_nothing', 'secret', 'nothing', 'admin_drop']) {
        assert.deepEqual(await door('tools/call', { name, arguments: {} }), unknown('tool', name));
      }
      for (const name of ['secret', 'read_nothing']) assert.deepEqual(await door('prompts/get', { name }), unknown('prompt', name));
      assert.deepEqual(await door('resources/read', { uri: 'file:///etc/b' }), noResource);
      assert.deepEqual(await door('completion/complete', { ref: { type: 'ref/prompt', name: 'secret' }, argument: { name: 'a', value: '' } }), unknown('prompt', 'secret'));
      assert.deepEqual(await door('tools/call', { name: 'write', arguments: { path: '/etc/passwd' } }), unknown('tool', 'write'));
      assert.deepEqual(await door('tools/call', { name: 'write', arguments: { path: '/srv/../etc' } }), unknown('tool', 'write'));

      const text = async (params: Params): Promise<unknown> => ((await door('tools/call', params)).result?.['content'] as { text: string }[])[0]?.text;
      assert.equal(await text({ name: 'read_a', arguments: {} }), 'ran read_a');
      assert.equal(await text({ name: 'write', arguments: { path: '/srv/x' } }), 'ran write');
      assert.ok((await door('prompts/get', { name: 'read_p' })).result);
      assert.ok((await door('resources/read', { uri: 'file:///srv/a' })).result);

      const listed: string[] = [];
      let cursor: unknown;
      do {
        const { result } = await door('tools/list', cursor === undefined ? {} : { cursor });
        listed.push(...(result?.['tools'] as { name: string; description: string }[]).map(({ name }) => name));
        cursor = result?.['nextCursor'];
      } while (cursor !== undefined);
      assert.deepEqual(listed, ['read_a', 'read_b', 'write']);
      const names = async (method: string, member: string, key: string): Promise<unknown> =>
        ((await door(method, {})).result?.[member] as Record<string, unknown>[]).map((one) => one[key]);
      assert.deepEqual(await names('prompts/list', 'prompts', 'name'), ['read_p']);
      assert.deepEqual(await names('resources/list', 'resources', 'uri'), ['file:///srv/a']);
      assert.deepEqual(await names('resources/templates/list', 'resourceTemplates', 'uriTemplate'), ['file:///srv/{x}']);

      const used = seen.slice(from).filter((one) => /secret|nothing|admin_drop|etc/.test(one));
      assert.deepEqual(used, [], 'nothing of that reaches a server');
    });
  }
});

describe('what is denied', () => {
  const path = '/mcp/plain';
  const say = (message: unknown, headers = {}) => ask(gateway.port, { path, headers: { ...as('acme'), ...headers }, message });

  test('and what nothing has are the same bytes, head and body', async () => {
    const bytes = async (name: string): Promise<string> => {
      const { status, headers, text } = await say(request('tools/call', { name, arguments: {} }, 7));
      const { 'x-request-id': _id, date: _date, ...rest } = headers;
      return JSON.stringify([status, rest, text]).replaceAll(name, 'NAME');
    };
    const denied = await bytes('admin');
    assert.equal(await bytes('read_'), denied);
    assert.match(denied, /"{\\"jsonrpc\\":\\"2.0\\",\\"id\\":7,\\"error\\":{\\"code\\":-32602,\\"message\\":\\"Unknown tool: NAME\\"}}"/);
  });

  test('is logged with its reason and the rule, and counted', async () => {
    const since = gateway.logs.length;
    await say(request('tools/call', { name: 'secret' }));
    const line = await gateway.waitFor('request', ({ reason }) => reason === 'item-denied', since);
    assert.deepEqual([line['at'], line['status'], line['tool']], ['tenants.acme.tools.0', 200, 'secret']);
    await say(request('tools/call', { name: 'read_of_nothing' }));
    await gateway.waitFor('request', ({ reason }) => reason === 'item-unknown', since);
    const metrics = await gateway.metrics();
    assert.ok((metrics.get('mcpgen_refusals_total{reason="item-denied"}') ?? 0) >= 1);
  });

  test('keeps the id as it was written', async () => {
    const body = '{"jsonrpc":"2.0","id":12345678901234567890,"method":"tools/call","params":{"name":"secret"}}';
    const headers = { ...as('acme'), 'content-type': 'application/json' };
    const { text } = await ask(gateway.port, { method: 'POST', path, headers, body });
    assert.equal(text, '{"jsonrpc":"2.0","id":12345678901234567890,"error":{"code":-32602,"message":"Unknown tool: secret"}}');
    const batch = await ask(gateway.port, { method: 'POST', path, headers, body: `[${body}]` });
    assert.equal(batch.text, `[${text}]`);
  });

  test('is refused with all of its batch, whose every request has an answer', async () => {
    const from = seen.length;
    const call = (name: string, id: string) => request('tools/call', { name, arguments: {} }, id);
    const { status, text } = await say([call('read_a', 'a'), call('secret', 'b'), request('ping', undefined, 'c'), { jsonrpc: '2.0', method: 'notifications/x' }]);
    assert.equal(status, 200);
    const replies = JSON.parse(text) as Reply[];
    assert.deepEqual(replies.map(({ id, error }) => [id, error?.code]), [['a', -32602], ['b', -32602], ['c', -32600]]);
    assert.deepEqual(seen.slice(from), []);
    const notifications = await say([{ jsonrpc: '2.0', method: 'tools/call', params: { name: 'secret' } }]);
    assert.deepEqual([notifications.status, notifications.text], [202, '']);
    assert.deepEqual(seen.slice(from), []);
  });

  test('is told in an event to whoever takes nothing else', async () => {
    const { headers, text } = await say(request('tools/call', { name: 'secret' }), { accept: 'text/event-stream' });
    assert.equal(headers['content-type'], 'text/event-stream');
    assert.match(text, /^event: message\ndata: \{.*"Unknown tool: secret"\}\}\n\n$/);
  });

  test('is not let through by keys that another reader would understand differently', async () => {
    const from = seen.length;
    const post = (params: string) => ask(gateway.port, { method: 'POST', path, headers: { ...as('acme'), 'content-type': 'application/json' }, body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}` });
    for (const args of ['{"path":"/etc","path":"/srv/a"}', '{"path":"/srv/a","Path":"/etc"}', '{"path":"/srv/a","__proto__":{"path":"/etc"}}', '{"path":"/srv/a","p\\u0061th":"/etc"}']) {
      const { status, text } = await post(`{"name":"write","arguments":${args}}`);
      assert.deepEqual([status, (JSON.parse(text) as { error: { data: { reason: string } } }).error.data.reason], [400, 'body-duplicate-key'], args);
    }
    assert.deepEqual(seen.slice(from), []);
  });

  test('is nothing to another tenant, whose lists are whole', async () => {
    const { text } = await ask(gateway.port, { path, headers: as('free'), message: request('prompts/list') });
    assert.deepEqual((JSON.parse(text) as { result: { prompts: { name: string }[] } }).result.prompts.map(({ name }) => name), ['read_p', 'secret']);
  });

  test('nothing went wrong in the gateway', () => {
    assert.equal(gateway.stderr(), '');
    assert.deepEqual(gateway.logs.filter(({ level }) => level === 'error'), []);
  });
});
