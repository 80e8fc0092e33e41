import { domainToASCII } from 'node:url';
import type { OriginModel } from '../config/model.js';
import type { OriginFault, OriginPlan, OriginRule, OriginRuleAt } from './types.js';

/** Tunnel services whose host names anybody can have (MCP108). The preset exists because deployments in the wild use it. */
const NGROK = ['.ngrok-free.app', '.ngrok-free.dev', '.ngrok.app', '.ngrok.dev', '.ngrok.io'];
const LOOPBACK = /^(https?):\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\*$/;
const SUBDOMAIN = /^(https?):\/\/\*(\.[^*/:@?#\s]+)(:\d{1,5})?$/;
const BIND = /^(?:[a-z]+:\/\/)?(?:0\.0\.0\.0|\[?::\]?)(?::[\d*]+)?\/?$/i;
const LABELS = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/;

export function planOrigins(origins: Readonly<Record<string, OriginModel>>): OriginPlan[] {
  return Object.keys(origins)
    .sort()
    .map((name) => {
      const { origins: written, preset, owner, reviewBy, note, place } = origins[name] as OriginModel;
      const from = `origins.${name}`;
      const placeOf = (i: number): string => `${from}${place.key}${place.isList ? `.${i}` : ''}`;
      return { name, rules: preset ? [presetRule(preset, from)] : written.map((text, i) => ({ rule: readOrigin(text), written: text, from: placeOf(i) })), owner, reviewBy, note, from };
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
  const loopback = LOOPBACK.exec(lower);
  if (loopback) return { kind: 'loopback', scheme: loopback[1] as 'http' | 'https' };
  if (BIND.test(text)) return reject('bind-address', 'http://localhost:*');
  if (/[\\^$()|+{}]|\.\*|^~|\[(?![0-9a-fA-F:.]+\])/.test(text)) return reject('regex');
  const subdomain = SUBDOMAIN.exec(lower);
  if (subdomain) return readSubdomain(subdomain, reject);
  if (text.includes('*')) return reject('wildcard');
  return readExact(text, reject);
}

type Reject = (why: OriginFault, better?: string | null) => OriginRule;

function readSubdomain([, scheme, rest = '', port = '']: RegExpExecArray, reject: Reject): OriginRule {
  const suffix = domainToASCII(rest.slice(1));
  // One label is a whole top-level domain: no owner, no boundary.
  if (!suffix.includes('.') || !LABELS.test(suffix)) return reject('wildcard');
  const isDefault = port === (scheme === 'https' ? ':443' : ':80');
  return { kind: 'subdomain', scheme: scheme as 'http' | 'https', suffix: `.${suffix}`, port: isDefault ? '' : port };
}

function readExact(text: string, reject: Reject): OriginRule {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return reject('not-canonical', canonical(`https://${text}`));
  const origin = canonical(text);
  if (origin === null) return reject('not-canonical');
  const authority = text.slice(text.indexOf('//') + 2);
  return /[/?#@\s]/.test(authority) ? reject('not-canonical', origin) : { kind: 'exact', origin };
}

function canonical(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url.origin : null;
}
