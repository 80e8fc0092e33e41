/** Audit lines decided again: by the config that wrote them, and by others. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Facts, LookupFact, Principal } from '#src/gateway/runtime/decision/facts.js';
import { parseMessage } from '#src/gateway/runtime/decision/message.js';
import { decide } from '#src/gateway/runtime/decision/decide.js';
import { eraOf } from '#src/gateway/runtime/decision/revision.js';
import { recogniseTenants } from '#src/gateway/runtime/decision/tenant.js';
import type { Tables } from '#src/gateway/runtime/decision/lookups.js';
import { createAudit } from '#src/gateway/runtime/observe/audit.js';
import { createLog } from '#src/gateway/runtime/process/log.js';
import { isAuditLine, replayer, type Replay } from '#src/replay.js';
import { mcpgen } from './support/cli.js';
import { folder } from './support/folder.js';
import { request } from './support/gateway-messages.js';
import { askedOf, gatewayConfig, tablesOf, type Config, type HeadOptions } from './support/gateway-tables.js';
import { planOf } from './support/planned.js';

const ISSUER = 'https://id.example.com';
const CONFIG = gatewayConfig({
  auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } }, jwt: { issuer: ISSUER, jwks: `${ISSUER}/jwks.json` } },
  tenants: { acme: { match: { client: 'acme' }, servers: '*' }, globex: { match: [{ claim: { org_id: 'org_1' } }, { path: true }], servers: '*' } },
});
const LOOKED_UP = gatewayConfig({
  auth: { lookup: { url: 'https://id.example.com/tenant' } },
  tenants: { acme: { match: { lookup: 'org_1' }, servers: '*' } },
});
const answer = (tenant: string): LookupFact => ({ kind: 'tenant', tenant, subject: 'alice', permissions: [], until: Infinity });
const GLOBEX: HeadOptions = { target: '/t/globex/mcp/search' };
const ACME: Principal = { kind: 'client', client: 'acme', permissions: [] };
const bearer = (claims: Readonly<Record<string, string>>): Principal => ({
  kind: 'token', issuer: ISSUER, subject: 'alice', client: 'app', audiences: ['https://a'], permissions: ['read'], claims, expiresAt: Date.UTC(2026, 11, 1),
});

interface Told {
  readonly head?: HeadOptions;
  readonly principal?: Principal;
  readonly isRelayed?: boolean;
  readonly tenants?: readonly string[];
  readonly lookup?: LookupFact;
  readonly quota?: NonNullable<Facts['quota']>;
}

/** The line that a gateway of this config writes. */
function lineOf(config: Config, { head: asked = {}, principal = ACME, isRelayed = false, tenants, lookup, quota = { kind: 'ok' } }: Told = {}): string {
  const tables: Tables = tablesOf(config);
  const head = askedOf(tables, asked);
  const parsed = parseMessage(Buffer.from(JSON.stringify(request('tools/call', { name: 'echo', arguments: { a: 1 } }))), 8);
  if (!parsed.ok) throw new Error(parsed.reason);
  const { message } = parsed;
  const facts: Facts = {
    address: { kind: 'ok' },
    principal,
    ...(lookup && { lookup }),
    tenants: tenants ?? recogniseTenants(tables, head, principal, lookup),
    quota,
    body: { kind: 'message', message, era: eraOf(head, message) },
    session: { kind: 'none' },
    instance: { kind: 'ok' },
  };
  let written = '';
  const audit = createAudit(createLog('test', 'info', (line) => void (written += line)));
  const audited = { id: 'request-1', correlationId: 'request-1', head, facts, state: { tables, digestKey: Buffer.alloc(32) }, client: { length: 80 } };
  const beside = { hasSession: false, tenant: facts.tenants?.length === 1 ? (facts.tenants[0] as string) : null, isRelayed };
  const decision = decide(tables, head, facts, isRelayed ? 10 : 0);
  if (decision.kind === 'refuse') audit.refusal(audited, beside, decision);
  else audit.calls(audited, beside);
  return written;
}

function replayed(line: string, config: Config = CONFIG): Replay {
  const value: unknown = JSON.parse(line);
  assert.ok(isAuditLine(value));
  return replayer(planOf(config))(value);
}

describe('what an authorization API answered, or a bucket, is in the line', () => {
  const { kind: _, ...alice } = bearer({}) as Extract<Principal, { kind: 'token' }>;
  const known: Principal = { kind: 'token', ...alice, issuer: 'https://id.example.com/tenant' };
  const LINES: Readonly<Record<string, readonly [Config, Told]>> = {
    'a tenant that it knows': [LOOKED_UP, { principal: known, lookup: answer('org_1') }],
    'a tenant that nobody has': [LOOKED_UP, { principal: known, lookup: answer('org_2') }],
    'no tenant': [LOOKED_UP, { principal: known, lookup: { kind: 'none' } }],
    'its silence': [LOOKED_UP, { principal: known, lookup: { kind: 'unavailable', retryAfter: 1, why: 'timeout' } }],
    'its silence about a credential': [LOOKED_UP, { principal: { kind: 'unavailable', retryAfter: 1, why: 'timeout', from: 'lookup' } }],
    'the rate of a client': [CONFIG, { quota: { kind: 'client-rate', retryAfter: 2 } }],
    'the rate of a tenant': [CONFIG, { quota: { kind: 'rate', retryAfter: 2 } }],
    'the streams of a client': [CONFIG, { quota: { kind: 'client-streams' } }],
    'the streams of all': [CONFIG, { quota: { kind: 'streams' } }],
  };
  for (const [what, [config, told]] of Object.entries(LINES)) {
    test(what, () => assert.deepEqual(replayed(lineOf(config, told), config).differences, []));
  }
});

describe('by the config that wrote it, a line is decided as it was', () => {
  const LINES: Readonly<Record<string, Told>> = {
    'a client': {},
    'a token with the claim of a tenant': { principal: bearer({ org_id: 'org_1' }), head: GLOBEX },
    'a token of no tenant': { principal: bearer({ org_id: 'org_2' }) },
    'an invalid token': { principal: { kind: 'invalid', why: 'exp' } },
    'no credentials': { principal: { kind: 'missing' } },
    'another replica’s word': { isRelayed: true, tenants: ['acme'], head: { headers: { host: '10.0.0.7' }, peer: '10.0.0.8' } },
    'a host that is not served': { head: { headers: { host: 'evil.example' } } },
  };
  for (const [what, told] of Object.entries(LINES)) {
    test(what, () => assert.deepEqual(replayed(lineOf(CONFIG, told)).differences, []));
  }

  test('a line names the claims that the config reads, and what a token may', () => {
    const { principal } = JSON.parse(lineOf(CONFIG, { principal: bearer({ org_id: 'org_1' }) })) as { principal: unknown };
    assert.deepEqual(principal, {
      kind: 'token', issuer: ISSUER, subject: 'alice', client: 'app', permissions: ['read'], claims: { org_id: 'org_1' }, expires: '2026-12-01T00:00:00.000Z',
    });
  });
});

describe('by another config', () => {
  const changed = (more: Config): Config => ({ ...CONFIG, ...more });
  const OTHERS: Readonly<Record<string, readonly [Config, Told, readonly RegExp[]]>> = {
    'a tenant that has lost the server': [
      changed({
        servers: { ...(CONFIG['servers'] as object), notes: { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] } },
        tenants: { acme: { match: { client: 'acme' }, servers: ['notes'] }, globex: { match: [{ claim: { org_id: 'org_1' } }, { path: true }], servers: '*' } },
      }),
      {},
      [/it was allowed, and would be refused with 403 server-not-granted by row grant \(tenants\.acme\.servers\)/, /the config has changed since/],
    ],
    'a client that is gone': [
      changed({ auth: { clients: { other: { keys: [{ secret: 'OTHER_KEY' }] } } }, tenants: { acme: { match: { client: 'other' }, servers: '*' } } }),
      {},
      [/refused with 401 credentials-invalid/, /acme: no client of this name/],
    ],
    'an issuer that is gone': [
      changed({
        auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } },
        tenants: { acme: { match: { client: 'acme' }, servers: '*' }, globex: { match: { path: true }, servers: '*' } },
      }),
      { principal: bearer({ org_id: 'org_1' }), head: GLOBEX },
      [/refused with 401 credentials-invalid/, /https:\/\/id\.example\.com: no issuer of this name/],
    ],
    'a claim that nobody read then': [
      changed({ tenants: { acme: { match: { client: 'acme' }, servers: '*' }, globex: { match: { claim: { team: 'blue' } }, servers: '*' } } }),
      { principal: bearer({ org_id: 'org_1' }), head: GLOBEX },
      [/refused with 404 unknown-route|refused with 403 tenant-unknown/, /the claim "team" is read now, and the line does not have it/],
    ],
    'a refusal before the caller was known': [
      changed({ gateway: { ...(CONFIG['gateway'] as object), hosts: ['evil.example'] } }),
      { head: { headers: { host: 'evil.example' } }, principal: ACME },
      [/would be allowed/],
    ],
    'another route': [
      changed({ servers: { search: { kind: 'http', route: '/mcp/find', instances: [{ url: 'http://127.0.0.1:9/mcp' }] } } }),
      {},
      [/refused with 404 unknown-route/, /\/mcp\/search was the route of "search", which it is not now/],
    ],
  };
  for (const [what, [config, told, wanted]] of Object.entries(OTHERS)) {
    test(`${what} is said`, () => {
      const text = replayed(lineOf(CONFIG, told), config).differences.join('\n');
      for (const one of wanted) assert.match(text, one);
    });
  }

  test('what the line does not say is said to be missing', () => {
    const line = JSON.parse(lineOf(CONFIG, { head: { headers: { host: 'evil.example' } } })) as object;
    const early = JSON.stringify({ ...line, principal: null, tenant: null, rpc: null });
    const replay = replayed(early, changed({ gateway: { ...(CONFIG['gateway'] as object), hosts: ['evil.example'] } }));
    assert.equal(replay.now, null);
    assert.match(replay.differences[0] ?? '', /row credentials asks for principal now, of which the line says nothing/);
  });
});

test('what is no audit line is not taken for one', () => {
  const line = JSON.parse(lineOf(CONFIG)) as Readonly<Record<string, unknown>>;
  const spoiled = [{ kind: 'x' }, { host: 1 }, { placement: 'moon' }, { reason: 'x' }].map((more) => ({ ...line, ...more }));
  const bad = [null, 1, 'x', [], {}, { event: 'request' }, ...spoiled];
  assert.deepEqual(bad.filter(isAuditLine), []);
});

describe('explain request --log', () => {
  const SOURCE = `import { defineConfig } from 'mcpgen';\nexport default defineConfig(${JSON.stringify(CONFIG)});\n`;
  const [good, other] = [lineOf(CONFIG), lineOf(CONFIG, { principal: bearer({ org_id: 'org_1' }), head: GLOBEX })];
  const refused = { decision: 'refuse', status: 403, reason: 'server-not-granted', step: 'grant', rule: 'tenants.acme.servers' };
  const wrong = `${JSON.stringify({ ...(JSON.parse(good) as object), ...refused })}\n`;
  const admin = '{"event":"audit","kind":"admin","decision":"refuse","reason":"token-may-read"}\n';
  interface Given {
    readonly input?: string;
    readonly files?: Readonly<Record<string, string>>;
  }
  const run = (t: Parameters<typeof folder>[0], args: readonly string[], { input = '', files = {} }: Given = {}) =>
    mcpgen(['explain', 'request', ...args], { cwd: folder(t, { 'mcp.config.ts': SOURCE, ...files }), input });

  test('one line: its steps, and that it is as before', async (t) => {
    const { code, out, err } = await run(t, ['--log', good]);
    assert.equal(code, 0, err);
    assert.match(out, /pass {4}route[\s\S]*allowed[\s\S]*1 of 1 decision as before/);
  });

  test('a file with other lines and what collectors write before them', async (t) => {
    const log = `gateway-1  | ${good}not a line\n{"event":"request"}\n\n${other}${admin}`;
    const { code, out, err } = await run(t, ['--log', 'gateway.log'], { files: { 'gateway.log': log } });
    assert.equal(code, 0, err);
    assert.match(out, /^2 of 2 decisions as before, 1 about operators, whose tokens decide, 2 lines are not of the audit\n$/);
  });

  test('what differs has the places of both rules, and exit code 1', async (t) => {
    const { code, out } = await run(t, ['--log', '-'], { input: `${good}${wrong}` });
    assert.equal(code, 1);
    assert.match(out, /line 2 .*\n {2}differs it was refused with 403 server-not-granted by row grant \(tenants\.acme\.servers\), and would be allowed/);
    assert.match(out, /--> decided then by tenants\.acme\.servers: mcp\.config\.ts:2/);
    assert.match(out, /1 of 2 decisions as before, 1 would be otherwise/);
  });

  test('as JSON', async (t) => {
    const { out } = await run(t, ['--log', '-', '--format', 'json'], { input: `${good}${wrong}` });
    const { lines, summary } = JSON.parse(out) as { lines: { same: boolean; steps: unknown[] }[]; summary: object };
    assert.deepEqual(lines.map(({ same }) => same), [true, false]);
    assert.deepEqual(summary, { decisions: 2, same: 1, admin: 0, others: 0 });
    assert.ok((lines[0]?.steps.length ?? 0) > 10);
  });

  test('what cannot be replayed is a mistake of the command line', async (t) => {
    for (const [args, wanted] of [
      [['--log', '{"event":"request"}'], /this is no audit line/],
      [['--log', 'nowhere.log'], /there is no such file/],
      [['--log', good, '--server', 'search'], /--log or --server: the line says what was asked/],
    ] as const) {
      const { code, err } = await run(t, args);
      assert.equal(code, 2);
      assert.match(err, wanted);
    }
  });
});

describe('explain request asks as', () => {
  const SOURCE = `import { defineConfig } from 'mcpgen';\nexport default defineConfig(${JSON.stringify(CONFIG)});\n`;
  const explain = async (t: Parameters<typeof folder>[0], ...args: readonly string[]) => {
    const asked = ['--path', '/mcp/search', '--host', 'localhost', '--address', '127.0.0.1', '--format', 'json', ...args];
    const { code, out, err } = await mcpgen(['explain', 'request', ...asked], { cwd: folder(t, { 'mcp.config.ts': SOURCE }) });
    return code === 0 ? (JSON.parse(out) as { decision: string; reason?: string }) : { decision: err };
  };

  test('the caller of a token', async (t) => {
    const args = ['--arg', 'path="/a,b"', '--arg', 'deep.er={"x":[1,2]}'];
    assert.equal((await explain(t, '--path', '/t/globex/mcp/search', '--claim', 'org_id=org_1', '--tool', 'echo', ...args)).decision, 'allow');
    assert.equal((await explain(t, '--claim', 'org_id=org_2')).reason, 'tenant-unknown');
    assert.equal((await explain(t, '--issuer', ISSUER)).reason, 'tenant-unknown');
    assert.equal((await explain(t, '--prompt', 'hello')).reason, 'credentials-missing');
    for (const item of [['--tool', 'ünï'], ['--prompt', '=?x'], ['--resource', 'file:///a b']]) {
      assert.equal((await explain(t, '--client', 'acme', ...item)).decision, 'allow');
    }
  });

  test('nobody by flags that contradict each other', async (t) => {
    for (const [args, wanted] of [
      [['--client', 'acme', '--claim', 'a=b'], /a request has one credential/],
      [['--tool', 'a', '--prompt', 'b'], /a request asks for one thing/],
      [['--arg', 'a=b'], /name it with --tool/],
      [['--client', 'acme', '--tool', 'a', '--arg', 'b'], /--arg takes NAME=VALUE/],
      [['--permission', 'read'], /is of a caller/],
      [['--issuer', 'https://id.example.co'], /did you mean "https:\/\/id\.example\.com"/],
      [['--claim', 'org_id={}'], /a list of texts/],
    ] as const) assert.match((await explain(t, ...args)).decision, wanted);
  });
});
