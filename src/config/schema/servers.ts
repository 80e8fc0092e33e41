import { z } from 'zod';
import { parseDestination } from '../egress.js';
import { parseRedaction } from '../redaction.js';
import { changedHeader, headerValue, passedHeader } from './headers.js';
import { allow, permission } from './identity.js';
import { later, object } from './later.js';
import { ref } from './names.js';
import {
  about, absolutePath, count, cpu, devEnv, duration, env, httpPath, imageReference, port, size, text, urlPath, volumeName, whole, word,
} from './scalars.js';
import { listed, unfilled, unsplit } from './spelling.js';
import { upstream } from './towards.js';
import { keyed, tagged } from './unions.js';
import { instanceUrl } from './urls.js';

const MI = 2 ** 20;

export const resources = object({
  requests: object({ cpu: cpu.optional(), memory: size.optional() }).prefault({}),
  limits: object({ cpu: cpu.optional(), memory: size.optional() }).prefault({}),
});

const COMMAND = "expected a program and its arguments, such as ['node', 'server.js']";
/** For a text that should have been a list. */
const spelt: z.core.$ZodErrorMap = ({ input }) => {
  const words = typeof input === 'string' ? input.trim().split(/\s+/) : [];
  return words.length > 0 && words[0] !== '' ? `${COMMAND}; write ${listed(words)}` : COMMAND;
};
const command = z
  .array(z.string({ error: 'expected a word' }), { error: spelt })
  .refine(([program]) => program === undefined || unsplit(program) === null, {
    error: ({ input }) => {
      const [program = '', ...rest] = input as readonly string[];
      return `"${program}" is no program: each argument is a word of its own; write ${listed([...(unsplit(program) ?? []), ...rest])}`;
    },
    path: [0],
  })
  .refine(([program]) => program !== undefined && program !== '', { error: COMMAND })
  .refine((words) => words.every((word) => !word.includes('\0')), { error: 'expected words without a NUL' });
/** What starts a server. A probe is the platform's to run, and may do what its shell does. */
const startCommand = command.refine((words) => unfilled(words) === null, {
  error: ({ input }) => {
    const variable = unfilled(input as readonly string[]) ?? '';
    return `no shell runs this command, so nothing fills in ${variable}: hand it over as env: { ${variable}: secret('${variable}') }`;
  },
});

const headerChanges = {
  set: z.record(changedHeader, headerValue).default({}),
  remove: z.array(changedHeader).default([]),
};
const redaction = z.string({ error: 'expected a JSON path, such as "content[*].text"' }).transform((written, context) => {
  const path = parseRedaction(written);
  const [first] = path ?? [];
  if (path && !(first?.kind === 'name' && first.name === 'result')) return path;
  const examples = '"content[*].text" or "structuredContent..ssn"';
  const wanted = path ? 'expected a path that begins below `result`, without it' : `expected a JSON path below a result, such as ${examples}`;
  context.addIssue({ code: 'custom', message: `${wanted}; got ${JSON.stringify(written)}` });
  return z.NEVER;
});
const transform = object({
  request: object({ ...headerChanges, pass: z.array(passedHeader).default([]) }).prefault({}),
  response: object({ ...headerChanges, redact: z.array(redaction).default([]) }).prefault({}),
});

/** Root is no user of a server: a hole in it would be a hole in the machine. */
const user = z.union(
  [
    whole(1, 2 ** 31 - 1, 'a numeric uid').transform((uid) => ({ uid, gid: uid })),
    text<`${number}:${number}`>(/^[1-9]\d{0,8}:\d{1,9}$/, 'uid and gid, such as "1000:1000"').transform((written) => {
      const [uid = 0, gid = 0] = written.split(':').map(Number);
      return { uid, gid };
    }),
  ],
  { error: 'expected a numeric uid that is not root’s, such as 1000, or "1000:1000"' },
);

const destination = z.string({ error: 'expected a host, such as "api.acme.com"' }).transform((written, context) => {
  const found = parseDestination(written);
  if (found) return found;
  const examples = '"api.acme.com", "api.acme.com:8443" or "10.0.0.0/8"';
  context.addIssue({ code: 'custom', message: `expected a host or a network, such as ${examples}; got ${JSON.stringify(written)}` });
  return z.NEVER;
});
const egress = z.union(
  [z.enum(['any', 'none']), z.array(destination).min(1, { error: "expected at least one host; 'none' says that there is none" })],
  { error: "expected 'any', 'none' or a list of hosts" },
);

const common = {
  ...about,
  origins: z.array(ref('origin')).optional(),
  strategy: ref('strategy').default('round-robin'),
  route: urlPath.optional(),
  public: z.boolean().default(true),
  replicas: count(1000).default(1),
  resources: resources.prefault({}),
  env: env.default({}),
  volumes: z
    .array(object({ name: volumeName, path: absolutePath, size, perInstance: z.boolean().optional(), host: later('T'), readOnly: later('T') }))
    .default([]),
  revision: z.enum(['auto', 'legacy', 'modern']).default('auto'),
  sessionLoss: z.enum(['reinitialise', '404']).optional(),
  transform: transform.prefault({}),
  allow: allow.optional(),
  permissions: object({ call: permission.optional(), list: permission.optional() }).prefault({}),
  tools: later('O'),
  user: user.optional(),
  autoscale: later('T'),
  machine: later('T'),
  placement: later('T'),
  egress: egress.optional(),
  metrics: later('T'),
  websocket: later('T'),
};

const times = { every: duration.default(30_000), timeout: duration.default(10_000), startup: duration.default(60_000) };
const health = keyed(
  ['path', 'mcp', 'command'],
  [
    object({
      path: httpPath,
      method: z.enum(['GET', 'HEAD', 'POST']).default('GET'),
      status: whole(200, 599, 'a final status').default(200),
      body: word.optional(),
      ...times,
    }),
    object({ mcp: z.enum(['ping', 'discover']), ...times }),
    object({ command, ...times }),
  ],
  { error: "expected { path }, { mcp: 'ping' | 'discover' } or { command }" },
);

const dev = object({
  command: startCommand,
  cwd: word.optional(),
  env: devEnv.default({}),
  instances: count(64).default(1),
});

/** Another program that speaks over stdin and stdout. */
const stdioDev = object({ command: startCommand, cwd: word.optional(), env: devEnv.default({}) });

const instance = object({
  id: text(/^[A-Za-z0-9._:-]{1,80}$/, 'an id of letters, digits, dots, dashes').optional(),
  url: instanceUrl,
  weight: whole(1, 1000, 'a weight').default(1),
  region: text(/^[a-z0-9-]{1,40}$/, 'a region: lower case letters, digits and dashes').optional(),
  enabled: z.boolean().default(true),
});

export const httpServer = object({
  kind: z.literal('http'),
  ...common,
  image: imageReference.optional(),
  instances: z.array(instance).min(1, { error: 'expected at least one instance' }).optional(),
  port: port.default(8000),
  path: urlPath.default('/mcp'),
  stateful: z.boolean().default(false),
  health: health.optional(),
  sse: urlPath.optional(),
  upstream: upstream.optional(),
  dev: dev.optional(),
  build: later('T'),
  service: later('T'),
  ports: later('T'),
  command: later('T'),
  args: later('T'),
});

export const stdioServer = object({
  kind: z.literal('stdio'),
  ...common,
  command: startCommand,
  args: z.array(z.string({ error: 'expected a word' }).refine((one) => !one.includes('\0'), { error: 'expected words without a NUL' })).default([]),
  cwd: word.optional(),
  dev: stdioDev.optional(),
  npm: text<`${string}@${string}`>(/^(@[a-z0-9._-]+\/)?[a-z0-9._-]+@\d+\.\d+\.\d+[\w.+-]*$/, 'a pinned npm package, such as "@acme/files@2.0.1"').optional(),
  uv: text<`${string}==${string}`>(/^[A-Za-z0-9._-]+(\[[A-Za-z0-9,._-]+\])?==[\w.!+-]+$/, 'a pinned Python package, such as "mcp-files==2.0.1"').optional(),
  image: imageReference.optional(),
  sharing: z.enum(['session', 'shared']).default('session'),
  limits: object({
    processes: count().default(8),
    memory: size.default(256 * MI),
    line: size.default(4 * MI),
    idle: duration.default(600_000),
  }).prefault({}),
});

export const server = tagged('kind', [httpServer, stdioServer], { error: "expected a server with kind: 'http' or kind: 'stdio'" });
