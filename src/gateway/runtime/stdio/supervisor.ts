import { setTimeout as sleep } from 'node:timers/promises';
import { messageText, type Json } from '../wire/json-rpc.js';
import { UpstreamFault } from '../wire/fault.js';
import type { Log } from './child.js';
import type { Link } from './link.js';
import type { Message } from './message.js';

/** A child that has answered `initialize`. */
export interface Running {
  readonly link: Link;
  readonly status: number;
  /** With a result, unless it refused. */
  readonly reply: Json;
}

const FIRST_DELAY = 100;
const LAST_DELAY = 30_000;
/** Restarts further away than this are not waited for. */
const PATIENCE = 1000;
const HANDSHAKE = 60_000;

export function greet(link: Link, initialize: Message): Promise<Running> {
  return new Promise((resolve) => {
    const timer = setTimeout(link.kill, HANDSHAKE, 'no answer to initialize').unref();
    link.ask(initialize, (text, status) => {
      clearTimeout(timer);
      resolve({ link, status, reply: JSON.parse(`${text}`) });
    });
  });
}

async function introduce(link: Link, initialize: Message): Promise<Running> {
  const greeted = await greet(link, initialize);
  if (greeted.reply['result'] !== undefined) link.write(messageText({ method: 'notifications/initialized' }));
  return greeted;
}

/** Keeps one shared child running. The first `initialize` that it accepts is repeated at every restart. */
export function supervise(launch: (onExit: () => void) => Link, log: Log, signal: AbortSignal, begin: typeof introduce = introduce): (initialize: Message | null) => Promise<Running> {
  let handshake: Message;
  let accepted = false;
  let running: Promise<Running> | undefined;
  let resting = false;

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
    resting = false;
    let link: Link;
    try {
      link = launch(restart);
    } catch (fault) {
      restart();
      throw fault;
    }
    const greeted = await begin(link, handshake);
    if (greeted.reply['result'] !== undefined) accepted = true;
    else link.kill('initialize refused');
    return greeted;
  };
  const start = (delay: number): void => {
    resting = delay > PATIENCE;
    running = attempt(delay);
    running.catch(() => {});
  };
  return async (initialize) => {
    if (initialize && !accepted) handshake = initialize;
    if (!running) start(0);
    if (!running || resting) throw new UpstreamFault('refused');
    return running;
  };
}
