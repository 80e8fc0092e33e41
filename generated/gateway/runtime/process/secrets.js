// mcpgen: Secrets, which the tables name and the environment gives.
import {readFileSync} from 'node:fs';
import {SettingError} from './env.js';
export function readSecret(env, name) {
	const file = env[`${name}_FILE`];
	const folder = env['MCPGEN_SECRETS'];
	const inFolder = () => (folder === undefined ? undefined : readFile('MCPGEN_SECRETS', `${folder}/${name}`));
	const value = file !== undefined ? readFile(`${name}_FILE`, file) : (env[name] ?? inFolder());
	if (value === undefined || value === '') throw new SettingError(`secret ${name} is not set: give it as ${name}, or a file with it as ${name}_FILE`);
	return value;
}
const PLACEHOLDER = /^(?:<.*>|\$\{.*|.{0,9}change.?(?:me|this).*|your[-_. ].*|replace.?(?:me|with).*|.{0,9}placeholder.*)$/is;
const CHOSEN = 16;
export function refusePlaceholder(name, value) {
	if (PLACEHOLDER.test(value)) throw new SettingError(`${name} is a placeholder: \`mcpgen secrets --generate\` makes a value of its own`);
}
export function longSecret(env, name, bytes) {
	const value = readSecret(env, name);
	if (bytes >= CHOSEN) refusePlaceholder(`secret ${name}`, value);
	if (Buffer.byteLength(value) < bytes) throw new SettingError(`secret ${name} is shorter than ${bytes} bytes`);
	return value;
}
function readFile(setting, path) {
	try {
		return readFileSync(path, 'utf8').trim();
	} catch (cause) {
		throw new SettingError(`${setting} names ${path}, which cannot be read`, { cause });
	}
}
