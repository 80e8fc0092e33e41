// mcpgen
export const NOTHING_TOWARDS = {shown: new Map(), forwarding: null, exchanges: new Map(), keptBack: new Map()};
