import { KINDS } from '../../gateway/runtime/decision/kinds.js';
import type { Traffic } from '../../plan/traffic-types.js';

/** Whether the gateway serves the transport of 2024-11-05, in which an answer is an event on a stream that one gateway process holds. */
export function hasSseRoutes({ routes }: Traffic): boolean {
  return routes.some(({ kind }) => KINDS[kind].answeredBy === 'sse');
}

/** Whether gateway processes hand messages to each other: a message may reach one replica while the stream it belongs to is held by another. */
export function relaysMessages(traffic: Traffic, replicas: number): boolean {
  return replicas > 1 && hasSseRoutes(traffic);
}
