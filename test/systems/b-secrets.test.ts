/** System B, `a2a`: secrets are named in files and never written into them, and what a guide wrote in their place is none. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { mcpgen, mcpgenProcess } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { failToStart } from '../support/gateway.js';
import { planOf } from '../support/planned.js';
import { a2a, sourceOf } from './a2a.js';

const IMAGES = { node: `node:22.21.0-bookworm-slim@sha256:${'a1b2c3d4'.repeat(8)}`, nginx: `nginx:1.30.6@sha256:${'b1c2d3e4'.repeat(8)}` };
const CONFIG = a2a({
  gateway: { trustedProxies: ['10.244.0.0/16'] },
  images: IMAGES,
  targets: {
    ...{ compose: {}, nginx: { version: '1.30' }, fly: { region: 'ord' } },
    kubernetes: { exposure: { kind: 'gateway-api', parent: { name: 'shared', namespace: 'infra', sectionName: 'https' } } },
  },
});
const SECRETS = planOf(CONFIG).infra.secrets.map(({ name }) => name);
const project = (t: TestContext, config = CONFIG, files: Readonly<Record<string, string>> = {}): string => folder(
  t, { 'mcp.config.ts': sourceOf(config), ...files },
);

/** Every file below a folder, path → text. */
function tree(path: string): ReadonlyMap<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(path, name)).isFile());
  return new Map(names.sort().map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

describe('B8 the template of the environment', () => {
  test('B8 it has every secret and none of its values, on every platform, though all of them are set where it is made', async (t) => {
    const values = Object.fromEntries([...SECRETS, 'API_KEY_1', 'API_KEY_2'].map((name, i) => [name, `canary-${i}-${name.toLowerCase()}-k3Vq9XzT1mWb`]));
    // By a process of its own, which has them in its environment, and by a .env beside the config.
    const cwd = project(t, CONFIG, { '.env': Object.entries(values).map(([name, value]) => `${name}=${value}\n`).join('') });
    const { code, err } = await mcpgenProcess(['build'], { cwd, env: values });
    assert.equal(code, 0, err);
    const files = tree(join(cwd, 'generated'));
    const template = files.get('compose/.env.example') ?? assert.fail([...files.keys()].join());
    assert.deepEqual([...template.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, value]) => [name, value]), SECRETS.map((name) => [name, '']));
    assert.ok(SECRETS.includes('JWT_SECRET_KEY') && SECRETS.includes('CLIENT1_KEY'));
    for (const [path, text] of files) assert.ok(!text.includes('canary-') && !text.includes('k3Vq9XzT1mWb'), path);
    for (const name of SECRETS) {
      assert.match(files.get('fly/a2a/secrets.example') ?? '', new RegExp(`${name}="\\$${name}"$`, 'm'));
      assert.match(files.get('kubernetes/gateway.yaml') ?? '', new RegExp(`secretKeyRef:\\s+name: \\S+\\s+key: ${name}$`, 'm'));
    }
  });

  test('B8 what the guide sets beside them, API_KEY_n and the rate, is there as comments that set nothing', async (t) => {
    const cwd = project(t);
    const { code, err } = await mcpgen(['build'], { cwd });
    assert.equal(code, 0, err);
    const example = readFileSync(join(cwd, 'generated/compose/gateway.env.example'), 'utf8');
    for (const line of ['# API_KEY_1=KEY:client1:read,write', '# RATE_LIMIT_REQUESTS=100', '# RATE_LIMIT_WINDOW=60']) assert.ok(
      example.split('\n').includes(line), example,
    );
    assert.deepEqual(example.split('\n').filter((line) => line !== '' && !line.startsWith('#')), []);
    const ignored = readFileSync(join(cwd, 'generated/compose/.gitignore'), 'utf8').split('\n');
    assert.ok(ignored.includes('.env') && ignored.includes('gateway.env'), ignored.join());
  });
});

describe('B8 default and weak credentials are refused', () => {
  const OF_GUIDE = [
    '<32-char-secure-key-goes-in-here>', 'changeme-changeme-changeme-changeme', 'your-secret-key-of-32-characters-or-more',
    'replace-with-a-key-of-32-characters',
  ];

  test('B8 by the gateway, which does not start and names the variable alone', async () => {
    for (const value of OF_GUIDE) {
      const { code, stderr } = await failToStart({ config: a2a(), env: { JWT_SECRET_KEY: value, CLIENT1_KEY: value, API_KEY_1: `${value}:client1:read` } });
      assert.equal(code, 2);
      for (const name of ['JWT_SECRET_KEY', 'CLIENT1_KEY']) assert.match(
        stderr, new RegExp(`secret ${name} is a placeholder: .mcpgen secrets --generate.`), stderr,
      );
      assert.ok(!stderr.includes(value));
    }
    const weak = [
      [OF_GUIDE[1], /the key in API_KEY_1 is a placeholder/],
      ['admin', /the key in API_KEY_1 must have at least 16/],
      ['<api-key>', /API_KEY_1/],
    ] as const;
    for (const [key, words] of weak) {
      const { code, stderr } = await failToStart({ config: a2a(), env: { API_KEY_1: `${key}:client1:read` } });
      assert.deepEqual([code, words.test(stderr), stderr.includes(`${key}`)], [2, true, false], stderr);
    }
    const empty = await failToStart({ config: a2a(), env: { JWT_SECRET_KEY: '', SESSION_KEY: '', READ_TOKEN: 'short' } });
    assert.match(empty.stderr, /JWT_SECRET_KEY is not set[\s\S]*/);
    for (const name of ['JWT_SECRET_KEY', 'SESSION_KEY', 'READ_TOKEN']) assert.ok(empty.stderr.includes(name), 'all at once');
  });

  test('B8 by mcpgen secrets, which exits with 1 and shows none', async (t) => {
    const shared = 'hT6vKq2ZpX8mRw4NcJ9bLs3G';
    const cwd = project(
      t, CONFIG,
      { '.env': `JWT_SECRET_KEY=${OF_GUIDE[0]}\nSESSION_KEY=${'x'.repeat(40)}\nREAD_TOKEN=admin\nCLIENT1_KEY=${shared}\nCLIENT2_KEY=${shared}\n` },
    );
    const { out, code } = await mcpgen(['secrets', '--format', 'json'], { cwd });
    assert.equal(code, 1);
    const { secrets } = JSON.parse(out) as { secrets: { name: string; weak: string | null }[] };
    assert.deepEqual(secrets.filter(({ weak }) => weak !== null).map(({ name }) => name), SECRETS);
    const text = await mcpgen(['secrets'], { cwd });
    for (const value of [OF_GUIDE[0] ?? '', 'x'.repeat(40), shared]) assert.ok(!`${text.out}${text.err}${out}`.includes(value));
  });

  test('B8 by mcpgen build, where the config itself has one (MCP207) or a literal secret (MCP205)', async (t) => {
    for (const [value, rule] of [['admin', 'MCP207'], ['changeme', 'MCP207'], ['kX9v2LqTrm8WzP4nBd7sHc5Y', 'MCP205']] as const) {
      const servers = {
        grafana: { kind: 'http', image: `ghcr.io/acme/grafana-mcp:1.0.0@sha256:${'0123456789abcdef'.repeat(4)}`, env: { GRAFANA_ADMIN_PASSWORD: value } },
      };
      const { code, err, out } = await mcpgen(['build'], { cwd: project(t, a2a({ images: IMAGES, servers })) });
      assert.equal(code, 1);
      assert.match(err, new RegExp(`error\\[${rule}\\]`));
      if (rule === 'MCP205') assert.ok(!`${err}${out}`.includes(value));
    }
  });
});
