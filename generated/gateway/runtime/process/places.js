// mcpgen: Callers that are kept though they hold nothing.
const MOST_KEPT = 1000;
export function isShare(limit, held, mine, amount = 1) {
	return held + amount <= limit && (mine === 0 || 2 * (mine + amount) <= limit - (held - mine));
}
export function createPlaces() {
	let all = 0;
	const tenants = new Map();
	let kept = 0;
	const heldBy = (tenant, caller) => {
		const known = tenants.get(tenant);
		return (caller === undefined ? known?.held : known?.callers.get(caller)) ?? 0;
	};
	const add = (name, caller, amount) => {
		const tenant = tenants.get(name) ?? {held: 0, callers: new Map()};
		const {callers} = tenant;
		const before = callers.size;
		const held = (callers.get(caller) ?? 0) + amount;
		all += amount;
		tenant.held += amount;
		if (held > 0 || kept <= MOST_KEPT) callers.set(caller, held);
		else callers.delete(caller);
		kept += callers.size - before;
		if (callers.size > 0) tenants.set(name, tenant);
		else tenants.delete(name);
	};
	const book = ({tenant, hasNeighbours, caller, hasPeers = false}) => {
		let booked = 0;
		const change = (by) => {
			booked += by;
			add(tenant, caller, by);
		};
		return {
			add(limit, amount) {
				const mine = heldBy(tenant, caller);
				if (!isShare(limit, all, mine, amount)) return false;
				if (hasNeighbours) {
					const ofTenant = heldBy(tenant);
					if (!isShare(limit, all, ofTenant, amount)) return false;
					if (hasPeers && ofTenant > 0 && !isShare((limit - (all - ofTenant)) / 2, ofTenant, mine, amount)) return false;
				}
				change(amount);
				return true;
			},
			keep: (amount) => void (booked > amount && change(amount - booked)),
		};
	};
	return {
		get held() {
			return all;
		},
		heldBy, take(limit, holder, amount = 1) {
			const booking = book(holder);
			return booking.add(limit, amount) ? () => booking.keep(0) : null;
		},
		book,
	};
}
