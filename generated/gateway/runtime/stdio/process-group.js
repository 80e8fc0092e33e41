// mcpgen: A child process, and whatever it starts, in a group that ends with the gateway.
import {spawn} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
const PAGE = 4096;
const living = new Set();
process.on('exit', () => living.forEach((pid) => signalGroup(pid, 'SIGKILL')));
export function startGroup({command: [command = '', ...args], cwd }, env, log) {
	const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]));
	const failed = ({message}) => log('error', 'child-not-started', { command, cwd, error: message });
	let leader;
	try {
		leader = spawn(command, args, {cwd: cwd ?? undefined, env: {...inherited, ...env}, detached: true}).on('error', failed);
	} catch (error) {
		failed(error);
		return null;
	}
	const {pid} = leader;
	if (pid === undefined) return null;
	living.add(pid);
	preferWhenOutOfMemory(pid);
	log('info', 'child-started', { pid, command });
	leader.on('exit', () => {
		living.delete(pid);
		signalGroup(pid, 'SIGKILL');
	});
	return {leader, pid, isAlive: () => living.has(pid), signal: (name) => signalGroup(pid, name)};
}
function preferWhenOutOfMemory(pid) {
	try {
		writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
	} catch {
	}
}
export async function memoryOf(pid) {
	const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
	return Number(statm.split(' ')[1] ?? 0) * PAGE;
}
function signalGroup(pid, signal) {
	try {
		process.kill(-pid, signal);
	} catch {
	}
}
