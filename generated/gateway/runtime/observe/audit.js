// mcpgen: The audit: one line for each tool call and each refusal, with every fact that decided, and without what was called with.
import {createHash, createHmac} from 'node:crypto';
import {quoted} from '../process/log.js';
const MOST_TEXT = 256;
const MOST_LISTED = 50;
const DIGEST = 32;
const SHORT_DIGEST = 8;
export function createAudit(log) {
	return {
		calls: (audited, beside) => {
			const message = messageOf(audited.facts);
			if (!message || !audited.state.tables.raw.log.audit) return;
			const before = `"kind":"tool-call",${requestText(audited, beside)}`;
			const items = usesIn(message).filter(({kind}) => kind === 'tool');
			for (const [index, {tool, argumentsJson}] of message.calls.entries()) {
				const item = items[index];
				const called = `${messageText(audited, message)},"tool":${text(tool)},"arguments_digest":"${digestOf(audited, argumentsJson)}"`;
				const decided = `"decision":"allow","status":null,"reason":null,"step":null,"rule":${quoted(item?.found?.at ?? null)}`;
				log.text('info', 'audit', `${before},${called}${conditionsText(item ? [item] : [])},${decided}`);
			}
		},
		refusal: (audited, beside, {status, reason, step, at}) => {
			if (!audited.state.tables.raw.log.audit) return;
			const message = messageOf(audited.facts);
			const unread = `"bytes":${audited.client.length},"rpc":null,"tool":null`;
			const asked = message ? `${messageText(audited, message)},${refusedCalls(audited, message)}` : unread;
			const decided = `"decision":"refuse","status":${status},"reason":${quoted(reason)},"step":${quoted(step)},"rule":${text(at)}`;
			const found = message ? itemsText(message) + conditionsText(usesIn(message)) : '';
			log.text('info', 'audit', `"kind":"refusal",${requestText(audited, beside)},${asked}${found},${decided}`);
		},
		unread: (requestId, address, {status, reason}) => {
			const decided = `"decision":"refuse","status":${status},"reason":${quoted(reason)},"step":null,"rule":null`;
			const who = `"request_id":${quoted(requestId)},"correlation_id":${quoted(requestId)},"address":${text(address)}`;
			log.text('info', 'audit', `"kind":"refusal",${who},${decided}`);
		},
	};
}
const messageOf = ({body}) => (body?.kind === 'message' ? body.message : undefined);
const eraOf = ({body}) => (body?.kind === 'message' ? body.era : 'legacy');
const usesIn = ({elements = []}) => elements.flatMap(({items}) => items);
function conditionsText(items) {
	const read = items.flatMap(({found}) => found?.conditions ?? []).slice(0, MOST_LISTED);
	const members = read.map(({at, text: is, held}) => `{"at":${quoted(at)},"is":${quoted(is)},"held":"${held}"}`);
	return members.length === 0 ? '' : `,"conditions":[${members.join(',')}]`;
}
function itemsText(message) {
	const {shape, method} = message;
	if (shape !== 'batch' && (method === 'tools/call' || ITEMS.has(method))) return '';
	const items = usesIn(message).slice(0, MOST_LISTED);
	return items.length === 0 ? '' : `,"items":[${items.map(({ kind, name }) => `{"kind":"${kind}","name":${text(name)}}`).join(',')}]`;
}
function text(value) {
	if (value === null || value.length <= MOST_TEXT) return quoted(value);
	return quoted(`${value.slice(0, MOST_TEXT)}\u2026${createHash('sha256').update(value).digest('hex').slice(0, SHORT_DIGEST)}`);
}
const list = (values) => `[${values.slice(0, MOST_LISTED).map(text).join(',')}${values.length > MOST_LISTED ? ',"\u2026"' : ''}]`;
function digestOf({state}, argumentsJson) {
	return createHmac('sha256', state.digestKey).update(argumentsJson).digest('hex').slice(0, DIGEST);
}
function requestText(audited, {hasSession, tenant, isRelayed}) {
	const {id, correlationId, head, facts, state: {tables}} = audited;
	const {principal, lookup, tenants} = facts;
	const several = tenants && tenants.length !== 1 ? `"tenants":${list(tenants)},` : '';
	const answered = lookup && lookup.kind !== 'unavailable' ? `"lookup":${text(lookup.kind === 'tenant' ? lookup.tenant : null)},` : '';
	const who = principal ? kept(ofPrincipal, principal, () => principalText(principal, tables)) : '"client":null,"principal":null';
	return (`"request_id":${quoted(id)},"correlation_id":${quoted(correlationId)},${isRelayed ? '"relayed":true,' : ''}` +
		`"tenant":${quoted(tenant)},${several}${answered}${who},` +
		`${kept(ofHead, head, () => headText(head, tables))},"session":${hasSession}`);
}
const ofPrincipal = new WeakMap();
const ofHead = new WeakMap();
function kept(texts, of, write) {
	let known = texts.get(of);
	if (known === undefined) texts.set(of, (known = write()));
	return known;
}
function headText(head, {raw, placement}) {
	const {pathTenant, path, route, host, origin, request, scheme, address} = head;
	const {headers, method, peer} = request;
	const type = headers['content-type'];
	const isPlain = type === 'application/json' || method !== 'POST';
	return [
		`"hash":${quoted(raw.hash)},"placement":"${placement}","path":${text(pathTenant === null ? path : `/t/${pathTenant}${path}`)}`,
		`"server":${quoted(route?.server || null)},"host":${text(host)},"origin":${text(origin)},"method":${text(method)},"scheme":"${scheme}"`,
		`"address":${text(address)}${peer === address ? '' : `,"peer":${text(peer)}`},"revision":${text(headers['mcp-protocol-version'] ?? null)}`,
		...(headers['access-control-request-method'] ? ['"preflight":true'] : []),
		...(isPlain ? [] : [`"content_type":${text(type ?? null)}`]),
		...(headers['content-encoding'] === undefined ? [] : [`"content_encoding":${text(headers['content-encoding'])}`]),
	].join(',');
}
function principalText(principal, {raw: {matches}}) {
	const {kind} = principal;
	switch (kind) {
		case 'client': {
			const {client, permissions} = principal;
			return `"client":${quoted(client)},"principal":{"kind":"client","client":${quoted(client)},"permissions":${list(permissions)}}`;
		}
		case 'token': {
			const {issuer, subject, client, permissions, claims, expiresAt} = principal;
			const who = `"issuer":${text(issuer)},"subject":${text(subject)},"client":${text(client)}`;
			const deciding = new Set(matches.claims.flatMap((one) => one.claims.map(([name]) => name)));
			const read = Object.entries(claims).filter(([name]) => deciding.has(name)).map(([name, value]) => `${text(name)}:${claimText(value)}`);
			const may = `"permissions":${list(permissions)},"claims":{${read.join(',')}},"expires":${quoted(dateText(expiresAt))}`;
			return `"client":null,"principal":{"kind":"token",${who},${may}}`;
		}
		default:
			return `"client":null,"principal":{"kind":"${kind}"${'why' in principal && principal.why ? `,"why":${text(principal.why)}` : ''}}`;
	}
}
const claimText = (value) => Array.isArray(value) ? list(value.map(String)) : typeof value === 'string' ? text(value) : JSON.stringify(value) ?? 'null';
const dateText = (at) => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : null);
const ITEMS = new Map([
	['prompts/get', 'prompt'],
	['resources/read', 'resource'],
	['resources/subscribe', 'resource'],
	['resources/unsubscribe', 'resource'],
	['tasks/get', 'task'],
	['tasks/update', 'task'],
	['tasks/cancel', 'task'],
]);
function messageText({head, facts, client}, message) {
	const {shape, method, name, claim, declaresCapabilities} = message;
	const era = eraOf(facts);
	const {'mcp-protocol-version': revision, 'mcp-method': named = null, 'mcp-name': item = null } = head.request.headers;
	const kind = ITEMS.get(method);
	const isModern = era === 'modern';
	const members = [
		`"bytes":${client.length},"rpc":${text(shape === 'batch' ? 'batch' : method)},"era":"${era}"`,
		...(shape === 'request' || shape === 'batch' ? [] : [`"shape":"${shape}"`]),
		...(kind && name !== null ? [`"${kind}":${text(name)}`] : []),
		...(claim !== undefined && claim !== revision ? [`"claim":${claimText(claim)}`] : []),
		...(isModern && claim === undefined ? ['"claim":null'] : []),
		...(isModern && !declaresCapabilities ? ['"capabilities":false'] : []),
		...(isModern && named !== method ? [`"mcp_method":${text(named)}`] : []),
		...(isModern && item !== name ? [`"mcp_name":${text(item)}`] : []),
	];
	return members.join(',');
}
function refusedCalls(audited, {shape, calls, methods}) {
	const [first] = calls;
	if (shape === 'batch') return `"methods":${list(methods)},"tool":null,"tools":${list(calls.map(({ tool }) => tool))}`;
	const digest = first && first.argumentsJson !== '' ? `,"arguments_digest":"${digestOf(audited, first.argumentsJson)}"` : '';
	return `"tool":${text(first?.tool ?? null)}${digest}`;
}
