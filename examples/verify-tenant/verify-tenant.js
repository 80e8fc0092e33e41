/**
 * Verifies which tenant a request is for, as an mcpgen gateway signs it (`tenants.x.forward.signed`). Plain Node, no packages: copy this file into your server.
 *
 *   const tenant = verifyTenant(request, { prefix: 'X-TB-', secrets: [process.env.TENANT_SECRET] });
 *   if (tenant === null) return response.writeHead(401).end();
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Milliseconds by which clocks may differ. A message that is heard by another can be repeated for as long: use TLS between gateway and server. */
const TOLERANCE = 300_000;

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {{ prefix: string, secrets: readonly string[], now?: () => number }} options `secrets`: all that are good now, so that a new one can be brought in
 *   before the old one goes
 * @returns {string | null} the tenant; null for whatever is not signed as it should be
 */
export function verifyTenant(request, { prefix, secrets, now = Date.now }) {
  const tenant = only(request, `${prefix}Tenant-ID`);
  const timestamp = only(request, `${prefix}Timestamp`);
  const signature = only(request, `${prefix}Signature`);
  if (!tenant || !timestamp || !signature) return null;
  if (!/^\d{1,15}$/.test(timestamp) || !/^[0-9a-f]{64}$/.test(signature)) return null;
  if (Math.abs(now() - Number(timestamp)) > TOLERANCE) return null;
  const given = Buffer.from(signature, 'hex');
  // An empty secret would be one that everybody knows.
  const good = secrets.filter((secret) => typeof secret === 'string' && secret.length >= 32);
  // All are tried, and each takes as long whatever was guessed.
  const matches = good.map((secret) => timingSafeEqual(createHmac('sha256', secret).update(`${tenant}:${timestamp}`).digest(), given));
  return matches.includes(true) ? tenant : null;
}

/** The value of a header that came once, and in one spelling: of two, this server might believe one and the next program the other. */
function only({ rawHeaders }, name) {
  const wanted = name.toLowerCase();
  const values = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const lower = rawHeaders[i].toLowerCase();
    if (lower.replaceAll('_', '-') !== wanted) continue;
    if (lower !== wanted) return null;
    values.push(rawHeaders[i + 1]);
  }
  return values.length === 1 ? values[0] : null;
}
