import { TARGETS } from '../emit/types.js';
import type { Flags } from './args.js';
import type { Context } from './context.js';
import type { ExitCode } from './io.js';

/** What a module under `commands/` exports. */
export interface CommandModule {
  readonly run: (context: Context) => Promise<ExitCode>;
}

export interface Command {
  readonly summary: string;
  /** Real invocations and what they do; the help text opens with them. */
  readonly examples: readonly (readonly [string, string])[];
  readonly positionals?: string;
  /** Lines behind the examples: what whoever runs it should know. */
  readonly notes?: readonly string[];
  readonly flags: Flags;
  readonly load: () => Promise<CommandModule>;
}

/** Flags of every command. */
export const GLOBAL: Flags = {
  help: { type: 'boolean', short: 'h', help: 'print this help' },
  cwd: { type: 'string', value: 'DIR', help: 'work as if started in DIR' },
  config: { type: 'string', value: 'FILE', help: 'use FILE; default: mcp.config.ts, looked up to the root of the repository' },
  color: { type: 'string', value: 'WHEN', values: ['auto', 'always', 'never'], help: 'colours: auto (a terminal, no NO_COLOR), always, never' },
  quiet: { type: 'boolean', short: 'q', help: 'print results and errors alone' },
  verbose: { type: 'boolean', short: 'v', help: 'print unchanged files too' },
};

const env = { type: 'string', value: 'NAME', help: 'only this environment; default: all' } as const;
const target = { type: 'string', multiple: true, value: 'TARGET', values: TARGETS, help: 'only these targets, comma-separated or repeated' } as const;
const format = { type: 'string', value: 'FORMAT', values: ['pretty', 'json'], help: 'pretty or json; default: pretty' } as const;

export const COMMANDS: Readonly<Record<string, Command>> = {
  init: {
    summary: 'write a commented mcp.config.ts to start from',
    examples: [['mcpgen init', 'writes mcp.config.ts here; never overwrites one']],
    flags: {},
    load: () => import('./commands/init.js'),
  },
  build: {
    summary: 'compile the config and write generated/',
    examples: [
      ['mcpgen build', 'writes everything the config asks for'],
      ['mcpgen build --check', 'writes nothing; a diff and exit code 3 when generated/ is not what the config says'],
      ['mcpgen build --target nginx --stdout', 'prints one target instead of writing it'],
    ],
    flags: {
      env,
      target,
      check: { type: 'boolean', help: 'compare instead of write' },
      stdout: { type: 'boolean', help: 'print the files, each behind a line "# file: PATH"' },
      force: { type: 'boolean', destroys: true, help: 'overwrite files that were edited by hand or are not ours' },
    },
    load: () => import('./commands/build.js'),
  },
  check: {
    summary: 'type-check the config, run the policy rules and the policy tests',
    examples: [
      ['mcpgen check', 'everything at or above an error fails'],
      ['mcpgen check --fail-on warning --format json', 'for CI'],
    ],
    flags: {
      env,
      format,
      'fail-on': {
        type: 'string',
        value: 'LEVEL',
        values: ['error', 'warning', 'warn', 'info'],
        help: 'lowest severity that fails: error, warning (or warn), info; default: error',
      },
      'no-ignores': { type: 'boolean', help: 'show suppressed findings as if nothing were suppressed' },
    },
    load: () => import('./commands/check.js'),
  },
  explain: {
    summary: 'print a rule, or the decision for a request step by step',
    examples: [
      ['mcpgen explain MCP102', 'the page of a rule, by code or slug'],
      ['mcpgen explain request --server search --origin https://evil.example', 'why this request is refused, and the config line that says so'],
      ['mcpgen explain request --path /mcp/search --client acme --method GET', 'the same by path, as a client'],
      ['mcpgen explain request --server files --client acme --tool write --arg path=/etc', 'whether this client may call this tool with that'],
      ['mcpgen explain request --server files --claim org_id=org_123 --permission files:read', 'the same for a token'],
      ['mcpgen explain request --log gateway.log', 'decides again what a gateway’s audit tells of; exit code 1 where it would be otherwise'],
    ],
    positionals: 'RULE | request',
    flags: {
      env,
      format,
      server: { type: 'string', value: 'NAME', help: 'request: the server’s route' },
      path: { type: 'string', value: 'PATH', help: 'request: a path' },
      method: { type: 'string', value: 'METHOD', help: 'request: default POST' },
      host: { type: 'string', value: 'HOST', help: 'request: default the host of gateway.url' },
      origin: { type: 'string', value: 'ORIGIN', help: 'request: default none' },
      client: { type: 'string', value: 'NAME', help: 'request: with this client’s key; default: without credentials' },
      tenant: { type: 'string', value: 'NAME', help: 'request: as this tenant, however it is recognised' },
      issuer: { type: 'string', value: 'URL', help: 'request: with a valid token of this issuer; default with --claim: the only one' },
      claim: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'request: a claim of the token, as JSON or text; repeated for more' },
      permission: { type: 'string', multiple: true, value: 'NAME', help: 'request: what the caller may; default: what the config gives its client' },
      tool: { type: 'string', value: 'NAME', help: 'request: calls this tool; default: lists the tools' },
      prompt: { type: 'string', value: 'NAME', help: 'request: gets this prompt' },
      resource: { type: 'string', value: 'URI', help: 'request: reads this resource' },
      arg: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'request: an argument of the tool, as JSON or text; a dot goes into objects' },
      revision: { type: 'string', value: 'DATE', help: 'request: protocol revision; default: the newest listed' },
      address: { type: 'string', value: 'IP', help: 'request: client address; default 192.0.2.1' },
      log: { type: 'string', value: 'LINE', help: 'request: the audit line, a file with such lines, or - for standard input; it says all that is asked' },
    },
    load: () => import('./commands/explain.js'),
  },
  secrets: {
    summary: 'list every secret of the config, and make those that can be made',
    examples: [
      ['mcpgen secrets', 'who uses each, what it must be, and whether .env beside the config has it'],
      ['mcpgen secrets --generate', 'adds what is missing and can be drawn at random to .env, readable by you alone; what is there stays'],
    ],
    notes: [
      'Nothing that runs reads .env beside the config by itself:',
      '  node --env-file=.env generated/gateway/main.js       the generated gateway, on this machine',
      '  node --env-file=.env node_modules/.bin/mcpgen dev    mcpgen dev, which makes up for its run what its environment does not have',
      '  ln -s ../../.env generated/compose/.env              compose and prepare.sh, which read the .env beside compose.yaml',
      'Each environment has a file of its own, .env.NAME. Exit code 1 while a value is weak: too short, a default, or that of another secret.',
    ],
    flags: {
      env,
      format,
      generate: { type: 'boolean', help: 'add what is missing and ours to draw; what somebody else gives is to be filled in' },
    },
    load: () => import('./commands/secrets.js'),
  },
  rules: {
    summary: 'list the policy rules',
    examples: [['mcpgen rules', 'code, slug, severity, summary']],
    flags: { format },
    load: () => import('./commands/rules.js'),
  },
  dev: {
    summary: 'build, run the config’s local servers and the gateway, rebuild on change',
    examples: [
      ['mcpgen dev', 'Ctrl-C stops everything'],
      ['mcpgen dev --port 9000', 'the gateway on another port'],
    ],
    flags: {
      env,
      port: { type: 'string', value: 'PORT', help: 'port of the gateway; default: gateway.listen.port, or a free one when it is taken' },
    },
    load: () => import('./commands/dev.js'),
  },
};
