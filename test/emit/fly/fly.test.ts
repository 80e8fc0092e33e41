import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flyEmitter } from '#src/emit/fly/index.js';
import type { FlyApp } from '#src/emit/fly/types.js';
import type { Health } from '#src/config/language/servers.js';
import type { Size } from '#src/config/language/units.js';
import type { FlyTarget } from '#src/config/language/targets.js';
import { emitInput } from '../../support/emit-input.js';
import { bareCommand, examplePlan, existing, image, npm, stdioImage, volume, type Changes } from '../../support/example.js';

const apps = (options: Changes = {}) => flyEmitter.model(examplePlan(options), emitInput()).apps;
const printed = (options: Changes = {}) =>
  new Map(flyEmitter.print(flyEmitter.model(examplePlan(options), emitInput())).map(({ path, contents }) => [path, contents]));
const target = (fly: Partial<FlyTarget>) => ({ targets: { fly } });

function app(workload: string, options: Changes = {}): FlyApp {
  const found = apps(options).find((each) => each.workload === workload);
  assert.ok(found, `no app of ${workload}`);
  return found;
}

describe('fly: apps', () => {
  it('are one for the gateway and a private one for each server that runs', () => {
    assert.deepEqual(
      apps().map(({ name }) => name),
      ['acme-tools', 'acme-tools-files', 'acme-tools-search'],
    );
    assert.deepEqual(
      apps({ servers: { crm: existing('https://crm.acme.test/mcp'), shell: bareCommand() } }).map(({ name }) => name),
      ['acme-tools'],
    );
  });

  it('are found by the gateway under the names of the plan', () => {
    for (const { server, sources } of examplePlan().traffic.pools)
      if (sources.fly.kind === 'dns') assert.equal(sources.fly.name, `${app(server).name}.internal`);
  });

  it('field-27a get the signal and the time that a drain needs, and five seconds to end', () => {
    for (const { config } of apps()) assert.deepEqual([config.kill_signal, config.kill_timeout], ['SIGTERM', '30s']);
    assert.equal(
      app('gateway', { gateway: { timeouts: { drain: '15m' } } }).config.kill_timeout,
      '300s',
    );
  });
});

describe('fly: the gateway', () => {
  it('is public, over https, and asked whether it is ready', () => {
    const service = app('gateway').config.http_service;
    assert.equal(service?.internal_port, 8080);
    assert.equal(service.force_https, true);
    assert.equal(service.checks[0]?.path, '/health/ready');
    assert.deepEqual(service.checks[0]?.headers, { 'X-Forwarded-Proto': 'https' });
  });

  it('runs all the time, or stops and starts, but never one without the other', () => {
    const service = (scaleToZero: boolean) => app('gateway', target({ scaleToZero })).config.http_service!;
    const { auto_stop_machines, auto_start_machines, min_machines_running } = service(false);
    assert.deepEqual([auto_stop_machines, auto_start_machines, min_machines_running], ['off', false, 2]);
    assert.deepEqual(
      [service(true).auto_stop_machines, service(true).auto_start_machines, service(true).min_machines_running],
      ['stop', true, 0],
    );
  });

  it('takes as many streams as the gateway allows, and requests beside them', () => {
    const { concurrency, http_options } = app('gateway').config.http_service!;
    assert.equal(concurrency.type, 'requests');
    assert.ok(concurrency.soft_limit < 2000 && concurrency.hard_limit > 2000);
    assert.equal(http_options.idle_timeout, 300);
    const options = {
      servers: { patient: image({ strategy: 'waits' }) },
      strategies: { waits: { balance: 'random', timeouts: { idleStream: '15m' } } },
    } as const;
    assert.equal(app('gateway', options).config.http_service!.http_options.idle_timeout, 900, 'one server may be silent for longer');
  });
});

describe('fly: a server', () => {
  it('has no service, a check of its own, and is kept running', () => {
    const { config } = app('search');
    assert.equal(config.http_service, undefined);
    assert.deepEqual(config.checks?.mcp, {
      type: 'http',
      port: 8023,
      grace_period: '60s',
      interval: '30s',
      timeout: '10s',
      method: 'GET',
      path: '/health',
    });
    assert.deepEqual(config.restart, [{ policy: 'always' }]);
  });

  it('is asked what Fly can ask, and its port is tested where it cannot', () => {
    const checkOf = (health?: Health) => app('a', { servers: { a: image(health && { health }) } }).config.checks!.mcp;
    const asked = { type: 'http', port: 8000, grace_period: '60s', interval: '30s', timeout: '10s', method: 'GET', path: '/health' };
    // Fly cannot look for a text in the body, but it can ask for the status.
    for (const more of [{}, { status: 204 }, { body: 'ok' }]) assert.deepEqual(checkOf({ path: '/health', ...more }), asked);
    const { method: _, path: __, ...tested } = { ...asked, type: 'tcp' };
    const path = '/health';
    const unasked: readonly (Health | undefined)[] = [
      { path, method: 'HEAD' }, { path, method: 'POST' }, { path, status: 302 }, { path, status: 503 },
      { mcp: 'ping' }, { mcp: 'discover' }, { command: ['true'] }, undefined,
    ];
    for (const health of unasked) assert.deepEqual(checkOf(health), tested);
  });

  it('is checked within the bounds of Fly', () => {
    const health = { path: '/health', every: '5m', timeout: '90s', startup: '10m' } as const;
    const { interval, timeout, grace_period } = app('a', { servers: { a: image({ health }) } }).config.checks!.mcp;
    assert.deepEqual([interval, timeout, grace_period], ['60s', '60s', '600s']);
  });

  it('runs the image of the config unchanged, or an image that is built with the gateway in it', () => {
    const servers = { a: image(), b: stdioImage('ghcr.io/acme/b:1'), c: npm('c@1.0.0') };
    assert.deepEqual(app('a', { servers }).config.build, { image: 'ghcr.io/acme/search:1.4.2' });
    assert.equal(app('a', { servers }).dockerfile, null);
    const files = printed({ servers });
    assert.match(
      files.get('fly/acme-tools-b/Dockerfile') ?? '',
      /\nFROM ghcr\.io\/acme\/b:1\n\n# .*\nCOPY --chmod=755 gateway\/ \/gateway\/\n\nEXPOSE 8000\nENTRYPOINT \["node","\/gateway\/main\.js","host","b"\]\n$/,
    );
    assert.match(files.get('fly/acme-tools-c/Dockerfile') ?? '', /\nCOPY --chmod=755 gateway\/ \/gateway\/\n\nUSER 1000:1000\n/);
  });

  it('says that it is reached over IPv6', () => {
    assert.match(printed().get('fly/acme-tools-search/fly.toml') ?? '', /must listen on \[::\]/);
  });

  it('takes over its volume as root and then runs as an ordinary user', () => {
    const servers = { a: npm('a@1.0.0', { volumes: [volume('my-data', { size: '2.5gb' })] }) };
    assert.deepEqual(app('a', { servers }).config.mounts, [{ source: 'my_data', destination: '/my-data', initial_size: '3gb' }]);
    const dockerfile = printed({ servers }).get('fly/acme-tools-a/Dockerfile') ?? '';
    const asNode = 'setpriv --reuid=1000 --regid=1000 --clear-groups --no-new-privs node /gateway/main.js host a';
    assert.ok(dockerfile.includes(`ENTRYPOINT ["sh","-c","chown 1000:1000 /my-data && exec ${asNode}"]`), dockerfile);
    assert.doesNotMatch(dockerfile, /\nUSER /);
  });

  it('field-25b has the memory of its children, on the smallest size that may have it', () => {
    const vmOf = (limits: { processes?: number; memory?: Size }, size = 'shared-cpu-1x') =>
      app('a', { servers: { a: npm('a@1.0.0', { limits }) }, targets: { fly: { vm: { size } } } }).config.vm;
    // 8 × 256 MB and the host are more than the 2 GB of one shared processor.
    assert.deepEqual(vmOf({}), [{ size: 'shared-cpu-2x', memory: '2304mb' }]);
    assert.deepEqual(vmOf({ processes: 2 }), [{ size: 'shared-cpu-1x', memory: '768mb' }]);
    assert.deepEqual(vmOf({ processes: 40, memory: '1gb' }), [{ size: 'shared-cpu-8x', memory: '41216mb' }]);
    assert.deepEqual(vmOf({ processes: 9, memory: '1gb' }, 'performance-1x'), [{ size: 'performance-2x', memory: '9472mb' }]);
  });

  it('says what Fly cannot do with volumes', () => {
    const about = (server: ReturnType<typeof image>) => app('a', { servers: { a: server } }).about.join('\n');
    assert.match(about(image({ replicas: 2, volumes: [volume('x')] })), /no shared volumes/);
    assert.match(about(image({ volumes: [volume('x'), volume('y')] })), /refuses more/);
    assert.doesNotMatch(about(image({ replicas: 2, volumes: [volume('x', { perInstance: true })] })), /no shared volumes/);
  });

  it('gets a machine with the memory it may use', () => {
    const resources = { limits: { memory: '700mb' } } as const;
    assert.deepEqual(app('a', { servers: { a: image({ resources }) } }).config.vm, [
      { size: 'shared-cpu-1x', memory: '768mb' },
    ]);
    assert.deepEqual(app('gateway').config.vm, [{ size: 'shared-cpu-1x', memory: '512mb' }]);
  });
});

describe('fly: files', () => {
  it('field-27b every app is created in a network of the deployment, and the names of the gateway get certificates', () => {
    const files = printed({ gateway: { hosts: ['tools.acme.test', 'mcp.fly.dev', '203.0.113.7', 'localhost', 'acme-tools.internal'] } });
    for (const { name } of apps()) assert.match(files.get(`fly/${name}/fly.toml`) ?? '', new RegExp(`#   fly apps create ${name} --network acme-tools\n`));
    const certificates = (name: string) => [...(files.get(`fly/${name}/fly.toml`) ?? '').matchAll(/fly certs add (\S+) --app (\S+)/g)].map(([, host]) => host);
    assert.deepEqual(certificates('acme-tools'), ['mcp.acme.test', 'tools.acme.test']);
    assert.deepEqual(certificates('acme-tools-search'), []);
    assert.doesNotMatch(printed({ gateway: { url: null } }).get('fly/acme-tools/fly.toml') ?? '', /certs/);
  });

  it('keeps secrets out of fly.toml and names each in a command', () => {
    const files = printed();
    for (const { name } of examplePlan().infra.secrets)
      for (const [path, contents] of files) if (path.endsWith('fly.toml')) assert.ok(!contents.includes(name), `${name} in ${path}`);
    assert.match(
      files.get('fly/acme-tools/secrets.example') ?? '',
      /\nfly secrets set --app acme-tools --stage ACME_API_KEY="\$ACME_API_KEY"\n/,
    );
    // The secret has the name of the server's variable, and the value of the plan's secret.
    assert.match(
      files.get('fly/acme-tools-search/secrets.example') ?? '',
      /\nfly secrets set --app acme-tools-search --stage TOKEN="\$INDEX_TOKEN"\n/,
    );
  });

  it('gives a builder the gateway and nothing else', () => {
    const files = printed();
    assert.match(files.get('fly/acme-tools/Dockerfile.dockerignore') ?? '', /\n\*\n!gateway\ngateway\/\.env\*\n$/);
    assert.deepEqual(app('gateway').config.build, { dockerfile: 'Dockerfile', ignorefile: 'Dockerfile.dockerignore' });
  });

  it('field-27 builds an image that no registry has on this machine', () => {
    const servers = { search: image({ image: 'localhost/search:1' }), files: npm('@acme/files@1.0.0') };
    const files = printed({ ...target({}), servers });
    assert.match(files.get('fly/acme-tools-search/fly.toml') ?? '', /--ha=false --local-only\n/);
    assert.match(files.get('fly/acme-tools-files/fly.toml') ?? '', /--ha=false\n/);
  });

  it('opens with the commands that deploy the app', () => {
    const text = printed(target({ org: 'acme' })).get('fly/acme-tools-search/fly.toml') ?? '';
    for (const command of [
      'fly apps create acme-tools-search --org acme --network acme-tools',
      'fly deploy . --config fly/acme-tools-search/fly.toml --ha=false',
      'fly scale count 3 --app acme-tools-search',
    ])
      assert.ok(text.includes(`#   ${command}\n`), command);
  });

  it('reads like this', () => {
    assert.equal(
      printed({ ...target({ scaleToZero: true }), gateway: { replicas: 1 } }).get('fly/acme-tools/fly.toml'),
      `# Generated by mcpgen from mcp.config.ts. Do not edit: run \`npx mcpgen build\`.
#
# In the folder that holds gateway/ and fly/:
#   fly apps create acme-tools --network acme-tools
#   the secrets, as secrets.example says
#   fly deploy . --config fly/acme-tools/fly.toml --ha=false
#   fly certs add mcp.acme.test --app acme-tools
#   the DNS records that fly certs add prints: without them Fly has no certificate, and clients refuse the connection
# Network acme-tools is this deployment's own, so that other apps of the organisation do not reach its servers past the gateway.
# An app keeps the network that it is created in.

app = "acme-tools"
primary_region = "ord"
kill_signal = "SIGTERM"
kill_timeout = "30s"

[build]
dockerfile = "Dockerfile"
ignorefile = "Dockerfile.dockerignore"

[deploy]
strategy = "rolling"

[env]
MCPGEN_PLACEMENT = "fly"

[http_service]
internal_port = 8080
force_https = true
auto_stop_machines = "stop"
auto_start_machines = true
min_machines_running = 0

[http_service.concurrency]
type = "requests"
soft_limit = 1600
hard_limit = 2250

[http_service.http_options]
idle_timeout = 300

[[http_service.checks]]
grace_period = "30s"
interval = "10s"
timeout = "5s"
method = "GET"
path = "/health/ready"
protocol = "http"

[http_service.checks.headers]
X-Forwarded-Proto = "https"

[[vm]]
size = "shared-cpu-1x"
memory = "512mb"
`,
    );
  });
});
