import { createProgram, ownFiles } from './program.js';
import { typeDiagnostic } from './type-diagnostic.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';

/** A package without types is the package's affair; at run time it loads all the same. */
const IGNORED = new Set([7016]);

/** Type-checks the config and its fragments. Files that do not parse are left to loading, which reports them. */
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
  // A mistake in a fragment is found again wherever the fragment is used.
  return Array.from(new Map(found.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values());
}
