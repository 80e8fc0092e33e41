// mcpgen: Closes breakers and ends ejections, of one instance or all.
export function resetInstances(pool, id, now) {
	const isHeld = ({ejectedAt, breaker}) => ejectedAt !== null || (breaker !== null && (breaker.state !== 'closed' || breaker.failures(now) > 0));
	const due = pool.instances.filter((instance) => (id === undefined || instance.id === id) && isHeld(instance));
	for (const instance of due) {
		instance.breaker?.reset(now);
		if (instance.ejectedAt !== null) pool.turnTo(instance, true, 'reset');
	}
	return due.map((instance) => instance.id);
}
