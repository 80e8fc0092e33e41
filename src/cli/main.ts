import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { didYouMean } from '../diagnostics/closest.js';
import { maskShapes } from '../diagnostics/mask.js';
import { McpgenError } from '../errors.js';
import { errno } from '../output/system-error.js';
import { parse, UsageError } from './args.js';
import { COMMANDS, GLOBAL, type Command } from './commands.js';
import { helpOfCommand, helpOfProgram } from './help.js';
import { EXIT, type ExitCode, type Io } from './io.js';

/** The whole program: arguments and the world in, an exit code out. */
export async function main(args: readonly string[], world: Io): Promise<ExitCode> {
  // Whatever is said beside the results, a stack trace or an argument among it: what looks like a secret is not repeated.
  const io: Io = { ...world, err: (text) => world.err(maskShapes(text)) };
  try {
    return await dispatch(args, io);
  } catch (error) {
    if (error instanceof UsageError || (error instanceof McpgenError && error.exit === EXIT.usage)) {
      io.err(`mcpgen: ${error.message}\n`);
      return EXIT.usage;
    }
    // A file or a port of this machine that no command has words of its own for.
    if (error instanceof Error && errno(error) !== null) {
      io.err(`mcpgen: ${error.message}\n`);
      return EXIT.usage;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.err(`mcpgen: this is a bug in mcpgen; please report it with what follows.\n${text}\n`);
    return EXIT.bug;
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const [topic] = name === 'help' ? rest.filter((word) => word !== '--help' && word !== '-h') : [];
    io.out(topic === undefined ? helpOfProgram() : helpOfCommand(topic, commandOf(topic)));
    return name === undefined ? EXIT.usage : EXIT.clean;
  }
  if (name === '--version' || name === '-v' || name === '-V') {
    const { packageVersion } = await import('../assets.js');
    io.out(`mcpgen ${packageVersion()} (node ${process.versions.node})\n`);
    return EXIT.clean;
  }
  const command = commandOf(name);
  const given = parse(rest, { ...GLOBAL, ...command.flags });
  if (given.has('help')) {
    io.out(helpOfCommand(name, command));
    return EXIT.clean;
  }
  if (given.positionals.length > 0 && !command.positionals) throw new UsageError(`${name} takes no argument; got "${given.positionals[0]}"`);
  const cwd = workingFolder(io.cwd, given.one('cwd'));
  const { run } = await command.load();
  return run({ io, given, colour: wantsColour(given.one('color'), io), cwd });
}

function workingFolder(from: string, asked: string | undefined): string {
  if (asked === undefined) return resolve(from);
  const folder = resolve(from, asked);
  const found = existsSync(folder) ? statSync(folder) : null;
  if (found?.isDirectory()) return folder;
  throw new UsageError(`--cwd ${asked}: ${found ? `${folder} is not a folder` : `there is no folder ${folder}`}`);
}

function commandOf(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command) return command;
  if (name.startsWith('-')) throw new UsageError(`the command comes first, then its flags: mcpgen COMMAND ${name}; mcpgen --help lists the commands`);
  throw new UsageError(`there is no command "${name}"${didYouMean(name, Object.keys(COMMANDS)) || '; mcpgen --help lists them'}`);
}

/** The flag decides, then NO_COLOR (https://no-color.org), then FORCE_COLOR, then whether there is a terminal. */
function wantsColour(when: string | undefined, { env, isTty }: Io): boolean {
  if (when === 'always' || when === 'never') return when === 'always';
  if (env['NO_COLOR']) return false;
  return Boolean(env['FORCE_COLOR']) || isTty;
}
