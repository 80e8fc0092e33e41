/** How a stream that only listens is ended in good order, so that its client opens it again elsewhere. */
import type { Readable } from 'node:stream';
import { messageText } from '../wire/json-rpc.js';
import { SUBSCRIPTION } from '../wire/meta-keys.js';
import type { Client } from './client.js';

/**
 * The last event of a listening stream: `subscriptions/listen` ends with its empty result (MCP 2026-07-28, Subscriptions § Cancellation). Streams of earlier
 * revisions just end, and are resumed.
 */
export function lastEvent(id: string | number | null): string {
  const result = { resultType: 'complete', _meta: { [SUBSCRIPTION]: id } };
  return `event: message\ndata: ${messageText({ id, result })}\n\n`;
}

/** Ends the client's answer with `last` as soon as what `body` has brought ends with a whole event: in the middle of one it would be part of it. */
export function endBetweenEvents(body: Readable, unpipe: () => void, client: Client, last: string): () => void {
  let tail = '\n\n';
  let isEnding = false;
  const endIfBetween = (): void => {
    if (!isEnding || !/(?:\n|\r|\r\n)(?:\n|\r|\r\n)$/.test(tail)) return;
    body.off('data', look);
    unpipe();
    body.destroy();
    client.end(last);
  };
  const look = (chunk: Buffer): void => {
    tail = (tail + chunk.subarray(-4).toString('latin1')).slice(-4);
    // Behind the pipe, which writes this chunk first.
    setImmediate(endIfBetween);
  };
  body.on('data', look);
  return () => {
    isEnding = true;
    endIfBetween();
  };
}
