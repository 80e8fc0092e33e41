// mcpgen
export async function loadModules({strategies, drawing, breakers, httpProbes, mcpProbes, dns, stdio, ...others}) {
	const children = await stdio?.();
	return {
		...(await strategies?.()), ...(await drawing?.()), ...(await breakers?.()), ...(await httpProbes?.()),
		...(await mcpProbes?.()), ...(await dns?.()), ...(children && {childInstance: await children.loadChildren(others)}),
		...(await others.credentials?.()), ...(await others.ask?.()), ...(await others.lookup?.()),
		...(await others.secrets?.()), ...(await others.itemRules?.()), ...(await others.resources?.()),
		...(await others.environmentRate?.()), ...(await others.towards?.()), ...(await others.toServer?.()),
		...(await others.forward?.()), ...(await others.exchange?.()), ...(await others.tokens?.()),
	};
}
