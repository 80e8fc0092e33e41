/** What is set aside for a process, compared with what it may use. */
import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import type { ResourcesModel } from './model.js';
import { problem } from './problem.js';

/** Docker and Kubernetes refuse what asks for more than it may use. */
export function* resourceProblems({ requests, limits }: ResourcesModel, at: ConfigPath): Iterable<Diagnostic> {
  for (const key of ['cpu', 'memory'] as const) {
    const [request, limit] = [requests[key], limits[key]];
    if (request === undefined || limit === undefined || request <= limit) continue;
    yield problem('resources', [...at, 'requests', key], `more ${key} is requested than limits.${key} allows; no platform runs that`);
  }
}
