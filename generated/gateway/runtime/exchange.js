// A module of mcpgen's gateway. Do not edit.
export function messageOf({ facts }) {
	return facts.body?.kind === 'message' ? facts.body.message : undefined;
}
export function tenantOf({ facts }) {
	return facts.tenants?.length === 1 ? (facts.tenants[0] ?? null) : null;
}
/** Whom a session belongs to. Callers without credentials share one name: their sessions are protected by nothing but the id. */
export function principalOf({ facts }) {
	return facts.principal?.kind === 'client' ? `client:${facts.principal.client}` : 'anonymous';
}
/** Reads a body up to `limit` bytes. */
export function readBody(incoming, limit) {
	return new Promise((resolve) => {
		const chunks = [];
		let size = 0;
		incoming.on('data', (chunk) => {
			size += chunk.length;
			if (size > limit) resolve('body-too-large');
			else chunks.push(chunk);
		});
		incoming.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
		incoming.on('error', () => resolve('body-aborted'));
		incoming.on('close', () => resolve('body-aborted'));
	});
}
