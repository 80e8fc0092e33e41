// mcpgen: Groups that are kept though they hold nothing.
const MOST_KEPT = 1000;
const groupOf = (tenant, caller) => `${tenant} ${caller}`;
export function isShare(limit, held, mine, amount = 1) {
	return held + amount <= limit && (mine === 0 || 2 * (mine + amount) <= limit - (held - mine));
}
export function createPlaces() {
	let all = 0;
	const groups = new Map();
	const heldIn = (group) => groups.get(group) ?? 0;
	const add = (group, amount) => {
		const held = heldIn(group) + amount;
		if (held > 0 || groups.size <= MOST_KEPT) groups.set(group, held);
		else groups.delete(group);
	};
	const book = ({ tenant, hasNeighbours, caller, hasPeers = false }) => {
		const group = groupOf(tenant, caller);
		let booked = 0;
		const change = (by) => {
			booked += by;
			all += by;
			add(tenant, by);
			add(group, by);
		};
		return {
			add(limit, amount) {
				const mine = heldIn(group);
				if (!isShare(limit, all, mine, amount)) return false;
				if (hasNeighbours) {
					const ofTenant = heldIn(tenant);
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
		heldBy: (tenant, caller) => heldIn(caller === undefined ? tenant : groupOf(tenant, caller)),
		take(limit, holder, amount = 1) {
			const booking = book(holder);
			return booking.add(limit, amount) ? () => booking.keep(0) : null;
		},
		book,
	};
}
