/** What a compose file needs where it runs: folders that servers can write, secrets in files, an order of stopping, and files that the containers can read. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, lchownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { composeEmitter } from '#src/emit/compose/index.js';
import { takeOver } from '#src/emit/compose/owner.js';
import { containerEnv } from '#src/emit/shared/container-env.js';
import { emitInput } from '../../support/emit-input.js';
import { examplePlan, image, stdioImage, volume, type Changes } from '../../support/example.js';
import { folder } from '../../support/folder.js';

const model = (changes: Changes = {}) => composeEmitter.model(examplePlan(changes), emitInput());
const printed = (changes: Changes = {}) => new Map(composeEmitter.print(model(changes)).map(({ path, contents }) => [path, contents]));

describe('compose: the user of a server', () => {
  const servers = {
    plain: image({ volumes: [volume('data')] }),
    said: image({ user: 10_001, volumes: [volume('data'), volume('cache')] }),
    tool: stdioImage('ghcr.io/acme/tool:1', { user: '1234:5678', volumes: [volume('data')] }),
  };

  it('field-23a owns its volumes before it starts', () => {
    const { services, volumes } = model({ servers }).file;
    assert.deepEqual(Object.keys(services), ['nginx', 'gateway', 'plain', 'said_volumes', 'said', 'tool_volumes', 'tool']);
    assert.deepEqual([services['plain']?.user, services['said']?.user, services['tool']?.user], [undefined, '10001:10001', '1234:5678']);
    assert.deepEqual(services['said']?.depends_on, { said_volumes: { condition: 'service_completed_successfully' } });
    const owner = services['said_volumes'] ?? assert.fail();
    assert.deepEqual([owner.user, owner.restart, owner.network_mode, owner.networks], ['0:0', 'no', 'none', undefined]);
    assert.deepEqual([owner.cap_drop, owner.cap_add], [['ALL'], ['CHOWN', 'DAC_READ_SEARCH']]);
    assert.deepEqual(owner.volumes, services['said']?.volumes);
    assert.deepEqual(Object.keys(volumes ?? {}), ['plain_data', 'said_cache', 'said_data', 'tool_data']);
    assert.match(printed({ servers }).get('compose/compose.yaml') ?? '', /# Runs once before its server.*\n {2}said_volumes:/);
  });

  it('field-23a has a service of its own for the volumes of each instance', () => {
    const each = image({ user: 1000, replicas: 2, volumes: [volume('own', { perInstance: true })] });
    const { services } = model({ servers: { each } }).file;
    assert.deepEqual(Object.keys(services), ['nginx', 'gateway', 'each_1_volumes', 'each_1', 'each_2_volumes', 'each_2']);
    assert.deepEqual(services['each_2_volumes']?.volumes?.map(({ source }) => source), ['each_2_own']);
  });

  it('field-23a is given what is in a volume, once', { skip: process.getuid?.() === 0 ? false : 'only root can give files away' }, (t) => {
    const at = folder(t);
    const [data, inner, file] = [join(at, 'data'), join(at, 'data/inner'), join(at, 'data/inner/file')];
    mkdirSync(inner, { recursive: true, mode: 0o700 });
    writeFileSync(file, 'x');
    const script = takeOver({ uid: 10_001, gid: 10_002 }, [data]);
    assert.doesNotMatch(script, /\$/);
    const run = () => spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    const owners = () => [data, inner, file].map((path) => [statSync(path).uid, statSync(path).gid].join(':'));
    assert.equal(run().status, 0);
    assert.deepEqual(owners(), ['10001:10002', '10001:10002', '10001:10002']);
    lchownSync(file, 1, 1);
    assert.equal(run().status, 0);
    assert.equal(owners()[2], '1:1', 'a volume that is the user’s already is not walked through again');
  });
});

describe('compose: secrets', () => {
  it('field-23d are files for our runtime, and variables for servers that read variables', () => {
    const { services, secrets } = model().file;
    assert.deepEqual(secrets, {
      ACME_API_KEY: { file: './secrets/ACME_API_KEY' },
      FILES_TOKEN: { file: './secrets/FILES_TOKEN' },
      MCPGEN_READ_TOKEN: { file: './secrets/MCPGEN_READ_TOKEN' },
      MCPGEN_SESSION_KEY: { file: './secrets/MCPGEN_SESSION_KEY' },
    });
    assert.deepEqual(services['gateway']?.secrets, ['ACME_API_KEY', 'MCPGEN_READ_TOKEN', 'MCPGEN_SESSION_KEY']);
    assert.deepEqual(services['files']?.secrets, ['FILES_TOKEN']);
    assert.deepEqual([services['search']?.secrets, services['search']?.environment?.['TOKEN']], [undefined, '${INDEX_TOKEN}']);
  });

  it('field-23e nothing in the file makes compose refuse `ps`, `logs` and `down` without .env', () => {
    const yaml = printed().get('compose/compose.yaml') ?? '';
    assert.doesNotMatch(yaml, /\$\{[^}]*[?]/);
    const { services } = parse(yaml) as { services: Record<string, { env_file?: unknown }> };
    for (const [name, service] of Object.entries(services)) assert.equal(service.env_file, undefined, name);
  });
});

describe('compose: a checkout under a umask of 077', () => {
  const prepare = (cwd: string) => spawnSync('sh', ['-c', 'umask 077; sh compose/prepare.sh'], { cwd, encoding: 'utf8' });
  const modes = (at: string, ...paths: readonly string[]) => paths.map((path) => (statSync(join(at, path)).mode & 0o777).toString(8));

  it('field-23f is made readable for the users of the containers, and the secrets of .env become files', (t) => {
    const at = folder(t);
    const mounted = [['gateway/main.js', ''], ['gateway/runtime/serve.js', ''], ['nginx/nginx.conf', ''], ['gateway/.env', 'X=1']] as const;
    for (const [path, contents] of [...printed(), ...mounted]) {
      mkdirSync(join(at, path, '..'), { recursive: true, mode: 0o700 });
      writeFileSync(join(at, path), contents, { mode: 0o600 });
      chmodSync(join(at, path), 0o600);
    }
    const without = prepare(at);
    assert.equal(without.status, 1);
    assert.match(without.stderr, /there is no \.env here/);
    assert.deepEqual(modes(at, 'gateway/runtime', 'gateway/runtime/serve.js', 'gateway/.env'), ['755', '644', '600'], 'secrets that lie there stay closed');
    const env = ["ACME_API_KEY='k$y #1'", 'MCPGEN_READ_TOKEN=old', 'MCPGEN_READ_TOKEN=a=b', 'FILES_TOKEN="quoted"', ''];
    writeFileSync(join(at, 'compose/.env'), env.join('\n'), { mode: 0o600 });
    const incomplete = prepare(at);
    assert.equal(incomplete.status, 1);
    assert.equal(incomplete.stderr, 'prepare.sh: .env does not say MCPGEN_SESSION_KEY INDEX_TOKEN\n');
    writeFileSync(join(at, 'compose/.env'), [...env, 'MCPGEN_SESSION_KEY=session', 'INDEX_TOKEN=search’s own'].join('\n'));
    assert.deepEqual([prepare(at).status, prepare(at).stderr], [0, '']);

    const secret = (name: string): string => readFileSync(join(at, 'compose/secrets', name), 'utf8');
    const names = ['ACME_API_KEY', 'MCPGEN_READ_TOKEN', 'FILES_TOKEN', 'MCPGEN_SESSION_KEY'];
    assert.deepEqual(names.map(secret), ['k$y #1', 'a=b', 'quoted', 'session']);
    assert.throws(() => secret('INDEX_TOKEN'), /ENOENT/);
    assert.deepEqual(modes(at, 'compose/secrets', 'compose/secrets/ACME_API_KEY', 'compose/.env'), ['700', '644', '600']);
    assert.deepEqual(modes(at, 'gateway', 'gateway/runtime', 'gateway/runtime/serve.js', 'nginx/nginx.conf'), ['755', '755', '644', '644']);
    assert.deepEqual(modes(at, 'compose/nginx-upstream.conf'), ['644']);
    assert.match(printed().get('compose/.gitignore') ?? '', /\n\.env\nsecrets\/\n$/);
  });
});

describe('compose: running and stopping', () => {
  it('field-23h stops the gateway before its servers, and keeps no log for ever', () => {
    const { services } = model({ servers: { own: image({ user: 1, volumes: [volume('v')] }), search: image() } }).file;
    const started = { condition: 'service_started' };
    assert.deepEqual(services['gateway']?.depends_on, { own: started, search: started });
    for (const [name, { logging }] of Object.entries(services)) {
      assert.deepEqual(logging, { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } }, name);
    }
  });

  it('field-23i tells a server with a dev contract where to listen, unless its config does', () => {
    const dev = { command: ['node', 'a.js'] } as const;
    const servers = { a: image({ port: 8101, dev }), b: image({ dev, env: { HOST: '10.0.0.1' } }), c: image() };
    const plan = examplePlan({ servers });
    const envOf = (id: string, placement: 'compose' | 'kubernetes' | 'fly') => {
      const workload = plan.infra.workloads.find((each) => each.id === id) ?? assert.fail();
      return containerEnv(plan, workload, placement).map(({ name, value }) => [name, value.kind === 'text' ? value.text : null].join('='));
    };
    assert.deepEqual(envOf('a', 'compose'), ['HOST=0.0.0.0', 'PORT=8101']);
    assert.deepEqual(envOf('a', 'kubernetes'), ['HOST=0.0.0.0', 'PORT=8101']);
    assert.deepEqual(envOf('a', 'fly'), ['HOST=::', 'PORT=8101']);
    assert.deepEqual(envOf('b', 'compose'), ['HOST=10.0.0.1', 'PORT=8000']);
    assert.deepEqual(envOf('c', 'compose'), []);
  });

  it('field-22d runs its own nginx in a container where the other is a service of the machine', () => {
    const changes: Changes = { targets: { nginx: { run: 'service' } } };
    const sources = model(changes).file.services['nginx']?.volumes?.map(({ source }) => source);
    assert.deepEqual(sources, ['./nginx.conf', './nginx-upstream.conf']);
    assert.match(printed(changes).get('compose/nginx.conf') ?? '', /\nworker_processes +2;\npid +\/tmp\/nginx\.pid;\n/);
    assert.match(printed(changes).get('compose/prepare.sh') ?? '', /\nfind \.\.\/gateway \.\/nginx-upstream\.conf \.\/nginx\.conf ! -name/);
    assert.equal(printed().has('compose/nginx.conf'), false);
  });
});
