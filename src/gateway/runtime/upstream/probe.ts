import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import type { HealthTable } from '../types.js';

/** Asks one instance whether it is well. */
export interface Probe {
  /** Never rejects, and takes no longer than `timeout` ms. */
  look(timeout: number): Promise<boolean>;
  /** Gives back what it keeps open at the instance. */
  close(): Promise<void>;
}

export function probeOf(health: HealthTable, endpoint: URL, mcp: Pick<typeof import('./probe-mcp.js'), 'mcpProbe'> | null): Probe {
  if (health.kind === 'mcp' && mcp) return mcp.mcpProbe(health.ask, endpoint);
  const look = health.kind === 'http' ? (timeout: number) => lookByHttp(health, endpoint, timeout) : (timeout: number) => lookByTcp(endpoint, timeout);
  return { look, close: () => Promise.resolve() };
}

async function lookByHttp({ path, method, status, body }: HealthTable & { readonly kind: 'http' }, endpoint: URL, timeout: number): Promise<boolean> {
  const well = await askOnce(new URL(path, endpoint), { method }, timeout, ({ statusCode }, text, isWhole) => {
    if (statusCode !== status) return false;
    return body === null || text.includes(body) || (isWhole ? false : undefined);
  });
  return well ?? false;
}

/** How much of an answer is looked at. */
const MOST = 65_536;

export interface Question {
  readonly method: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** Says what an answer means as soon as its head and the text so far tell; undefined until then. `isWhole` when no more will come. */
export type Judge<T> = (head: IncomingMessage, text: string, isWhole: boolean) => T | undefined;

/** One request on a connection of its own: a pooled one could be fine when the instance takes no new ones. @returns null where there was no answer in time */
export function askOnce<T>(url: URL, { method, headers, body }: Question, timeout: number, judge: Judge<T>): Promise<T | null> {
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, { agent: false, method, ...(headers ? { headers } : {}) });
    // Node's own timeout is one between two bytes.
    const timer = setTimeout(() => request.destroy(), timeout);
    const end = (verdict: T | null): void => {
      clearTimeout(timer);
      resolve(verdict);
      request.destroy();
    };
    request.on('error', () => end(null));
    request.on('close', () => end(null));
    request.on('response', (head) => {
      let bytes = Buffer.alloc(0);
      const weigh = (isWhole: boolean): void => {
        const verdict = judge(head, bytes.toString(), isWhole);
        if (verdict !== undefined || isWhole) end(verdict ?? null);
      };
      head.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]).subarray(0, MOST);
        weigh(bytes.length === MOST);
      });
      head.on('end', () => weigh(true));
      head.on('error', () => end(null));
      weigh(false);
    });
    request.end(body);
  });
}

function lookByTcp(url: URL, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port });
    const end = (well: boolean): void => {
      clearTimeout(timer);
      resolve(well);
      socket.destroy();
    };
    const timer = setTimeout(() => end(false), timeout);
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}
