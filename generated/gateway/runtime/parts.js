// mcpgen
export async function loadParts(tables, features, options, known) {
	const {log, metrics} = options;
	const bridge = await loadBridge(tables, features, log, known?.bridge ?? null);
	const sse = await loadSse(tables, features, options, known?.sse ?? null);
	const renewals = known?.renewals ?? (await loadRenewals(features));
	const traces = tables.traces && (await features.traces?.());
	const tracer = (tables.traces && traces?.createTracer({...tables.traces, service: tables.name, log, metrics})) ?? null;
	const audit = (await features.audit?.())?.createAudit(log) ?? null;
	const transform = (await features.transform?.())?.createTransform(await features.redaction?.()) ?? null;
	const items = known?.items ?? (await features.items?.())?.createItems() ?? null;
	const mirror = known?.mirror ?? (await features.mirror?.())?.createMirror(log) ?? null;
	const oauth = (await features.oauth?.())?.createOAuth(mirror) ?? null;
	const {deny = null} = (await features.denials?.()) ?? {};
	const {endAtExpiry = null} = (await features.expiry?.()) ?? {};
	const {vouchFor = known?.vouchFor ?? null} = (await features.vouching?.()) ?? {};
	if (known?.tracer) void known.tracer.close();
	return {
		audit, bridge, deny, endAtExpiry, items, mirror, oauth, renewals, sse, tracer, transform, vouchFor,
		close: async () => {
			await Promise.all([bridge?.close(), sse?.close(), tracer?.close()]);
		},
	};
}
async function loadRenewals({renew}) {
	return (await renew?.())?.createRenewals() ?? null;
}
async function loadSse({timeouts}, features, {log, env, listening}, known) {
	const [module, relay, held, passed] = await Promise.all([features.sse?.(), features.relay?.(), features.sseHeld?.(), features.ssePassed?.()]);
	const sse = known ?? module?.createSse({keepAlive: timeouts.keepAlive, log}) ?? null;
	sse?.configure({...held, ...passed}, relay ? {...relay, self: () => relay.selfOf(env, listening())} : null);
	return sse;
}
async function loadBridge({revisions}, features, log, known) {
	const [module, toLegacy = null, toModern = null] = await Promise.all([features.bridge?.(), features.toLegacy?.(), features.toModern?.()]);
	const bridge = known ?? module?.createBridge(log) ?? null;
	bridge?.configure({revisions, toLegacy, toModern});
	return bridge;
}
