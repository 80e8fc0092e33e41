// mcpgen: By which id a refusal answers: null before row `body`, which is the first to know it.
export const askedIn = ({body}) => (body?.kind === 'message' ? body.message : (body ?? NOBODY));
const NOBODY = {id: null};
export const messageIn = ({body}) => (body?.kind === 'message' ? body.message : undefined);
export const eraIn = ({body}) => (body?.kind === 'message' ? body.era : 'legacy');
export const tenantIn = ({tenants}) => (tenants?.length === 1 ? tenants[0] : null);
