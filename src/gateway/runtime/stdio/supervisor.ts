/** One shared child, kept running. */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageText, type Json } from '../wire/json-rpc.js';
import { CodedError } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import type { Log } from '../process/log.js';
import type { Link } from './link.js';
import { exited, silent, type Lost } from './lost.js';
import { idText, type Message } from './message.js';

/** A child that has answered `initialize`, or was to. */
export interface Running {
  readonly link: Link;
  /** Its reply, which has a result unless it refused, and the text of that. */
  readonly reply: Json;
  readonly text: string;
  /** Why there is none. */
  readonly lost: Lost | null;
}

/** Milliseconds before a restart: twice as many each time, until the last. */
const FIRST_DELAY = 100;
const LAST_DELAY = 30_000;
/** Restarts further away than this are not waited for. */
const MOST_WAIT = 1000;

const RESTING = new CodedError('CHILD_RESTARTING', 'the child has ended, and its next start is not due yet: see child-restarting');

/** Sends a child its `initialize`, which it must answer within so many milliseconds. */
export function greet(link: Link, initialize: Message, within: number): Promise<Running> {
  return new Promise((resolve) => {
    let isLate = false;
    const why = `no answer to initialize within timeouts.firstByte (${within / 1000} s)`;
    const timer = setTimeout(() => {
      isLate = true;
      link.kill(why);
    }, within).unref();
    link.ask(initialize, (text, lost) => {
      clearTimeout(timer);
      if (text !== null) return resolve({ link, reply: JSON.parse(text), text, lost: null });
      const id = idText(initialize);
      resolve({ link, reply: {}, text: '', lost: isLate ? silent(id, why) : (lost ?? exited(id)) });
    });
  });
}

/** Goes through the whole handshake. */
export async function introduce(link: Link, initialize: Message, within: number): Promise<Running> {
  const greeted = await greet(link, initialize, within);
  if (greeted.reply['result'] !== undefined) link.write(messageText({ method: 'notifications/initialized' }));
  return greeted;
}

/**
 * The first `initialize` that the child accepts is repeated at every restart. What is returned gives the child, once it can be spoken to, or rejects with an
 * `UpstreamFault`.
 */
export function supervise(
  launch: (onExit: () => void) => Link,
  log: Log,
  signal: AbortSignal,
  begin: (link: Link, initialize: Message) => Promise<Running>,
): (initialize: Message | null) => Promise<Running> {
  let handshake: Message;
  let isAccepted = false;
  let running: Promise<Running> | undefined;
  /** The next start is too far away to be waited for. */
  let isResting = false;
  /** Why the last start found no child, which is why there is none until the next. */
  let notStarted: unknown = null;

  const attempt = async (delay: number): Promise<Running> => {
    await sleep(delay, undefined, { ref: false, signal }).catch(() => {
      throw new UpstreamFault('refused');
    });
    const begun = Date.now();
    const restart = (): void => {
      if (signal.aborted) return;
      const next = Date.now() - begun > LAST_DELAY ? FIRST_DELAY : Math.min(Math.max(delay * 2, FIRST_DELAY), LAST_DELAY);
      log('warn', 'child-restarting', { delay: next });
      start(next);
    };
    isResting = false;
    let link: Link;
    try {
      link = launch(restart);
      notStarted = null;
    } catch (fault) {
      notStarted = fault;
      restart();
      throw fault;
    }
    const greeted = await begin(link, handshake);
    if (greeted.reply['result'] !== undefined) isAccepted = true;
    else link.kill('initialize refused');
    return greeted;
  };
  const start = (delay: number): void => {
    isResting = delay > MOST_WAIT;
    running = attempt(delay);
    running.catch(() => {});
  };
  return async (initialize) => {
    if (initialize && !isAccepted) handshake = initialize;
    if (!running) start(0);
    if (!running || isResting) throw notStarted ?? new UpstreamFault('refused', RESTING);
    return running;
  };
}
