import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '#src/dev/ports.js';
import { ROOT } from './folder.js';

/** A running `mcpgen dev`, and the text that it has printed. */
export class DevRun {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  text = '';

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.text += chunk;
        for (const look of this.#waiting) look();
      });
    }
  }

  /** @param settings `port: null` leaves the port to the config; `env` is added to this process's */
  static async start(t: Pick<TestContext, 'after'>, cwd: string, settings: { port?: null; env?: NodeJS.ProcessEnv } = {}): Promise<DevRun> {
    const port = settings.port === null ? 0 : await freePort();
    const args = [join(ROOT, 'dist/cli/bin.js'), 'dev', ...(port === 0 ? [] : ['--port', String(port)])];
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...settings.env } });
    const run = new DevRun(child, port);
    t.after(() => run.stop());
    await run.says('Ctrl-C stops everything');
    return run;
  }

  url(server: string): URL {
    return new URL(`http://127.0.0.1:${this.port}/mcp/${server}`);
  }

  /** The key for a server, read from the client config that was printed. */
  key(server: string): string {
    const json = this.text.slice(this.text.indexOf('{\n  "mcpServers"'), this.text.indexOf('\n}\n', this.text.indexOf('"mcpServers"')) + 2);
    const config = JSON.parse(json) as { mcpServers: Record<string, { headers: { Authorization: string } }> };
    return (config.mcpServers[server]?.headers.Authorization ?? '').replace('Bearer ', '');
  }

  /** Resolves when this text has been printed `times` times since the start. */
  says(what: string, times = 1): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`dev never said "${what}"; it said:\n${this.text}`)), 30_000);
      const look = (): void => {
        if (this.text.split(what).length <= times) return;
        clearTimeout(limit);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    this.#child.kill('SIGINT');
    await once(this.#child, 'close');
    return this.#child.exitCode;
  }
}
