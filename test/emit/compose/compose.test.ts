import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { composeEmitter } from '#src/emit/compose/index.js';
import { literal } from '#src/emit/compose/interpolation.js';
import type { ComposeDocument, Service } from '#src/emit/compose/types.js';
import { upstream, upstreamBlock } from '#src/emit/compose/upstream.js';
import type { Health } from '#src/config/language/servers.js';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { emitInput } from '../../support/emit-input.js';
import { bareCommand, examplePlan, existing, image, npm, stdioImage, uv, volume, type Changes } from '../../support/example.js';

const model = (options: Changes = {}): ComposeDocument => composeEmitter.model(examplePlan(options), emitInput());
const services = (options: Changes = {}) => model(options).file.services;
const printed = (options: Changes = {}) => new Map(composeEmitter.print(model(options)).map(({ path, contents }) => [path, contents]));

function serviceOf(name: string, options: Changes = {}): Service {
  const service = services(options)[name];
  assert.ok(service, `no service ${name}`);
  return service;
}

describe('compose: services', () => {
  it('runs nginx, the gateway and the servers that have an image', () => {
    assert.deepEqual(Object.keys(services()), ['nginx', 'gateway', 'files', 'search']);
  });

  it('leaves out servers that run elsewhere and servers without an image', () => {
    const servers = { crm: existing('https://crm.acme.test/mcp'), shell: bareCommand() };
    const { file } = model({ servers });
    assert.deepEqual(Object.keys(file.services), ['nginx', 'gateway']);
    assert.deepEqual(Object.keys(file.networks), ['edge', 'admin']);
  });

  it('hardens every service', () => {
    for (const [name, service] of Object.entries(services())) {
      assert.equal(service.read_only, true, name);
      assert.deepEqual(service.cap_drop, ['ALL'], name);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
      assert.equal(service.init, true, name);
      assert.ok(service.tmpfs?.includes('/tmp'), name);
      assert.ok(service.deploy.resources.limits.memory && service.deploy.resources.limits.pids, name);
    }
  });

  it('names a user where mcpgen itself chose the image', () => {
    const servers = { a: image(), b: npm('b@1.0.0'), c: stdioImage('ghcr.io/acme/c:1') };
    const users = Object.entries(services({ servers })).map(([name, { user }]) => [name, user]);
    assert.deepEqual(users, [
      ['nginx', '101:101'],
      ['gateway', '1000:1000'],
      ['a', undefined],
      ['b', '1000:1000'],
      ['c', undefined],
    ]);
  });

  it('starts our runtime in the gateway and in stdio hosts, and not the program of the image', () => {
    const servers = { c: stdioImage('ghcr.io/acme/c:1'), s: image() };
    assert.deepEqual(serviceOf('gateway', { servers }).entrypoint, ['node', '/gateway/main.js']);
    assert.deepEqual(serviceOf('c', { servers }).entrypoint, ['node', '/gateway/main.js', 'host', 'c']);
    assert.equal(serviceOf('s', { servers }).entrypoint, undefined);
  });

  it('labels services that mount generated files with the hash, so that a changed config recreates them', () => {
    const plan = examplePlan();
    for (const name of ['nginx', 'gateway', 'files']) assert.equal(serviceOf(name).labels?.['mcpgen.hash'], plan.hash, name);
    assert.equal(serviceOf('search').labels, undefined);
  });

  it('gives a container time to drain and then to exit', () => {
    const plan = examplePlan();
    const grace = Number(serviceOf('gateway').stop_grace_period.replace('s', '')) * 1000;
    assert.ok(grace >= plan.traffic.timeouts.drain + 5000);
  });

  it('mounts a volume at /tmp instead of a tmpfs, not both', () => {
    const servers = { a: image({ volumes: [volume('scratch', { path: '/tmp' })] }) };
    assert.equal(serviceOf('a', { servers }).tmpfs, undefined);
  });
});

describe('compose: environment', () => {
  it('refers to secrets and never holds one', () => {
    assert.deepEqual(serviceOf('search').environment, { LOG_LEVEL: 'info', TOKEN: '${INDEX_TOKEN}' });
    assert.equal(serviceOf('gateway').environment?.['ACME_API_KEY_FILE'], '/run/secrets/ACME_API_KEY');
  });

  it('keeps a dollar in a text a dollar', () => {
    const servers = { a: image({ env: { PRICE: '$5 and ${HOME}' } }) };
    assert.equal(serviceOf('a', { servers }).environment?.['PRICE'], '$$5 and $${HOME}');
    assert.equal(literal('$$'), '$$$$');
  });

  it('leaves the environment of a child to its host process, which reads secrets by the names of the secrets', () => {
    const servers = { f: npm('f@1.0.0', { env: { NODE_OPTIONS: '--inspect', KEY: { secret: 'F_KEY' } } }) };
    assert.deepEqual(serviceOf('f', { servers }).environment, {
      F_KEY_FILE: '/run/secrets/F_KEY',
      HOME: '/tmp',
      MCPGEN_PLACEMENT: 'compose',
    });
  });

  it('lists every secret with its purpose and no value', () => {
    const example = printed().get('compose/.env.example') ?? '';
    assert.match(example, /# Key of client "acme-ci"; rotate by 2027-01-31\.\nACME_API_KEY=\n/);
    for (const { name } of examplePlan().infra.secrets) assert.match(example, new RegExp(`^${name}=$`, 'm'));
  });

  it('lists no secret of a workload that is left out', () => {
    const servers = { shell: bareCommand({ env: { KEY: { secret: 'SHELL_KEY' } } }) };
    assert.doesNotMatch(printed({ servers }).get('compose/.env.example') ?? '', /SHELL_KEY/);
  });
});

describe('compose: the way in', () => {
  const withoutNginx = { targets: { nginx: null } };

  it('publishes one port on loopback, that of nginx or of the gateway without nginx', () => {
    const published = (options: Changes) =>
      Object.entries(services(options)).flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    assert.deepEqual(published({}), [['nginx', '127.0.0.1:8080:8088']]);
    assert.deepEqual(published(withoutNginx), [['gateway', '127.0.0.1:8080:8080']]);
  });

  it('runs one gateway where it publishes its port, and says so', () => {
    assert.equal(serviceOf('gateway').deploy.replicas, 2);
    assert.equal(serviceOf('gateway', withoutNginx).deploy.replicas, 1);
    assert.ok(model(withoutNginx).notes.some(({ text }) => /nginx in front/.test(text)));
  });

  it('field-23b gives each server a network that it shares with the gateway alone, and the admin port one that no server is on', () => {
    const internal = { internal: true };
    assert.deepEqual(model().file.networks, { edge: {}, server_files: internal, server_search: internal, admin: internal });
    assert.deepEqual(serviceOf('search').networks, { server_search: {} });
    assert.deepEqual(serviceOf('gateway').networks, { edge: {}, server_files: {}, server_search: {}, admin: { aliases: ['gateway_admin'] } });
    assert.deepEqual(serviceOf('nginx').networks, { edge: {} });
    assert.equal(gatewayTables(examplePlan()).admin?.listen.compose.host, 'gateway_admin');
  });

  it('field-24b has a way out of the network of a server that may reach something outside, and of no other', () => {
    const servers = { any: image({ egress: 'any' }), none: image({ egress: 'none' }), some: image({ egress: ['api.acme.com'] }), unsaid: image() };
    const { networks } = model({ servers }).file;
    assert.deepEqual(
      ['any', 'none', 'some', 'unsaid'].map((id) => networks[`server_${id}`]?.internal ?? false),
      [false, true, false, true],
    );
    const developed = model({ servers, profile: 'local' }).file.networks;
    assert.equal(developed['server_unsaid']?.internal, undefined);
  });

  it('field-23c publishes where it is told to, with the redirect of HTTPS beside it', () => {
    const ports = (publish: object, gateway: object = {}) => serviceOf('nginx', { gateway, targets: { compose: { publish } } }).ports;
    const tls = { at: 'nginx', certificate: '/c', key: '/k' };
    assert.deepEqual(ports({ address: '::1' }), ['[::1]:8080:8088']);
    assert.deepEqual(ports({ address: '0.0.0.0', port: 443 }, { tls }), ['0.0.0.0:443:443', '0.0.0.0:80:80']);
    assert.deepEqual(ports({ address: '0.0.0.0', port: 8443 }, { tls }), ['0.0.0.0:8443:443']);
  });

  it('has no admin network without an admin listener', () => {
    assert.deepEqual(Object.keys(model({ gateway: { admin: null } }).file.networks), ['edge', 'server_files', 'server_search']);
  });

  it('lets nginx follow containers where it can, and restarts it where it cannot', () => {
    const old = { targets: { nginx: { version: '1.26' } } } as const;
    assert.match(
      printed().get('compose/nginx-upstream.conf') ?? '',
      /resolver 127\.0\.0\.11 valid=1s ipv6=off;\n  server gateway:8080 resolve max_fails=3 fail_timeout=10s;/,
    );
    assert.deepEqual(serviceOf('nginx').depends_on, { gateway: { condition: 'service_healthy' } });
    assert.match(printed(old).get('compose/nginx-upstream.conf') ?? '', /\n  server gateway:8080 max_fails=3 fail_timeout=10s;/);
    assert.deepEqual(serviceOf('nginx', old).depends_on, { gateway: { condition: 'service_healthy', restart: true } });
  });

  it('knows the release that resolves at run time', () => {
    const nginx = examplePlan().infra.targets.nginx ?? assert.fail();
    const resolution = (...release: [number, number, number]) => upstream(examplePlan(), { ...nginx, release }, 'gateway', 8080).resolution;
    assert.equal(resolution(1, 27, 2), 'start');
    assert.equal(resolution(1, 27, 3), 'runtime');
    assert.equal(resolution(1, 30, 0), 'runtime');
    assert.equal(resolution(2, 0, 0), 'runtime');
    assert.match(upstreamBlock(upstream(examplePlan(), nginx, 'gateway', 9000)), /\nupstream mcpgen_gateway \{\n  zone mcpgen_gateway 64k;\n/);
  });

  it('field-11c serves loopback names to the bridge, where only this machine reaches what is published', () => {
    assert.match(printed().get('compose/nginx-upstream.conf') ?? '', /\ngeo \$mcp_loopback_is \{\n  default served;\n\}\nupstream /);
    assert.doesNotMatch(printed({ gateway: { hosts: 'any' } }).get('compose/nginx-upstream.conf') ?? '', /geo/);
  });

  it('mounts certificate and key where nginx looks for them', () => {
    const tls = { certificate: '/etc/tls/full.pem', key: '/etc/tls/key.pem' };
    const options = { gateway: { tls: { at: 'nginx', ...tls } } } as const;
    const mounts = serviceOf('nginx', options).volumes?.map(({ source, target }) => [source, target]) ?? [];
    assert.deepEqual(mounts.slice(2), [
      ['/etc/tls/full.pem', '/etc/tls/full.pem'],
      ['/etc/tls/key.pem', '/etc/tls/key.pem'],
    ]);
    assert.match(serviceOf('nginx', options).healthcheck?.test.at(-1) ?? '', /^https:\/\/mcp\.acme\.test:443\//);
  });
});

const QUESTIONS: readonly (Health | undefined)[] = [{ path: '/health' }, { path: '/health', method: 'HEAD' }, { mcp: 'ping' }, undefined];

describe('compose: health', () => {
  it('probes the gateway and stdio hosts with node, and no container of an unknown image', () => {
    const all = services();
    assert.equal(all['gateway']?.healthcheck?.test[1], 'node');
    assert.match(all['gateway']?.healthcheck?.test[3] ?? '', /127\.0\.0\.1:8080\/health\/ready/);
    assert.match(all['files']?.healthcheck?.test[3] ?? '', /127\.0\.0\.1:8000\/health"/);
    assert.equal(all['search']?.healthcheck, undefined);
    assert.match(printed().get('compose/compose.yaml') ?? '', /  # No health check: .*\n  search:/);
  });

  it('runs the command that a server names, as it is', () => {
    const health = { command: ['check', '--price=$5', ''], every: '5s', timeout: '1.5s' } as const;
    const options = { servers: { a: image({ health }) } };
    const wanted = { test: ['CMD', 'check', '--price=$$5', ''], interval: '5s', timeout: '2s', retries: 3, start_period: '60s', start_interval: '2s' };
    assert.deepEqual(serviceOf('a', options).healthcheck, wanted);
    assert.doesNotMatch(printed(options).get('compose/compose.yaml') ?? '', /# No health check/);
  });

  it('leaves every other question about a server to the gateway', () => {
    for (const health of QUESTIONS) assert.equal(serviceOf('a', { servers: { a: image(health && { health }) } }).healthcheck, undefined);
  });

  it('waits for health only of services that report it', () => {
    for (const [name, { depends_on = {} }] of Object.entries(services()))
      for (const [other, { condition }] of Object.entries(depends_on))
        if (condition === 'service_healthy') assert.ok(services()[other]?.healthcheck, `${name} waits for ${other}`);
  });

  it('uses curl in the official nginx images, which have it', () => {
    const check = (nginx: string) => serviceOf('nginx', { images: { nginx } }).healthcheck?.test[1];
    for (const official of [
      'nginx',
      'nginx:1.30.6',
      'nginx:1.30-alpine',
      `docker.io/library/nginx@sha256:${'0'.repeat(64)}`,
      'nginxinc/nginx-unprivileged:1.30',
    ])
      assert.equal(check(official), 'curl', official);
    for (const other of ['nginx:1.30-alpine-slim', 'ghcr.io/acme/edge:1', 'acme/my-nginx:1']) assert.equal(check(other), undefined, other);
  });
});

describe('compose: volumes', () => {
  it('names volumes by server and volume, with a character between that no name has', () => {
    const servers = { 'a': image({ volumes: [volume('b-c')] }), 'a-b': image({ volumes: [volume('c')] }) };
    assert.deepEqual(Object.keys(model({ servers }).file.volumes ?? {}), ['a-b_c', 'a_b-c']);
  });

  it('shares a volume between replicas', () => {
    const servers = { a: image({ replicas: 2, volumes: [volume('data')] }) };
    assert.deepEqual(Object.keys(model({ servers }).file.volumes ?? {}), ['a_data']);
    assert.equal(serviceOf('a', { servers }).deploy.replicas, 2);
  });

  it('makes each instance with a volume of its own a service, and gives all of them one network name', () => {
    const servers = { a: image({ replicas: 2, volumes: [volume('data', { perInstance: true }), volume('shared')] }) };
    const { file } = model({ servers });
    assert.deepEqual(Object.keys(file.services), ['nginx', 'gateway', 'a_1', 'a_2']);
    assert.deepEqual(file.services['a_2']?.networks, { server_a: { aliases: ['a'] } });
    assert.deepEqual(Object.keys(file.volumes ?? {}), ['a_1_data', 'a_2_data', 'a_shared']);
  });
});

describe('compose: images that are built', () => {
  it('installs the pinned npm package as root and runs as an ordinary user', () => {
    const dockerfile = printed().get('compose/files.Dockerfile') ?? '';
    assert.match(dockerfile, /\nFROM node:22\.21\.0-bookworm-slim\n/);
    assert.match(dockerfile, /\nRUN npm install --global --prefix \/opt\/server --no-audit --no-fund @acme\/files@2\.0\.1 \\\n/);
    assert.match(dockerfile, /\nUSER 1000:1000\n/);
    assert.match(dockerfile, /\nRUN mkdir -p \/data \\\n && chown 1000:1000 \/data\n/);
    assert.match(dockerfile, /\nENTRYPOINT \["node","\/gateway\/main\.js","host","files"\]\n$/);
    assert.deepEqual(serviceOf('files').build, { context: '.', dockerfile: 'files.Dockerfile' });
    assert.match(printed().get('compose/files.Dockerfile.dockerignore') ?? '', /^# .*\n\*\n$/, 'field-27d');
  });

  it('installs the pinned Python package into a venv of its own', () => {
    const servers = { clock: uv('mcp-clock[tz]==1.2.3') };
    const dockerfile = printed({ servers }).get('compose/clock.Dockerfile') ?? '';
    assert.match(dockerfile, /pip install --no-cache-dir 'mcp-clock\[tz\]==1\.2\.3'\nENV PIP_NO_INDEX=1\nENV UV_OFFLINE=1\n/);
    assert.match(dockerfile, /\nENV PATH="\/opt\/server\/bin:\$PATH"\n# .*\nRUN command -v mcp-server\n/);
  });

  it('field-25c fails to build where the package has no such program, and names the only one of a package that npx would start', () => {
    const dockerfileOf = (...command: [string, ...string[]]) =>
      printed({ servers: { a: npm('@acme/files@2.0.1', { command }) } }).get('compose/a.Dockerfile') ?? '';
    assert.match(dockerfileOf('mcp-server', '/data'), /\nENV NPM_CONFIG_OFFLINE=true\nENV PATH="\/opt\/server\/bin:\$PATH"\n# .*\nRUN command -v mcp-server\n/);
    const link = 'RUN cd /opt/server/bin && if [ ! -e files ]; then ln -s "$(ls)" files; fi\n';
    assert.ok(dockerfileOf('npx', '-y', '@acme/files', '/data').includes(link));
    assert.match(dockerfileOf('npx', '-y', '@acme/files', '/data'), /\nRUN command -v files\n/);
    assert.ok(!dockerfileOf('mcp-server').includes('ln -s'));
  });

  it('quotes characters that mean something to a shell', () => {
    const servers = { a: npm('a@1.0.0', { volumes: [volume('v', { path: "/it's$(id)" })] }) };
    assert.match(printed({ servers }).get('compose/a.Dockerfile') ?? '', /mkdir -p '\/it'\\''s\$\(id\)' \\/);
  });
});

describe('compose: compose.yaml', () => {
  it('says what the document says', () => {
    for (const version of ['1.1', '1.2'] as const)
      assert.deepEqual(parse(printed().get('compose/compose.yaml') ?? '', { version }), JSON.parse(JSON.stringify(model().file)));
  });

  it('quotes ports and writes quantities plainly', () => {
    const yaml = printed().get('compose/compose.yaml') ?? '';
    assert.match(yaml, /ports: \["127\.0\.0\.1:8080:8088"\]/);
    assert.match(yaml, /stop_grace_period: 30s\n/);
  });
});
