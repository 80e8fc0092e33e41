/**
 * From one replica to another: the process that holds a stream must have what is posted to it. The replica that a client reached has decided who calls, and
 * vouches for that with a proof sealed by the keys all replicas share; the owner decides the rest again, from the grant on.
 */
import { createHash } from 'node:crypto';
import type { Answered, Call } from '../call.js';
import { ROWS, type Facts, type Principal } from '../decision/decide.js';
import { kindOf, sessionIdOf, type RequestHead } from '../decision/head.js';
import type { Tables } from '../decision/lookups.js';
import type { State } from '../state.js';
import { httpUpstream } from '../upstream/http.js';
import { UpstreamFault } from '../upstream/upstream.js';

export const RELAY = 'mcpgen-relay';

/** How old a proof may be, and how far clocks may differ. */
const LIFE = 30_000;
const GRANT = ROWS.findIndex(({ id }) => id === 'grant');

/** What another replica has decided, and the row from which to go on. */
export interface Vouched {
  readonly facts: Facts;
  readonly from: number;
}

/** Null where nothing is proven; then the request is like any other. */
export function vouchedBy(head: RequestHead, { sealer, tables }: State): Vouched | null {
  const id = sessionIdOf(head);
  if (id === undefined || head.fault || kindOf(head) !== 'message' || head.request.method !== 'POST') return null;
  const proof = sealer.open(head.request.headers[RELAY] ?? '');
  const leg = proof?.legs[0];
  if (!proof || !leg) return null;
  const isMeant = proof.kind === 'relay' && leg.server === head.route?.server && leg.upstreamId === digest(id);
  const principal = principalNamed(proof.principal, tables);
  if (!isMeant || !principal || Math.abs(Date.now() - proof.issuedAt) > LIFE) return null;
  return { facts: { address: { kind: 'ok' }, principal, tenants: [proof.tenant], quota: { kind: 'ok' } }, from: GRANT };
}

/** Of those that these tables know. */
function principalNamed(name: string, { clients }: Tables): Principal | null {
  if (name === 'anonymous') return clients.size === 0 ? { kind: 'anonymous' } : null;
  const client = name.replace(/^client:/, '');
  const table = clients.get(client);
  return table ? { kind: 'client', client, permissions: table.permissions } : null;
}

export async function relayTo(address: string, call: Call): Promise<Answered> {
  const { path, pool, request, sessionId = '', table } = call;
  const proof = call.seal({ server: pool.server, instance: '', upstreamId: digest(sessionId) }, 'relay');
  // What has been relayed is not relayed again: where it came, its stream is gone.
  if (proof === null || RELAY in request.headers) throw new UpstreamFault('refused');
  const owner = httpUpstream({ url: new URL(`http://${address}`), connect: table.timeouts.connect, firstByte: table.timeouts.firstByte });
  try {
    const response = await owner.send({ ...request, path: `${path}?sessionId=${sessionId}`, headers: { ...request.headers, [RELAY]: proof } });
    const { body } = response;
    const chunks = Buffer.isBuffer(body) ? [body] : await body.toArray().catch((error: unknown) => Promise.reject(new UpstreamFault('answered', error)));
    return { instance: null, response: { ...response, body: Buffer.concat(chunks) } };
  } finally {
    void owner.close();
  }
}

const digest = (id: string): string => createHash('sha256').update(id).digest('base64url');
