/** How a stream that only listens is ended in good order, so that its client opens it again elsewhere. */
import type { Readable } from 'node:stream';
import { SUBSCRIPTION } from '../wire/meta-keys.js';
import { idText, replyText, type Identified } from '../wire/replies.js';
import type { Client } from './client.js';

/**
 * The last event of a listening stream: `subscriptions/listen` ends with its empty result (MCP 2026-07-28, Subscriptions § Cancellation). Streams of earlier
 * revisions just end, and are resumed.
 */
export function lastEvent(asked: Identified): string {
  const id = idText(asked);
  return `event: message\ndata: ${replyText(id, 'result', `{"resultType":"complete","_meta":{"${SUBSCRIPTION}":${id}}}`)}\n\n`;
}

/** Ways to end an answer that is a stream before its source does. */
export interface Endings {
  /** As soon as what the source has brought ends with a whole event: in the middle of one, `last` would be part of it. */
  readonly inOrder: (last: string) => void;
  /** Now. Where that is in the middle of an event the connection is cut, for half an event must not look whole. */
  readonly atOnce: (last: string) => void;
}

export function endingsOf(body: Readable, unpipe: () => void, client: Client): Endings {
  let tail = '\n\n';
  let last: string | null = null;
  const endIfBetween = (): void => {
    if (last === null || !/(?:\n|\r|\r\n)(?:\n|\r|\r\n)$/.test(tail)) return;
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
  const inOrder = (text: string): void => {
    last = text;
    endIfBetween();
  };
  return {
    inOrder,
    atOnce: (text) => {
      inOrder(text);
      if (client.isDone) return;
      client.cut();
      body.destroy();
    },
  };
}
