// mcpgen: How the gateway tells a host of children whose request it sends: children may serve several callers, and must not take one for another.
export const CALLER = 'x-mcpgen-caller';
export function callerText(tenant, client) {
	return `${tenant} ${client ?? ''}`;
}
export function readCaller(text) {
	const [tenant = '', client = ''] = text?.split(' ') ?? [];
	return {tenant, client: client || null};
}
