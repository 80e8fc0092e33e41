/** System A, `agentic-search`: two services behind a load balancer. The rows about whom the tools gateway takes requests from. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { composeEmitter } from '#src/emit/compose/index.js';
import { flyEmitter } from '#src/emit/fly/index.js';
import { kubernetesEmitter } from '#src/emit/kubernetes/index.js';
import { NGINXES, NO_NGINX } from '../nginx/binaries.js';
import { untenanted } from '../nginx/plans.js';
import { mcpgen } from '../support/cli.js';
import { emitInput } from '../support/emit-input.js';
import { examplePlan, image, npm } from '../support/example.js';
import { folder } from '../support/folder.js';
import { request, type ErrorBody } from '../support/gateway-messages.js';
import { gatewayConfig } from '../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../support/gateway.js';
import { ask, type HttpAnswer } from '../support/http.js';
import { startUpstream, type FakeUpstream } from '../support/upstreams.js';
import { startEdge } from './edge.js';

const LIST = request('tools/list');
const SEARCH = 'https://search.acme.test';
const GATEWAY = 'gateway.acme.test';
/** Addresses of the load balancer and of a peer that is nobody's proxy. */
const BALANCER = '127.0.0.2';
const STRANGER = '127.0.0.3';
const FAILED = 'Origin validation failed for: ';

const reasonOf = ({ status, text }: HttpAnswer): unknown[] => [status, (JSON.parse(text) as ErrorBody).error.data.reason];

describe('A3 origins at the tools gateway', () => {
  let gateway: RunningGateway;
  let tools: FakeUpstream;
  const server = (...origins: readonly string[]) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], origins });

  before(async () => {
    tools = await startUpstream();
    gateway = await startGateway({
      config: gatewayConfig({
        gateway: {
          url: `https://${GATEWAY}`, originFallback: 'forwarded', requireOrigin: true, trustedProxies: [`${BALANCER}/32`],
          sessionKeys: [{ secret: 'SESSION_KEY' }],
        },
        servers: { tools: server('search', 'own'), open: server('any'), tunnelled: server('tunnel') },
        origins: { search: SEARCH, own: `https://${GATEWAY}`, any: { preset: 'any-https' }, tunnel: { preset: 'ngrok' } },
      }),
      pools: { tools: [tools.url], open: [tools.url], tunnelled: [tools.url] },
    });
  });

  const post = (path: string, headers: Readonly<Record<string, string | null>>, from = STRANGER): Promise<HttpAnswer> =>
    ask(gateway.port, { path, headers: { host: GATEWAY, ...headers }, message: LIST, from });

  test('A3 an origin of the list passes, with the spelling of a browser and no other', async () => {
    assert.equal((await post('/mcp/tools', { origin: SEARCH })).status, 200);
    const { length } = tools.received;
    const others = ['https://malicious-site.com', 'http://search.acme.test', `${SEARCH}.evil.test`, `${SEARCH}:8443`, 'https://x.search.acme.test', 'null'];
    for (const foreign of others) {
      assert.deepEqual(reasonOf(await post('/mcp/tools', { origin: foreign })), [403, 'origin-not-allowed'], foreign);
    }
    assert.equal(tools.received.length, length, 'no server hears of a refused origin');
  });

  test('A3 allow_https is the preset any-https, and allow_ngrok the preset ngrok', async () => {
    const judged = async (path: string, origin: string): Promise<number> => (await post(path, { origin })).status;
    assert.deepEqual([await judged('/mcp/open', 'https://whoever.example'), await judged('/mcp/open', 'http://whoever.example')], [200, 403]);
    for (const tunnel of ['https://1a2b.ngrok.io', 'https://1a2b.ngrok-free.app', 'https://1a2b.ngrok.app']) {
      assert.equal(await judged('/mcp/tunnelled', tunnel), 200, tunnel);
      assert.equal(await judged('/mcp/tools', tunnel), 403, 'a preset counts where it is named');
    }
    for (const other of ['https://ngrok.io.evil.test', 'https://evil-ngrok.io', 'http://1a2b.ngrok.io']) assert.equal(
      await judged('/mcp/tunnelled', other), 403, other,
    );
  });

  test('A3 where there is no Origin, X-Forwarded-Host and X-Forwarded-Proto of the balancer stand for it, and of nobody else', async () => {
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': GATEWAY };
    assert.equal((await post('/mcp/tools', forwarded, BALANCER)).status, 200);
    assert.deepEqual(reasonOf(await post('/mcp/tools', forwarded)), [403, 'origin-required']);
    assert.deepEqual(reasonOf(await post('/mcp/tools', {}, BALANCER)), [403, 'origin-required'], 'a balancer that says nothing');
    assert.deepEqual(reasonOf(await post('/mcp/tools', { ...forwarded, 'x-forwarded-proto': 'http' }, BALANCER)), [403, 'origin-not-allowed']);
    assert.deepEqual(
      reasonOf(await post('/mcp/tools', { ...forwarded, origin: 'https://evil.test' }, BALANCER)), [403, 'origin-not-allowed'], 'Origin comes first',
    );
  });

  test('A3 each refusal is a warning with the words that guides alert on, and is counted', async () => {
    const since = gateway.logs.length;
    await post('/mcp/tools', { origin: 'https://malicious-site.com' });
    await post('/mcp/tools', {}, BALANCER);
    for (const said of ['https://malicious-site.com', 'none']) {
      const line = await gateway.waitFor('request', ({ message }) => message === `${FAILED}${said}`, since);
      assert.deepEqual([line['level'], line['status'], line['server']], ['warn', 403, 'tools']);
    }
    const counted = [...(await gateway.metrics())].filter(([name]) => name.startsWith('mcpgen_origin_refusals_total{'));
    assert.ok(counted.some(([name, value]) => name.includes('reason="origin-not-allowed"') && value > 0), JSON.stringify(counted));
  });

  for (const nginx of NGINXES) {
    test(`A3 nginx ${nginx.version} in front refuses the same, and logs the same words`, async () => {
      const { edge, server: behind, close } = await startEdge(nginx, untenanted());
      const through = (headers: Readonly<Record<string, string>>, method = 'POST'): Promise<HttpAnswer> =>
        ask(edge.port, { path: '/mcp/search', method, headers: { host: 'mcp.acme.test', ...headers }, ...(method === 'POST' ? { message: LIST } : {}) });
      const tooLong = `https://${'a'.repeat(300)}.test`;
      assert.equal((await through({ origin: 'https://app.acme.test' })).status, 200);
      assert.equal((await through({ origin: 'https://malicious-site.com' })).status, 403);
      assert.equal((await through({ origin: 'https://preflight.evil', 'access-control-request-method': 'POST' }, 'OPTIONS')).status, 403);
      assert.equal((await through({ origin: 'https://"quoted\\.evil' })).status, 403);
      assert.equal((await through({ origin: tooLong })).status, 403);
      assert.equal(behind.received.length, 1);
      await edge.stop();
      const lines = edge.log().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
      assert.deepEqual(
        lines.filter(({ reason }) => reason !== '').map(({ message }) => message),
        ['https://malicious-site.com', 'https://preflight.evil', 'https://"quoted\\.evil', tooLong.slice(0, 200)].map((origin) => `${FAILED}${origin}`),
      );
      assert.deepEqual(lines.filter(({ reason }) => reason === '').map(({ message }) => message), [''], 'nothing is said of an origin that is accepted');
      await close();
    });
  }
  test('A3 there is an nginx to ask', { skip: NO_NGINX }, () => assert.ok(NGINXES.length > 0));
});

describe('A11 abuse at the edge', () => {
  for (const nginx of NGINXES) {
    test(`A11 nginx ${nginx.version} refuses what is above the rate of one address, and the gateway does not hear of it`, async () => {
      const { edge, server: behind, close } = await startEdge(nginx, untenanted({ limits: { perAddress: '5/h' } }));
      const statuses: number[] = [];
      for (let i = 0; i < 8; i++) statuses.push((await ask(edge.port, { path: '/mcp/search', headers: { host: 'mcp.acme.test' }, message: LIST })).status);
      assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429, 429]);
      const refused = await ask(edge.port, { path: '/mcp/search', headers: { host: 'mcp.acme.test' }, message: LIST });
      assert.ok(Number(refused.headers['retry-after']) > 0);
      assert.equal(behind.received.length, 5);
      await close();
    });
  }

  test('A11 where no nginx is, the gateway refuses it, counts it and says when to come again', async () => {
    const tools = await startUpstream();
    const gateway = await startGateway({ config: gatewayConfig({ gateway: { limits: { perAddress: '5/h' } } }), pools: { search: [tools.url] } });
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) statuses.push((await ask(gateway.port, { path: '/mcp/search', message: LIST, from: STRANGER })).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429]);
    const refused = await ask(gateway.port, { path: '/mcp/search', message: LIST, from: STRANGER });
    assert.deepEqual([...reasonOf(refused), Number(refused.headers['retry-after']) > 0], [429, 'address-rate', true]);
    assert.equal((await ask(gateway.port, { path: '/mcp/search', message: LIST, from: BALANCER })).status, 200, 'another address has its own');
    assert.equal((await gateway.metrics()).get('mcpgen_rate_limited_total{limit="address"}'), 3);
    await gateway.stop();
  });
});

describe('A11 tool servers are on private networks only', () => {
  const plan = examplePlan({ servers: { search: image(), files: npm('@acme/files@2.0.1') } });
  const SERVERS = ['search', 'files'];

  test('A11 compose publishes no port of theirs, and each of their networks is internal', () => {
    const text = composeEmitter.print(composeEmitter.model(plan, emitInput())).find(({ path }) => path === 'compose/compose.yaml')?.contents ?? '';
    type Service = { readonly ports?: unknown; readonly network_mode?: unknown; readonly networks: Readonly<Record<string, unknown>> };
    const { services, networks } = parse(text) as { services: Record<string, Service>; networks: Record<string, { internal?: boolean }> };
    for (const [name, service] of Object.entries(services)) {
      if (!SERVERS.some((server) => name.startsWith(server))) continue;
      assert.deepEqual([service.ports, service.network_mode], [undefined, undefined], name);
      for (const network of Object.keys(service.networks)) assert.equal(networks[network]?.internal, true, `${name}: ${network}`);
    }
    assert.ok(SERVERS.every((server) => server in services), Object.keys(services).join());
    assert.notEqual(services['nginx']?.ports ?? services['gateway']?.ports, undefined, 'what is public is something else');
  });

  test('A11 Kubernetes gives them ClusterIP services, no route of their own, and lets only the gateway in', () => {
    const objects = kubernetesEmitter.model(plan, emitInput()).files.flatMap((file) => file.objects);
    const services = objects.flatMap((one) => (one.kind === 'Service' ? [one] : []));
    for (const { metadata, spec } of services) assert.ok(spec.type === undefined || spec.type === 'ClusterIP', `${metadata.name}: ${spec.type}`);
    const policies = objects.flatMap((one) => (one.kind === 'NetworkPolicy' ? [one] : []));
    for (const server of SERVERS) {
      const own = policies.filter(({ metadata }) => metadata.name === `acme-tools-${server}-ingress`);
      assert.equal(own.length, 1, policies.map(({ metadata }) => metadata.name).join());
      const peers = (own[0]?.spec.ingress ?? []).flatMap(({ from = [] }) => from);
      assert.ok(peers.length > 0);
      for (const peer of peers) {
        assert.ok('podSelector' in peer && JSON.stringify(peer.podSelector).includes('gateway'), JSON.stringify(peer));
        assert.ok(!('ipBlock' in peer));
      }
    }
    const routes = JSON.stringify(objects.filter(({ kind }) => String(kind).endsWith('Route') || String(kind) === 'Ingress'));
    assert.ok(routes.includes('acme-tools-gateway'));
    for (const server of SERVERS) assert.ok(!routes.includes(`"acme-tools-${server}"`), routes);
  });

  test('A11 Fly serves them to nobody but the gateway: no http_service, no public service', () => {
    const files = flyEmitter.print(flyEmitter.model(plan, emitInput()));
    for (const server of SERVERS) {
      const text = files.find(({ path }) => path === `fly/acme-tools-${server}/fly.toml`)?.contents ?? assert.fail(server);
      assert.doesNotMatch(text, /^\s*\[+(?:http_service|services)/m, server);
    }
    assert.match(files.find(({ path }) => path === 'fly/acme-tools/fly.toml')?.contents ?? '', /^\[http_service\]/m);
  });
});

test('A11 the audit of origins is due: check says which, whose, and by when (MCP115)', async (t) => {
  const config = (reviewBy: string): string => `import { defineConfig, secret } from 'mcpgen';
export default defineConfig({
  name: 'agentic-search',
  gateway: { url: 'https://gateway.acme.dev', sessionKeys: [secret('MCPGEN_SESSION_KEY')] },
  auth: { clients: { search: { keys: [secret('SEARCH_KEY')] } } },
  servers: { tools: { kind: 'http', instances: [{ url: 'https://tools.acme.dev/mcp' }], origins: ['search'] } },
  origins: { search: { origin: 'https://search.acme.dev', owner: 'web', reviewBy: '${reviewBy}' } },
});
`;
  const check = async (reviewBy: string) => {
    const { out, err } = await mcpgen(['check', '--format', 'json'], { cwd: folder(t, { 'mcp.config.ts': config(reviewBy) }) });
    const { findings } = JSON.parse(out) as {
      findings: readonly { rule: string; severity: string; message: string; config: { path: string; line: number } }[],
    };
    return findings.filter(({ rule }) => rule === 'MCP115').map(({ severity, message, config: { path, line } }) => [severity, message, path, line, err]);
  };
  const [found, ...more] = await check('2026-11-19');
  assert.deepEqual(more, []);
  assert.match(String(found?.[0]), /^warn/);
  assert.match(String(found?.[1]), /origin search \(https:\/\/search\.acme\.dev\) should have been reviewed by 2026-11-19; its owner is web/);
  assert.equal(found?.[3], 7);
  assert.deepEqual(await check('2026-11-20'), []);
});
