// mcpgen
export async function loadModules({ strategies, drawing, breakers, httpProbes, mcpProbes, dns, stdio, ...others }) {
	const children = await stdio?.();
	return {
		...(await strategies?.()), ...(await drawing?.()), ...(await breakers?.()), ...(await httpProbes?.()),
		...(await mcpProbes?.()), ...(await dns?.()), ...(children && { childInstance: await children.loadChildren(others) }),
		...(await others.credentials?.()), ...(await others.secrets?.()),
	};
}
