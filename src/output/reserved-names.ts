/** The names that mcpgen itself uses in an output folder; no generated file may have one. */

export const LOCK_FILE = 'mcpgen.lock.json';

/** Exists while a build writes. It is never committed, so its name begins with a dot. */
export const OWNER_FILE = '.mcpgen.lock.pid';

/** The name of a file while it is being written. A rename then gives it its real name. */
export const temporaryName = (random: string): string => `.mcpgen-${random}.tmp`;

/** Only names of this exact form are ever cleaned up as leftovers. */
export const isTemporaryName = (name: string): boolean => /^\.mcpgen-[0-9a-f]{16}\.tmp$/.test(name);

export const isReservedName = (name: string): boolean => name === LOCK_FILE || name.startsWith('.mcpgen');
