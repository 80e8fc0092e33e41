/** Calls that a child left without a reply: what their clients are told, and what the log says of them. */
import { CodedError } from '../wire/cause.js';
import { UpstreamFault, type Failure } from '../wire/fault.js';
import type { Json } from '../wire/json-rpc.js';
import { ownFailureText } from '../wire/replies.js';

export interface Lost extends Failure {
  /** Of the call, as its client wrote it. */
  readonly id: string;
  /** Counts while nothing of the answer has been sent. */
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

export function exited(id: string): Lost {
  const fault = new UpstreamFault('sent', new CodedError('CHILD_EXITED', 'the child exited before it answered: see child-exited'));
  return { id, status: 502, code: -32603, message: 'The server exited', reason: 'upstream-lost', fault };
}

/** @param limit bytes of `limits.line` */
export function tooLong(id: string, limit: number): Lost {
  const why = `longer than limits.line (${limit} bytes)`;
  const fault = new UpstreamFault('answered', new CodedError('ANSWER_TOO_LONG', `its answer is ${why}`));
  return { id, status: 502, code: -32603, message: `The answer is ${why}`, reason: 'answer-too-long', fault };
}

export function unanswered(id: string, why: string): Lost {
  return { id, status: 504, code: -32001, message: why, reason: 'upstream-timeout', fault: late(why) };
}

/** Its child was ended for that. */
export function silent(id: string, why: string): Lost {
  return { id, status: 504, code: -32603, message: `The server was ended: ${why}`, reason: 'upstream-timeout', fault: late(why) };
}

const late = (why: string): UpstreamFault => new UpstreamFault('timeout', new CodedError('NO_ANSWER', why));

/** What the client is told. @param headers those of its request */
export const lostText = (headers: Json, { id, code, message, reason }: Lost): string => ownFailureText(headers, id, code, message, reason);
