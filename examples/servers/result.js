// @ts-check
/** The two shapes of tool result these servers give. */

/** @typedef {import('@modelcontextprotocol/sdk/types.js').CallToolResult} Result */

/** @type {(text: string) => Result} */
export const plain = text => ({ content: [{ type: 'text', text }] });

/**
 * The value for programs, and its JSON for clients that only read text (2025-11-25, Tools § Structured Content).
 *
 * @type {(value: Record<string, unknown>, shown?: string) => Result}
 */
export const structured = (value, shown = JSON.stringify(value, null, 2)) => ({ ...plain(shown), structuredContent: value });
