/** Health asked over HTTP. */
import { discard } from './deliver.js';
import { httpUpstream } from './http.js';
import { HEALTH_PATH, isRedirection, redirection } from './redirects.js';
import { asking, type Asked, type Finding, type HttpHealth, type Probe } from './probe.js';
import type { UpstreamRequest, UpstreamResponse } from './upstream.js';
import { UpstreamFault } from '../wire/fault.js';

export function httpProbe({ path, method, status, body }: HttpHealth, endpoint: Asked): Probe {
  const judge: Judge<Finding> = (head, text, isWhole) => {
    if (head.status !== status && isRedirection(head.status)) return redirection(head, endpoint.url.origin, HEALTH_PATH);
    if (head.status !== status) return `it answered ${head.status}, and ${status} is wanted`;
    if (body === null || text.includes(body)) return null;
    return isWhole ? 'its answer has not the words that are wanted' : undefined;
  };
  const url = new URL(path, endpoint.url);
  return asking((timeout) => askOnce({ ...endpoint, url }, { method, headers: {}, body: null }, timeout, judge));
}

/** How much of an answer is looked at. */
const MOST = 65_536;

export type Question = Pick<UpstreamRequest, 'method' | 'headers' | 'body'>;
export type AnswerHead = Pick<UpstreamResponse, 'status' | 'headers'>;

/** Says what an answer means as soon as its head and the text so far tell; undefined until then, but never where `isWhole` says that no more will come. */
export type Judge<T> = (head: AnswerHead, text: string, isWhole: boolean) => T | undefined;

/**
 * One request on a connection of its own: a pooled one could be fine when the instance takes no new ones. @returns a fault where there was no answer in
 * time
 */
export async function askOnce<T>(asked: Asked, question: Question, timeout: number, judge: Judge<T>): Promise<T | UpstreamFault> {
  const upstream = httpUpstream({ ...asked, connect: timeout, firstByte: timeout });
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
    const last = verdict === undefined ? judge(answer, bytes.toString(), true) : verdict;
    return last === undefined ? new UpstreamFault('answered') : last;
  } catch (error) {
    return error instanceof UpstreamFault ? error : new UpstreamFault('sent', error);
  } finally {
    void upstream.close();
  }
}
