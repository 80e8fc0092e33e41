// @ts-check
/**
 * The recent events of one session, so that a client can resume a broken stream (2025-11-25, Transports § Resumability).
 * One store per session: a Last-Event-ID can then never reach into somebody else's stream.
 */

/** @typedef {import('@modelcontextprotocol/sdk/server/streamableHttp.js').EventStore} EventStore */

const KEPT_EVENTS = 1000;

/** @returns {EventStore} */
export function createEventStore() {
  /** @type {{ id: string, streamId: string, sequence: number, message: Parameters<EventStore['storeEvent']>[1] }[]} */
  const events = [];
  let sequence = 0;

  return {
    async storeEvent(streamId, message) {
      sequence += 1;
      const id = `${streamId}.${sequence}`;
      events.push({ id, streamId, sequence, message });
      if (events.length > KEPT_EVENTS) events.shift();
      return id;
    },

    // The id names its stream, so even a client whose last event has been forgotten gets what is still there.
    async replayEventsAfter(lastEventId, { send }) {
      const [, streamId, last] = /^(.+)\.(\d+)$/.exec(lastEventId) ?? [];
      if (streamId === undefined) throw new Error(`Not an event id of this server: ${lastEventId}`);
      const missed = events.filter(event => event.streamId === streamId && event.sequence > Number(last));
      for (const { id, message } of missed) await send(id, message);
      return streamId;
    },
  };
}
