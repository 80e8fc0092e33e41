import { ts } from 'ts-morph';
import { memberOf, memberOfModule, type Value } from './members.js';
import { locationOf } from './position.js';
import { syntaxOf, type SyntaxGraph } from './syntax.js';
import type { ConfigPath, Location } from '../diagnostics/diagnostic.js';
import type { SourceGraph } from './source-graph.js';

export interface LocateOptions {
  /** Point at the property's name rather than its value. */
  readonly key: boolean;
  /** Where printed paths are relative to. */
  readonly cwd: string;
}

/** Where a path of the config was written; the nearest property around it, with `exact: false`, when that cannot be told. */
export function locate(sources: SourceGraph, path: ConfigPath, options: LocateOptions): Location {
  return locationIn(sources, walk(syntaxOf(sources), path), options);
}

/** As `locate`, for a path of a resolved deployment: what its environment's overlay says counts before the base. */
export function locateIn(sources: SourceGraph, path: ConfigPath, environment: string | null, options: LocateOptions): Location {
  if (environment === null) return locate(sources, path, options);
  const overlaid = walk(syntaxOf(sources), ['environments', environment, ...path]);
  return overlaid?.complete ? locationIn(sources, overlaid, options) : locate(sources, path, options);
}

interface Written {
  readonly name: ts.Node | null;
  readonly value: Value | null;
  /** False when the path goes on beyond it. */
  readonly complete: boolean;
  readonly exact: boolean;
}

function walk(graph: SyntaxGraph, path: ConfigPath): Written | undefined {
  const root = graph.config && memberOfModule(graph, graph.config, 'default');
  if (root?.kind !== 'found' || root.value === null) return undefined;
  let at: Written = { name: calleeOf(root.value), value: root.value, complete: true, exact: true };
  for (const segment of path) {
    const member = at.value === null ? undefined : memberOf(graph, at.value, segment);
    if (member?.kind !== 'found') return { ...at, complete: false, exact: false };
    at = { name: member.name, value: member.value, complete: true, exact: at.exact && member.sure };
  }
  return at;
}

/** `defineConfig`: the nearest that the whole config has to a name. */
function calleeOf(value: Value): ts.Node | null {
  return ts.isCallExpression(value) ? value.expression : null;
}

function locationIn(sources: SourceGraph, written: Written | undefined, { key, cwd }: LocateOptions): Location {
  // A property around the place is shown by its name: its value may run over many lines, none of which is at fault.
  const byName = key || written?.exact !== true;
  const node = byName ? (written?.name ?? written?.value) : (written?.value ?? written?.name);
  if (!node) {
    const text = sources.files.get(sources.configFile) ?? '';
    return locationOf(sources.configFile, text, { start: 0, end: 0 }, { cwd, exact: false });
  }
  const file = node.getSourceFile();
  return locationOf(file.fileName, file.text, { start: node.getStart(file), end: node.end }, { cwd, exact: written?.exact ?? false });
}
