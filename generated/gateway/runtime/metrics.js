// mcpgen: do not edit.
export const NO_METRICS = { count: () => { }, duration: () => { }, gauge: () => { }, toolLabel: () => '' };
