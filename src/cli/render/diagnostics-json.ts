import type { PlacedDiagnostic } from '../../compile.js';
import { locateDiagnostics, type DiagnosticsOptions } from './diagnostics.js';

/** Everything that is wrong with a config, as data. `formatVersion` changes when a field changes its meaning. */
export function diagnosticsJson(diagnostics: readonly PlacedDiagnostic[], options: DiagnosticsOptions): string {
  const problems = locateDiagnostics(diagnostics, options).map(({ diagnostic: { code, message, help, place }, location, environments }) => ({
    code,
    message,
    help,
    config: location ? { ...location, path: place.kind === 'path' ? place.path : null } : null,
    environments,
  }));
  return `${JSON.stringify({ formatVersion: '1', problems }, null, 2)}\n`;
}
