/** The config's servers that run on this machine, each with as many instances as the config says. */
import { resolve } from 'node:path';
import type { DevPlan } from '../plan/infra-types.js';
import type { EnvEntry } from '../plan/server-types.js';
import type { Plan } from '../plan/types.js';
import { freePort, listensWithin } from './ports.js';
import { KeptProcess } from './processes.js';
import type { DevSecrets } from './secrets.js';

export interface ServersOptions {
  /** Folder of the config: what `dev.cwd` is relative to. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: DevSecrets;
  readonly print: (who: string, line: string) => void;
}

/** What the gateway runs in place of a stdio server's own command, as it reads it in `MCPGEN_POOLS`. */
interface ChildChange {
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Run {
  /** What it was started with, as text. When the plan wants another, it must be started anew. */
  readonly startedWith: string;
  readonly ports: readonly number[];
  readonly path: string;
  readonly processes: readonly KeptProcess[];
}

const START_WAIT = 15_000;

export class DevServers {
  readonly #options: ServersOptions;
  readonly #runs = new Map<string, Run>();

  constructor(options: ServersOptions) {
    this.#options = options;
  }

  /** Starts, restarts and stops servers until exactly those of the plan run. @returns the pools for the gateway, and the children that it runs otherwise */
  async reconcile(plan: Plan): Promise<Record<string, string[] | ChildChange>> {
    const own = plan.infra.dev.filter(({ path }) => path !== null);
    const wanted = new Map(own.map((dev) => [dev.server, { dev, env: this.#envOf(plan, dev) }]));
    const stale = [...this.#runs].filter(([server, { startedWith }]) => startedWith !== textOf(wanted.get(server)));
    await Promise.all(stale.map(([server]) => this.#stop(server)));
    const missing = [...wanted].filter(([server]) => !this.#runs.has(server));
    await Promise.all(missing.map(([server, { dev, env }]) => this.#start(server, dev, env)));
    const { root } = this.#options;
    const children = plan.infra.dev.flatMap(({ server, command, cwd, env, path }) =>
      path === null ? [[server, { command, ...(cwd !== null && { cwd: resolve(root, cwd) }), env }] as const] : [],
    );
    const pools = [...this.#runs].map(([server, { ports, path }]) => [server, ports.map((port) => `http://127.0.0.1:${port}${path}`)] as const);
    return Object.fromEntries<string[] | ChildChange>([...pools, ...children]);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#runs.keys()].map((server) => this.#stop(server)));
  }

  async #start(server: string, dev: DevPlan, env: Record<string, string>): Promise<void> {
    const { root, print } = this.#options;
    const ports = await Promise.all(Array.from({ length: dev.instances }, freePort));
    const processes = ports.map((port, i) => {
      const who = dev.instances === 1 ? server : `${server}#${i + 1}`;
      return new KeptProcess({
        command: dev.command,
        cwd: resolve(root, dev.cwd ?? '.'),
        env: { ...this.#options.env, ...env, HOST: '127.0.0.1', PORT: String(port) },
        onLine: (line) => print(who, line),
        onEnd: (why) => print(who, `${why}; starting it again`),
      });
    });
    this.#runs.set(server, { startedWith: textOf({ dev, env }), ports, path: dev.path ?? '', processes });
    const up = await Promise.all(ports.map((port) => listensWithin(port, START_WAIT)));
    if (up.includes(false)) print(server, `does not listen on the port it was given as PORT within ${START_WAIT / 1000} s`);
  }

  async #stop(server: string): Promise<void> {
    const run = this.#runs.get(server);
    this.#runs.delete(server);
    await Promise.all(run?.processes.map((process) => process.stop()) ?? []);
  }

  #envOf(plan: Plan, dev: DevPlan): Record<string, string> {
    const entries = plan.infra.workloads.find(({ id }) => id === dev.server)?.env ?? [];
    const value = ({ value }: EnvEntry): string => (value.kind === 'text' ? value.text : this.#options.secrets.value(value.secret));
    return { ...Object.fromEntries(entries.map((entry) => [entry.name, value(entry)])), ...dev.env };
  }
}

const textOf = (run: unknown): string => JSON.stringify(run ?? null);
