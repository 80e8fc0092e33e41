import type { OriginModel } from '../config/model.js';
import { closest } from '../diagnostics/closest.js';
import { urlOf } from '../config/url.js';
import { LOOPBACK_HOSTS } from './loopback.js';
import type { OriginFault, OriginPlan, OriginRule, OriginRuleAt } from './origin-types.js';
import { sortedEntries } from './sorted-entries.js';

/** Tunnel services whose host names anybody can have (MCP108). The preset exists because deployments in the wild use it. */
const NGROK = ['.ngrok-free.app', '.ngrok-free.dev', '.ngrok.app', '.ngrok.dev', '.ngrok.io'];
/** `http://localhost:*`: a loopback host on any port. */
const ANY_LOOPBACK_PORT = new RegExp(`^(https?)://(?:${LOOPBACK_HOSTS.map((name) => name.replace(/[.[\]]/g, '\\$&')).join('|')}):\\*$`);
/** `https://*.example.com`, with or without a port. */
const SUBDOMAIN = /^(https?):\/\/\*(\.[^*/:@?#\s]+(?::\d{1,5})?)$/;
/** `0.0.0.0` and `[::]`: addresses that a server binds to, and no browser sends. */
const BIND_ADDRESS = /^(?:[a-z]+:\/\/)?(?:0\.0\.0\.0|\[?::\]?)(?::[\d*]+)?\/?$/i;
/** A label `x` in place of the star and at least two behind it: one label would be a whole top-level domain, which has no owner and no boundary. */
const BELOW_A_DOMAIN = /^x(\.[a-z0-9-]+){2,}$/;

export function planOrigins(origins: Readonly<Record<string, OriginModel>>): OriginPlan[] {
  return sortedEntries(origins).map(([name, { origins: written, preset, owner, reviewBy, note, place }]) => {
    const from = `origins.${name}`;
    const placeOf = (i: number): string => `${from}${place.key}${place.isList ? `.${i}` : ''}`;
    const rules = preset ? [presetRule(preset, from)] : written.map((text, i) => ({ rule: readOrigin(text), written: text, from: placeOf(i) }));
    return { name, rules, owner, reviewBy, note, from };
  });
}

function presetRule(preset: 'any-https' | 'ngrok', from: string): OriginRuleAt {
  const rule: OriginRule = preset === 'any-https' ? { kind: 'any-https' } : { kind: 'tunnel', suffixes: NGROK };
  return { rule, written: preset, from };
}

/**
 * One origin as written → how it is matched (RFC 6454 §6.2: scheme, host and port, nothing else). What is not understood is kept as rejected: it
 * matches nothing, and a rule says what would be right.
 */
export function readOrigin(written: string): OriginRule {
  const reject = (why: OriginFault, better: string | null = null): OriginRule => ({ kind: 'rejected', written, why, better });
  const text = written.trim();
  if (text.toLowerCase() === 'null') return reject('null');
  const lower = text.toLowerCase();
  const loopback = ANY_LOOPBACK_PORT.exec(lower);
  if (loopback) return { kind: 'loopback', scheme: loopback[1] as 'http' | 'https' };
  if (BIND_ADDRESS.test(text)) return reject('bind-address', 'http://localhost:*');
  if (/[\\^$()|+{}]|\.\*|^~|\[(?![0-9a-fA-F:.]+\])/.test(text)) return reject('regex');
  const subdomain = SUBDOMAIN.exec(lower);
  if (subdomain) return readSubdomain(subdomain, reject);
  return text.includes('*') ? rejectWildcard(lower, reject) : readExact(text, reject);
}

type Reject = (why: OriginFault, better?: string | null) => OriginRule;

/** The rule is spelled as a browser spells its origin, which is found out with a label in place of the star. */
function readSubdomain([, scheme = '', rest = '']: RegExpExecArray, reject: Reject): OriginRule {
  const spelled = `${scheme}://x${rest}`;
  const url = urlOf(spelled);
  if (url === null || url.hostname.endsWith('.')) return reject('not-canonical', url && `${scheme}://*${url.host.slice(1).replace(/\.(:|$)/, '$1')}`);
  if (!BELOW_A_DOMAIN.test(url.hostname)) return reject('wildcard');
  return { kind: 'subdomain', scheme: scheme as 'http' | 'https', suffix: url.hostname.slice(1), port: url.port && `:${url.port}` };
}

/** A star where none may stand, unless all that is wrong is the spelling: a slash at the end, or no scheme. Then the message says how to spell it. */
function rejectWildcard(text: string, reject: Reject): OriginRule {
  const bare = text.replace(/\/$/, '');
  const spelled = bare.includes('://') ? bare : bare.startsWith('*.') ? `https://${bare}` : `http://${bare}`;
  const isKnown = spelled !== text && (ANY_LOOPBACK_PORT.test(spelled) || (SUBDOMAIN.test(spelled) && readOrigin(spelled).kind === 'subdomain'));
  return isKnown ? reject('not-canonical', spelled) : reject('wildcard');
}

/** Schemes whose origins are no installed app's: pages that have none of their own, and transports whose pages are of http. */
const NOT_OF_APPS = new Set(['about', 'blob', 'data', 'file', 'filesystem', 'ftp', 'javascript', 'ws', 'wss']);
/** What an app's web view sends: its scheme, and a name that the system gave it or that the app chose, rarely with a port. */
const OF_APP = /^([a-z][a-z0-9+.-]*):\/\/([a-z0-9._-]+)(?::[1-9][0-9]{0,4})?$/;

/**
 * The origin of an installed app. No standard says how such an origin is written (RFC 6454 §6.2 would have `null` for it), so it is taken as browsers and
 * web views write it: scheme and host, in lower case. Nothing is matched but the whole of it.
 */
function readApp(text: string, reject: Reject): OriginRule {
  const lower = text.toLowerCase();
  const scheme = OF_APP.exec(lower)?.[1];
  const meant = closest(lower.split(':', 1)[0] as string, ['http', 'https']);
  if (meant !== null) return reject('not-canonical', canonical(lower.replace(/^[^:]*/, meant)));
  if (scheme !== undefined && !NOT_OF_APPS.has(scheme)) return { kind: 'exact', origin: lower };
  const spelled = OF_APP.exec(lower.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)[/?#].*$/, '$1'));
  return reject('not-canonical', spelled && !NOT_OF_APPS.has(spelled[1] as string) ? spelled[0] : null);
}

function readExact(text: string, reject: Reject): OriginRule {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return reject('not-canonical', canonical(/^https?:/i.test(text) ? text : `https://${text}`));
  if (!/^https?:/i.test(text)) return readApp(text, reject);
  const origin = canonical(text);
  if (origin === null) return reject('not-canonical');
  // URLs spell addresses in many ways: `http://0` is `http://0.0.0.0`.
  if (BIND_ADDRESS.test(origin)) return reject('bind-address', 'http://localhost:*');
  const authority = text.slice(text.indexOf('//') + 2);
  return /[/?#@\s]/.test(authority) ? reject('not-canonical', origin) : { kind: 'exact', origin };
}

function canonical(text: string): string | null {
  const url = urlOf(text);
  return url && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url.origin : null;
}
