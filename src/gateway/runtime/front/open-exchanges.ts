/**
 * Exchanges that have been allowed, until their answers have ended. Every request enters and leaves, so they are in numbered places and not in a `Set`: that
 * one leaves its old tables behind, and those keep exchanges alive that ended long ago, with all that hangs on them, until the collector of old memory comes.
 */
import type { Exchange } from './exchange.js';

export interface OpenExchanges {
  add(exchange: Exchange): void;
  /** Nothing happens where it is not among them. */
  delete(exchange: Exchange): void;
  /** Those of now: what leaves meanwhile stays in the list. */
  all(): readonly Exchange[];
}

export function createOpenExchanges(): OpenExchanges {
  const places: (Exchange | null)[] = [];
  /** Numbers of places that are empty. The last to become so is the next to be taken. */
  const empty: number[] = [];
  return {
    add(exchange) {
      exchange.openAt = empty.pop() ?? places.length;
      places[exchange.openAt] = exchange;
    },
    delete(exchange) {
      const { openAt } = exchange;
      if (openAt === null) return;
      exchange.openAt = null;
      places[openAt] = null;
      empty.push(openAt);
    },
    all: () => places.filter((exchange) => exchange !== null),
  };
}
