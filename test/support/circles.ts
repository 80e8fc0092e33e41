/**
 * The circles of a graph, sorted: its strongly connected components of more than one node, and the nodes that lead to themselves.
 * Tarjan, "Depth-first search and linear graph algorithms", SIAM Journal on Computing 1 (1972).
 */
export function circlesIn(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const path: string[] = [];

  const visit = (node: string): number => {
    const index = order.size;
    order.set(node, index);
    path.push(node);
    let low = index;
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (path.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low === index) {
      const members = path.splice(path.indexOf(node)).sort();
      if (members.length > 1 || graph.get(node)?.includes(node)) circles.push(members);
    }
    return low;
  };

  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles.sort(([one = ''], [other = '']) => (one < other ? -1 : 1));
}
