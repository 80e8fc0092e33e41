// mcpgen
import {CodedError} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
import {lastWords, speechOf} from './last-words.js';
import {lineReader, readByTurns} from './lines.js';
import {memoryOf, startGroup} from './process-group.js';
const GRACE = 1500;
const BEAT = 2000;
const MOST_NOISE_LINES = 40;
const MOST_NOISE_TEXT = 500;
const MOST_ERROR_LINE = 8192;
export function startChild({child: table, env, log}, onLine, long, onExit) {
	const group = startGroup(table, env, log);
	if (!group) throw new UpstreamFault('refused', new CodedError('NOT_STARTED', 'its command cannot be started: see child-not-started'));
	const {leader, pid, isAlive, signal} = group;
	const {stdin, stdout, stderr} = leader;
	let isEnding = false;
	const end = () => {
		if (isEnding) return;
		isEnding = true;
		stdin.end();
		timers.push(setTimeout(signal, GRACE, 'SIGTERM'), setTimeout(signal, 2 * GRACE, 'SIGKILL'));
	};
	let isKilled = false;
	let wasEnding = false;
	const kill = (reason) => {
		if (!isAlive() || isKilled) return;
		log('error', 'child-killed', { pid, reason });
		isEnding = isKilled = true;
		signal('SIGKILL');
	};
	const clean = speechOf(table, env);
	const words = lastWords();
	let noiseLines = 0;
	const noise = (text) => {
		noiseLines += 1;
		if (noiseLines <= MOST_NOISE_LINES) log('debug', 'child-output', { pid, text: clean(text).slice(0, MOST_NOISE_TEXT) });
	};
	const complaint = (text) => {
		words.add(clean(text));
		noise(text);
	};
	const beat = async () => {
		noiseLines = 0;
		if ((await memoryOf(pid)) > table.memory) kill('too much memory');
	};
	const timers = [setInterval(beat, BEAT).unref()];
	const {begins, ends} = long(pid);
	const endless = () => void (isEnding || kill('a line without an end'));
	const flow = readByTurns(stdout, lineReader(table.line, (line) => onLine(line) || noise(line), begins, ends, endless));
	stdout.once('end', () => timers.push(setTimeout(kill, GRACE, 'closed its output')));
	const readError = lineReader(MOST_ERROR_LINE, complaint, complaint);
	stderr.on('data', readError);
	for (const pipe of [stdin, stdout, stderr]) pipe.on('error', () => { });
	leader.on('close', (code, by) => {
		readError(Buffer.from('\n'));
		const isExpected = wasEnding && !isKilled;
		log(isExpected ? 'info' : 'warn', 'child-exited', { pid, code, signal: by, ...(!isExpected && { stderr: words.text() }) });
		onExit();
	});
	leader.on('exit', () => {
		wasEnding = isEnding;
		isEnding = true;
		timers.forEach(clearTimeout);
		flow(true);
		setTimeout(() => [stdout, stderr].forEach((pipe) => pipe.destroy()), GRACE).unref();
	});
	const isBehind = () => stdin.writableLength > table.line;
	const write = (message) => void (stdin.writable && stdin.write(`${message.replace(/[\r\n]/g, ' ')}\n`));
	return {
		pid, check() {
			if (isEnding || !stdin.writable) throw new UpstreamFault('refused', 'the child has ended or is about to, or has closed its input');
			if (isBehind()) throw new UpstreamFault('full', 'the child does not read what it was sent before');
		},
		write, refuse: (message) => (isBehind() ? kill('does not read') : write(message)), flow, end, kill,
	};
}
