import { weaknessOf } from '../../../diagnostics/weak-secret.js';
import type { Plan } from '../../../plan/types.js';
import type { Rule } from '../../types.js';

export const defaultCredential: Rule<'plan'> = {
  code: 'MCP207',
  slug: 'default-credential',
  severity: 'error',
  securitySeverity: 9.1,
  summary: 'a placeholder or a well-known default stands where something of your own belongs',
  reads: ['plan'],
  *check({ plan }) {
    if (plan.profile !== 'production') return;
    for (const { what, host, from } of hostsOf(plan)) {
      if (!isPlaceholder(host)) continue;
      yield { at: from, message: `${what} is ${host}, which is a name from somebody’s documentation`, help: 'write the name of your own deployment' };
    }
    for (const { id, env, child } of plan.infra.workloads) {
      for (const { name, value, from } of [...env, ...(child?.env ?? [])]) {
        if (value.kind !== 'text' || !isDefault(name, value.text)) continue;
        yield {
          at: from,
          message: `variable ${name} of ${id} has a value that everybody tries first`,
          help: `name a secret of its own: ${name}: secret('${name}'), and let \`mcpgen secrets --generate\` make it`,
          sensitive: true,
        };
      }
    }
  },
};

interface NamedHost {
  readonly what: string;
  readonly host: string;
  readonly from: string;
}

function* hostsOf({ traffic }: Plan): Iterable<NamedHost> {
  yield { what: 'the public URL', host: traffic.publicUrl.host, from: traffic.publicUrl.from };
  for (const { name, from } of traffic.hosts) if (from !== traffic.publicUrl.from) yield { what: 'an accepted host', host: name, from };
  for (const { issuer, from } of traffic.auth.issuers) {
    // One that shares a secret may be called anything.
    if (URL.canParse(issuer)) yield { what: 'an issuer', host: new URL(issuer).hostname, from };
  }
}

/** Domains that no deployment has: RFC 2606 §3, and what guides write in their place. */
const PLACEHOLDER = /(?:^|\.)(?:example\.(?:com|net|org)|your-?(?:domain|company|org|tenant|site|app)[a-z-]*\.[a-z]+|my-?(?:domain|company)\.[a-z]+)$/;
const isPlaceholder = (host: string): boolean => PLACEHOLDER.test(host);

const HOLDS_ONE = /(?:PASS|PASSWORD|PASSWD|PWD|SECRET|TOKEN|API_?KEY|CREDENTIAL)S?$/i;
const IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:([^/?#\s@]+)@/i;

function isDefault(name: string, text: string): boolean {
  const held = IN_URL.exec(text)?.[1] ?? (HOLDS_ONE.test(name) ? text : null);
  return held !== null && weaknessOf(held, 0) !== null;
}
