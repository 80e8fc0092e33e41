// mcpgen
export const NO_METRICS = {count: () => {}, duration: () => {}, gauge: () => {}, toolCalls: () => {}};
