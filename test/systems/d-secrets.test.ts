/** System D, `toolbridge`: secrets of the gateway on Fly and of the API in Kubernetes: named in files, set by commands, and each environment’s own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { readEnv } from '#src/cli/env-file.js';
import { mcpgenProcess } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { problems } from '../support/planned.js';
import { sourceOf } from './a2a.js';
import { toolbridge } from './toolbridge.js';

const ENVIRONMENTS = ['staging', 'production'] as const;
type Environment = (typeof ENVIRONMENTS)[number];
const OF_GATEWAY = ['SESSION_KEY', 'TENANT_HEADER_SECRET'];

const SOURCE = sourceOf(
  toolbridge(undefined, {
    targets: {
      fly: { region: 'ord' }, kubernetes: { exposure: { kind: 'gateway-api', parent: { name: 'shared', namespace: 'infra', sectionName: 'https' } } },
    },
    policy: { suppress: [{ rule: 'lossy-target', path: 'servers', reason: 'machines on Fly are counted by hand' }] },
    environments: {
      staging: { gateway: { url: 'https://toolbridge-staging.acme.dev' }, targets: { fly: { app: 'toolbridge-mcp-staging' } } },
      production: { targets: { fly: { app: 'toolbridge-mcp-production' } } },
    },
  }),
);

/** Every file below a folder, path → text. */
function tree(path: string): ReadonlyMap<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(path, name)).isFile());
  return new Map(names.sort().map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

test('D6 environments that would be one app, and so have one set of secrets, are a mistake in the config', () => {
  const config = (staging: object) => toolbridge(undefined, { targets: { fly: { region: 'ord' } }, environments: { production: {}, staging } });
  const message = 'environments "production" and "staging" are one app on Fly, "toolbridge-mcp": each would replace the other\'s machines and secrets';
  assert.deepEqual(problems(config({})), [`environment environments.staging: ${message}`]);
  assert.deepEqual(problems(config({ targets: { fly: { app: 'toolbridge-mcp-staging' } } })), []);
});

describe('with both environments built', () => {
  let cwd: string;
  let files: ReadonlyMap<string, string>;
  const values: Record<string, string> = {};
  const cleanups: (() => void)[] = [];
  process.on('exit', () => cleanups.forEach((clean) => clean()));
  const file = (path: string): string => files.get(path) ?? assert.fail(
    `${path} is not among ${[...files.keys()].filter((one) => !one.includes('/gateway/')).join(', ')}`,
  );

  before(async () => {
    cwd = folder({ after: (clean) => void cleanups.push(clean as () => void) }, { 'mcp.config.ts': SOURCE, '.gitignore': '.env*\n' });
    for (const environment of ENVIRONMENTS) {
      const { code, err } = await mcpgenProcess(['secrets', '--generate', '--env', environment], { cwd });
      assert.equal(code, 0, err);
      for (const [name, { value }] of readEnv(readFileSync(join(cwd, `.env.${environment}`), 'utf8'))) values[`${environment} ${name}`] = value;
    }
    // Whoever builds may have them all in the environment.
    const env = Object.fromEntries(OF_GATEWAY.map((name) => [name, values[`production ${name}`] ?? '']));
    const { code, err } = await mcpgenProcess(['build'], { cwd, env });
    assert.equal(code, 0, err);
    files = tree(join(cwd, 'generated'));
  });

  const app = (environment: Environment): string => `toolbridge-mcp-${environment}`;
  const setting = /^fly secrets set --app (\S+) --stage (\w+)="\$(\w+)"$/gm;

  test('D6 each app lists its secrets as commands, and fly.toml has none of them', () => {
    for (const environment of ENVIRONMENTS) {
      const name = app(environment);
      const example = file(`${environment}/fly/${name}/secrets.example`);
      const commands = [...example.matchAll(setting)].map(([, ...parts]) => parts);
      assert.deepEqual(commands, OF_GATEWAY.map((secret) => [name, secret, secret]));
      assert.deepEqual(example.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('fly secrets set ')), []);
      const toml = file(`${environment}/fly/${name}/fly.toml`);
      assert.match(toml, /the secrets, as secrets\.example says/);
      for (const secret of OF_GATEWAY) assert.ok(!toml.split('\n').some((line) => !line.startsWith('#') && line.includes(secret)), secret);
    }
  });

  test('D6 the commands are what a shell makes of them: a value comes from the environment, and is one word', () => {
    const value = `a'b"c $HOME \`x\` \\ ${'z'.repeat(30)}`;
    const script = `fly() { printf '%s\\n' "$*"; }\n${file(`staging/fly/${app('staging')}/secrets.example`)}`;
    const { stdout, status } = spawnSync('sh', ['-c', script], { env: { ...Object.fromEntries(OF_GATEWAY.map((name) => [name, value])) }, encoding: 'utf8' });
    assert.equal(status, 0);
    assert.deepEqual(stdout.trimEnd().split('\n'), OF_GATEWAY.map((name) => `secrets set --app ${app('staging')} --stage ${name}=${value}`));
  });

  test('D6 no generated file has a value of either environment', () => {
    assert.equal(Object.keys(values).length, 2 * OF_GATEWAY.length);
    for (const [path, text] of files) for (const [name, value] of Object.entries(values)) assert.ok(!text.includes(value), `${name} in ${path}`);
  });

  test('D6 the two environments share no value, no app and no network', () => {
    assert.equal(new Set(Object.values(values)).size, Object.keys(values).length);
    const names = ENVIRONMENTS.map(
      (environment) => [...files].flatMap(
        ([path, text]) => (path.startsWith(`${environment}/fly/`) && path.endsWith('fly.toml') ? (/^app = "([^"]+)"$/m.exec(text)?.[1] ?? []) : []),
      ),
    );
    assert.equal(names[0]?.length, 3, 'the gateway, the API and the docs');
    assert.deepEqual(names[0]?.filter((one) => names[1]?.includes(one)), []);
    for (const environment of ENVIRONMENTS) {
      const other = environment === 'staging' ? 'production' : 'staging';
      for (const [path, text] of files) if (path.startsWith(`${environment}/fly/`)) assert.ok(!text.includes(app(other)), path);
    }
  });

  test('D3 the secret that signs is one: the gateway and the API have it by one name on Fly, and by one key in Kubernetes', () => {
    for (const environment of ENVIRONMENTS) {
      const name = app(environment);
      for (const of of [name, `${name}-api`]) {
        assert.ok(
          [...file(`${environment}/fly/${of}/secrets.example`).matchAll(setting)].some(
            ([, , variable, secret]) => variable === 'TENANT_HEADER_SECRET' && secret === 'TENANT_HEADER_SECRET',
          ),
          of,
        );
      }
      assert.doesNotMatch(file(`${environment}/fly/${name}-docs/secrets.example`), /TENANT_HEADER_SECRET/, 'a server that need not have it');
      const references = ['gateway', 'server-api'].map((one) => {
        const found = /name: TENANT_HEADER_SECRET\s+valueFrom:\s+secretKeyRef:\s+name: (\S+)\s+key: (\S+)/.exec(file(`${environment}/kubernetes/${one}.yaml`));
        return found?.slice(1);
      });
      assert.deepEqual(references[0], references[1]);
      assert.equal(references[0]?.[1], 'TENANT_HEADER_SECRET');
      assert.doesNotMatch(file(`${environment}/kubernetes/server-docs.yaml`), /TENANT_HEADER_SECRET/);
    }
  });
});
