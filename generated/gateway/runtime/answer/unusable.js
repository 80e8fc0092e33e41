// mcpgen: Answers that the gateway cannot use, though they came: what was wrong with each, so that nobody looks for a connection that broke.
import {isFailing} from '../upstream/deliver.js';
import {causeOf, CodedError} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
import {at} from '../wire/json-rpc.js';
const MOST_OF_NAME = 64;
export function unusable({pool, request}, {instance, response}, method, reply, wrong = 'has no result') {
	const {status, headers} = response;
	const asked = method.slice(0, MOST_OF_NAME);
	const code = Number(at(reply, 'error', 'code'));
	const error = Number.isInteger(code) ? `the JSON-RPC error ${code}` : null;
	const type = String(headers['content-type'] ?? '').replace(/[^\w./+-].*/s, '').slice(0, MOST_OF_NAME) || 'of no type';
	const cause = status !== 200 ? new CodedError(`HTTP_${status}`, `it answered ${asked} with ${status}${error ? ` and ${error}` : ''}`)
		: error ? new CodedError('JSONRPC_ERROR', `it answered ${asked} with ${error}`)
			: new CodedError('MALFORMED_ANSWER', `its answer to ${asked} ${reply ? wrong : `is ${type} and no JSON-RPC reply`}`);
	const fault = new UpstreamFault('answered', cause);
	if (!isFailing(status)) pool.blame(instance, fault, request.headers['x-request-id']);
	return fault;
}
export function refusedBy({pool, request}, {id}, fault) {
	return {server: pool.server, instance: id, request_id: request.headers['x-request-id'], ...causeOf(fault) };
}
