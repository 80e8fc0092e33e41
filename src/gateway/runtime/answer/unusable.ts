/** Answers that the gateway cannot use, though they came: what was wrong with each, so that nobody looks for a connection that broke. */
import { isFailing, type Delivered } from '../upstream/deliver.js';
import type { Instance } from '../upstream/instance.js';
import { causeOf, CodedError } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import { at } from '../wire/json-rpc.js';
import type { Call } from './call.js';

/** Characters of a name that a sentence repeats. */
const MOST_OF_NAME = 64;

/**
 * Says in the log, and of the instance, what was wrong with its answer. @returns what to throw
 * @param method that was asked @param reply the JSON-RPC reply in it; null where there is none @param wrong of a reply that is no error
 */
export function unusable({ pool, request }: Call, { instance, response }: Delivered, method: string, reply: unknown, wrong = 'has no result'): UpstreamFault {
  const { status, headers } = response;
  const asked = method.slice(0, MOST_OF_NAME);
  const code = Number(at(reply, 'error', 'code'));
  const error = Number.isInteger(code) ? `the JSON-RPC error ${code}` : null;
  const type = String(headers['content-type'] ?? '').replace(/[^\w./+-].*/s, '').slice(0, MOST_OF_NAME) || 'of no type';
  const cause =
    status !== 200 ? new CodedError(`HTTP_${status}`, `it answered ${asked} with ${status}${error ? ` and ${error}` : ''}`)
    : error ? new CodedError('JSONRPC_ERROR', `it answered ${asked} with ${error}`)
    : new CodedError('MALFORMED_ANSWER', `its answer to ${asked} ${reply ? wrong : `is ${type} and no JSON-RPC reply`}`);
  const fault = new UpstreamFault('answered', cause);
  // Of a server that fails that has been said already.
  if (!isFailing(status)) pool.blame(instance, fault, request.headers['x-request-id']);
  return fault;
}

/** What a log line says of an answer that was refused: whose it was, by which request it is found, and what was wrong. */
export function refusedBy({ pool, request }: Call, { id }: Instance, fault: UpstreamFault): Readonly<Record<string, unknown>> {
  return { server: pool.server, instance: id, request_id: request.headers['x-request-id'], ...causeOf(fault) };
}
