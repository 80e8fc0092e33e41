/**
 * From one replica to another: the process that holds a stream must have what is posted to it. The replica that a client reached has decided who calls, and
 * vouches for that with a proof sealed by the keys all replicas share; the owner decides the rest again, from the grant on.
 */
import { networkInterfaces } from 'node:os';
import type { Answered, Call } from '../call.js';
import { authority } from '../../decision/address.js';
import type { Bearer, Facts, Principal } from '../../decision/facts.js';
import { rankOf } from '../../decision/steps.js';
import { sessionIdOf, type RequestHead } from '../../decision/head.js';
import type { Tables } from '../../decision/lookups.js';
import { digest } from '../../wire/digest.js';
import type { Env } from '../../process/env.js';
import { ANONYMOUS, principalName } from '../../identity/principal.js';
import type { Sealer, SessionState } from '../../identity/session.js';
import type { Listen } from '../../tables/placement.js';
import { httpUpstream } from '../../upstream/http.js';
import { readBody } from '../../wire/read-body.js';
import { UpstreamFault } from '../../wire/fault.js';
import { RELAY } from './own-endpoint.js';

/** Milliseconds that a proof may be old, which is also how far clocks may differ. */
const LIFE = 30_000;
const GRANT = rankOf('grant');

/** What another replica has decided, and the row from which to go on. */
export interface Vouched {
  readonly facts: Facts;
  readonly from: number;
  readonly proof: string;
  /** Digest of the body that was vouched for. */
  readonly body: string;
}

/** What is needed to check what another replica says: the keys that all replicas share, and the tables of now. */
export interface Checking {
  readonly sealer: Sealer;
  readonly tables: Tables;
}

/** Null where nothing is proven; then the request is like any other. */
export function vouchedBy(head: RequestHead, { sealer, tables }: Checking): Vouched | null {
  const id = sessionIdOf(head);
  if (id === undefined || head.fault || head.kind.session.carrier !== 'query' || head.request.method !== 'POST') return null;
  const text = head.request.headers[RELAY] ?? '';
  const proof = sealer.open(text);
  const leg = proof?.legs[0];
  if (!proof || !leg) return null;
  const [session, body = ''] = leg.upstreamId.split(' ');
  const isMeant = proof.transport === 'relay' && leg.server === head.route?.server && session === digest(id);
  const principal = principalOf(proof, tables);
  if (!isMeant || !principal || Math.abs(Date.now() - proof.issuedAt) > LIFE) return null;
  return { proof: text, body, facts: { address: { kind: 'ok' }, principal, tenants: [proof.tenant], quota: { kind: 'ok' } }, from: GRANT };
}

/** Whether the body is the one that was vouched for, and comes for the first time. Asked once, just before the message goes on. */
export const isVouchedFor = ({ proof, body: vouched }: Vouched, body: Buffer | null): boolean => bodyDigest(body) === vouched && isFirstUse(proof);

/** Proofs that have been used, each with the time when it will be too old anyway. Whoever has seen one can do nothing with it. */
const used = new Map<string, number>();
/** Of these, how many are kept. More in a minute are not vouched for: each would have to be judged like any other request. */
const MOST_USED = 50_000;

function isFirstUse(proof: string): boolean {
  const now = Date.now();
  // The oldest stand first.
  for (const [old, until] of used) {
    if (until > now) break;
    used.delete(old);
  }
  if (used.has(proof) || used.size >= MOST_USED) return false;
  used.set(proof, now + 2 * LIFE);
  return true;
}

/** What a proof says of a body. */
const bodyDigest = (body: Buffer | null): string => digest(body?.toString('latin1') ?? '');

/** The principal that is vouched for, if these tables know it. */
function principalOf({ principal: name, caller }: SessionState, { raw, clients }: Tables): Principal | null {
  if (!caller) return name === ANONYMOUS && !raw.auth.wanted ? { kind: 'anonymous' } : null;
  if (principalName(caller) !== name) return null;
  // A key of the environment may have other permissions than those of its client in the config.
  return (caller.kind === 'client' ? clients.has(caller.client) : isKnown(caller, raw)) ? caller : null;
}

/** A token that has ended since then opens nothing any more. */
function isKnown({ issuer, expiresAt }: Bearer, { auth }: Tables['raw']): boolean {
  return expiresAt > Date.now() && (issuer === auth.lookup?.url || auth.issuers.some((one) => one.issuer === issuer));
}

/** Sends a message on to the replica that holds its stream. */
export async function relayTo(address: string, call: Call): Promise<Answered> {
  const { path, pool, request, sessionId = '', table } = call;
  const proof = call.seal({ server: pool.server, instance: '', upstreamId: `${digest(sessionId)} ${bodyDigest(request.body)}` }, 'relay');
  if (proof === null) throw new UpstreamFault('refused');
  const owner = httpUpstream({ url: new URL(`http://${address}`), connect: table.timeouts.connect, firstByte: table.timeouts.firstByte });
  try {
    // What is said of the caller is for the server, and said by the replica that sends to it.
    const { credential = null } = call.vouching ?? {};
    const headers = { ...request.headers, [RELAY]: proof, ...(credential !== null && { authorization: `Bearer ${credential}` }) };
    const response = await owner.send({ ...request, path: `${path}?sessionId=${sessionId}`, headers, vouched: undefined });
    return { instance: null, response: { ...response, body: await readBody(response.body, table.timeouts.response) } };
  } finally {
    void owner.close();
  }
}

/** Where other replicas reach this process: `MCPGEN_SELF`, the one address it listens at, or the machine's first; on Fly the private one. */
export function selfOf(env: Env, { host, port }: Listen): string {
  const given = env['MCPGEN_SELF'];
  if (given !== undefined) return given;
  const first = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses).find(({ internal }) => !internal)?.address;
  const own = /^(?:0\.0\.0\.0|::)$/.test(host) ? (env['FLY_PRIVATE_IP'] ?? first ?? '127.0.0.1') : host;
  return authority(own, port);
}
