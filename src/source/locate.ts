import { ts } from 'ts-morph';
import type { ConfigPath, Location } from '../diagnostics/diagnostic.js';
import { memberOf, memberOfModule, type Value } from './members.js';
import { locationOf } from './position.js';
import type { SourceGraph } from './source-graph.js';
import { syntaxOf, type SyntaxGraph } from './syntax.js';

export interface LocateOptions {
  /** Point at the property's name rather than its value. */
  readonly key: boolean;
  /** Where printed paths are relative to. */
  readonly cwd: string;
}

/** Where a path of the config was written. When that cannot be told, it is the nearest enclosing property, with `exact: false`. */
export function locate(sources: SourceGraph, path: ConfigPath, options: LocateOptions): Location {
  return locationIn(sources, walk(syntaxOf(sources), path), options);
}

/** As `locate`, for a path of one environment: its overlay is searched first, and the base only when the overlay does not have the path. */
export function locateIn(sources: SourceGraph, path: ConfigPath, environment: string | null, options: LocateOptions): Location {
  if (environment === null) return locate(sources, path, options);
  const overlaid = walk(syntaxOf(sources), ['environments', environment, ...path]);
  return overlaid?.complete ? locationIn(sources, overlaid, options) : locate(sources, path, options);
}

interface Written {
  readonly name: ts.Node | null;
  readonly value: Value | null;
  /** False when only the beginning of the path was found. */
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

/** The name `defineConfig` in its call: the config as a whole has no property name to point at. */
function calleeOf(value: Value): ts.Node | null {
  return ts.isCallExpression(value) ? value.expression : null;
}

function locationIn(sources: SourceGraph, written: Written | undefined, { key, cwd }: LocateOptions): Location {
  // When only an enclosing property was found, its name is shown: its value may span many lines that are not at fault.
  const byName = key || written?.exact !== true;
  const node = byName ? (written?.name ?? written?.value) : (written?.value ?? written?.name);
  if (!node) {
    const text = sources.files.get(sources.configFile) ?? '';
    return locationOf(sources.configFile, text, { start: 0, end: 0 }, { cwd, exact: false });
  }
  const file = node.getSourceFile();
  return locationOf(file.fileName, file.text, { start: node.getStart(file), end: node.end }, { cwd, exact: written?.exact ?? false });
}
