/**
 * What each kind of route is, in one row: which rows of the decision apply to it, what carries its session, which era its messages speak, and who answers.
 * No other file asks for a route's kind; whoever needs to tell two kinds apart adds a column here.
 */
import type { RouteKind } from '../tables/route.js';
import type { Step } from './steps.js';

export interface Kind {
  /** Rows of the decision that do not apply. */
  readonly omits: ReadonlySet<Step>;
  /** Rows that do not apply in profile `local` either: whoever runs the gateway on their own machine may ask. */
  readonly omitsInLocal: ReadonlySet<Step>;
  /** `of-message`: each message says which era it speaks. `legacy`: the route exists for legacy clients alone, or takes no messages. */
  readonly era: 'of-message' | 'legacy';
  readonly session: SessionRule;
  /** Who answers when all rows have let the request pass. */
  readonly answeredBy: 'server' | 'sse' | 'gateway';
  /** What the gateway answers itself, as soon as its caller is known and has not used up its share; null where somebody else answers. */
  readonly ownAnswer: 'servers' | 'wellknown' | null;
  /** What a token for it is for: its own URL, the stream of 2024-11-05 that it belongs to, or nothing that is described to clients. */
  readonly resource: 'itself' | 'stream' | 'none';
  /** Which origins it accepts: those of the route's set, or all, because it says the same to everybody. */
  readonly origins: 'of-route' | 'any';
}

export interface SessionRule {
  /** Where a request names its session: `Mcp-Session-Id`, or `sessionId` in the query, where 2024-11-05 has it. */
  readonly carrier: 'header' | 'query' | 'none';
  /** A request that names none is refused. */
  readonly isRequired: boolean;
  /** What opens a session: the message `initialize`, any request (the stream is the session), or nothing. */
  readonly openedBy: 'initialize' | 'any-request' | 'nothing';
  /** The transport that is sealed into its ids: an id from one transport is rejected on the other. */
  readonly transport: 'mcp' | 'message';
  /** Whether the answer carries the id, or the session ends with the connection that opened it. */
  readonly livesIn: 'id' | 'connection';
}

const NO_ROWS: ReadonlySet<Step> = new Set();

export const KINDS: Readonly<Record<RouteKind, Kind>> = {
  mcp: {
    omits: NO_ROWS,
    omitsInLocal: NO_ROWS,
    era: 'of-message',
    session: { carrier: 'header', isRequired: false, openedBy: 'initialize', transport: 'mcp', livesIn: 'id' },
    answeredBy: 'server',
    ownAnswer: null,
    resource: 'itself',
    origins: 'of-route',
  },
  sse: {
    omits: NO_ROWS,
    omitsInLocal: NO_ROWS,
    era: 'legacy',
    session: { carrier: 'header', isRequired: false, openedBy: 'any-request', transport: 'message', livesIn: 'connection' },
    answeredBy: 'sse',
    ownAnswer: null,
    resource: 'itself',
    origins: 'of-route',
  },
  message: {
    omits: NO_ROWS,
    omitsInLocal: NO_ROWS,
    era: 'legacy',
    session: { carrier: 'query', isRequired: true, openedBy: 'nothing', transport: 'message', livesIn: 'connection' },
    answeredBy: 'sse',
    ownAnswer: null,
    resource: 'stream',
    origins: 'of-route',
  },
  health: {
    omits: NO_ROWS,
    omitsInLocal: new Set<Step>(['credentials', 'tenant', 'grant', 'quota']),
    era: 'legacy',
    session: { carrier: 'none', isRequired: false, openedBy: 'nothing', transport: 'mcp', livesIn: 'id' },
    answeredBy: 'gateway',
    ownAnswer: 'servers',
    resource: 'none',
    origins: 'of-route',
  },
  wellknown: {
    omits: new Set<Step>(['credentials', 'tenant', 'grant', 'quota']),
    omitsInLocal: NO_ROWS,
    era: 'legacy',
    session: { carrier: 'none', isRequired: false, openedBy: 'nothing', transport: 'mcp', livesIn: 'id' },
    answeredBy: 'gateway',
    ownAnswer: 'wellknown',
    resource: 'none',
    origins: 'any',
  },
};
