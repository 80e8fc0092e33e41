// mcpgen
import {refusalBody} from '../decision/reasons.js';
import {isOriginAccepted} from '../decision/rows.js';
import {rankOf} from '../decision/steps.js';
const ALLOW_HEADERS = 'Accept, Authorization, Content-Type, Last-Event-ID, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, X-Api-Key';
const EXPOSE_HEADERS = 'Mcp-Session-Id, WWW-Authenticate';
const ORIGIN_RANK = rankOf('origin');
export const JSON_HEADERS = ['content-type', 'application/json', 'cache-control', 'no-store'];
const VARY = ['vary', 'Origin'];
const OPEN = [...VARY, 'access-control-allow-origin', '*', 'access-control-expose-headers', EXPOSE_HEADERS];
export function corsHeaders({raw: {cors}}, {kind, origin, request}) {
	if (kind.origins === 'any') return OPEN;
	if (origin === null) return VARY;
	const exposed = [EXPOSE_HEADERS, ...cors.exposeHeaders].join(', ');
	const credentials = cors.credentials ? ['access-control-allow-credentials', 'true'] : [];
	return [...VARY, 'access-control-allow-origin', request.headers['origin'] ?? origin, 'access-control-expose-headers', exposed, ...credentials];
}
export const answerHeaders = (tables, head) => [...corsHeaders(tables, head), ...tables.headers];
const PARAMETER = /^mcp-param-[!#$%&'*+.^`|~\w-]{1,100}$/;
const MOST_PARAMETERS = 50;
function parametersIn(asked) {
	if (asked === undefined) return [];
	const names = asked.toLowerCase().split(',').map((name) => name.trim());
	return [...new Set(names.filter((name) => PARAMETER.test(name)))].slice(0, MOST_PARAMETERS);
}
export function preflightAnswer(tables, head) {
	const {cors} = tables.raw;
	const parameters = parametersIn(head.request.headers['access-control-request-headers']);
	const headers = [
		...corsHeaders(tables, head), ...['access-control-allow-methods', (head.route?.methods ?? []).join(', ')],
		...['access-control-allow-headers', [ALLOW_HEADERS, ...cors.allowHeaders, ...parameters].join(', ')],
		...['access-control-max-age', String(Math.floor(cors.maxAge / 1000))],
	];
	return {status: 204, headers, body: '' };
}
export function refusalAnswer(tables, head, refusal, requestId, challenge = null) {
	const {step, reason, status, retryAfter} = refusal;
	const headers = [...JSON_HEADERS];
	if (rankOf(step) >= ORIGIN_RANK) headers.push(...(isOriginAccepted(tables, head) ? corsHeaders(tables, head) : VARY));
	if (status === 405) headers.push('allow', head.health ? 'GET, HEAD' : (head.route?.methods ?? []).join(', '));
	if (challenge !== null) headers.push('www-authenticate', challenge);
	else if (status === 401) headers.push('www-authenticate', reason === 'credentials-missing' ? 'Bearer' : 'Bearer error="invalid_token"');
	if (retryAfter !== undefined) headers.push('retry-after', String(retryAfter));
	return {status, headers, body: refusalBody(reason, refusal.idText, requestId, refusal.data)};
}
export function healthAnswer({raw}, isDraining) {
	const headers = [...JSON_HEADERS, 'mcpgen-config-hash', raw.hash];
	return {status: isDraining ? 503 : 200, headers, body: isDraining ? '{"status":"draining"}\n' : '{"status":"ok"}\n' };
}
