import { join } from 'node:path';
import { KeptProcess } from './processes.js';

export interface GatewayProcessOptions {
  /** The generated gateway's folder. */
  readonly folder: string;
  /** The folder it runs in; paths in stdio commands are relative to it. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onEvent: (event: GatewayEvent) => void;
  readonly onText: (line: string) => void;
}

/** A line of the gateway's log. */
export type GatewayEvent = { readonly event: string; readonly level: string } & Readonly<Record<string, unknown>>;

/** The generated gateway as a child process, started as everybody else starts it: `node generated/gateway/main.js`. */
export class GatewayProcess {
  readonly #process: KeptProcess;
  readonly #waiting = new Map<string, (event: GatewayEvent) => void>();

  constructor({ folder, cwd, env, onEvent, onText }: GatewayProcessOptions) {
    this.#process = new KeptProcess({
      command: [process.execPath, join(folder, 'main.js')],
      cwd,
      env,
      onLine: (line) => {
        const event = eventOf(line);
        if (!event) return onText(line);
        this.#waiting.get(event.event)?.(event);
        onEvent(event);
      },
      onEnd: (why) => {
        this.#waiting.get('ended')?.({ event: 'ended', level: 'error', why });
        onText(`the gateway ${why}; starting it again`);
      },
    });
  }

  /** The first of these events from now on; null when none comes within `wait` ms. */
  next(names: readonly string[], wait = 10_000): Promise<GatewayEvent | null> {
    return new Promise((resolve) => {
      const end = (event: GatewayEvent | null): void => {
        clearTimeout(timer);
        for (const name of names) this.#waiting.delete(name);
        resolve(event);
      };
      const timer = setTimeout(() => end(null), wait);
      for (const name of names) this.#waiting.set(name, end);
    });
  }

  /** Re-reads tables and secrets; open streams stay. */
  reload(): Promise<GatewayEvent | null> {
    const done = this.next(['reloaded', 'reload-failed', 'ended']);
    this.#process.signal('SIGHUP');
    return done;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}

function eventOf(line: string): GatewayEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'event' in value && 'level' in value ? (value as GatewayEvent) : null;
  } catch {
    return null;
  }
}
