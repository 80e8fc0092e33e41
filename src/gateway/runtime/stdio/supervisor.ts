import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamFault } from '../upstream.js';
import type { Log } from './child.js';
import type { Link } from './link.js';
import { messageText, type Message } from './message.js';

export interface Running {
  readonly link: Link;
  /** The child's InitializeResult, where several sessions share it. */
  readonly result?: unknown;
}

const FIRST_DELAY = 100;
const LAST_DELAY = 30_000;
/** Restarts further away than this are not waited for. */
const PATIENCE = 1000;
const HANDSHAKE = 60_000;

/** Keeps one shared child running once there is an `initialize` for it. The first that it accepts is repeated at every restart. */
export function supervise(launch: (onExit: () => void) => Link, log: Log, signal: AbortSignal): (initialize?: Message) => Promise<Running> {
  let handshake: Message | undefined;
  let accepted = false;
  let running: Promise<Running> | undefined;
  let resting = false;

  const start = (delay: number): void => {
    let begun = Infinity;
    const restart = (): void => {
      if (signal.aborted) return;
      const next = Date.now() - begun > LAST_DELAY ? FIRST_DELAY : Math.min(Math.max(delay * 2, FIRST_DELAY), LAST_DELAY);
      log('warn', 'child-restarting', { delay: next });
      start(next);
    };
    resting = delay > PATIENCE;
    running = sleep(delay, undefined, { ref: false }).then(() => {
      resting = false;
      begun = Date.now();
      try {
        return shakeHands(launch(restart), handshake);
      } catch (fault) {
        restart();
        throw fault;
      }
    });
    running.then(() => (accepted = true), () => {});
  };
  return async (initialize) => {
    if (!accepted) handshake = initialize;
    if (!running) start(0);
    if (!running || resting) throw new UpstreamFault('refused');
    return running;
  };
}

function shakeHands(link: Link, initialize: Message | undefined): Promise<Running> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(link.kill, HANDSHAKE, 'no answer to initialize').unref();
    const answer = (_: unknown, __: number, result?: unknown): void => {
      clearTimeout(timer);
      if (result === undefined) {
        link.kill('initialize refused');
        return reject(new UpstreamFault('refused'));
      }
      link.write(messageText({ method: 'notifications/initialized' }));
      resolve({ link, result });
    };
    if (initialize) link.ask(initialize, answer);
  });
}
