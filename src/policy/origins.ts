import { urlOf } from '../config/url.js';
import type { OriginFault, OriginRule } from '../plan/origin-types.js';
import type { Traffic } from '../plan/traffic-types.js';
import { quote } from '../plan/quote.js';
import { stringText } from './config-text.js';
import type { Fix, Problem } from './types.js';

/** One written origin, with the name it was declared under. */
export interface WrittenOrigin {
  readonly name: string;
  readonly rule: OriginRule;
  readonly written: string;
  readonly from: string;
}

export function writtenOrigins(traffic: Traffic): readonly WrittenOrigin[] {
  return traffic.origins.flatMap(({ name, rules }) => rules.map((one) => ({ name, ...one })));
}

/** The spelling that an accepted origin is matched by; null for presets and for what matches nothing. */
export function spelling(rule: OriginRule): string | null {
  switch (rule.kind) {
    case 'exact':
      return rule.origin;
    case 'subdomain':
      return `${rule.scheme}://*${rule.suffix}${rule.port}`;
    case 'loopback':
      return `${rule.scheme}://localhost:*`;
    case 'any-https':
    case 'tunnel':
    case 'rejected':
      return null;
  }
}

/** The host of a page; empty for an installed app, whose name in that place is nobody's in the DNS. */
export function hostOf(rule: OriginRule): string {
  return rule.kind === 'exact' && /^https?:/.test(rule.origin) ? (urlOf(rule.origin)?.hostname ?? '') : '';
}

/** The domain that every matched host lies directly below; empty where there is no one such domain. */
export function zoneOf(rule: OriginRule): string {
  if (rule.kind === 'subdomain') return rule.suffix.slice(1);
  return hostOf(rule).replace(/^[^.]*\.?/, '');
}

/**
 * A problem for each origin that was refused for one reason. A refused origin matches no page, whatever the policy says, so a suppression
 * would only hide that the page which somebody meant to allow is turned away.
 */
export function* rejectedOrigins(traffic: Traffic, why: OriginFault, because: string, otherwise: string): Iterable<Problem> {
  for (const { rule, written, from } of writtenOrigins(traffic)) {
    if (rule.kind !== 'rejected' || rule.why !== why) continue;
    const problem = { at: from, message: `origin ${quote(written)} ${because}; it matches nothing`, suppressible: false };
    yield rule.better === null ? { ...problem, help: otherwise } : { ...problem, ...respelled(from, rule.better) };
  }
}

/** The help and the fix of an origin that has a right spelling: write that one at its config path. */
export function respelled(at: string, origin: string): { readonly help: string; readonly fix: Fix } {
  const help = `write ${quote(origin)}`;
  return { help, fix: { title: help, edits: [{ at, text: stringText(origin) }] } };
}
