/** The configs in a section, each a whole `mcp.config.ts`. */
export function configsIn(section: string): readonly string[] {
  return Array.from(section.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, code = '']) => code);
}
