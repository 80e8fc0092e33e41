/** Commands that fetch what they run. */

/** A program that fetches something each time it starts, unless it has one of the flags. */
interface Fetcher {
  readonly words: readonly string[];
  readonly unless: readonly string[];
  /** The arguments among which one must look like this. Absent: any. */
  readonly only?: RegExp;
}

const NPM_OFFLINE = ['--no-install', '--no', '--offline', '--offline=true', '--yes=false'];
const FETCHERS: readonly Fetcher[] = [
  { words: ['npx'], unless: NPM_OFFLINE },
  { words: ['npm', 'exec'], unless: NPM_OFFLINE },
  { words: ['npm', 'x'], unless: NPM_OFFLINE },
  { words: ['npm', 'install'], unless: ['--offline'] },
  { words: ['npm', 'i'], unless: ['--offline'] },
  { words: ['npm', 'ci'], unless: ['--offline'] },
  { words: ['pnpx'], unless: ['--offline'] },
  { words: ['pnpm', 'dlx'], unless: ['--offline'] },
  { words: ['yarn', 'dlx'], unless: [] },
  { words: ['bunx'], unless: ['--no-install'] },
  { words: ['bun', 'x'], unless: ['--no-install'] },
  { words: ['deno', 'run'], unless: ['--cached-only', '--no-remote'], only: /^(npm|jsr|https?):/ },
  { words: ['uvx'], unless: ['--offline'] },
  { words: ['uv', 'tool', 'run'], unless: ['--offline'] },
  { words: ['uv', 'run'], unless: ['--offline', '--no-sync'] },
  { words: ['pipx', 'run'], unless: [] },
  { words: ['pip', 'install'], unless: ['--no-index'] },
  { words: ['pip3', 'install'], unless: ['--no-index'] },
  { words: ['go', 'run'], unless: [], only: /@/ },
  { words: ['docker', 'run'], unless: ['--pull=never'] },
  { words: ['podman', 'run'], unless: ['--pull=never'] },
  { words: ['nerdctl', 'run'], unless: ['--pull=never'] },
];

/** Programs that start the program named after them. */
const WRAPPERS = ['env', 'exec', 'command', 'nice', 'nohup', 'time', 'timeout', 'tini', 'dumb-init', 'setpriv', 'sudo'];
const SHELLS = ['sh', 'bash', 'dash', 'ash', 'zsh'];

/** The program of a command that fetches (`npx`, `docker run`); null where none is known to. Its arguments are left out: they may hold a secret. */
export function download(command: readonly string[]): string | null {
  return simpleCommands(command).map(fetching).find((found) => found !== null) ?? null;
}

function fetching(words: readonly string[]): string | null {
  const fetcher = FETCHERS.find((each) => startsWith(words, each.words));
  if (fetcher === undefined) return null;
  const rest = words.slice(1);
  const own = rest.slice(0, rest.findIndex((word) => !word.startsWith('-') && !fetcher.words.includes(word)) + 1 || rest.length);
  if (own.some((word) => fetcher.unless.includes(word))) return null;
  if (fetcher.only && !rest.some((word) => fetcher.only?.test(word))) return null;
  return fetcher.words.join(' ');
}

/** Whether the words that are no flags begin with these: `npm --silent exec`. */
function startsWith(words: readonly string[], wanted: readonly string[]): boolean {
  const plain = words.filter((word, index) => index === 0 || !word.startsWith('-'));
  return wanted.every((word, index) => word === plain[index]);
}

/** The commands that a command starts: itself, what a wrapper starts, what a shell is told to. The first word is a program without its folder. */
function simpleCommands(command: readonly string[]): readonly (readonly string[])[] {
  const [first = '', ...rest] = command;
  const program = first.replace(/^.*[\\/]/, '').replace(/\.(cmd|exe|ps1)$/i, '');
  if (SHELLS.includes(program)) {
    const script = rest.find((_, index) => /^-[a-z]*c[a-z]*$/.test(rest[index - 1] ?? ''));
    return (script ?? '').split(/[;&|\n(){}`]+/).flatMap((part) => simpleCommands(part.trim().split(/\s+/).map(unquoted)));
  }
  if (WRAPPERS.includes(program) || /^\w+=/.test(first)) {
    const next = rest.findIndex((word) => !/^(-|\w+=|\d)/.test(word));
    return next === -1 ? [] : simpleCommands(rest.slice(next));
  }
  return [[program, ...rest]];
}

const unquoted = (word: string): string => word.replace(/^(["'])(.*)\1$/, '$2');
