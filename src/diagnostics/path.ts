import type { ConfigPath } from './diagnostic.js';

/** `policy.suppress.0.until` → `['policy', 'suppress', 0, 'until']`. Names hold no dots, so nothing is lost. */
export function toPath(dotted: string): ConfigPath {
  return dotted === '' ? [] : dotted.split('.').map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));
}
