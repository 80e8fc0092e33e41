import type { ServerModel } from '../config/model.js';
import type { HeaderChangesPlan, TransformPlan } from './pool-types.js';

export function planTransform({ transform: { request, response } }: ServerModel): TransformPlan {
  return { request: headerChanges(request), response: { ...headerChanges(response), redact: response.redact } };
}

/** Field names are compared without case (RFC 9110 §5.1). */
function headerChanges({ set, remove }: { readonly set: Readonly<Record<string, string>>; readonly remove: readonly string[] }): HeaderChangesPlan {
  const named = Object.entries(set).map(([name, value]) => ({ name: name.toLowerCase(), value }));
  return { set: named.sort((a, b) => (a.name < b.name ? -1 : 1)), remove: [...new Set(remove.map((name) => name.toLowerCase()))].sort() };
}
