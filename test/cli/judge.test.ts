import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { GLOBAL } from '#src/cli/commands.js';
import type { Context } from '#src/cli/context.js';
import { parse } from '#src/cli/args.js';
import { judge, type DocumentsOf } from '#src/cli/judge.js';
import { emitPlan, open } from '#src/project.js';
import { mcpgen } from '../support/cli.js';
import { folder } from '../support/folder.js';

const config = (policy: string, environments = ''): string => `import { defineConfig } from 'mcpgen';
export default defineConfig({
  name: 'judged',
  origins: { app: 'https://APP.acme.com' },
  servers: {
    search: { kind: 'http', route: '/tools', instances: [{ url: 'https://search.acme.com/mcp' }] },
    notes: { kind: 'http', route: '/tools/notes', instances: [{ url: 'https://notes.acme.com/mcp' }] },
  },
  policy: { ${policy} },
${environments}});
`;

/** Which targets the judgement of a config asked for, plan by plan. */
async function askedFor(t: TestContext, text: string): Promise<readonly (readonly string[])[]> {
  const cwd = folder(t, { 'mcp.config.ts': text });
  const opened = await open({ cwd });
  if (!opened.ok) assert.fail(JSON.stringify(opened.diagnostics));
  const io = { cwd, env: {}, input: () => Promise.resolve(''), out: () => {}, err: () => {}, isTty: false, clock: () => 0, today: () => '2026-11-20' };
  const context: Context = { io, given: parse([], GLOBAL), colour: false, cwd };
  const asked: (readonly string[])[] = [];
  const documentsOf: DocumentsOf = (plan, targets) => {
    asked.push(targets);
    return emitPlan(plan, targets);
  };
  await judge(opened.project, documentsOf, context);
  return asked;
}

describe('the judgement', () => {
  it('asks for the documents that wanted rules read', async (t) => {
    assert.deepEqual(await askedFor(t, config('')), [['gateway', 'nginx', 'compose', 'kubernetes', 'fly']]);
    assert.deepEqual(await askedFor(t, config("rules: { 'secret-literal': 'off' }")), [[]]);
  });

  it('asks for each environment by itself', async (t) => {
    const environments = "  environments: { local: { policy: { rules: { MCP205: 'off' } } }, production: {} },\n";
    assert.deepEqual((await askedFor(t, config('', environments))).map(({ length }) => length), [0, 5]);
  });

  it('shows related places and fixes where they were written', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': config('') });
    const { out } = await mcpgen(['check'], { cwd });
    assert.match(out, /error\[MCP301\][\s\S]*?--> mcp\.config\.ts:7:35\n[\s\S]*?\n {2}= see: mcp\.config\.ts:6:36: route "\/tools" of search\n {2}= help/);
    assert.match(out, /info\[MCP103\][\s\S]*?\n {2}= help: .*\n {2}= fix: write 'https:\/\/app\.acme\.com' at mcp\.config\.ts:4:19\n/);
  });

  it('says to programs what text goes where', async (t) => {
    const cwd = folder(t, { 'mcp.config.ts': config('') });
    const { out } = await mcpgen(['check', '--format', 'json'], { cwd });
    const { findings } = JSON.parse(out) as { findings: { rule: string; related: unknown; fix: unknown }[] };
    const named = (code: string) => findings.find(({ rule }) => rule === code);
    const place = (path: string, line: number, column: number, endColumn: number) =>
      ({ path, file: 'mcp.config.ts', line, column, endLine: line, endColumn, exact: true });
    assert.deepEqual(named('MCP301')?.related, [
      { message: 'route "/tools" of search', config: place('servers.search.route', 6, 36, 44) },
    ]);
    assert.deepEqual(named('MCP103')?.fix, {
      title: 'write "https://app.acme.com"',
      edits: [{ text: "'https://app.acme.com'", config: place('origins.app', 4, 19, 41) }],
    });
  });
});
