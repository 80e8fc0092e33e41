/**
 * The MCP Inspector in CLI mode, through a generated gateway: an HTTP server, a stdio server, and both over the old transport. Part of `npm run conformance`.
 *
 * Exit codes: 0 every call got the expected answer, 1 a call did not.
 */
import { spawn } from 'node:child_process';
import { startExample } from '../support/examples.js';
import { gatewayConfig } from '../support/gateway-tables.js';
import { as, startGateway } from '../support/gateway.js';
import { findProgram } from './suite.js';

/** The Inspector needs Node 22.19 or newer. */
const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0';
const ANY = { keys: [{ secret: 'ACME_KEY' }] };

const CALLS: readonly (readonly [path: string, transport: 'http' | 'sse', args: readonly string[], answer: RegExp])[] = [
  ['/mcp/notes', 'http', ['--method', 'tools/list'], /"add_note"/],
  ['/mcp/notes', 'http', ['--method', 'tools/call', '--tool-name', 'add_note', '--tool-arg', 'text=hello'], /hello/],
  ['/mcp/files', 'http', ['--method', 'tools/list'], /"list_files"/],
  ['/mcp/files', 'http', ['--method', 'tools/call', '--tool-name', 'list_files'], /"content"/],
  ['/mcp/notes/sse', 'sse', ['--method', 'tools/list'], /"add_note"/],
  ['/mcp/files/sse', 'sse', ['--method', 'tools/call', '--tool-name', 'list_files'], /"content"/],
];

const { node, script } = await findProgram(INSPECTOR, 'mcp-inspector');
const { url: notes } = await startExample('notes.js');
const gateway = await startGateway({
  pools: { notes: [notes] },
  config: gatewayConfig({
    auth: { clients: { acme: ANY } },
    tenants: { acme: { match: { client: 'acme' }, servers: '*' } },
    servers: {
      notes: { kind: 'http', stateful: true, instances: [{ url: 'http://127.0.0.1:9/mcp' }] },
      files: { kind: 'stdio', command: [process.execPath, 'examples/servers/files.js', 'examples/servers/files'], cwd: process.cwd() },
    },
    gateway: { admin: {}, limits: { perAddress: '100000/s' }, revisions: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] },
  }),
});

function inspect(path: string, transport: string, args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const target = [`http://127.0.0.1:${gateway.port}${path}`, '--transport', transport, '--header', `Authorization: ${as('acme').authorization}`];
  const child = spawn(node, [script, '--cli', ...target, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => void (output += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

let failed = 0;
for (const [path, transport, args, answer] of CALLS) {
  const { code, output } = await inspect(path, transport, args);
  const isRight = code === 0 && answer.test(output);
  console.log(`inspector  ${transport.padEnd(5)} ${path.padEnd(15)} ${args.slice(1).join(' ').padEnd(60)} ${isRight ? 'answered' : `exit ${code}`}`);
  if (isRight) continue;
  failed++;
  console.log(output);
}
await gateway.stop();
process.exit(failed === 0 ? 0 : 1);
