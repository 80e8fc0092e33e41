/** Protocol revisions of MCP that the gateway speaks to clients, the oldest first. */
export const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] as const;

/** A protocol revision of MCP that the gateway speaks to clients. */
export type Revision = (typeof REVISIONS)[number];

/** 2024-11-05 has a transport of its own, with routes of its own: it is asked for. */
export const DEFAULT_REVISIONS: readonly Revision[] = REVISIONS.filter((revision) => revision !== '2024-11-05');

export const NEWEST = REVISIONS.at(-1) as Revision;

/** Revisions are days, so they compare as text. The first without sessions, and with them GET and DELETE, is 2026-07-28. */
export const isLegacy = (revision: Revision): boolean => revision < '2026-07-28';
