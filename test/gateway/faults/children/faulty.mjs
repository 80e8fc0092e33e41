// A stdio server whose tools are the ways in which servers fail. `SEEN` is a file to which it adds a line for every call it runs; flags spoil it from
// the start.
import { spawn } from 'node:child_process';
import { appendFileSync, writeSync } from 'node:fs';

const flags = process.argv.slice(2);
const text = (message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
const send = (message) => process.stdout.write(text(message));
/** Writes again and again, and looks at nothing else any more. */
const forEver = (line) => {
  process.stdin.pause();
  const more = () => {
    while (process.stdout.write(typeof line === 'string' ? line : line()));
    process.stdout.once('drain', more);
  };
  more();
};
let questions = 0;
const LINES = text({ method: 'notifications/message', params: { level: 'info', data: 'x'.repeat(100) } }).repeat(100);

const tools = {
  echo: ({ say }) => ({ said: say }),
  hang: () => {},
  exit: () => process.exit(3),
  abort: () => process.kill(process.pid, 'SIGKILL'),
  // Half of an answer, and then nothing that could end it.
  half: () => {
    writeSync(1, '{"jsonrpc":"2.0","id":');
    process.exit(0);
  },
  longLine: () => forEver('x'.repeat(65_536)),
  flood: () => forEver(LINES),
  noise: () => forEver('this is no JSON\n'.repeat(100)),
  progress: () => forEver(text({ method: 'notifications/progress', params: { progressToken: 'nobody', progress: 1 } }).repeat(100)),
  // Asks and asks, and reads no answer.
  questions: () => forEver(() => text({ id: ++questions, method: 'sampling/createMessage', params: {} })),
  answers: () => forEver(text({ id: 'nobody asked', result: {} }).repeat(100)),
  prints: () => {
    process.stdout.write('listening\n\n[INFO] {half\n"text"\n[]\nnull\n17\n{}\n{"jsonrpc":"2.0"}\n\x00\xff\u2028\n');
    return { printed: true };
  },
  // As deep as fits into a line: whoever walks it by recursion falls.
  deep: ({ size = 200_000 }, id) => void process.stdout.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${'['.repeat(size)}${']'.repeat(size)}}\n`),
  deepBatch: ({ size = 200_000 }) =>
    void process.stdout.write(`[{"jsonrpc":"2.0","method":"notifications/x","params":{"a":${'['.repeat(size)}${']'.repeat(size)}}}]\n`),
  deaf: () => {
    process.stdin.pause();
    setInterval(() => {}, 1000);
  },
  closesInput: () => process.stdin.destroy(),
  closesOutput: () => {
    process.stdout.end();
    setInterval(() => {}, 1000);
  },
  // It outlives its parent, and keeps the pipes.
  grandchild: () => {
    const code = "process.on('SIGTERM', () => {}); process.on('SIGHUP', () => {}); setInterval(() => {}, 1000)";
    return { pid: spawn(process.execPath, ['-e', code], { stdio: 'inherit' }).pid };
  },
  leavesGrandchild: (params) => {
    tools.grandchild(params);
    process.exit(0);
  },
};

if (flags.includes('exit')) process.exit(1);
if (flags.includes('flood')) forEver(LINES);
if (flags.includes('noise')) forEver('this is no JSON\n'.repeat(100));
if (flags.includes('stubborn')) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
}

let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  lines.forEach(read);
});

function read(line) {
  const { id, method, params = {} } = JSON.parse(line);
  if (id === undefined || method === undefined) return;
  if (method === 'initialize')
    return send({ id, result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'faulty', version: String(process.pid) } } });
  const { name, arguments: given = {} } = params;
  if (given.key !== undefined && process.env.SEEN) appendFileSync(process.env.SEEN, `${given.key}\n`);
  const result = tools[name](given, id);
  if (typeof result === 'object') send({ id, result });
}
