/**
 * A generated gateway as it would be deployed: a plan is made of a config, its files are written to a folder, and `node main.js` runs on ports of the system's
 * choice.
 *
 *   const gateway = await startGateway({ config: gatewayConfig({ tenants: {…} }), pools: { search: [upstream.url] } });
 *   const answer = await ask(gateway.port, { path: '/mcp/search', headers: as('acme'), message: request('tools/list') });
 *   await gateway.waitFor('request', (line) => line['status'] === 200);
 *
 * A secret that is not in `env` has the value `secretValue(NAME)`. Gateways that are still running are killed at the end of the test file.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { bakeGateway } from './bake.js';
import type { ControlGroup } from './control-group.js';
import type { Plan } from '#src/plan/types.js';
import type { Config } from './gateway-tables.js';
import { ask, within } from './http.js';

export type Pools = Readonly<Record<string, readonly string[]>>;
export type LogLine = Readonly<Record<string, unknown>>;

export const secretValue = (name: string): string => `value-of-${name}-which-is-long-enough`;
/** A client of the config, whose key is the secret `<NAME>_KEY`. */
export const client = (name: string) => ({ keys: [{ secret: `${name.toUpperCase()}_KEY` }] });
/** Headers of a client whose first key is the secret `<CLIENT>_KEY`. */
export const as = (client: string): { readonly authorization: string } => ({ authorization: `Bearer ${secretValue(`${client.toUpperCase()}_KEY`)}` });

export interface StartOptions {
  readonly config: Config;
  readonly env?: Readonly<Record<string, string>>;
  /** The URLs of each server's instances. `sighup` can change them. */
  readonly pools?: Pools;
  /** The folder of a gateway that has ended, to go on with its files. */
  readonly folder?: string;
  /** Changes every plan that is made of a config. */
  readonly change?: (plan: Plan) => Plan;
  /** The control group that it runs in. */
  readonly group?: ControlGroup;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningGateway {
  readonly port: number;
  readonly adminPort: number;
  readonly pid: number;
  readonly folder: string;
  readonly logs: readonly LogLine[];
  readonly stderr: () => string;
  /** Resolves with the first log line with this event that satisfies `which`. The first `since` lines are passed over. */
  waitFor(event: string, which?: (line: LogLine) => boolean, since?: number): Promise<LogLine>;
  /** The values of /metrics, by `name{labels}`. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  admin(path: string, headers?: Readonly<Record<string, string>>): ReturnType<typeof ask>;
  /** Bakes another config, or writes a text as the tables, and sends SIGHUP. Resolves with the log line that says whether the gateway took it. */
  sighup(config: Config | string, pools?: Pools): Promise<LogLine>;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
  /** Sends SIGTERM and waits for the end. A gateway that does not end in time is killed. */
  stop(): Promise<Ended>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
after(async () => {
  await Promise.all([...running].map((child) => (child.kill('SIGKILL'), once(child, 'exit'))));
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcpgen-gateway-'));
  folders.add(folder);
  return folder;
}

/** Resolves when the gateway listens. Rejects with what the gateway wrote if it ends instead. */
export async function startGateway(options: StartOptions): Promise<RunningGateway> {
  const { gateway, listening } = launch(options);
  await listening;
  return gateway;
}

/** Starts a gateway that must fail to start. Resolves with its exit code and what it wrote to stderr. */
export async function failToStart(options: StartOptions): Promise<Ended & { readonly stderr: string }> {
  const { gateway, listening } = launch(options);
  await listening.then(
    () => Promise.reject(new Error('it started')),
    () => {},
  );
  return { ...(await gateway.ended), stderr: gateway.stderr() };
}

function launch(options: StartOptions): { gateway: RunningGateway; listening: Promise<unknown> } {
  const { config, env = {}, pools, folder = temporaryFolder(), change, group } = options;
  const plan = bakeGateway(config, folder, change);
  const poolsFile = join(folder, 'pools.json');
  if (pools) writeFileSync(poolsFile, JSON.stringify(pools));
  const secrets = Object.fromEntries(plan.infra.secrets.map(({ name }) => [name, secretValue(name)]));
  const [command = '', ...args] = [...(group?.entering ?? []), process.execPath, join(folder, 'gateway', 'main.js')];
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], PORT: '0', MCPGEN_ADMIN_PORT: '0', ...(pools ? { MCPGEN_POOLS: `@${poolsFile}` } : {}), ...secrets, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const gateway = new Gateway(child, folder, poolsFile, change);
  return { gateway, listening: gateway.listening };
}

class Gateway implements RunningGateway {
  readonly logs: LogLine[] = [];
  readonly folder: string;
  readonly ended: Promise<Ended>;
  readonly listening: Promise<void>;
  port = 0;
  adminPort = 0;
  readonly #child: ChildProcess;
  readonly #poolsFile: string;
  readonly #change: StartOptions['change'];
  readonly #wake = new Set<() => void>();
  #stderr = '';
  #rest = '';

  constructor(child: ChildProcess, folder: string, poolsFile: string, change: StartOptions['change']) {
    this.#change = change;
    this.#child = child;
    this.folder = folder;
    this.#poolsFile = poolsFile;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => void (this.#stderr += text));
    this.ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
      running.delete(child);
      for (const look of this.#wake) look();
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
    this.listening = this.waitFor('listening').then((line) => {
      this.port = Number(line['port']);
      this.adminPort = Number(line['admin_port'] ?? 0);
    });
    // A caller that waits for the start gets the rejection. Without such a caller it must not end the tests as unhandled.
    this.listening.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }
  stderr(): string {
    return this.#stderr;
  }
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  waitFor(event: string, which: (line: LogLine) => boolean = () => true, since = 0): Promise<LogLine> {
    const found = new Promise<LogLine>((resolve, reject) => {
      const look = (): void => {
        const line = this.logs.slice(since).find((line) => line['event'] === event && which(line));
        const over = this.#child.exitCode !== null || this.#child.signalCode !== null;
        if (!line && !over) return;
        this.#wake.delete(look);
        if (line) resolve(line);
        else reject(new Error(`the gateway ended (${this.#child.exitCode ?? this.#child.signalCode}) before it logged "${event}": ${this.#stderr}`));
      };
      this.#wake.add(look);
      look();
    });
    return within(
      found,
      () =>
        `the log line "${event}"; the last were\n${this.logs
          .slice(-10)
          .map((line) => JSON.stringify(line))
          .join('\n')}\n${this.#stderr}`,
    );
  }

  async metrics(): Promise<ReadonlyMap<string, number>> {
    const { text } = await this.admin('/metrics');
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
  }

  admin(path: string, headers: Readonly<Record<string, string>> = {}): ReturnType<typeof ask> {
    return ask(this.adminPort, { path, headers });
  }

  async sighup(config: Config | string, pools?: Pools): Promise<LogLine> {
    if (typeof config === 'string') writeFileSync(join(this.folder, 'gateway', 'tables.js'), config);
    else bakeGateway(config, this.folder, this.#change);
    if (pools) writeFileSync(this.#poolsFile, JSON.stringify(pools));
    const since = this.logs.length;
    this.signal('SIGHUP');
    return Promise.any([this.waitFor('reloaded', undefined, since), this.waitFor('reload-failed', undefined, since)]);
  }

  async stop(): Promise<Ended> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.ended;
    this.signal('SIGTERM');
    try {
      return await within(this.ended, 'the end of the gateway', 30_000);
    } catch (error) {
      this.signal('SIGKILL');
      await this.ended;
      throw error;
    }
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.logs.push(JSON.parse(line) as LogLine);
    for (const look of this.#wake) look();
  }
}

/** The text of tables.js in a gateway's folder, which tests spoil and restore. */
export const tablesText = (gateway: Pick<RunningGateway, 'folder'>): string => readFileSync(join(gateway.folder, 'gateway', 'tables.js'), 'utf8');
