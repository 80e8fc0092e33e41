/**
 * Module hooks that serve the config from memory. They run in the worker's own thread where Node has `registerHooks`, and in Node's hooks
 * thread on Node 20 (`module.register`). That is why everything they know is in one table of plain data.
 */
import type { ResolveFnOutput, LoadFnOutput } from 'node:module';
import { cannotImport, isEffectful } from '../source/hermetic.js';

export interface ServedModule {
  readonly code: string;
  /** Relative specifiers and the URLs they mean. */
  readonly imports: Readonly<Record<string, string>>;
  /** Where the file really is: packages are looked up from there. */
  readonly realUrl: string;
}

/** Everything the hooks know. It is plain data, so that it can be sent to another thread. */
export interface HookTable {
  /** The URL that an import of `mcpgen` resolves to: the running package, wherever the config lies. */
  readonly mcpgen: string;
  readonly modules: ReadonlyMap<string, ServedModule>;
}

interface Context {
  readonly parentURL?: string | undefined;
}
// Node calls these hooks with a synchronous or an asynchronous `next`, depending on the thread. They only pass on what it returns.
type Next<Output> = (request: string, context?: object) => Output | Promise<Output>;

export interface Hooks {
  readonly resolve: (specifier: string, context: Context, next: Next<ResolveFnOutput>) => ResolveFnOutput | Promise<ResolveFnOutput>;
  readonly load: (url: string, context: object, next: Next<LoadFnOutput>) => LoadFnOutput | Promise<LoadFnOutput>;
}

export function hooksFor(table: HookTable): Hooks {
  return {
    resolve(specifier, context, next) {
      if (specifier === 'mcpgen') return { url: table.mcpgen, format: 'module', shortCircuit: true };
      if (table.modules.has(specifier)) return served(specifier);
      const parent = table.modules.get(context.parentURL ?? '');
      if (parent === undefined) return next(specifier, context);
      const target = Object.hasOwn(parent.imports, specifier) ? parent.imports[specifier] : undefined;
      if (target !== undefined) return served(target);
      if (isEffectful(specifier)) throw new Error(cannotImport(specifier));
      if (/^[./]|^file:/.test(specifier)) throw new Error(`cannot import '${specifier}': a config's imports are written out as literals`);
      return next(specifier, { ...context, parentURL: parent.realUrl });
    },
    load(url, context, next) {
      const module = table.modules.get(url);
      return module === undefined ? next(url, context) : { format: 'module', source: module.code, shortCircuit: true };
    },
  };
}

function served(url: string): ResolveFnOutput {
  // The attributes of the import are dropped: `with { type: 'json' }` would make Node insist on a JSON module of its own.
  return { url, format: 'module', importAttributes: {}, shortCircuit: true };
}

let hooks: Hooks | undefined;

/** Called by `module.register` in the hooks thread. */
export function initialize(table: HookTable): void {
  hooks = hooksFor(table);
}

export const resolve: Hooks['resolve'] = (specifier, context, next) =>
  hooks === undefined ? next(specifier, context) : hooks.resolve(specifier, context, next);

export const load: Hooks['load'] = (url, context, next) => (hooks === undefined ? next(url, context) : hooks.load(url, context, next));
