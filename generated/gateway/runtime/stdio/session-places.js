// mcpgen: Places for the sessions of a stdio server: who has one, and whose is given to somebody else when all are taken.
import {createPlaces} from '../process/places.js';
export function sessionPlaces(limit) {
	const places = createPlaces();
	const take = (holder, most = limit) => {
		const release = places.take(most, holder);
		return release && {holder, release};
	};
	return {
		take, instead(holder, idle) {
			const isOwn = ({place}) => place.holder.tenant === holder.tenant && place.holder.caller === holder.caller;
			const [longest] = idle;
			if (places.held >= limit && longest && !isOwn(longest)) {
				longest.place.release();
				const place = take(holder);
				if (place) return {place, session: longest};
				longest.place.release = places.take(Infinity, longest.place.holder) ?? longest.place.release;
			}
			const holdsNone = places.heldBy(holder.tenant, holder.caller) === 0;
			const session = idle.find((one) => isOwn(one) || (holdsNone && one.place.holder.tenant === holder.tenant));
			if (!session) return null;
			session.place.release();
			const place = take(holder, Infinity);
			return place && {place, session};
		},
	};
}
export function secondsUntil(until, now) {
	const soonest = Math.min(...until, now + LONGEST_WAIT) - now;
	return Math.max(1, Math.ceil(soonest / 1000));
}
const LONGEST_WAIT = 60_000;
