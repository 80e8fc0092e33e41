// mcpgen: do not edit.
export async function loadParts(tables, features, { log, metrics, self }, known) {
	const { keepAlive } = tables.timeouts;
	const bridge = await loadBridge(tables, features, log, known?.bridge ?? null);
	const sse = known?.sse ?? (await features.sse?.())?.createSse({ keepAlive, log, self }) ?? null;
	const traces = tables.traces && (await features.traces?.());
	const tracer = (tables.traces && traces?.createTracer({ ...tables.traces, service: tables.name, log, metrics })) ?? null;
	const transform = (await features.transform?.())?.TRANSFORM ?? null;
	if (known?.tracer) void known.tracer.close();
	return {
		bridge,
		sse,
		tracer,
		transform,
		close: async () => {
			await Promise.all([bridge?.close(), sse?.close(), tracer?.close()]);
		},
	};
}
async function loadBridge({ revisions }, features, log, known) {
	const [module, toLegacy = null, toModern = null] = await Promise.all([features.bridge?.(), features.toLegacy?.(), features.toModern?.()]);
	const bridge = known ?? module?.createBridge(log) ?? null;
	bridge?.configure({ revisions, toLegacy, toModern });
	return bridge;
}
