/** What the primary and its workers say to each other. */
import type { Worker } from 'node:cluster';
import type { AdminAnswer } from '../admin.js';
import type { BodyFault } from '../../front/client.js';
import type { EndedSession } from '../../process/ended.js';
import type { GatewayRequest } from '../../decision/head.js';

/** A request of an operator: whoever answers it also judges whether its token is right. */
export interface Asked {
  readonly request: GatewayRequest;
  readonly body: { readonly text: string } | { readonly fault: BodyFault };
}

/** Sessions that are over, though their ids would still open. */
interface Ended {
  readonly kind: 'ended';
  readonly sessions: readonly EndedSession[];
}

export type ToWorker =
  | { readonly kind: 'stop' }
  | Ended
  | { readonly kind: 'asked'; readonly id: number; readonly asked: Asked };
/** `hears`: it can be told things from now on. */
export type ToPrimary =
  | { readonly kind: 'hears' }
  | { readonly kind: 'ready' }
  | Ended
  | { readonly kind: 'answered'; readonly id: number; readonly answer: AdminAnswer };

/** One that has gone is not told: that it has ended is said by its exit. */
export function tellWorker(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, IGNORE);
}

export function tellPrimary(message: ToPrimary): void {
  if (process.connected) process.send?.(message, undefined, undefined, IGNORE);
}

const IGNORE = (): void => {};

/** Variables by which the primary tells each worker its number, and all of them the key that seals sessions where the config names none, … */
export const WORKER = 'MCPGEN_WORKER';
export const WORKERS_KEY = 'MCPGEN_WORKERS_KEY';
/** … and the port at which it listens for operators. */
export const ADMIN_PORT = 'MCPGEN_ADMIN_PORT';
