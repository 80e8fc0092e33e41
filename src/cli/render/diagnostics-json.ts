import type { PlacedDiagnostic } from '../../compile.js';
import { placeJson } from '../../policy/render/place-json.js';
import { locateDiagnostics, type DiagnosticsOptions } from './diagnostics.js';
import { maskFor } from './text-of.js';

/**
 * Everything that is wrong with a config, as data, in the words of all JSON: `path` as text, `line` and `column`, severities in full. `formatVersion` changes
 * when a field changes its meaning.
 */
export function diagnosticsJson(diagnostics: readonly PlacedDiagnostic[], options: DiagnosticsOptions): string {
  const mask = maskFor(options.sources);
  const problems = locateDiagnostics(diagnostics, options).map(({ diagnostic: { code, message, help, place }, location, environments }) => ({
    code,
    severity: 'error',
    message,
    help,
    config: placeJson(place.kind === 'path' ? mask(place.path.join('.')) : null, location),
    environments,
  }));
  return `${JSON.stringify({ formatVersion: '1', problems }, null, 2)}\n`;
}
