/**
 * Planted canaries: every secret that a deployment can have, and what callers and servers hold, has a value that stands nowhere else. A gateway is made to say
 * all it can, at every level of its log, about good requests and about everything that goes wrong; no canary may be in anything that was written or answered.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { mcpgenProcess } from '../support/cli.js';
import { failToStart, startGateway, tablesText, type RunningGateway } from '../support/gateway.js';
import { initialize, modern, modernHeaders, request } from '../support/gateway-messages.js';
import { ask, dial, type AskOptions } from '../support/http.js';
import { json, startRawUpstream, startUpstream } from '../support/upstreams.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'mcpgen-canaries-'));
after(() => rmSync(FOLDER, { recursive: true, force: true }));
const MADE = spawnSync('openssl', [
  'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
  '-keyout', join(FOLDER, 'key.pem'), '-out', join(FOLDER, 'certificate.pem'),
]);

/** Texts that nothing may repeat, by what they are. */
const CANARIES = new Map<string, string>();

/** A text that stands nowhere else, and reads like nothing that a scanner would look for. */
function plant(what: string, value = `canary-${randomBytes(24).toString('hex')}`): string {
  CANARIES.set(what, value);
  return value;
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token as an issuer signs it; its signature is what makes it one. */
function token(what: string, claims: object, secret: string): string {
  const text = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`;
  const signature = createHmac('sha256', secret).update(text).digest('base64url');
  plant(`signature of ${what}`, signature);
  plant(what, `${text.slice(0, 24)}${text.slice(24)}`);
  return `${text}.${signature}`;
}

const secret = (name: string) => ({ secret: name });
const NAMES = [
  'CI_KEY', 'CI_KEY_2', 'SESSION_KEY', 'OLD_SESSION_KEY', 'READ_TOKEN', 'WRITE_TOKEN', 'JWT_SECRET', 'UP_HEADER', 'UP_BEARER', 'UP_SECRET',
  'SIGNING_SECRET', 'EXCHANGE_SECRET', 'CHILD_SECRET', 'ENV_TOKEN',
];
const SECRETS: Record<string, string> = Object.fromEntries(NAMES.map((name) => [name, plant(`secret ${name}`)]));
const ENVIRONMENT_KEY = plant('key of API_KEY_1');
const ISSUER = 'https://id.canary.example';

/** A child that gives away its secret with its last words. */
const CHILD = `
const read = require('node:readline').createInterface({ input: process.stdin });
read.on('line', (line) => {
  console.error('cannot log in as ' + process.env.TOKEN + ' for ' + line.length);
  if (line.includes('"tools/call"')) throw new Error('bad token ' + process.env.TOKEN);
  const { id } = JSON.parse(line);
  const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: '1' } };
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
});`;

const instances = (port = 9) => [{ url: `http://127.0.0.1:${port}/mcp` }];
const server = (more: object = {}) => ({ kind: 'http', instances: instances(), ...more });
const tls = MADE.status === 0 ? { tls: { ca: secret('TLS_CERT'), cert: secret('TLS_CERT'), key: secret('TLS_KEY') } } : {};
const CONFIG = {
  name: 'canaries',
  gateway: {
    admin: { readToken: secret('READ_TOKEN'), writeToken: secret('WRITE_TOKEN') },
    sessionKeys: [secret('SESSION_KEY'), secret('OLD_SESSION_KEY')],
    limits: { body: '4kb', perAddress: '100000/s' },
    timeouts: { connect: '1s', firstByte: '1s' },
    log: { level: 'debug' },
    traces: { otlp: 'http://127.0.0.1:9/v1/traces' },
  },
  auth: {
    clients: { ci: { keys: [secret('CI_KEY'), secret('CI_KEY_2')], permissions: ['read'] } },
    environmentKeys: true,
    jwt: { issuer: ISSUER, secret: secret('JWT_SECRET'), audience: 'canaries' },
  },
  servers: {
    good: server({ upstream: { headers: { 'x-vendor': secret('UP_HEADER') }, auth: { bearer: secret('UP_BEARER') } } }),
    echo: server({ upstream: { auth: { header: 'x-key', secret: secret('UP_SECRET') } } }),
    gone: server(),
    denies: server({ upstream: { auth: { bearer: secret('UP_BEARER') } } }),
    moved: server(),
    ...(MADE.status === 0 ? { sealed: { kind: 'http', instances: [{ url: 'https://localhost:9/mcp' }], upstream: tls } } : {}),
    exchanged: server({
      upstream: { exchange: { url: 'http://127.0.0.1:9/token', client: { id: 'gateway', secret: secret('EXCHANGE_SECRET') }, grant: 'token-exchange' } },
    }),
    child: { kind: 'stdio', command: [process.execPath, '-e', CHILD], env: { TOKEN: secret('CHILD_SECRET') } },
  },
  tenants: {
    acme: { match: [{ client: 'ci' }, { path: true }], servers: '*', forward: { signed: { prefix: 'X-TB-', secret: secret('SIGNING_SECRET') } } },
  },
};

/** All that anybody was told. */
const told: string[] = [];
let gateway: RunningGateway;
let session = '';

function assertSilent(what: string, text: string): void {
  for (const [name, canary] of CANARIES) assert.ok(!text.includes(canary), `${what} holds the ${name}`);
}

const ENV: Record<string, string> = { ...SECRETS, API_KEY_1: `${ENVIRONMENT_KEY}:ci:read` };

before(async () => {
  if (MADE.status === 0) {
    ENV['TLS_CERT'] = readFileSync(join(FOLDER, 'certificate.pem'), 'utf8');
    ENV['TLS_KEY'] = readFileSync(join(FOLDER, 'key.pem'), 'utf8');
    plant('key of TLS', (ENV['TLS_KEY'] ?? '').split('\n')[1]);
  }
  const upstreamSession = plant('session id of a server');
  const good = await startUpstream(({ message, response }) =>
    json(response, { jsonrpc: '2.0', id: message?.id, result: { protocolVersion: '2025-11-25' } }, { 'mcp-session-id': upstreamSession }));
  // It says again, where it must not, all that it was sent.
  const again = (bytes: Buffer): string => `HTTP/1.1 200 OK\r\n${`${bytes}`.replace(/[\r\n]+/g, ' ')}\r\n\r\n`;
  const echo = await startRawUpstream((socket) => socket.on('data', (bytes) => void socket.end(again(bytes))));
  const denies = await startUpstream(({ headers, response }) =>
    void response.writeHead(401, { 'www-authenticate': `Bearer error_description="${headers['authorization']}"` }).end(`${headers['authorization']}`));
  const moved = await startUpstream(({ headers, response }) =>
    void response.writeHead(307, { location: `http://evil.example/${headers['authorization']}` }).end());
  gateway = await startGateway({
    config: CONFIG,
    env: ENV,
    pools: {
      good: [good.url], echo: [echo.url], gone: ['http://127.0.0.1:9/mcp'], denies: [denies.url], moved: [moved.url], exchanged: [good.url],
      ...(MADE.status === 0 ? { sealed: ['https://localhost:9/mcp'] } : {}),
    },
  });
});

const SERVERS = Object.keys(CONFIG.servers);
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

async function say(asked: AskOptions): Promise<void> {
  const answer = await ask(gateway.port, asked);
  // A session's id is its client's, in the one header that carries it.
  const { 'mcp-session-id': id, ...headers } = answer.headers;
  if (id !== undefined) session = plant('session id', id);
  told.push(`${answer.status} ${JSON.stringify(headers)} ${answer.text}`);
}

describe('nothing that a gateway says holds a secret', () => {
  test('with callers who do all that they can', async () => {
    const claims = { iss: ISSUER, sub: 'alice', aud: 'canaries', exp: Math.floor(Date.now() / 1000) + 3600 };
    const tokens = [
      token('good token', claims, SECRETS['JWT_SECRET'] as string),
      token('expired token', { ...claims, exp: 1 }, SECRETS['JWT_SECRET'] as string),
      token('token of somebody else', { ...claims, iss: 'https://evil.example' }, 'x'.repeat(32)),
      token('token for others', { ...claims, aud: 'others' }, SECRETS['JWT_SECRET'] as string),
    ];
    const wrong = plant('a wrong key');
    const credentials = [SECRETS['CI_KEY'], ENVIRONMENT_KEY, wrong, ...tokens].map((value) => bearer(value as string));
    const argument = plant('an argument');
    const query = plant('a query');
    for (const headers of credentials) {
      for (const name of SERVERS) {
        const path = `/mcp/${name}?access_token=${query}`;
        await say({ path, headers, message: initialize });
        await say({ path, headers, message: request('tools/call', { name: 'echo', arguments: { password: argument } }) });
      }
      const misnamed = { ...headers, ...modernHeaders('tools/call', 'other') };
      await say({ path: '/mcp/good', headers: misnamed, message: modern('tools/call', { name: 'echo', arguments: { a: argument } }) });
      await say({ path: '/mcp/good', headers: { ...headers, 'x-api-key': wrong }, message: request('tools/list') });
      await say({ path: `/t/acme/mcp/good/../nothing`, headers, message: request('tools/list') });
      await say({ path: '/mcp/good', headers: { ...headers, origin: 'https://evil.example', cookie: `session=${query}` }, message: request('tools/list') });
      await say({ path: '/mcp/good', headers, body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"a":"${argument}"` });
      await say({ path: '/mcp/good', headers, message: request('tools/call', { name: 'echo', arguments: { a: argument.repeat(100) } }) });
      await say({ path: '/mcp/good', headers: { ...headers, 'mcp-session-id': session }, message: request('tools/list') });
      await say({ path: '/mcp/good', headers: { ...headers, 'mcp-session-id': `${session}x` }, message: request('tools/list') });
    }
    const raw = ['GET /mcp/good HTTP/9.9', 'NONSENSE', 'POST /mcp/good HTTP/1.1\r\nhost: localhost\r\nexpect: the-moon'];
    for (const begin of raw) {
      const connection = await dial(gateway.port);
      connection.send(`${begin}\r\nauthorization: Bearer ${SECRETS['CI_KEY']}\r\n\r\n`);
      told.push((await connection.answer()).text);
      connection.close();
    }
  });

  test('to operators, and to those who are none', async () => {
    const [read, write] = [SECRETS['READ_TOKEN'] as string, SECRETS['WRITE_TOKEN'] as string];
    for (const path of ['/metrics', '/config', '/gateway/stats', '/circuit-breakers', '/circuit-breakers/reset', '/nothing']) {
      for (const headers of [{}, bearer(read), bearer(write), bearer(CANARIES.get('a wrong key') ?? '')]) {
        for (const method of ['GET', 'POST']) {
          const { status, text, headers: got } = await ask(gateway.adminPort, { path: `${path}?token=${read}`, method, headers });
          told.push(`${status} ${JSON.stringify(got)} ${text}`);
        }
      }
    }
    assert.ok(told.some((text) => text.includes('"profile"')), 'the pages were read');
  });

  test('when a reload fails, and when it does not', async () => {
    const good = tablesText(gateway);
    told.push(JSON.stringify(await gateway.sighup('this is no table')));
    told.push(JSON.stringify(await gateway.sighup(good.replace('SESSION_KEY', 'MISSING_KEY'))));
    told.push(JSON.stringify(await gateway.sighup(CONFIG)));
  });

  test('in its log, its audit and its answers', async () => {
    await gateway.stop();
    const logs = JSON.stringify(gateway.logs);
    for (const event of ['audit', 'request', 'child-exited', 'reload-failed', 'stopped']) assert.ok(logs.includes(`"event":"${event}"`), event);
    assert.ok(gateway.logs.some(({ event, kind }) => event === 'audit' && kind === 'tool-call'));
    assertSilent('the log', logs);
    assertSilent('stderr', gateway.stderr());
    for (const text of told) assertSilent('an answer', text);
  });

  test('when it crashes', () => {
    // No fault that it knows: what Node prints of it, with whatever stands in its error.
    writeFileSync(join(gateway.folder, 'gateway', 'tables.js'), 'export const TABLES = { ...process.env, log: null };\nexport const FEATURES = {};\n');
    const main = join(gateway.folder, 'gateway', 'main.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main], { env: { ...ENV, PORT: '0' }, encoding: 'utf8' });
    assert.notEqual(status, 0);
    assert.match(stderr, /TypeError|Error:/);
    assertSilent('a crash', stdout + stderr);
  });

  test('when it does not start', async () => {
    const short = plant('a short key', 'canary-short');
    const both = plant('a key of two');
    const wrongs: readonly Record<string, string>[] = [
      { SESSION_KEY: short }, { CI_KEY: short }, { READ_TOKEN: short }, { CI_KEY: both, CI_KEY_2: both }, { MCPGEN_POOLS: `{"good":["${both}` },
      { API_KEY_1: `${both}:nobody:read` }, { SESSION_KEY_FILE: join(FOLDER, 'nowhere') },
    ];
    for (const wrong of wrongs) {
      // A gateway that takes a setting is none of this test's business.
      const failed = await failToStart({ config: CONFIG, env: { ...ENV, ...wrong } }).catch(() => null);
      if (failed) assertSilent(`stderr of a start with ${Object.keys(wrong).join()}`, failed.stderr);
    }
  });
});

test('nothing that the command line writes or says holds a secret of its environment, or of .env', async () => {
  const { auth, gateway: own, ...rest } = CONFIG;
  const config = {
    ...rest, auth,
    origins: { app: 'https://app.canary.example' },
    gateway: { ...own, url: 'https://mcp.canary.example' },
    targets: { nginx: { version: '1.30' }, compose: {}, kubernetes: { version: '1.34', exposure: { kind: 'none' } }, fly: { app: 'canaries', region: 'ord' } },
  };
  writeFileSync(join(FOLDER, 'mcp.config.ts'), `import { defineConfig } from 'mcpgen';\nexport default defineConfig(${JSON.stringify(config, null, 2)});\n`);
  writeFileSync(join(FOLDER, '.env'), `${Object.entries(SECRETS).map(([name, value]) => `${name}=${value}`).join('\n')}\n`);
  const calls = [
    ['build'], ['build', '--stdout'], ['check'], ['check', '--format', 'json'], ['secrets'], ['secrets', '--format', 'json'], ['secrets', '--generate'],
    ['explain', 'request', '--server', 'good', '--client', 'ci', '--tool', 'echo', '--arg', 'a=b'],
    ['explain', 'request', '--server', 'good', '--format', 'json'],
  ];
  for (const args of calls) {
    const { out, err, code } = await mcpgenProcess(args, { cwd: FOLDER, env: ENV });
    assert.ok(code === 0 || (code === 1 && args[0] !== 'build'), `mcpgen ${args.join(' ')}: ${code}\n${out}${err}`);
    assertSilent(`mcpgen ${args.join(' ')}`, out + err);
  }
  const line = gateway.logs.find(({ event, kind }) => event === 'audit' && kind === 'tool-call');
  const replayed = await mcpgenProcess(['explain', 'request', '--log', JSON.stringify(line)], { cwd: FOLDER, env: ENV });
  assertSilent('a replay', replayed.out + replayed.err);
  const written = readdirSync(join(FOLDER, 'generated'), { recursive: true, encoding: 'utf8' }).map((name) => join(FOLDER, 'generated', name));
  for (const file of written.filter((one) => statSync(one).isFile())) assertSilent(file, readFileSync(file, 'utf8'));
  assert.ok(written.length > 50, 'everything was written');
});
