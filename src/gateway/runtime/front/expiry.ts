/** Streams of callers whose right has an end: a stream would outlive the token that opened it, and nobody would ask again. */
import { askedIn, messageIn } from '../decision/facts.js';
import { refusalBody } from '../decision/reasons.js';
import { idText } from '../wire/replies.js';
import type { Exchange } from './exchange.js';
import type { Endings } from './farewell.js';
import type { Services } from './services.js';

/** Milliseconds that an event which has begun has to end; then the stream is cut. */
const GRACE = 5000;
/** The longest time that Node waits for. */
const MOST = 2 ** 31 - 1;

/** Ends the stream that answers this exchange when its token expires, between two events. @param last the last event of a stream that only listens */
export function endAtExpiry({ metrics }: Pick<Services, 'metrics'>, exchange: Exchange, { inOrder, atOnce }: Endings, last: string | null): void {
  const { client, facts } = exchange;
  const { principal } = facts;
  if (principal?.kind !== 'token') return;
  let timer: NodeJS.Timeout | undefined;
  const wait = (ms: number, work: () => void): void => void (timer = setTimeout(work, ms).unref());
  const end = (): void => {
    exchange.reason = 'token-expired';
    metrics.count('mcpgen_refusals_total', { reason: 'token-expired' });
    const text = last ?? expired(exchange);
    inOrder(text);
    if (!client.isDone) wait(GRACE, () => atOnce(text));
  };
  const look = (): void => {
    const left = principal.expiresAt - Date.now();
    if (left <= 0) end();
    else wait(Math.min(left, MOST), look);
  };
  look();
  // Called at once where the stream has ended already.
  client.onLeave(() => clearTimeout(timer));
}

/** Who waits for a reply learns that there will be none. */
function expired({ facts, id }: Exchange): string {
  return messageIn(facts)?.shape === 'request' ? `event: message\ndata: ${refusalBody('token-expired', idText(askedIn(facts)), id)}\n\n` : '';
}
