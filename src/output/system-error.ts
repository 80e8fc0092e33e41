import { dirname } from 'node:path';
import { type ErrorCode, McpgenError } from '../errors.js';

type Verb = 'read' | 'write' | 'remove' | 'create the folder';

interface Explanation {
  readonly code: ErrorCode;
  readonly what: string;
  readonly advice: (path: string) => string;
}

const access: Explanation = {
  code: 'permission-denied',
  what: 'permission denied',
  advice: (path) => `Give this user read and write access to ${dirname(path)}, then run the command again.`,
};
const readOnly: Explanation = {
  code: 'permission-denied',
  what: 'the file system is read-only',
  advice: () => 'Mount it writable, or work in a folder that is; `mcpgen build --check` writes nothing.',
};
const full: Explanation = {
  code: 'disk-full',
  what: 'the disk is full',
  advice: () => 'Free some space, then run the command again: it takes up where this one stopped.',
};
const notFolder: Explanation = {
  code: 'not-a-directory',
  what: 'there is a file where a folder is needed',
  advice: () => 'Move that file away, then run the command again.',
};
const absent: Explanation = {
  code: 'not-a-directory',
  what: 'its folder does not exist',
  advice: (path) => `Make ${dirname(path)}, then run the command again.`,
};
const folder: Explanation = {
  code: 'is-a-directory',
  what: 'there is a folder where a file is needed',
  advice: () => 'Move that folder away, then run the command again.',
};

const EXPLANATIONS: ReadonlyMap<string, Explanation> = new Map([
  ['EACCES', access],
  ['EPERM', access],
  ['EROFS', readOnly],
  ['ENOSPC', full],
  ['EDQUOT', full],
  ['ENOTDIR', notFolder],
  ['EEXIST', notFolder],
  ['ENOENT', absent],
  ['EISDIR', folder],
  ['ENOTEMPTY', folder],
]);

/** The code of an operating system error, such as `ENOENT`; null for any other error. */
export function errno(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error ? error.code : null;
}

/** Runs one file operation. An error of the operating system becomes a sentence about `path` that says what to do. */
export async function attempt<T>(verb: Verb, path: string, operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const code = errno(error);
    if (code === null) throw error;
    const explanation = EXPLANATIONS.get(code);
    // `errno` is only non-null for instances of `Error`, so the cast is safe.
    if (!explanation) throw new McpgenError('io', `cannot ${verb} ${path}: ${(error as Error).message}`, error);
    throw new McpgenError(explanation.code, `cannot ${verb} ${path}: ${explanation.what}. ${explanation.advice(path)}`, error);
  }
}
