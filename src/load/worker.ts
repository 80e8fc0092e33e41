/** One load of the config, in a thread of its own. It sends one report as a message, and ends. */
import * as module from 'node:module';
import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { CLOCK_SHIFT, disguiseProcess, disguiseRandom, shiftClock } from './disguise.js';
import { hooksFor, type HookTable, type Hooks } from './hooks.js';
import { impurities, plainCopy, type Impurity } from './plain.js';

export interface WorkerInput {
  readonly load: 'first' | 'second';
  readonly entry: string;
  readonly table: HookTable;
}

export type Report =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'impure'; readonly impurities: readonly Impurity[] }
  | { readonly kind: 'no-default' }
  | { readonly kind: 'function' }
  | { readonly kind: 'threw'; readonly message: string; readonly stack: string }
  | { readonly kind: 'exit'; readonly stack: string };

const report = (message: Report): void => parentPort?.postMessage(message);

function main({ load, entry, table }: WorkerInput): void {
  installHooks(table);
  forbid();
  disguiseRandom(load);
  if (load === 'second') {
    shiftClock(CLOCK_SHIFT);
    disguiseProcess();
  }
  void evaluate(entry)
    .catch(thrown)
    .then(async (outcome) => {
      await flushed();
      report(outcome);
    });
}

async function evaluate(entry: string): Promise<Report> {
  const namespace = (await import(entry)) as Record<string, unknown>;
  if (!Object.hasOwn(namespace, 'default')) return { kind: 'no-default' };
  const value = await namespace['default'];
  // Node raises an unhandled rejection at the end of a turn of the event loop. It must be reported instead of the value, so wait for it.
  await new Promise((done) => setImmediate(done));
  if (typeof value === 'function') return { kind: 'function' };
  const found = impurities(value);
  return found.length === 0 ? { kind: 'value', value: plainCopy(value) } : { kind: 'impure', impurities: found };
}

function thrown(error: unknown): Report {
  if (!(error instanceof Error)) return { kind: 'threw', message: typeof error === 'string' ? error : inspect(error), stack: '' };
  return { kind: 'threw', message: error.message || error.name, stack: error.stack ?? '' };
}

/** The thread is terminated as soon as it has reported, so everything it printed must have been passed on before. */
async function flushed(): Promise<void> {
  const waiting = [process.stdout, process.stderr].filter((stream) => stream.writableLength > 0);
  await Promise.all(waiting.map((stream) => new Promise((done) => stream.write('', done))));
}

type RegisterHooks = (hooks: Hooks) => void;

function installHooks(table: HookTable): void {
  // `module.register` is only for Node 20: Node 26 warns of it, and it is slower, because its hooks run in one more thread.
  const { registerHooks } = module as { registerHooks?: RegisterHooks };
  if (registerHooks !== undefined) registerHooks(hooksFor(table));
  else module.register('./hooks.js', { parentURL: import.meta.url, data: table });
}

/** Takes away what would reach beyond the config's own files, and what would end the whole program. */
function forbid(): void {
  const refuse = (name: string) => () => {
    throw new Error(`a config cannot use ${name}: it reads nothing but its own files`);
  };
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'BroadcastChannel']) {
    if (name in globalThis) Object.defineProperty(globalThis, name, { configurable: true, writable: true, value: refuse(name) });
  }
  for (const name of ['kill', 'chdir', 'dlopen', 'binding', 'getBuiltinModule', 'loadEnvFile']) {
    if (name in process) Object.defineProperty(process, name, { configurable: true, writable: true, value: refuse(`process.${name}`) });
  }
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    report({ kind: 'exit', stack: new Error('exit').stack ?? '' });
    return exit(code);
  };
}

main(workerData as WorkerInput);
