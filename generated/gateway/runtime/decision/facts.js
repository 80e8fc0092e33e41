// mcpgen
export const messageIn = ({ body }) => (body?.kind === 'message' ? body.message : undefined);
export const eraIn = ({ body }) => (body?.kind === 'message' ? body.era : 'legacy');
export const tenantIn = ({ tenants }) => (tenants?.length === 1 ? tenants[0] : null);
