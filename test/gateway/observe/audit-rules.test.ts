/** What the audit says of rules on tools: which rule decided, and of arguments only whether each condition held; and that this is enough to decide again. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { isAuditLine, replayer } from '#src/replay.js';
import { modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { as, client, startGateway, type LogLine, type RunningGateway } from '../../support/gateway.js';
import { ask } from '../../support/http.js';
import { mcpgen } from '../../support/cli.js';
import { folder } from '../../support/folder.js';
import { planOf } from '../../support/planned.js';
import { json, startUpstream } from '../../support/upstreams.js';

const TOOLS = [
  { deny: 'search.delete_*' },
  { allow: 'search.read', args: { path: { under: '/data' }, 'opts.depth': { max: 3 } } },
  { allow: 'search.admin_*', needs: 'admin' },
  { deny: '*', kind: 'tool', args: { danger: { present: true } } },
  { allow: 'search.echo' },
  { allow: 'search.hello', kind: 'prompt' },
];
const configOf = (tools: unknown): Config =>
  gatewayConfig({
    auth: { clients: { acme: client('acme'), root: { ...client('root'), permissions: ['admin'] } } },
    tenants: { acme: { match: [{ client: 'acme' }, { client: 'root' }], servers: '*', tools } },
  });
const CONFIG = configOf(TOOLS);

let gateway: RunningGateway;
before(async () => {
  const tools = ['delete_all', 'read', 'admin_do', 'echo'].map((name) => ({ name, inputSchema: { type: 'object' } }));
  const upstream = await startUpstream(({ message, response }) =>
    json(response, { jsonrpc: '2.0', id: message?.id, result: message?.method === 'tools/list' ? { tools } : { content: [] } }));
  gateway = await startGateway({ config: CONFIG, pools: { search: [upstream.url] } });
});

const tool = (name: string, args: object = {}) => request('tools/call', { name, arguments: args });
const SECRET_PATH = '/data/hunter2';

async function linesOf(message: unknown, who = 'acme', headers: Readonly<Record<string, string>> = {}): Promise<readonly LogLine[]> {
  const since = gateway.logs.length;
  const { headers: answered } = await ask(gateway.port, { path: '/mcp/search', headers: { ...as(who), ...headers }, message: message as object });
  const id = answered['x-request-id'];
  await gateway.waitFor('request', (line) => id === undefined || line['request_id'] === id, since);
  return gateway.logs.slice(since).filter(({ event }) => event === 'audit');
}

const told = (line: LogLine | undefined): unknown => [line?.['decision'], line?.['reason'], line?.['rule'], line?.['conditions']];
const UNDER = { at: 'tenants.acme.tools.1.args.path', is: 'path {"kind":"under","path":"/data"}' };
const DEPTH = { at: 'tenants.acme.tools.1.args.opts.depth', is: 'opts.depth {"kind":"range","min":null,"max":3}' };
const DANGER = { at: 'tenants.acme.tools.3.args.danger', is: 'danger {"kind":"present","is":true}' };

describe('a line says the rule, and of each condition whether it held', () => {
  test('allowed', async () => {
    const [line] = await linesOf(tool('read', { path: SECRET_PATH, opts: { depth: 2 } }));
    assert.deepEqual(told(line), ['allow', null, 'tenants.acme.tools.1', [{ ...DEPTH, held: 'yes' }, { ...UNDER, held: 'yes' }]]);
  });
  test('denied, because nothing allows it', async () => {
    const [line] = await linesOf(tool('read', { path: '/etc/hunter2', opts: { depth: 3 } }));
    assert.deepEqual(
      told(line), ['refuse', 'item-denied', 'tenants.acme.tools', [{ ...DEPTH, held: 'yes' }, { ...UNDER, held: 'no' }, { ...DANGER, held: 'no' }]],
    );
  });
  test('denied by a rule', async () => {
    assert.deepEqual(told((await linesOf(tool('delete_all')))[0]), ['refuse', 'item-denied', 'tenants.acme.tools.0', undefined]);
    const [line] = await linesOf(tool('echo', { danger: 'hunter2' }));
    assert.deepEqual(told(line), ['refuse', 'item-denied', 'tenants.acme.tools.3', [{ ...DANGER, held: 'yes' }]]);
  });
});

test('each line is decided again, also of batches, prompts, completions and lists', async () => {
  const reference = (name: string) => request('completion/complete', { ref: { type: 'ref/prompt', name }, argument: { name: 'a', value: 'b' } });
  const messages: readonly unknown[] = [
    tool('echo'), tool('unknown'), tool('admin_do'), request('prompts/get', { name: 'hello' }), request('prompts/get', { name: 'other' }),
    reference('hello'), reference('other'),
    request('resources/read', { uri: 'file:///hunter' }), request('tools/list'),
    [tool('echo'), { ...tool('read', { path: SECRET_PATH, opts: { depth: 1 } }), id: 2 }],
    [tool('read', { path: SECRET_PATH, opts: { depth: 1 } }), { ...tool('read', { path: '/etc' }), id: 2 }],
    [tool('echo'), { ...reference('other'), id: 2 }],
  ];
  for (const message of messages) await linesOf(message);
  await linesOf(tool('admin_do'), 'root');
  await linesOf(modern('tools/call', { name: 'read', arguments: { path: '/etc' } }), 'acme', modernHeaders('tools/call', 'read'));
  const replay = replayer(planOf(CONFIG));
  const lines = gateway.logs.filter(({ event }) => event === 'audit');
  assert.ok(lines.length > 12);
  assert.deepEqual(lines.flatMap((line) => (isAuditLine(line) ? replay(line).differences : [`no line ${JSON.stringify(line)}`])), []);
  assert.ok(!JSON.stringify(gateway.logs).includes('hunter2'));
});

test('by other rules a line says what differs, or what it does not hold', async () => {
  const [line] = await linesOf(tool('read', { path: SECRET_PATH, opts: { depth: 2 } }));
  assert.ok(isAuditLine(line));
  const by = (tools: unknown): string => replayer(planOf(configOf(tools)))(line).differences.join('\n');
  const denied = by([{ deny: 'search.read' }, ...TOOLS]);
  assert.match(denied, /was allowed \(tenants\.acme\.tools\.1\), and would be refused with 200 item-denied by row permission \(tenants\.acme\.tools\.0\)/);
  const other = by([{ allow: 'search.read', args: { path: { under: '/other' } } }]);
  assert.match(other, /the condition path \{"kind":"under","path":"\/other"\} is read now, and the line does not say whether it held/);
});

test('explain request asks for a tool with arguments', async (t) => {
  const cwd = folder(t, { 'mcp.config.ts': `import { defineConfig } from 'mcpgen';\nexport default defineConfig(${JSON.stringify(CONFIG, null, 2)});\n` });
  const explain = async (...args: readonly string[]): Promise<string> => {
    const asked = ['--server', 'search', '--host', 'localhost', '--address', '127.0.0.1', '--client', 'acme', ...args];
    const { out, err } = await mcpgen(['explain', 'request', '--format', 'json', ...asked], { cwd });
    assert.equal(err, '');
    const { decision, config, steps } = JSON.parse(out) as {
      decision: string; config?: { path: string }; steps: { step: string; config: { path: string } | null }[],
    };
    return `${decision} ${config?.path ?? steps.find(({ step }) => step === 'permission')?.config?.path}`;
  };
  assert.equal(await explain('--tool', 'read', '--arg', 'path=/data/x', '--arg', 'opts.depth=3'), 'allow tenants.acme.tools.1');
  assert.equal(await explain('--tool', 'read', '--arg', 'path=/data/../x', '--arg', 'opts.depth=3'), 'deny tenants.acme.tools');
  assert.equal(await explain('--tool', 'admin_do', '--permission', 'admin'), 'allow tenants.acme.tools.2');
  assert.equal(await explain('--tool', 'admin_do'), 'deny tenants.acme.tools.2');
  assert.equal(await explain('--prompt', 'hello'), 'allow tenants.acme.tools.5');
  assert.equal(await explain('--resource', 'file:///x'), 'deny tenants.acme.tools');
});
