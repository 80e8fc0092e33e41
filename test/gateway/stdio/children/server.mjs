// A stdio server whose methods are the ways in which servers behave. Flags change what it does from the start.
import { spawn } from 'node:child_process';

const flags = process.argv.slice(2);
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const answers = new Map();
let asked = 0;
const ask = (method, params) => new Promise((resolve) => {
  answers.set(asked, resolve);
  send({ id: asked, method, params });
  asked += 1;
});

const held = [];
const notes = [];
const methods = {
  initialize: async ({ protocolVersion, clientInfo }) => {
    if (flags.includes('refuse') || clientInfo?.name === 'unwanted') throw new Error('unwanted');
    return { protocolVersion: protocolVersion ?? '2025-11-25', capabilities: {}, serverInfo: { name: 'fixture', version: String(process.pid) } };
  },
  echo: async (params) => params,
  pid: async () => ({ pid: process.pid }),
  env: async () => ({ env: process.env, cwd: process.cwd() }),
  notes: async () => ({ notes }),
  hang: () => new Promise(() => {}),
  hold: () => new Promise((resolve) => held.push(resolve)),
  release: async () => {
    for (const resolve of held.splice(0)) resolve({ held: true });
    return {};
  },
  exit: async () => process.exit(3),
  // Says why, and what it was told to keep to itself.
  lament: async ({ bytes = 0 }) => {
    process.stderr.write(`${'x'.repeat(bytes)}\nTraceback: \u001b[31mno such table\u001b[0m \u009b of ${process.env.TOKEN}`);
    process.exit(3);
  },
  progress: async ({ _meta, steps = 3 }) => {
    for (let progress = 1; progress <= steps; progress += 1) {
      send({ method: 'notifications/progress', params: { progressToken: _meta.progressToken, progress } });
    }
    return { token: _meta.progressToken };
  },
  ask: async ({ method = 'sampling/createMessage', params = {} }) => ({ answer: await ask(method, params) }),
  // Asks, and takes the question back.
  askAndCancel: async () => {
    void ask('sampling/createMessage', {});
    send({ method: 'notifications/cancelled', params: { requestId: asked - 1, reason: 'no longer needed' } });
    return {};
  },
  notify: async ({ method = 'notifications/tools/list_changed', count = 1, size = 0 }) => {
    for (let n = 0; n < count; n += 1) send({ method, params: { n, padding: 'x'.repeat(size) } });
    return {};
  },
  // An answer as most servers write it, with its id behind the result, or before it, or one that names none.
  big: async ({ bytes, order }) => {
    const [id, result] = [`"id":${lastId}`, `"result":{"text":"${'x'.repeat(bytes)}"}`];
    const line = { first: `{"jsonrpc":"2.0",${id},${result}}`, last: `{${result},"jsonrpc":"2.0",${id}}`, none: `${'x'.repeat(bytes)} ` }[order];
    process.stdout.write(`${line}\n`);
    return order === 'none' ? {} : true;
  },
  // A question, or a message, that is too long.
  bigQuestion: async ({ bytes }) => ({ answer: await ask('sampling/createMessage', { padding: 'x'.repeat(bytes) }) }),
  longLine: async ({ bytes }) => process.stdout.write('x'.repeat(bytes)),
  garbage: async () => {
    process.stdout.write('starting up\n\n[INFO] {not json\n{"jsonrpc":"2.0"}\n');
    return {};
  },
  complain: async ({ lines }) => {
    process.stderr.write('oh no\n'.repeat(lines));
    return {};
  },
  deaf: async () => {
    process.stdin.pause();
    setInterval(() => {}, 1000);
    return {};
  },
  allocate: async ({ bytes }) => ({ bytes: (globalThis.kept = Buffer.alloc(bytes, 1)).length }),
  grandchild: async ({ stubborn }) => {
    const code = `${stubborn ? "process.on('SIGTERM', () => {});" : ''} setInterval(() => {}, 1000)`;
    return { pid: spawn(process.execPath, ['-e', code], { stdio: 'inherit' }).pid };
  },
  // A big integer that no JavaScript number holds.
  exact: async () => process.stdout.write(`{"jsonrpc":"2.0","id":${lastId},"result":{"n":12345678901234567890}}\n`),
};

if (flags.includes('crash')) process.exit(1);
if (flags.includes('stubborn')) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
}

let lastId;
let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  // Not with readline, to which U+2028 ends a line as well.
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  lines.forEach(read);
});

async function read(line) {
  if (flags.includes('trace')) process.stderr.write(`${line}\n`);
  const { id, method, params = {}, result, error } = JSON.parse(line);
  if (method === undefined) return answers.get(id)?.(result ?? { error });
  if (id === undefined) return notes.push({ method, params });
  lastId = JSON.stringify(id);
  try {
    const value = await (methods[method] ?? (() => { throw new Error('no such method'); }))(params);
    if (value !== true && value !== false) send({ id, result: value });
  } catch (cause) {
    send({ id, error: { code: -32601, message: cause.message } });
  }
}
