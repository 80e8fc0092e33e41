/**
 * Questions to services that the config names: keys of an issuer, a tenant of a caller, a token for a server. One connection for each, and bounds on all that
 * the other side decides: how long it takes, how much it says, where it leads.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';

export interface AskOptions {
  /** Default: GET, or POST where there is a body. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for all of it, from the name of the host to the last byte of the answer. */
  readonly timeout: number;
  /** Bytes of the longest answer that is read. Default: 262144. */
  readonly most?: number;
  /** Certificates in PEM that are trusted in place of the system's. */
  readonly ca?: string;
}

export interface Told {
  readonly status: number;
  /** Names in lower case; of a header that came several times, its values with commas between them. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

const MOST = 262_144;

/**
 * Asks once: nothing is repeated, and no redirect is followed, because it could lead to any host (MCP-WIRE §2: addresses are pinned by the config).
 * @throws an Error whose message is the cause, without anything that the other side or the caller has written
 */
export function ask(url: string, { method, headers = {}, body, timeout, most = MOST, ca }: AskOptions): Promise<Told> {
  return new Promise((resolve, reject) => {
    const target = targetOf(url);
    // Without an agent each request has a connection of its own, which ends with it.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = (target.protocol === 'https:' ? https : http).request(target, {
      agent: false,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { 'accept': 'application/json', 'accept-encoding': 'identity', ...headers, ...length },
      ...(ca !== undefined && { ca }),
      // An environment variable of Node switches this off for a whole process.
      rejectUnauthorized: true,
    });
    const fail = (why: string): void => {
      clearTimeout(timer);
      request.destroy();
      reject(new Error(`${target.host}: ${why}`));
    };
    const timer = setTimeout(() => fail(`no answer within ${timeout} ms`), timeout);
    request.on('error', (error) => fail(saidBy(error)));
    // What changes the protocol is no answer, and Node tells of it in no other way.
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      fail('its answer is no HTTP');
    });
    request.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      if (status >= 300 && status < 400) return fail(`it redirects (${status}), and redirects are not followed`);
      if ((response.headers['content-encoding'] ?? 'identity') !== 'identity') return fail('its answer is compressed, which was not asked for');
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > most) return fail(`its answer is longer than ${most} bytes`);
        parts.push(part);
      });
      response.on('error', (error) => fail(saidBy(error)));
      response.on('close', () => fail('its answer broke off'));
      response.on('end', () => {
        const text = textOf(Buffer.concat(parts));
        if (text === null) return fail('its answer is no UTF-8');
        clearTimeout(timer);
        resolve({ status, headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])), text });
      });
      return undefined;
    });
    request.end(body);
  });
}

/** @throws where it is not https, nor http to this machine itself */
function targetOf(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (!target || target.username !== '' || target.password !== '') throw new Error('the configured URL is none that can be asked');
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && isLoopback(target.hostname))) throw new Error(`${target.host}: only https is asked`);
  return target;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** A name with several addresses has an error for each, and no message of its own. */
function saidBy(error: Error & { readonly code?: unknown }): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const said = first instanceof Error && first.message !== '' ? first.message : String(error.code ?? 'it cannot be reached');
  return said.replace(/\s+/g, ' ').slice(0, 200);
}

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
