/**
 * What an audit line says: every fact that a decision used, so that `mcpgen explain request --log` makes the decision again. The gateway writes the text
 * (`observe/audit.ts`), and this is the contract with whoever reads it. Members that say what nearly every request says are left out.
 */
import type { ClaimValue } from './facts.js';
import type { Answer } from './conditions.js';
import type { Step } from './steps.js';
import type { Era } from './revision.js';
import type { Message } from './message.js';
import type { Placement } from '../tables/placement.js';
import type { ItemKind } from '../tables/rules.js';

/** `admin` is what an operator changed or tried to; no request of a client, so there is nothing to decide again. */
export type AuditKind = 'tool-call' | 'refusal' | 'admin';

export interface AuditLine extends AuditedHead, AuditedCaller, AuditedMessage {
  readonly timestamp: string;
  readonly event: 'audit';
  readonly kind: AuditKind;
  readonly request_id: string;
  readonly correlation_id: string;
  readonly decision: 'allow' | 'refuse';
  /** Null for a tool call, which is told before its server has answered: the line of the request has its status. */
  readonly status: number | null;
  readonly reason: string | null;
  /** The row that refused; null where all rows let it pass, and where something failed that no row decides. */
  readonly step: Step | null;
  /** The config path that decided. */
  readonly rule: string | null;
  /** Another replica has judged it, and this one goes on from row `grant` on its word. */
  readonly relayed?: true;
  /** HMAC-SHA256 of the arguments: whether two calls were alike can be seen, and what they were cannot be guessed. */
  readonly arguments_digest?: string;
}

/** A text that was longer than a line holds ends in an ellipsis and a digest. */
export interface AuditedHead {
  /** The config hash of the tables that decided. */
  readonly hash: string;
  readonly placement: Placement;
  /** As called, with `/t/<tenant>`, without its query. */
  readonly path: string;
  readonly server: string | null;
  /** As row `host` judged it. */
  readonly host: string;
  readonly origin: string | null;
  readonly method: string;
  readonly scheme: string;
  /** The client's, as `trustedProxies` make it known. */
  readonly address: string;
  /** The other end of the socket, where that is somebody else. */
  readonly peer?: string;
  /** `MCP-Protocol-Version`. */
  readonly revision: string | null;
  readonly session: boolean;
  /** `Access-Control-Request-Method` was sent. */
  readonly preflight?: true;
  /** Where the type of the body is not `application/json` alone. */
  readonly content_type?: string | null;
  readonly content_encoding?: string;
}

export interface AuditedCaller {
  readonly tenant: string | null;
  readonly client: string | null;
  /** Where it is not exactly one. */
  readonly tenants?: readonly string[];
  /** The tenant that the authorization API answered; null where it knows none. Not there where it was not asked, or did not answer. */
  readonly lookup?: string | null;
  /** Null where nobody had asked yet. */
  readonly principal: AuditedPrincipal | null;
}

export interface AuditedPrincipal {
  readonly kind: 'anonymous' | 'client' | 'token' | 'missing' | 'invalid' | 'unavailable';
  readonly client?: string | null;
  readonly issuer?: string;
  readonly subject?: string;
  readonly permissions?: readonly string[];
  /** Those that the config reads. */
  readonly claims?: Readonly<Record<string, ClaimValue>>;
  /** ISO 8601: until when its token is valid. */
  readonly expires?: string;
  readonly why?: string;
}

export interface AuditedMessage {
  /** Declared bytes of the body. */
  readonly bytes: number | null;
  /** `batch`, or the method; null where no body was read. */
  readonly rpc: string | null;
  readonly era?: Era;
  readonly shape?: Message['shape'];
  readonly tool: string | null;
  readonly prompt?: string;
  readonly resource?: string;
  readonly task?: string;
  /** Which conditions on arguments were read, by their places and what they ask, and only whether each held. */
  readonly conditions?: readonly { readonly at: string; readonly is: string; readonly held: Answer }[];
  /** What a message uses, where that is not what its method is called with: a batch, a completion, a stream of subscriptions. */
  readonly items?: readonly { readonly kind: ItemKind; readonly name: string | null }[];
  /** Of a batch that was refused: the methods in it. */
  readonly methods?: readonly string[];
  /** Of a batch that was refused: the tools that it calls. */
  readonly tools?: readonly (string | null)[];
  /** The revision that the body claims, where it is not that of the header. */
  readonly claim?: unknown;
  /** `false` where the body of a modern message does not declare them. */
  readonly capabilities?: false;
  /** `Mcp-Method` and `Mcp-Name` of a modern message where they are not what the body says; null where they are missing. */
  readonly mcp_method?: string | null;
  readonly mcp_name?: string | null;
}
