/** Health asked over HTTP. */
import http, { type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { HttpHealth, Probe } from './probe.js';

export function httpProbe({ path, method, status, body }: HttpHealth, endpoint: URL): Probe {
  const look = async (timeout: number): Promise<boolean> => {
    const well = await askOnce(new URL(path, endpoint), { method }, timeout, (head, text, isWhole) => {
      if (head.status !== status) return false;
      return body === null || text.includes(body) || (isWhole ? false : undefined);
    });
    return well ?? false;
  };
  return { look, close: () => Promise.resolve() };
}

/** How much of an answer is looked at. */
const MOST = 65_536;

export interface Question {
  readonly method: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** The head of an answer. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Says what an answer means as soon as its head and the text so far tell; undefined until then. `isWhole` when no more will come. */
export type Judge<T> = (head: AnswerHead, text: string, isWhole: boolean) => T | undefined;

/**
 * One request on a connection of its own: a pooled one could be fine when the instance takes no new ones. @returns null where there was no answer in
 * time
 */
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
    request.on('response', (incoming) => {
      const head = { status: incoming.statusCode ?? 0, headers: incoming.headers };
      let bytes = Buffer.alloc(0);
      const weigh = (isWhole: boolean): void => {
        const verdict = judge(head, bytes.toString(), isWhole);
        if (verdict !== undefined || isWhole) end(verdict ?? null);
      };
      incoming.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]).subarray(0, MOST);
        weigh(bytes.length === MOST);
      });
      incoming.on('end', () => weigh(true));
      incoming.on('error', () => end(null));
      weigh(false);
    });
    request.end(body);
  });
}
