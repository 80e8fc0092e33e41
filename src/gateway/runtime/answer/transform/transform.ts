/** Changes to what passes, after everything was decided. */
import type { HeaderChangesTable, TransformTable } from '../../tables/pool.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';

export interface Transform {
  request(headers: Readonly<Record<string, string>>, table: TransformTable): Record<string, string>;
  /** Rejects with an `UpstreamFault` where a result cannot be read, and so cannot be redacted, and where it has not come whole after `wait` milliseconds. */
  response(response: UpstreamResponse, table: TransformTable, wait: number): Promise<UpstreamResponse>;
}

/** @param redaction the part that redacts results, where a server of this config wants that */
export function createTransform(redaction: typeof import('./results.js') | undefined): Transform {
  return {
    request: (headers, { request, response }) => ({ ...changed(headers, request), ...(response.redact.length > 0 && { 'accept-encoding': 'identity' }) }),
    response: async (response, table, wait) => {
      const passed = { ...response, headers: changed(response.headers, table.response) };
      const { redact } = table.response;
      if (redact.length === 0) return passed;
      if (!redaction) throw new UpstreamFault('answered');
      return redaction.redactResult(passed, redact, wait);
    },
  };
}

/** Takes out both spellings of a name, since some servers read an underscore as a dash. */
function changed<T>(headers: Readonly<Record<string, T>>, { set, remove }: HeaderChangesTable): Record<string, T | string> {
  const names = new Set([...remove, ...set.map(([name]) => name)]);
  const rest = Object.entries(headers).filter(([name]) => !names.has(name.replaceAll('_', '-')));
  return Object.fromEntries<T | string>([...rest, ...set]);
}
