import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { createProgram, ownFiles } from './program.js';
import { typeDiagnostic } from './type-diagnostic.js';

/** "Could not find a declaration file": a package without types is not the user's mistake, and it loads all the same. */
const IGNORED = new Set([7016]);

/** Type-checks the config and its fragments. Nothing is said of files that do not parse, because loading reports them. */
export function checkTypes(configFile: string, cwd: string): readonly Diagnostic[] {
  const program = createProgram(configFile);
  const files = ownFiles(program);
  if (files.some((file) => program.getSyntacticDiagnostics(file).length > 0)) return [];
  const checker = program.getTypeChecker();
  const found = files.flatMap((file) =>
    program
      .getSemanticDiagnostics(file)
      .filter(({ code }) => !IGNORED.has(code))
      .map((diagnostic) => typeDiagnostic(diagnostic, file, checker, cwd)),
  );
  // A mistake in a fragment is reported once for every place that uses the fragment; each is kept once.
  return Array.from(new Map(found.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values());
}
