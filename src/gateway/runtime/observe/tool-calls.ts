/** Counts tool calls when they are answered: a name becomes a label once its server has shown that it is a tool, or callers could use up the labels with words. */
import type { Message } from '../decision/message.js';
import type { Metrics } from '../process/metrics.js';
import type { UpstreamResponse } from '../upstream/upstream.js';
import { eventReader, readEvent } from '../wire/events.js';
import { asObject, at, parseJson } from '../wire/json-rpc.js';
import { isEventStream } from '../wire/media-type.js';

/** Bytes of an answer that is looked at; a name whose answers are all longer stays among the others. */
const MOST = 2 ** 20;

/** @param most names that may have a label of their own @param response null where there was none */
export function countCalls(metrics: Metrics, most: number, server: string, { calls, shape }: Message, response: UpstreamResponse | null): void {
  const count = (isTool: boolean): void => {
    for (const { tool } of calls) metrics.count('mcpgen_tool_calls_total', { server, tool: metrics.toolLabel(server, tool ?? '', most, isTool) });
  };
  // The answers of a batch do not stand in its order.
  const isTold = shape === 'batch' || calls.every(({ tool }) => metrics.knowsTool(server, tool ?? ''));
  if (isTold || response?.status !== 200) return count(false);
  const { body } = response;
  if (Buffer.isBuffer(body)) return count(hasResult(response, body));
  const chunks: Buffer[] = [];
  let size = 0;
  body.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MOST) chunks.push(chunk);
  });
  body.once('close', () => count(size <= MOST && hasResult(response, Buffer.concat(chunks))));
}

/** A result that is no error. What is no tool has an error, which some servers give as a result too. */
function hasResult(response: UpstreamResponse, body: Buffer): boolean {
  const texts = isEventStream(response) ? eventReader(MOST).push(body).map(({ text }) => readEvent(text).data) : [`${body}`];
  return texts.some((text) => {
    const result = at(parseJson(text), 'result');
    return result !== undefined && asObject(result)['isError'] !== true;
  });
}
