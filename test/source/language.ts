import { ts } from 'ts-morph';
import { COMPILER_OPTIONS, createHost } from '#src/source/typecheck/program.js';

/** Top-level keys of a config and their values as they are written; null leaves one out. */
export type Parts = Readonly<Record<string, string | null>>;

/** A config that declares two of everything, so that a reference has something to be mistaken for. */
export const BASE: Parts = {
  name: "'acme'",
  gateway: "{ url: 'https://mcp.example.com', limits: { body: '4mb' } }",
  auth: "{ clients: { 'acme-ci': { keys: [secret('A')] }, 'globex-ci': { keys: [secret('B')], permissions: ['read'] } } }",
  servers: "{ notes: { kind: 'http', image: 'x', origins: ['console'], strategy: 'steady' }, files: { kind: 'stdio', command: ['x'], npm: 'a@1.0.0' } }",
  origins: "{ console: 'https://app.example.com', previews: { origin: 'https://*.example.com', owner: 'web' } }",
  tenants: "{ acme: { match: { client: 'acme-ci' }, servers: ['notes'], origins: ['console'] }, globex: { match: [{ path: true }], servers: '*' } }",
  strategies: "{ steady: { balance: 'round-robin' }, quick: { balance: 'least-connections' } }",
  environments: "{ staging: { gateway: { url: 'https://s.example.com' }, servers: { notes: { replicas: 2 }, files: null } }, production: {} }",
  policy: `{
    suppress: [
      { rule: 'MCP109', path: 'origins.previews', reason: 'x' },
      { rule: 'origin-wildcard', path: 'servers.notes.env', reason: 'x', until: '2027-03-01' },
    ],
    expect: [
      { request: { server: 'notes', as: { tenant: 'acme' } }, decision: 'allow' },
      { request: { path: '/x', as: { client: 'acme-ci' } }, decision: 'deny', status: 404 },
    ],
  }`,
};

/** Parts that name others; they go where what they name was replaced and is not the case's own. */
const NAMING = ['tenants', 'environments', 'policy'];

/** The source of a config; parts that were not replaced and refer to replaced ones are left out. */
export function configText(parts: Parts): string {
  const replaced = Object.keys(parts).filter((key) => parts[key] !== BASE[key]);
  const touchesNames = replaced.some((key) => ['servers', 'auth', 'origins', 'strategies', 'tenants'].includes(key));
  const kept = Object.entries(parts).filter(([key, value]) => value !== null && !(touchesNames && NAMING.includes(key) && !replaced.includes(key)));
  // The base's own servers name an origin and a strategy that a case may have taken away.
  const entries = kept.map(([key, value]) => {
    const isBaseServers = key === 'servers' && value === BASE['servers'] && (replaced.includes('origins') || replaced.includes('strategies'));
    return `  ${key}: ${isBaseServers ? "{ notes: { kind: 'http', image: 'x' }, files: { kind: 'stdio', command: ['x'] } }" : String(value)},`;
  });
  return `import { defineConfig, secret } from 'mcpgen';\nvoid secret;\nexport default defineConfig({\n${entries.join('\n')}\n});\n`;
}

/** Names that an editor offers at an offset, sorted. */
export function completionsIn(file: string, text: string, offset: number): readonly string[] {
  const compiler = createHost();
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => COMPILER_OPTIONS,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const content = name === file ? text : compiler.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: (options) => compiler.getDefaultLibFileName(options),
    fileExists: (name) => name === file || compiler.fileExists(name),
    readFile: (name) => (name === file ? text : compiler.readFile(name)),
  };
  if (compiler.resolveModuleNameLiterals !== undefined) host.resolveModuleNameLiterals = compiler.resolveModuleNameLiterals.bind(compiler);
  const entries = ts.createLanguageService(host, registry).getCompletionsAtPosition(file, offset, {})?.entries ?? [];
  return entries.map(({ name }) => name).sort();
}

/** Shared, so that the libraries are parsed once; each case has a file of its own. */
const registry = ts.createDocumentRegistry();
