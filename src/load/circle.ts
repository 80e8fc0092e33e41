import type { ModuleGraph } from './graph.js';

/** The files of one circle of imports, its first file at both ends; empty when no file imports itself by any way. */
export function circleIn(modules: ModuleGraph): readonly string[] {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): readonly string[] => {
    const start = way.indexOf(file);
    if (start >= 0) return [...way.slice(start), file];
    if (done.has(file)) return [];
    for (const target of modules.get(file)?.imports.values() ?? []) {
      const circle = visit(target, [...way, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of modules.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
