/**
 * A server's own stream of 2024-11-05 on which the gateway has a say too: what its caller may not use is refused there, and what the gateway itself asks of
 * the server is answered there, for nobody else to see.
 */
import type { Readable } from 'node:stream';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { discard } from '../../upstream/deliver.js';
import { changeEvents, readEvent, type StreamEvent } from '../../wire/events.js';
import { frame } from '../../wire/event-stream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { asObject, parseJson } from '../../wire/json-rpc.js';
import type { Call } from '../call.js';

export interface SpokenStream {
  readonly body: Readable;
  /** @returns false where the stream is over */
  say(text: string): boolean;
  /** The reply to a question of the gateway's own, which `post` sends. Rejects with an `UpstreamFault` where none comes in time. */
  ask(call: Call, post: (call: Call) => Promise<UpstreamResponse>): Promise<UpstreamResponse>;
}

export function spokenStream(source: Readable | Buffer, longest: number): SpokenStream {
  /** What waits for the reply to each id of the gateway's own. */
  const waiting = new Map<string, (reply: string | null) => void>();
  const pass = ({ raw, text }: StreamEvent): Buffer | string => {
    if (waiting.size === 0) return raw;
    const { isMessage, data } = readEvent(text);
    const answered = isMessage ? waiting.get(String(asObject(parseJson(data))['id'])) : undefined;
    answered?.(data);
    return answered ? ':\n\n' : raw;
  };
  const body = changeEvents(source, pass, longest);
  body.once('close', () => {
    for (const answered of waiting.values()) answered(null);
  });
  const isOpen = (): boolean => !body.destroyed && !body.readableEnded && !body.isOver;
  return {
    body,
    say: (text) => isOpen() && (body.push(frame(text)), true),
    async ask(call, post) {
      const id = String(call.message?.id);
      if (!isOpen()) throw new UpstreamFault('refused');
      let timer: NodeJS.Timeout | undefined;
      const reply = new Promise<string | null>((resolve, reject) => {
        waiting.set(id, resolve);
        timer = setTimeout(() => reject(new UpstreamFault('timeout')), call.table.timeouts.firstByte);
      });
      // Whoever fails to post does not come to wait.
      reply.catch(() => {});
      try {
        const posted = await post(call);
        if (posted.status >= 300) return posted;
        discard(posted);
        const text = await reply;
        if (text === null) throw new UpstreamFault('answered');
        return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
      } finally {
        clearTimeout(timer);
        waiting.delete(id);
      }
    },
  };
}
