import { fileURLToPath } from 'node:url';
import { Project, ts } from 'ts-morph';
import { PURE_BUILTINS } from '../hermetic.js';

const LIB_FOLDER = '/node_modules/typescript/lib';
const AMBIENT_FILE = '/mcpgen-ambient.d.ts';
const MCPGEN_TYPES = fileURLToPath(new URL('../../index.d.ts', import.meta.url));

/** Declares what a config may use of Node. `@types/node` would take twice the time, and would allow everything else too. */
const AMBIENT = `
${PURE_BUILTINS.flatMap((name) => [name, `node:${name}`]).map((name) => `declare module '${name}';`).join('\n')}
declare const console: { readonly [level in 'log' | 'info' | 'warn' | 'error' | 'debug']: (...values: unknown[]) => void };
declare function structuredClone<T>(value: T): T;
declare class URLSearchParams {
  constructor(init?: string | Record<string, string>);
  get(name: string): string | null;
  set(name: string, value: string): void;
  has(name: string): boolean;
  toString(): string;
}
declare class URL {
  constructor(url: string, base?: string | URL);
  hash: string; host: string; hostname: string; href: string; password: string; pathname: string;
  port: string; protocol: string; search: string; username: string;
  readonly origin: string;
  readonly searchParams: URLSearchParams;
  toString(): string;
}
`;

export const COMPILER_OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  // As lenient about file endings as `source/resolve.ts`, and independent of `type` in package.json, which loading does not read either.
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  isolatedModules: true,
  allowJs: true,
  lib: ['lib.es2022.d.ts'],
  types: [],
  skipLibCheck: true,
  skipDefaultLibCheck: true,
};

/** The config as the compiler sees it: strict, and with nothing around it but the language's own library and the declarations above. */
export function createProgram(configFile: string): ts.Program {
  return ts.createProgram({ rootNames: [configFile, AMBIENT_FILE], options: COMPILER_OPTIONS, host: createHost() });
}

/** Files that the user wrote: neither packages nor libraries. */
export function ownFiles(program: ts.Program): readonly ts.SourceFile[] {
  return program.getSourceFiles().filter((file) => !file.isDeclarationFile && !program.isSourceFileFromExternalLibrary(file));
}

export function createHost(): ts.CompilerHost {
  // ts-morph keeps the libraries of its compiler in its code, and only gives them out through the file system of a project.
  const libraries = new Project({ skipAddingFilesFromTsConfig: true }).getModuleResolutionHost();
  const readFile = (file: string): string | undefined => {
    if (file === AMBIENT_FILE) return AMBIENT;
    return file.startsWith(LIB_FOLDER) ? libraries.readFile(file) : ts.sys.readFile(file);
  };
  const host: ts.CompilerHost = {
    readFile,
    fileExists: (file) => (file.startsWith(LIB_FOLDER) ? libraries.fileExists(file) : ts.sys.fileExists(file)),
    directoryExists: ts.sys.directoryExists,
    getSourceFile: (file, options) => {
      const text = readFile(file);
      return text === undefined ? undefined : ts.createSourceFile(file, text, options);
    },
    getDefaultLibLocation: () => LIB_FOLDER,
    getDefaultLibFileName: (options) => `${LIB_FOLDER}/${ts.getDefaultLibFileName(options)}`,
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (file) => file,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    // Only editors need documentation comments; leaving them out saves time.
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    writeFile: () => undefined,
    resolveModuleNameLiterals: (literals, containing, _redirect, options) =>
      literals.map(({ text }) => (text === 'mcpgen' ? OURSELVES : ts.resolveModuleName(text, containing, options, host))),
  };
  if (ts.sys.realpath !== undefined) host.realpath = ts.sys.realpath;
  return host;
}

/** An import of `mcpgen` means the running package, wherever the config lies, even outside of any `node_modules`. */
const OURSELVES: ts.ResolvedModuleWithFailedLookupLocations = {
  resolvedModule: { resolvedFileName: MCPGEN_TYPES, extension: ts.Extension.Dts, isExternalLibraryImport: true },
};
