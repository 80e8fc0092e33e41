/** Origins as they are written and as they are matched. The tables have a set's rules by kind, without what is rejected and its place. */

/** One spelling of an origin, by how it is matched. */
export type OriginRule =
  /** A page's origin, or an installed app's (`chrome-extension://<id>`): the whole of it. */
  | { readonly kind: 'exact'; readonly origin: string }
  /** `https://*.example.com`: exactly one extra label. `suffix` starts with the dot, `port` is empty or `:8443`. */
  | { readonly kind: 'subdomain'; readonly scheme: 'http' | 'https'; readonly suffix: string; readonly port: string }
  /** `http://localhost:*`: loopback hosts, any port. */
  | { readonly kind: 'loopback'; readonly scheme: 'http' | 'https' }
  | { readonly kind: 'any-https' }
  /** Any https host under one of these suffixes, as tunnels hand them out. */
  | { readonly kind: 'tunnel'; readonly suffixes: readonly string[] }
  /** Not understood or never safe: it matches nothing and stays here to be reported. */
  | { readonly kind: 'rejected'; readonly written: string; readonly why: OriginFault; readonly better: string | null };

export type OriginFault = 'wildcard' | 'not-canonical' | 'regex' | 'null' | 'bind-address';

export interface OriginPlan {
  readonly name: string;
  readonly rules: readonly OriginRuleAt[];
  readonly owner: string | null;
  readonly reviewBy: string | null;
  readonly note: string | null;
  readonly from: string;
}

/** A rule with the text it was written as. `written` differs from the rule where it had to be canonicalised. */
export interface OriginRuleAt {
  readonly rule: OriginRule;
  readonly written: string;
  readonly from: string;
}

/** Origins that are accepted together. The label is `app+previews`, `+all` or `+none`. */
export interface OriginSet {
  readonly id: string;
  /** Names of `Traffic.origins`. */
  readonly origins: readonly string[];
}
