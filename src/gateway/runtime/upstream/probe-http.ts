/** Health asked over HTTP. */
import { discard } from './deliver.js';
import { httpUpstream } from './http.js';
import type { HttpHealth, Probe } from './probe.js';
import type { UpstreamRequest, UpstreamResponse } from './upstream.js';

export function httpProbe({ path, method, status, body }: HttpHealth, endpoint: URL): Probe {
  const look = async (timeout: number): Promise<boolean> => {
    const well = await askOnce(new URL(path, endpoint), { method, headers: {}, body: null }, timeout, (head, text, isWhole) => {
      if (head.status !== status) return false;
      return body === null || text.includes(body) || (isWhole ? false : undefined);
    });
    return well ?? false;
  };
  return { look, close: () => Promise.resolve() };
}

/** How much of an answer is looked at. */
const MOST = 65_536;

export type Question = Pick<UpstreamRequest, 'method' | 'headers' | 'body'>;
export type AnswerHead = Pick<UpstreamResponse, 'status' | 'headers'>;

/** Says what an answer means as soon as its head and the text so far tell; undefined until then, but never where `isWhole` says that no more will come. */
export type Judge<T> = (head: AnswerHead, text: string, isWhole: boolean) => T | undefined;

/**
 * One request on a connection of its own: a pooled one could be fine when the instance takes no new ones. @returns null where there was no answer in
 * time
 */
export async function askOnce<T>(url: URL, question: Question, timeout: number, judge: Judge<T>): Promise<T | null> {
  const upstream = httpUpstream({ url, connect: timeout, firstByte: timeout });
  try {
    const answer = await upstream.send({ ...question, signal: AbortSignal.timeout(timeout) });
    const { body } = answer;
    let bytes: Buffer = Buffer.alloc(0);
    let verdict = judge(answer, '', false);
    if (verdict === undefined) {
      for await (const chunk of Buffer.isBuffer(body) ? [body] : (body as AsyncIterable<Buffer>)) {
        bytes = Buffer.concat([bytes, chunk]).subarray(0, MOST);
        verdict = judge(answer, bytes.toString(), bytes.length === MOST);
        if (verdict !== undefined) break;
      }
    }
    discard(answer);
    return verdict ?? judge(answer, bytes.toString(), true) ?? null;
  } catch {
    return null;
  } finally {
    void upstream.close();
  }
}
