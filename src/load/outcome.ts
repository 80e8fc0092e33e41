import type { ModuleGraph } from './graph.js';
import { locationOf } from './position.js';
import { locationFromStack } from './stack.js';
import type { Diagnostic } from './types.js';
import type { Report } from './worker.js';

/** How one load of the config ended: what it reported, or what ended it. */
export type Outcome =
  | Report
  | { readonly kind: 'timeout'; readonly milliseconds: number }
  | { readonly kind: 'memory'; readonly megabytes: number }
  /** Nothing left to do, and no value: a promise that never settles. */
  | { readonly kind: 'stalled' };

const EXAMPLE = "export default defineConfig({ name: 'acme-tools', servers: { … } });";

/** What to tell the user about a load that brought no value. */
export function explain(outcome: Outcome, modules: ModuleGraph, cwd: string): readonly Diagnostic[] {
  const located = (stack: string): Diagnostic['place'] => {
    const location = locationFromStack(stack, modules, cwd);
    return location === null ? { kind: 'none' } : { kind: 'location', location };
  };
  switch (outcome.kind) {
    case 'value':
      return [];
    case 'impure':
      return outcome.impurities.map(({ path, what }) => ({
        code: 'not-plain-data',
        message: `${what} is not plain data`,
        help: 'a config holds strings, numbers, booleans, null, lists and plain objects',
        place: { kind: 'path', path, key: false },
      }));
    case 'no-default':
      return [{ code: 'no-default-export', message: 'the config has no default export', help: EXAMPLE, place: { kind: 'none' } }];
    case 'function':
      return [
        {
          code: 'not-plain-data',
          message: 'the default export is a function, which mcpgen does not call: a config takes no arguments',
          help: `export what it returns: ${EXAMPLE}`,
          place: { kind: 'path', path: [], key: false },
        },
      ];
    case 'threw':
      return [missingPackage(outcome.message, modules, cwd) ?? { code: 'evaluation', message: `the config threw: ${outcome.message}`, help: null, place: located(outcome.stack) }];
    case 'exit':
      return [{ code: 'evaluation', message: 'the config calls process.exit()', help: 'throw an error to refuse to load', place: located(outcome.stack) }];
    case 'timeout':
      return [
        {
          code: 'evaluation-timeout',
          message: `the config was still running after ${outcome.milliseconds / 1000} s`,
          help: 'a config is data; look for a loop or an await that does not end',
          place: { kind: 'none' },
        },
      ];
    case 'memory':
      return [{ code: 'evaluation', message: `the config needed more than ${outcome.megabytes} MB of memory`, help: null, place: { kind: 'none' } }];
    case 'stalled':
      return [{ code: 'evaluation', message: 'the config waits for a promise that never settles', help: null, place: { kind: 'none' } }];
  }
}

/** Node's error for a package that is not installed names no line; the import that asks for it has one. */
function missingPackage(message: string, modules: ModuleGraph, cwd: string): Diagnostic | undefined {
  const name = /^Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1];
  if (name === undefined) return undefined;
  for (const { file, text, packages } of modules.values()) {
    const found = packages.find(({ specifier }) => specifier === name || specifier.startsWith(`${name}/`));
    if (found === undefined) continue;
    const place = { kind: 'location', location: locationOf(file, text, found, { cwd }) } as const;
    return { code: 'import-not-found', message: `cannot find package '${name}'`, help: 'install it where the config lies, or write its part into the config', place };
  }
  return undefined;
}
