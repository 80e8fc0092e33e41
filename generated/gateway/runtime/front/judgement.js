// mcpgen: Milliseconds for which a judgement is kept.
export const KEPT_FOR = 1000;
export function keptUntil(principal, now) {
	return now + (principal?.kind === 'token' ? Math.min(KEPT_FOR, principal.expiresAt - Date.now()) : KEPT_FOR);
}
export function stillHolds(judgement, state, now, length) {
	return judgement !== null && judgement.state === state && now <= judgement.until && (length ?? 0) <= state.tables.raw.limits.body;
}
