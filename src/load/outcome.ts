import { didYouMean } from '../diagnostics/closest.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { locationOf, printablePath } from '../source/position.js';
import { exportsNear, whereFrom } from '../source/where-from.js';
import { circleIn } from './circle.js';
import type { ModuleGraph } from './graph.js';
import { locationFromStack } from './stack.js';
import type { Report } from './worker.js';

/** How one load of the config ended: with a report of its own, or because it was ended. */
export type Outcome =
  | Report
  | { readonly kind: 'timeout'; readonly milliseconds: number }
  | { readonly kind: 'memory'; readonly megabytes: number }
  /** The thread had nothing left to do and no value, because it awaited a promise that never settles. */
  | { readonly kind: 'stalled' };

type Place = Diagnostic['place'];

const NOWHERE: Place = { kind: 'none' };
const EXAMPLE = "export default defineConfig({ name: 'acme-tools', servers: { … } });";

/** What to tell the user about a load that gave no value. */
export function explain(outcome: Outcome, modules: ModuleGraph, cwd: string): readonly Diagnostic[] {
  switch (outcome.kind) {
    case 'value':
      return [];
    case 'impure': {
      const help = 'a config holds strings, numbers, booleans, null, lists and plain objects';
      return outcome.impurities.map(({ path, what }) => ({
        code: 'not-plain-data',
        message: `${what} is not plain data`,
        help,
        place: { kind: 'path', path, key: false },
      }));
    }
    case 'function': {
      const message = 'the default export is a function, which mcpgen does not call: a config takes no arguments';
      return [{ code: 'not-plain-data', message, help: `export what it returns: ${EXAMPLE}`, place: { kind: 'path', path: [], key: false } }];
    }
    case 'no-default':
      return [{ code: 'no-default-export', message: 'the config has no default export', help: EXAMPLE, place: NOWHERE }];
    case 'timeout': {
      const message = `the config was still running after ${outcome.milliseconds / 1000} s`;
      return [{ code: 'evaluation-timeout', message, help: 'a config is data; look for a loop or an await that does not end', place: NOWHERE }];
    }
    case 'threw': {
      const place = placeIn(outcome.stack, modules, cwd);
      const known = missingPackage(outcome.message, modules, cwd) ?? early(outcome.message, place, modules, cwd) ?? undefinedName(outcome.message, place);
      return [known ?? evaluation(`the config threw: ${outcome.message}`, place)];
    }
    case 'exit':
      return [evaluation('the config calls process.exit()', placeIn(outcome.stack, modules, cwd), 'throw an error to refuse to load')];
    case 'memory':
      return [evaluation(`the config needed more than ${outcome.megabytes} MB of memory`)];
    case 'stalled':
      return [evaluation('the config waits for a promise that never settles')];
  }
}

function evaluation(message: string, place = NOWHERE, help: string | null = null): Diagnostic {
  return { code: 'evaluation', message, help, place };
}

function placeIn(stack: string, modules: ModuleGraph, cwd: string): Place {
  const location = locationFromStack(stack, modules, cwd);
  return location === null ? NOWHERE : { kind: 'location', location };
}

/** A name that nothing declares; most often one that mcpgen would give, had it been imported. */
function undefinedName(text: string, place: Place): Diagnostic | undefined {
  const absent = /^The requested module 'mcpgen' does not provide an export named '([^']+)'$/.exec(text)?.[1];
  if (absent !== undefined) return evaluation(`mcpgen exports no "${absent}"`, place, exportsNear(absent));
  const name = /^([\w$]+) is not defined$/.exec(text)?.[1];
  return name === undefined ? undefined : evaluation(`"${name}" is not defined`, place, whereFrom(name));
}

/** A name that was read before the line that declares it ran: files that import each other in a circle cannot all come first. */
function early(text: string, place: Place, modules: ModuleGraph, cwd: string): Diagnostic | undefined {
  const name = /^Cannot access '([^']+)' before initialization$/.exec(text)?.[1];
  if (name === undefined) return undefined;
  const circle = circleIn(modules).map((file) => printablePath(file, cwd));
  const isElsewhere = place.kind === 'location' && !circle.includes(place.location.file);
  if (circle.length === 0 || isElsewhere) return evaluation(`"${name}" is used before it is declared`, place, 'declare it above');
  const message = `"${name}" is read before its file has run, because files import each other in a circle: ${circle.join(' → ')}`;
  return evaluation(message, place, 'move what several files need into a file that imports none of them');
}

/** Node's error for a package that is not installed names no line, so the import that asks for the package is shown. */
function missingPackage(text: string, modules: ModuleGraph, cwd: string): Diagnostic | undefined {
  const name = /^Cannot find (?:package|module) '([^']+)'/.exec(text)?.[1];
  if (name === undefined) return undefined;
  const message = `cannot find package '${name}'`;
  const help = `install it where the config lies, or write its part into the config${didYouMean(name, ['mcpgen'])}`;
  for (const module of modules.values()) {
    const found = module.packages.find(({ specifier }) => specifier === name || specifier.startsWith(`${name}/`));
    if (found === undefined) continue;
    const location = locationOf(module.file, module.text, found, { cwd });
    return { code: 'import-not-found', message, help, place: { kind: 'location', location } };
  }
  return undefined;
}
