import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { RULE_SLUGS } from '#src/config/language/rules.js';
import { mcpgen, mcpgenProcess } from '../support/cli.js';
import { folder } from '../support/folder.js';

const WARNED = `import { defineConfig } from 'mcpgen';
export default defineConfig({
  name: 'warned',
  servers: { search: { kind: 'http', image: 'acme/search:1.0.0' } },
  policy: { expect: [{ request: { server: 'search' }, decision: 'allow' }] },
});
`;

describe('the command line', () => {
  it('field-20a help COMMAND is that command’s help, and an unknown topic is guessed at', async () => {
    assert.deepEqual(await mcpgen(['help', 'build']), await mcpgen(['build', '--help']));
    assert.equal((await mcpgen(['help'])).out, (await mcpgen(['--help'])).out);
    const { code, err } = await mcpgen(['help', 'biuld']);
    assert.equal(code, 2);
    assert.match(err, /no command "biuld"; did you mean "build"/);
  });

  it('field-20b JSON has one vocabulary: path as text, line and column, severities in full; input takes warn as well', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': WARNED });
    const place = ['column', 'endColumn', 'endLine', 'exact', 'file', 'line', 'path'];
    const vocabulary = (node: unknown, at = ''): string[] => {
      if (typeof node !== 'object' || node === null) return [];
      const own = Object.entries(node).flatMap(([key, value]) => {
        const isPathWrong = key === 'path' && typeof value !== 'string' && value !== null;
        const wrong = isPathWrong || /^(col|endCol)$/.test(key) || (key === 'severity' && !/^(error|warning|info)$/.test(String(value)));
        const isPlace = key === 'config' && typeof value === 'object' && value !== null;
        if (isPlace) assert.deepEqual(Object.keys(value).sort(), place, `${at}.${key}`);
        return wrong ? [`${at}.${key}: ${JSON.stringify(value)}`] : vocabulary(value, `${at}.${key}`);
      });
      return own;
    };
    const broken = folder(t, { 'mcp.config.ts': WARNED.replace("kind: 'http'", "kind: 'htp'") });
    const printed = await Promise.all([
      mcpgen(['check', '--format', 'json'], { cwd }),
      mcpgen(['check', '--format', 'json'], { cwd: broken }),
      mcpgen(['rules', '--format', 'json']),
      mcpgen(['explain', 'MCP109', '--format', 'json']),
      mcpgen(['explain', 'request', '--server', 'search', '--format', 'json'], { cwd }),
      mcpgen(['explain', 'request', '--server', 'search', '--origin', 'https://evil.example', '--format', 'json'], { cwd }),
    ]);
    for (const { out } of printed) assert.deepEqual(vocabulary(JSON.parse(out)), []);
    for (const level of ['warn', 'warning']) assert.equal((await mcpgen(['check', '--fail-on', level], { cwd })).code, 1);
    for (const level of ['warn', 'warning', 'info']) {
      const turned = folder(t, { 'mcp.config.ts': WARNED.replace('expect:', `rules: { 'image-unpinned': '${level}' }, expect:`) });
      const { code, out, err } = await mcpgen(['check', '--format', 'json'], { cwd: turned });
      assert.equal(code, 0, err);
      assert.match(out, new RegExp(`"severity": "${level === 'info' ? 'info' : 'warning'}"`));
    }
  });

  const usage: readonly (readonly [string[], RegExp])[] = [
    [['biuld'], /no command "biuld"; did you mean "build"/],
    [['build', '--chek'], /unknown flag --chek; did you mean "--check"/],
    // field-20: a flag that overwrites a person's work is offered to nobody.
    [['build', '--format', 'json'], /unknown flag --format(?![^\n]*force)/],
    [['build', '--forse'], /unknown flag --forse(?![^\n]*force)/],
    [['build', '--target', 'ngnix'], /did you mean "nginx"/],
    [['build', '--check=yes'], /--check takes no value/],
    [['check', '--format'], /--format needs a value/],
    [['check', 'extra'], /check takes no argument/],
    [['explain', 'MCP999'], /no rule is called "MCP999"/],
    [['explain', 'request', '--server', 'serch'], /did you mean "search"/],
  ];
  for (const [args, message] of usage) {
    it(`mcpgen ${args.join(' ')}: usage, exit code 2`, async (t) => {
      const { code, out, err } = await mcpgen(args, { cwd: folder(t, { 'mcp.config.ts': WARNED }) });
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, message);
    });
  }

  it('help opens with invocations, per command too', async () => {
    assert.match((await mcpgenProcess(['--help'])).out, /^mcpgen compiles[\s\S]*npx mcpgen init[\s\S]*Commands:/);
    const { code, out } = await mcpgen(['build', '--help']);
    assert.equal(code, 0);
    assert.match(out, /^ {2}npx mcpgen build/);
    assert.match(out, /--stdout/);
  });

  it('check: 0 below the threshold, 1 at it, JSON alone on stdout', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': WARNED });
    assert.equal((await mcpgen(['check'], { cwd })).code, 0);
    const { code, out } = await mcpgen(['check', '--fail-on', 'warn', '--format', 'json'], { cwd });
    assert.equal(code, 1);
    const report = JSON.parse(out) as { formatVersion: string; findings: { rule: string; config: { line: number } }[] };
    assert.equal(report.formatVersion, '1');
    assert.deepEqual(report.findings.map(({ rule, config }) => [rule, config.line]), [['MCP504', 4]]);
  });

  it('check: a broken promise is an error at the promise', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': WARNED.replace("decision: 'allow'", "decision: 'deny'") });
    const { code, out } = await mcpgen(['check'], { cwd });
    assert.equal(code, 1);
    assert.match(out, /error\[MCP910\] expectation-failed[\s\S]*mcp\.config\.ts:5/);
  });

  it('check: a promise about 2024-11-05 is kept at its own endpoint, from the config to the exit code', async (t) => {
    const promising = (revisions: string, expect: string): string =>
      WARNED.replace("  servers:", `  gateway: { revisions: ${revisions} },\n  servers:`).replace(/expect: \[.*\] \}/, `expect: ${expect} }`);
    const BOTH = "['2024-11-05', '2026-07-28']";
    const NEWEST_IS_DENIED = "{ request: { server: 'search', revision: '2026-07-28' }, decision: 'deny', status: 404 }";
    const asked = "server: 'search', revision: '2024-11-05'";
    const cases: readonly (readonly [config: string, code: number])[] = [
      [promising(BOTH, `[{ request: { ${asked} }, decision: 'allow' }]`), 0],
      [promising("['2026-07-28']", `[{ request: { ${asked} }, decision: 'deny', status: 404 }]`), 0],
      [promising("['2024-11-05']", `[{ request: { server: 'search' }, decision: 'allow' }, ${NEWEST_IS_DENIED}]`), 0],
      [promising(BOTH, `[{ request: { ${asked}, origin: 'https://evil.example' }, decision: 'deny', status: 403 }]`), 0],
      [promising(BOTH, `[{ request: { ${asked}, method: 'POST' }, decision: 'deny', status: 405 }]`), 0],
      [promising(BOTH, `[{ request: { ${asked} }, decision: 'deny' }]`), 1],
      [promising("['2026-07-28']", `[{ request: { ${asked} }, decision: 'allow' }]`), 1],
    ];
    for (const [config, wanted] of cases) {
      const { code, out, err } = await mcpgen(['check'], { cwd: folder(t, { 'mcp.config.ts': config }) });
      assert.equal(code, wanted, `${config}\n${out}${err}`);
      if (wanted === 1) assert.match(out, /error\[MCP910\] expectation-failed: GET \/mcp\/search\/sse/);
    }
  });

  it('check: type errors as well, each place once', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': WARNED.replace("name: 'warned'", "name: 'warned' as string, profil: 'local'") });
    const { code, err } = await mcpgen(['check'], { cwd });
    assert.equal(code, 2);
    assert.equal([...err.matchAll(/^error\[/gm)].length, 1, err);
    assert.match(err, /profile/);
  });

  it('check: a key that is missing from the whole config is said once, by validation and by the compiler at one place', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': WARNED.replace("name: 'warned',", '') });
    const { code, err } = await mcpgen(['check'], { cwd });
    assert.equal(code, 2);
    assert.equal([...err.matchAll(/^error\[/gm)].length, 1, err);
    assert.match(err, /^error\[missing\]: "name" is missing from the config: expected a DNS label/m);
  });

  it('a missing config says where it was looked for', async (t) => {
    const { code, err } = await mcpgen(['build'], { cwd: folder(t) });
    assert.equal(code, 2);
    assert.match(err, /mcpgen init/);
  });

  it('colours are off without a terminal, on when asked for, and NO_COLOR is heard', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': WARNED });
    const escape = '\u001b[';
    assert.ok(!(await mcpgen(['check'], { cwd })).out.includes(escape));
    assert.ok((await mcpgen(['check', '--color', 'always'], { cwd })).out.includes(escape));
    assert.ok((await mcpgen(['check'], { cwd, env: { FORCE_COLOR: '1' } })).out.includes(escape));
    assert.ok(!(await mcpgen(['check'], { cwd, env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).out.includes(escape));
  });

  it('init never overwrites', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': WARNED });
    assert.equal((await mcpgen(['init'], { cwd })).code, 2);
    assert.equal(readFileSync(join(cwd, 'mcp.config.ts'), 'utf8'), WARNED);
    const empty = folder(t);
    assert.equal((await mcpgen(['init'], { cwd: empty })).code, 0);
    assert.ok(existsSync(join(empty, 'mcp.config.ts')));
  });

  it('rules and explain print every rule', async () => {
    const { out } = await mcpgen(['rules', '--format', 'json']);
    const { rules } = JSON.parse(out) as { rules: { code: string; slug: string }[] };
    assert.deepEqual(Object.fromEntries(rules.map(({ code, slug }) => [code, slug])), RULE_SLUGS);
    const page = await mcpgen(['explain', 'session-affinity-missing']);
    assert.match(page.out, /MCP304[\s\S]*Why[\s\S]*Bad[\s\S]*Good/);
    const json = await mcpgen(['explain', 'session-affinity-missing', '--format', 'json']);
    const { formatVersion, rule } = JSON.parse(json.out) as { formatVersion: string; rule: { code: string; page: Record<string, string> } };
    assert.deepEqual([formatVersion, rule.code, Object.keys(rule.page)], ['1', 'MCP304', ['what', 'why', 'bad', 'good', 'whenToIgnore']]);
    assert.ok(Object.values(rule.page).every((section) => section !== ''));
    assert.match(rule.page['bad'] ?? '', /```ts\n/);
  });

  it('explain request: each step with its line, as text and as JSON', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': WARNED });
    const text = await mcpgen(['explain', 'request', '--server', 'search', '--origin', 'https://evil.example'], { cwd });
    assert.equal(text.code, 0);
    assert.match(text.out, /pass {4}route[\s\S]*refuse {2}origin[\s\S]*refused with 403[\s\S]*mcp\.config\.ts:4/);
    const json = await mcpgen(['explain', 'request', '--server', 'search', '--format', 'json'], { cwd });
    const { decision, steps } = JSON.parse(json.out) as { decision: string; steps: unknown[] };
    assert.equal(decision, 'allow');
    assert.equal(steps.length, 17);
  });

  interface Explained {
    readonly decision: string;
    readonly reason?: string;
    readonly step?: string;
    readonly config?: { readonly path: string; readonly line: number };
    readonly steps: readonly { readonly step: string; readonly config: { readonly path: string } | null }[];
  }

  it('explain request: 2024-11-05 begins with its stream, and the gateway’s own route has no server', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': WARNED.replace('  servers:', "  gateway: { revisions: ['2024-11-05', '2025-06-18'] },\n  servers:") });
    const explain = async (...args: readonly string[]) => {
      const { code, out, err } = await mcpgen(['explain', 'request', '--format', 'json', ...args], { cwd });
      assert.equal(code, 0, err);
      return JSON.parse(out) as Explained;
    };
    const stream = await explain('--server', 'search', '--revision', '2024-11-05');
    assert.deepEqual([stream.decision, stream.steps.length], ['allow', 17]);
    const posted = await explain('--server', 'search', '--revision', '2024-11-05', '--method', 'post');
    assert.deepEqual([posted.decision, posted.reason, posted.config?.line], ['deny', 'method-not-allowed', 5]);
    const message = await explain('--path', '/mcp/search/message', '--revision', '2024-11-05');
    assert.deepEqual([message.reason, message.step], ['session-unknown', 'session']);
    const servers = await explain('--path', '/health/servers');
    assert.equal(servers.decision, 'answer');
    assert.deepEqual(servers.steps.filter(({ config }) => config?.path.includes('undefined') || config?.path.includes('..')), []);
    const browser = await explain('--path', '/health/servers', '--origin', 'https://evil.example');
    assert.deepEqual([browser.reason, browser.config?.path], ['origin-not-allowed', 'gateway']);
    const text = await mcpgen(['explain', 'request', '--path', '/health/servers'], { cwd });
    assert.match(text.out, /answered at body: how the servers are, 200/);
  });
});
