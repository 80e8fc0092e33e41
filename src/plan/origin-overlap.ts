import { LOOPBACK_HOSTS } from './loopback.js';
import type { OriginRule } from './origin-types.js';

/** Whether one origin could match both rules: one of the origins that stand for the first matches the second, or the other way round. */
export function overlap(a: OriginRule, b: OriginRule): boolean {
  if (JSON.stringify(a) === JSON.stringify(b)) return true;
  return samples(a).some((origin) => matches(b, origin)) || samples(b).some((origin) => matches(a, origin));
}

/** Origins that a rule matches: all of them, or one of each shape. */
function samples(rule: OriginRule): string[] {
  switch (rule.kind) {
    case 'exact':
      return [rule.origin];
    case 'subdomain':
      return [`${rule.scheme}://x${rule.suffix}${rule.port}`];
    case 'loopback':
      return [`${rule.scheme}://localhost`];
    case 'any-https':
      return ['https://x.example'];
    case 'tunnel':
      return rule.suffixes.map((suffix) => `https://x${suffix}`);
    case 'rejected':
      return [];
  }
}

function matches(rule: OriginRule, origin: string): boolean {
  const url = new URL(origin);
  switch (rule.kind) {
    case 'exact':
      return rule.origin === origin;
    case 'subdomain':
      return url.protocol === `${rule.scheme}:` && url.port === rule.port.slice(1) && url.hostname.replace(/^[^.]+/, '') === rule.suffix;
    case 'loopback':
      return url.protocol === `${rule.scheme}:` && LOOPBACK_HOSTS.some((name) => name === url.hostname);
    case 'any-https':
      return url.protocol === 'https:';
    case 'tunnel':
      return url.protocol === 'https:' && rule.suffixes.some((suffix) => url.hostname.endsWith(suffix));
    case 'rejected':
      return false;
  }
}
