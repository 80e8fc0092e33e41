/** Secrets at every place of a config where a text may stand: nothing that a command prints may repeat one. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { planConfig } from '#src/compile.js';
import { diagnosticsJson } from '#src/cli/render/diagnostics-json.js';
import { renderDiagnostics } from '#src/cli/render/diagnostics.js';
import { BASE, least, valueAt, withAt, type Json } from '../config/support.js';
import { KEYS } from '../config/keys.js';
import { mcpgen, type Ran } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { randomOf, withSeeds, type Random } from '../support/random.js';

const BASE62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const drawn = ({ pick }: Random, length: number): string => Array.from({ length }, () => pick([...BASE62])).join('');

/** A text that holds a secret, and the secret. The beginnings are apart, so that no scanner takes this file for a leak. */
type Draw = (random: Random) => { readonly text: string; readonly secret: string };
const whole = (make: (random: Random) => string): Draw => (random) => {
  const text = make(random);
  return { text, secret: text };
};
const SHAPED: readonly Draw[] = [
  whole((random) => `${'ghp'}_${drawn(random, 36)}`),
  whole((random) => `${'sk-ant'}-api03-${drawn(random, 40)}`),
  whole((random) => `${'sk-proj'}-A1${drawn(random, 40)}`),
  whole((random) => `${'AKI'}A${drawn(random, 16).toUpperCase()}`),
  whole((random) => `${'xox'}b-${drawn(random, 24)}`),
  whole((random) => `${'eyJ'}${drawn(random, 20)}.${'eyJ'}${drawn(random, 30)}.${drawn(random, 40)}`),
  whole((random) => `${'-----BEGIN'} PRIVATE KEY-----\n${drawn(random, 64)}\n${drawn(random, 64)}\n-----END PRIVATE KEY-----\n`),
  (random) => {
    const secret = `pw${drawn(random, 10)}`;
    return { text: `https://user:${secret}@crm.acme.com/mcp`, secret };
  },
];
/** What only its place tells. */
const UNSHAPED: readonly Draw[] = [
  whole((random) => `hunter2-${drawn(random, 6).toLowerCase()}`),
  whole((random) => `${'sk'}-7${drawn(random, 8)}`),
  whole((random) => `"quo'ted\\${drawn(random, 8)}`),
];

/** No ten letters of a secret in a row. Shorter ones would be found by chance. */
function assertHidden(output: string, secret: string, said: string): void {
  const isRepeated = Array.from({ length: Math.max(1, secret.length - 9) }, (_, at) => secret.slice(at, at + 10)).find((part) => output.includes(part));
  const frame = /^-----|PRIVATE KEY/;
  assert.ok(isRepeated === undefined || frame.test(isRepeated) || isRepeated.includes('-----'), `${said} repeats "${isRepeated}":\n${output}`);
}

const source = (config: unknown): string => `import { defineConfig } from 'mcpgen';\nexport default defineConfig(${JSON.stringify(config, null, 2)});\n`;

function explained(config: unknown): string {
  const planned = planConfig(config);
  if (planned.ok) return '';
  const file = '/project/mcp.config.ts';
  const options = { sources: { configFile: file, files: new Map([[file, source(config)]]) }, cwd: '/project', colour: false };
  return renderDiagnostics(planned.diagnostics, options) + diagnosticsJson(planned.diagnostics, options);
}

describe('field-18: secrets in a config that is wrong', () => {
  it('field-18a a secret by its shape is at no place repeated: a value, a key, an element of a list', () => {
    const random = randomOf();
    for (const path of Object.keys(KEYS)) {
      const { text, secret } = random.pick(SHAPED)(random);
      assertHidden(explained(withAt(BASE, path, random.pick([text, [text], { [text]: 1 }, { key: text }]))), secret, path);
    }
  });

  it('field-18b nor a secret of any form where one belongs', () => {
    const at = (text: string): readonly Json[] => [
      withAt(BASE, 'auth.clients.ci.keys', [text]),
      withAt(BASE, 'auth.clients.ci.keys', text),
      withAt(BASE, 'auth.clients.ci.keys', [{ secret: text }]),
      withAt(BASE, 'gateway.sessionKeys', [text, 5]),
      withAt(BASE, 'gateway.admin.readToken', text),
      withAt(BASE, 'gateway.admin.writeToken', { secret: text }),
      withAt(BASE, 'servers.web.env', { DB_PASSWORD: [text], X: 5 }),
      withAt(BASE, 'servers.web.env', { A: text, '1-bad': text }),
      withAt(BASE, 'servers.tool.env', { TOKEN: { secret: text } }),
      withAt(BASE, 'servers.there.transform', { request: { set: { 'X-Key': text, Host: text } } }),
      withAt(BASE, 'servers.there.headers', { 'X-Api-Key': text }),
      withAt(BASE, 'servers.tool.command', ['tool', '--api-key', text, 5]),
      withAt(BASE, 'servers.there.instances', [{ url: `nonsense://${encodeURIComponent(text)}@a.acme.com/mcp` }]),
      withAt(BASE, 'servers.there.instances', [{ url: `/mcp?api_key=${encodeURIComponent(text)}` }]),
      withAt(BASE, 'auth.keys', text),
      withAt(BASE, 'auth', text),
      withAt(BASE, 'auth.clients', text),
      withAt(BASE, 'auth.clients.ci', text),
      withAt(BASE, 'auth.clients.ci', [text]),
      withAt(BASE, 'auth.clients.ci', { key: text }),
      withAt(BASE, 'auth.clients.ci', { kyes: [text] }),
      withAt(BASE, 'auth.clients.ci.keys', { prod: text }),
      withAt(BASE, 'auth.clients.ci.keys', { prod: [{ value: text }] }),
      withAt(BASE, 'auth.clients.ci.keys', { [text]: true }),
      withAt(BASE, 'auth.clients.ci.keys', [{ name: text }]),
      withAt(BASE, 'auth.clients.ci.keys', [{ secret: { name: text } }]),
      withAt(BASE, 'servers.web.env', { API_KEY: { value: text } }),
      withAt(BASE, 'servers.web.env', { ANY: { value: text } }),
      withAt(BASE, 'servers.web.env', [`X=${text}`]),
      withAt(BASE, 'servers.web.env', [{ name: 'X', value: text }]),
      withAt(BASE, 'servers.web.dev.env', { API_KEY: { value: text } }),
      withAt(BASE, 'servers.web.dev.env', [`X=${text}`]),
      withAt(BASE, 'gateway.admin', text),
      withAt(BASE, 'gateway.admin', { key: text }),
      withAt(BASE, 'gateway.admin.readTokens', [text]),
      withAt(BASE, 'gateway.admin.writeTokens', { ops: text }),
      withAt(BASE, 'servers.there.upstream', { auth: { bearer: text } }),
      withAt(BASE, 'servers.there.auth', { basic: { user: 'me', with: text } }),
      withAt(BASE, 'servers.there.credentials', { value: text }),
    ];
    withSeeds(2, (random) => {
      for (const draw of UNSHAPED) {
        const { text, secret } = draw(random);
        // As a URL has it, the end of a secret is spelt as it is.
        const sought = encodeURIComponent(secret) === secret ? secret : secret.slice(-8);
        for (const config of at(text)) assertHidden(explained(config), sought, JSON.stringify(config));
      }
    });
  });
});

describe('field-18: secrets where the source shows more than the value', () => {
  const KEY = 'hunter2secretpw-1Q';
  const config = (clients: readonly string[], servers: readonly string[], more = ''): string => `import { defineConfig, secret } from 'mcpgen';
const f = (key: string) => ({ keys: [key] });
export default defineConfig({
  name: 'acme',
  auth: { clients: { ${clients.map((client, i) => `c${i}: ${client},`).join('\n')} } },
  servers: { ${servers.map((part, i) => `s${i}: { kind: 'http', image: 'acme/web:1.0.0', ${part} },`).join('\n')} },
  ${more}
});
`;
  const clients = [
    `'${KEY}'`,
    `['${KEY}']`,
    `f('${KEY}')`,
    `{ keys: { prod: '${KEY}' } }`,
    `{ keys: [secret({ name: '${KEY}' })] }`,
    `{ get keys() { return ['${KEY}']; } }`,
    `{ ['keys']: [f('${KEY}')] }`,
  ];
  const servers = [
    `env: { API_KEY: { value: '${KEY}' } }`,
    `dev: { command: ['node'], env: { API_KEY: { value: '${KEY}' } } }`,
    `env: ['X=${KEY}']`,
    `dev: { command: ['node'], env: ['X=${KEY}'] }`,
    `upstream: { auth: { bearer: '${KEY}' } }`,
  ];
  // Each alone is another frame; the whole lists are how the compiler's own words are met.
  const configs = [
    ...clients.slice(0, 5).map((client) => config([client], [''])),
    config(clients, ['']),
    config([], servers),
    config([], [''], `gateway: { admin: { readTokens: ['${KEY}'] } },`),
  ];

  it('field-18i keys that are given in a wrong form or through a function are in no message and no frame', async (t) => {
    for (const text of configs) {
      const [ran] = await outputs(t, text, [['check']]);
      assert.equal(ran?.code, 2, text);
      assertHidden(`${ran.out}${ran.err}`, KEY, text);
    }
    const helpers = `const web = (key: string) => ({ kind: 'http', image: 5, env: { K: key } });
function api({ image, key }: { image: string; key: string }) { return { kind: 'http', image, env: { K: key } }; }`;
    const called = `web: web('${KEY}'), api: api({ image: 'Acme/api', key: '${KEY}' })`;
    const source = `import { defineConfig } from 'mcpgen';\n${helpers}\nexport default defineConfig({ name: 'a', servers: { ${called} } });\n`;
    const [helped] = await outputs(t, source, [['check']]);
    assert.equal(helped?.code, 2);
    assertHidden(`${helped.out}${helped.err}`, KEY, 'a helper');
    assert.match(helped.err, /Acme\/api/);
    const [json] = await outputs(t, config(clients, servers), [['check', '--format', 'json']]);
    assertHidden(json?.out ?? '', KEY, 'the document');
  });
});

/** Places of a config, each with another secret, where they are refused. */
const refused = (texts: readonly string[]): string => {
  const next = texts.map((text) => JSON.stringify(text)).values();
  const one = (): string => next.next().value ?? '5';
  return `import { defineConfig, secret } from 'mcpgen';
const KEY = ${one()};
export default defineConfig({
  name: 'acme', description: ${one()},
  gateway: { url: ${one()}, sessionKeys: [${one()}, KEY] },
  auth: { clients: { ci: { keys: [KEY, secret(${one()}), { secret: ${one()} }] } } },
  servers: { web: { kind: 'http', image: ${one()}, env: { PASSWORD: [KEY] }, strategy: ${one()} } },
  origins: { app: ${one()} },
  tenants: { acme: { match: { client: ${one()} }, servers: [${one()}] } },
  policy: { suppress: [{ rule: ${one()}, path: ${one()}, reason: ${one()} }] },
});
`;
};

/** A config that loads, and about which rules have something to say. */
const found = (texts: readonly string[]): string => `import { defineConfig } from 'mcpgen';
export default defineConfig(${JSON.stringify({
  ...least({ description: texts[0] }),
  servers: {
    web: { kind: 'http', image: 'acme/web:1.0.0', labels: { note: texts[1] }, env: Object.fromEntries(texts.map((text, i) => [`V${i}`, text])) },
  },
  origins: { app: `https://app.acme.com/${texts[2]}` },
  policy: { rules: { 'secret-literal': 'info' }, suppress: [{ rule: 'MCP109', path: 'origins.app', reason: texts[3] }] },
})});
`;

async function outputs(t: TestContext, config: string, runs: readonly (readonly string[])[]): Promise<readonly Ran[]> {
  const cwd = folder(t, { 'mcp.config.ts': config });
  const ran: Ran[] = [];
  for (const args of runs) ran.push(await mcpgen(args, { cwd }));
  return ran;
}

describe('field-18: secrets and the commands', () => {
  const random = randomOf();
  const drawnTexts = [...SHAPED, ...SHAPED].map((draw) => draw(random));
  const onOneLine = drawnTexts.filter(({ text }) => !text.includes('\n'));

  it('field-18c a config full of secrets is refused, with the compiler’s words and without, and repeats none', async (t) => {
    const ran = await outputs(t, refused(drawnTexts.map(({ text }) => text)), [['check'], ['check', '--format', 'json'], ['build']]);
    for (const { code, out, err } of ran) {
      assert.equal(code, 2);
      assert.ok(out + err !== '');
      for (const { secret } of drawnTexts) assertHidden(out + err, secret, 'the command');
    }
  });

  it('field-18d findings about secrets do not repeat them, suppressions and their frames among them', async (t) => {
    const ran = await outputs(t, found(onOneLine.map(({ text }) => text)), [['check', '--no-ignores'], ['check', '--format', 'json'], ['build']]);
    for (const { out, err } of ran) {
      assert.match(out + err, /MCP102|origin/);
      for (const { secret } of onOneLine) assertHidden(out + err, secret, 'the command');
    }
  });

  it('field-18e a config that throws, an undefined name and a syntax error with a secret beside them', async (t) => {
    const { text, secret } = (SHAPED[0] as Draw)(random);
    const broken = [
      `const apiKey = 'hunter2-in-source'; throw new Error('cannot use ' + apiKey + ' nor ${text}'); export default {};`,
      `import { defineConfig } from 'mcpgen';\nexport default defineConfig({ name: 'a', gateway: { sessionKeys: [secret('${text}')] }, servers: {} });`,
      `export default { keys: ['hunter2-in-source', '${text}' };`,
      `export default { keys: [hunter2-in-source], x: '${text}' };`,
      `const a: { keys: 'x' } = { keys: 'hunter2-in-source' }; const b: 5 = '${text}'; export default a;`,
    ];
    for (const config of broken) {
      for (const { code, out, err } of await outputs(t, config, [['check']])) {
        assert.equal(code, 2, err);
        assertHidden(out + err, secret, config);
        assert.ok(!(out + err).includes('hunter2-in-source'), out + err);
      }
    }
  });

  it('field-18f a frame keeps its columns, and the carets stay below what is wrong', async (t) => {
    const clients = "{ ci: { keys: ['hunter2'], prmissions: [] } }";
    const config = `import { defineConfig } from 'mcpgen';\nexport default defineConfig({ name: 'a', auth: { clients: ${clients} }, servers: {} });`;
    const [ran] = await outputs(t, config, [['build']]);
    const lines = (ran?.err ?? '').split('\n');
    const at = lines.findIndex((line) => line.includes('prmissions') && line.includes('|'));
    assert.match(lines[at] ?? '', /keys: \['•••••••'\], prmissions/);
    const carets = lines.slice(at).find((line) => /\|\s+\^+$/.test(line)) ?? '';
    assert.ok(carets.length > 0);
  });

  it('field-18g a hand edit that holds a secret is shown without it', async (t) => {
    const { text, secret } = (SHAPED[1] as Draw)(random);
    const cwd = folder(t, { 'mcp.config.ts': source(least()).replace('"image": "web"', '"image": "acme/web:1.0.0"') });
    assert.equal((await mcpgen(['build'], { cwd })).code, 0);
    writeFileSync(join(cwd, 'generated/gateway/package.json'), `{ "token": "${text}" }\n`);
    for (const args of [['build'], ['build', '--check']]) {
      const { out, err } = await mcpgen(args, { cwd });
      assert.match(out + err, /"token"/);
      assertHidden(out + err, secret, args.join(' '));
    }
  });
});

it('field-18h what is no secret is shown as it is', () => {
  const shown = { 'gateway.url': 'htps://mcp.acme.com', 'servers.web.image': 'Acme/Web:1.4.2', 'servers.there.strategy': 'roundrobin' };
  for (const [path, text] of Object.entries(shown)) {
    assert.ok(valueAt(BASE, path) !== text);
    assert.ok(explained(withAt(BASE, path, text)).includes(text), path);
  }
  // Names that people chose say nothing of what is kept under them.
  const servers = { keys: { kind: 'http', image: 'Acme/Web:1.4.2' }, 'auth-token': { kind: 'http', image: 'Acme/Web:1.4.3' } };
  const named = explained({ name: 'acme', servers });
  assert.ok(named.includes('Acme/Web:1.4.2') && named.includes('Acme/Web:1.4.3'), named);
  const permission = explained(withAt(BASE, 'auth.clients.ci', { keys: [{ secret: 'CI_KEY' }], prmissions: ['crm:read7'] }));
  assert.ok(permission.includes('crm:read7'), permission);
  for (const shown of ['info', 'eu-west-1', '/data/files']) {
    const named = explained(withAt(BASE, 'servers.web.env', { '1-bad': shown }));
    assert.ok(named.includes(shown), named);
  }
});
