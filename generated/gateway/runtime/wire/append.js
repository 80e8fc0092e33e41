// mcpgen: Writes `chunk` behind the `used` bytes of `store`, in a larger one when it is full.
export function append(store, used, chunk) {
	const isFull = used + chunk.length > store.length;
	const target = isFull ? Buffer.allocUnsafeSlow(2 * (used + chunk.length)) : store;
	if (isFull) store.copy(target, 0, 0, used);
	chunk.copy(target, used);
	return target;
}
