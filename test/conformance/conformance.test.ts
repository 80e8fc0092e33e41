/**
 * The fixture answers through a gateway as it answers alone. These tests ask with the official client in the legacy era, and with requests by hand in both
 * eras, for every error that the specification pins. The conformance suite itself needs a network and is run by `npm run conformance`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  CreateMessageRequestSchema, ElicitRequestSchema, LoggingMessageNotificationSchema, ResourceUpdatedNotificationSchema, ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { connect, textOf } from '../support/client.js';
import type { RunningGateway } from '../support/gateway.js';
import { initialize, modern, request, type Params } from '../support/gateway-messages.js';
import { ask, dial, requestBytes, until, within, type HttpAnswer } from '../support/http.js';
import { startFixture, type Fixture } from './fixture/fixture.js';
import { startGatewayBefore } from './gateway.js';
import { call, LEGACY, MODERN, NEITHER, post, sent, STATE, type Row } from './rows.js';

let fixture: Fixture;
let gateway: RunningGateway;
before(async () => {
  fixture = await startFixture();
  gateway = await startGatewayBefore(fixture);
});
after(async () => {
  await gateway?.stop();
  await fixture?.close();
});

/** Does the same thing directly and through the gateway. */
async function both<T>(what: (port: number) => Promise<T>): Promise<readonly [direct: T, through: T]> {
  return [await what(fixture.port), await what(gateway.port)];
}

/** Headers that may differ: those that each hop sets itself (RFC 9110 §7.6.1, §6.6.1), those that the gateway adds, and the session id, which it seals. */
const OWN_HEADERS = new Set([
  ...['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'vary', 'x-request-id', 'mcp-session-id'],
  ...['content-security-policy', 'referrer-policy', 'x-content-type-options', 'x-frame-options'],
]);

const shared = ({ headers }: HttpAnswer): object => Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name)));
/**
 * The text without its `requestState`, which contains the time at which it expires, and without the numbers that the server gives its streams: a ping of the
 * gateway's own, by which it asks whether a session is still there, has taken one.
 */
const withoutState = (text: string): string => text.replace(/"requestState":"[^"]+"/, '"requestState":"…"').replace(/^id: \d+\./gm, 'id: ….');

interface Answered {
  readonly id?: unknown;
  readonly error?: { readonly code: number; readonly data?: { readonly reason?: string; readonly supported?: unknown; readonly requested?: unknown } };
}
/** The message of a JSON body, or the last message of a stream. */
const messageOf = ({ text, headers }: HttpAnswer): Answered => {
  const data = headers['content-type'] === 'text/event-stream' ? text.split('\n').filter((line) => line.startsWith('data: {')).at(-1)?.slice(6) : text;
  return (data === undefined || data === '' ? {} : JSON.parse(data)) as Answered;
};

function compare({ status, code, shows = '', through }: Row, direct: HttpAnswer, gateway: HttpAnswer): void {
  assert.deepEqual([direct.status, messageOf(direct).error?.code], [status, code], direct.text);
  assert.deepEqual([gateway.status, messageOf(gateway).error?.code], [through?.status ?? status, through?.code ?? code], gateway.text);
  assert.ok(direct.text.includes(shows), direct.text);
  assert.equal('mcp-session-id' in gateway.headers, 'mcp-session-id' in direct.headers && messageOf(gateway).error?.data?.reason === undefined);
  const { id, error } = messageOf(gateway);
  if (error?.data?.reason === undefined) {
    assert.equal(withoutState(gateway.text), withoutState(direct.text));
    assert.deepEqual(shared(gateway), shared(direct));
    return;
  }
  // The gateway may refuse in the server's place. Its words are its own, but the id is the same, and `data` has what the specification asks for.
  const instead = messageOf(direct);
  if (!through)
    assert.deepEqual([id, error.data.supported, error.data.requested], [instead.id, instead.error?.data?.supported, instead.error?.data?.requested]);
  assert.equal(gateway.headers['content-type'], direct.headers['content-type']);
}

describe('by hand', () => {
  for (const [title, rows] of [['2026-07-28', MODERN], ['neither era', NEITHER]] as const) {
    describe(title, () => {
      for (const [name, row] of Object.entries(rows)) test(name, async () => compare(row, ...(await both((port) => ask(port, row.ask)))));
    });
  }

  test('2025-11-25', async (t) => {
    const opened = await both((port) => ask(port, post(initialize)));
    compare({ ask: post(initialize), status: 200 }, ...opened);
    const [direct, through] = opened.map(({ headers }) => ({ 'mcp-session-id': headers['mcp-session-id'] ?? '', 'mcp-protocol-version': '2025-11-25' }));
    for (const [name, row] of Object.entries(LEGACY)) {
      await t.test(name, async () => {
        const [a, b] = await both((port) => ask(port, { ...row.ask, headers: { ...(port === fixture.port ? direct : through), ...row.ask.headers } }));
        compare(row, a, b);
      });
    }
  });
});

describe('streams', () => {
  /** The text that a listening stream brings while `meanwhile` runs, until the text satisfies `enough`. */
  async function overheard(port: number, filter: Params, tool: string, enough: RegExp): Promise<string> {
    const listener = await dial(port);
    listener.send(requestBytes(sent(modern('subscriptions/listen', { notifications: filter }, 'sub'))));
    assert.equal((await listener.head()).headers['content-type'], 'text/event-stream');
    await listener.body((text) => text.includes('acknowledged'));
    for (const name of ['test_trigger_prompt_change', tool]) assert.equal((await ask(port, sent(call(name)))).status, 200);
    const { text } = await listener.body((text) => enough.test(text));
    listener.close();
    return text;
  }

  for (const [filter, tool, enough] of [
    [{ toolsListChanged: true }, 'test_trigger_tool_change', /tools\/list_changed/],
    [{ resourceSubscriptions: ['test://watched-resource'] }, 'test_trigger_resource_update', /resources\/updated/],
  ] as const) {
    test(`a listener hears ${Object.keys(filter).join()} and nothing else`, async () => {
      const [direct, through] = await both((port) => overheard(port, filter, tool, enough));
      assert.match(direct, /^event: message\ndata: \{[^\n]*notifications\/subscriptions\/acknowledged/);
      assert.doesNotMatch(direct, /prompts\/list_changed/);
      assert.equal(through, direct);
    });
  }

  test('a session has one stream that listens, and another when that one was left', async () => {
    const statuses = await both(async (port) => {
      const { headers: opened } = await ask(port, post(initialize));
      const get = requestBytes({
        path: '/mcp',
        headers: { accept: 'text/event-stream', 'mcp-session-id': opened['mcp-session-id'] ?? '', 'mcp-protocol-version': '2025-11-25' },
      });
      const open = async (): Promise<{ readonly status: number; readonly close: () => void }> => {
        const connection = await dial(port);
        connection.send(get);
        return { status: (await connection.head()).status, close: () => connection.close() };
      };
      const [first, second] = [await open(), await open()];
      first.close();
      // The server is told by the gateway, and so hears of it later.
      await until('the stream being free again', async () => {
        const third = await open();
        third.close();
        return third.status === 200;
      });
      return [first.status, second.status];
    });
    assert.deepEqual(statuses, [[200, 409], [200, 409]]);
  });

  test('an answer that was left behind is fetched where the stream broke', async () => {
    const [direct, through] = await both(async (port) => {
      const { headers: opened } = await ask(port, post(initialize));
      const session = { 'mcp-session-id': opened['mcp-session-id'] ?? '', 'mcp-protocol-version': '2025-11-25' };
      const { text, complete } = await ask(port, post(request('tools/call', { name: 'test_reconnection', arguments: {} }), session));
      const back = await dial(port);
      back.send(requestBytes({ path: '/mcp', headers: { ...session, accept: 'text/event-stream', 'last-event-id': /id: ([\d.]+)/.exec(text)?.[1] ?? '' } }));
      const { status } = await back.head();
      const rest = await back.body((text) => text.includes('Answered after'));
      back.close();
      return { text, complete, status, rest: rest.text };
    });
    assert.match(direct.text, /^id: [\d.]+\nretry: 100\ndata: \n\n$/);
    assert.match(direct.rest, /Answered after the stream was closed/);
    assert.deepEqual(through, direct);
  });
});

test('a question, its answer and the state between them', async () => {
  const [direct, through] = await both(async (port) => {
    const asked = JSON.parse((await ask(port, sent(STATE))).text) as { result: { requestState: string } };
    const { requestState } = asked.result;
    const again = { ...STATE, id: 2, params: { ...STATE.params, requestState, inputResponses: { confirm: { action: 'accept', content: { ok: true } } } } };
    const spoiled = { ...again, params: { ...again.params, requestState: `${requestState}-` } };
    return [await ask(port, sent(again)), await ask(port, sent(spoiled))].map(({ status, text }) => ({ status, text }));
  });
  assert.match(direct[0]?.text ?? '', /state-ok/);
  assert.match(direct[1]?.text ?? '', /-32602/);
  assert.deepEqual(through, direct);
});

/** Everything that the official client can see of a server in the legacy era. */
async function tour(t: Pick<TestContext, 'after'>, port: number): Promise<unknown> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities: { sampling: {}, elicitation: {} } });
  const heard: unknown[] = [];
  client.setRequestHandler(CreateMessageRequestSchema, () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'sampled' } }));
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => (heard.push(params), { action: 'accept', content: { username: 'u', email: 'e' } }));
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void heard.push(params));
  const pushed = new Promise<unknown>((resolve) => client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => resolve(params)));
  const changed = new Promise<unknown>((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, ({ method }) => resolve(method)));
  const { transport } = await connect(t, new URL(`http://localhost:${port}/mcp`), null, client);
  const uri = 'test://watched-resource';
  await client.subscribeResource({ uri });
  await client.setLoggingLevel('info');
  const told = async (name: string, args: Record<string, unknown> = {}): Promise<string> => textOf(await client.callTool({ name, arguments: args }));
  const progress: unknown[] = [];
  await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, undefined, { onprogress: (step) => progress.push(step) });
  const seen = {
    server: client.getServerVersion(),
    capabilities: client.getServerCapabilities(),
    tools: await client.listTools(),
    resources: await client.listResources(),
    prompts: await client.listPrompts(),
    read: await client.readResource({ uri }),
    completion: await client.complete({ ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' }, argument: { name: 'arg1', value: 'pa' } }),
    sampled: await told('test_sampling', { prompt: 'hello' }),
    elicited: await told('test_elicitation', { message: 'who?' }),
    form: await told('test_elicitation_sep1034_defaults'),
    logged: await told('test_tool_with_logging'),
    reconnected: await told('test_reconnection'),
    triggers: [await told('test_trigger_resource_update'), await told('test_trigger_tool_change')],
    pushed: await within(pushed, 'the update of a resource'),
    changed: await within(changed, 'the change of a list'),
    heard,
    progress,
  };
  await client.unsubscribeResource({ uri });
  await transport.terminateSession();
  return seen;
}

test('the official client sees the same', async (t) => {
  const [direct, through] = await both((port) => tour(t, port));
  assert.deepEqual(through, direct);
  const { sampled, reconnected, heard, progress } = direct as { sampled: string; reconnected: string; heard: unknown[]; progress: unknown[] };
  assert.deepEqual([sampled, reconnected], ['LLM response: sampled', 'Answered after the stream was closed.']);
  assert.deepEqual([heard.length, progress.length], [5, 3]);
});
