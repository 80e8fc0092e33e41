/**
 * What a container starts where its image has the package installed. Clients and READMEs start a package by a program that fetches it first (`npx -y PACKAGE`,
 * `uvx PACKAGE`). In an image with that very package nothing is left to fetch, so the command is the package's own program. A command that asks for something
 * else stays as it is written, and the rule stdio-download-at-start finds it.
 */
import type { InstalledImage } from './infra-types.js';

type Installed = Pick<InstalledImage, 'manager' | 'package'>;

export interface InstalledCommand {
  readonly command: readonly string[];
  readonly onlyProgram: InstalledImage['onlyProgram'];
}

/** A program that fetches a package and starts it. */
interface Runner {
  readonly words: readonly string[];
  readonly manager: Installed['manager'];
  /** Flags that change nothing where the package is there. */
  readonly flags: readonly string[];
  /** Flags whose value names the package, where the first word names the program. */
  readonly from: readonly string[];
}

const NPM_FLAGS = ['-y', '--yes', '-q', '--quiet', '--silent', '--prefer-offline', '--offline', '--no-install', '--no', '--'];
const UV_FLAGS = ['-q', '--quiet', '--offline', '--no-progress', '--isolated', '--'];
const RUNNERS: readonly Runner[] = [
  { words: ['npx'], manager: 'npm', flags: NPM_FLAGS, from: ['-p', '--package'] },
  { words: ['npm', 'exec'], manager: 'npm', flags: NPM_FLAGS, from: ['-p', '--package'] },
  { words: ['npm', 'x'], manager: 'npm', flags: NPM_FLAGS, from: ['-p', '--package'] },
  { words: ['uvx'], manager: 'uv', flags: UV_FLAGS, from: ['--from'] },
  { words: ['uv', 'tool', 'run'], manager: 'uv', flags: UV_FLAGS, from: ['--from'] },
];

export function installedCommand(command: readonly string[], installed: Installed): InstalledCommand {
  const unchanged = { command, onlyProgram: null };
  const runner = RUNNERS.find(({ words, manager }) => manager === installed.manager && words.every((word, index) => command[index] === word));
  const asked = runner && asks(runner, command.slice(runner.words.length));
  if (!asked || !isInstalled(asked.spec ?? asked.program, installed)) return unchanged;
  const { name } = specOf(asked.program, installed.manager);
  if (installed.manager === 'uv' || asked.spec !== null) return { command: [name, ...asked.args], onlyProgram: null };
  // npx starts the only program of a package, or the one that is called like the package without its scope (libnpmexec, getBinFromManifest).
  const program = name.replace(/^@[^/]+\//, '');
  return { command: [program, ...asked.args], onlyProgram: program };
}

/** What a runner is asked for; null where it has a flag whose meaning is not known here. */
function asks({ flags, from }: Runner, words: readonly string[]): { spec: string | null; program: string; args: readonly string[] } | null {
  let spec: string | null = null;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) return { spec, program: word, args: words.slice(index + 1) };
    const [flag = '', value] = word.split('=', 2);
    if (from.includes(flag)) spec = value ?? words[++index] ?? '';
    else if (!flags.includes(word)) return null;
  }
  return null;
}

/** Whether a package that is asked for, in its pinned version or in none, is the one that is installed. */
function isInstalled(spec: string, { manager, package: pinned }: Installed): boolean {
  const asked = specOf(spec, manager);
  const own = specOf(pinned, manager);
  return normalised(asked.name, manager) === normalised(own.name, manager) && (asked.version === null || asked.version === own.version);
}

/** `@acme/files@2.0.1`, `mcp[cli]==1.0`, `mcp@1.0`: the name and the version. Extras are not part of a name (PEP 508). */
function specOf(spec: string, manager: Installed['manager']): { readonly name: string; readonly version: string | null } {
  const form = manager === 'npm' ? /^(@?[^@]+)(?:@(.*))?$/ : /^([\w.-]+)(?:\[[^\]]*\])?(?:(?:==|@)(.*))?$/;
  const [, name = spec, version = null] = form.exec(spec) ?? [];
  return { name, version };
}

/** Names of Python packages are compared in lower case, and runs of `-`, `_` and `.` are alike (PEP 503). */
function normalised(name: string, manager: Installed['manager']): string {
  return manager === 'uv' ? name.toLowerCase().replace(/[-_.]+/g, '-') : name;
}
