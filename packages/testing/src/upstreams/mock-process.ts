import { createServer, type Socket } from 'node:net';
import { type JsonValue, parseJson } from '@dragoman/plugin';
import type { Delivery, FakeCall, FakeUpstream, Messages } from './fake-upstream.ts';
import { deliveriesInPieces, ScriptedServer } from './scripted-server.ts';

/** What a mock program answers to one line of its input, or to the input's end. */
export interface ProcessReply {
  /** Written to its output, a line each. What is no text is written as JSON. */
  readonly lines?: Iterable<JsonValue>;
  /** Written to its output as it is. */
  readonly text?: string;
  /** Written to its output for errors. */
  readonly errors?: string;
  /** Writes in pieces of this size. */
  readonly chunkBytes?: number;
  /** Ends with this code afterwards. Default: it ends with 0 once its input has. */
  readonly exit?: number;
  /** The reply is never over: the program is silent after the lines. */
  readonly hang?: true;
}

/** One line as the program got it. */
export interface ProcessCall extends FakeCall {
  readonly line: string;
  /** The line as JSON; `undefined` when it is not JSON. */
  readonly body: JsonValue | undefined;
}

export interface MockProcess extends FakeUpstream {
  /** The program to start, as often as one likes; its arguments are `args`. */
  readonly command: string;
  readonly args: readonly string[];
  readonly calls: readonly ProcessCall[];
  /** How many programs are running. */
  readonly running: number;
  reply(...replies: readonly ProcessReply[]): void;
  waitForCall(count?: number): Promise<ProcessCall>;
  deliveries(reply: ProcessReply): readonly Delivery[];
  heldOpen(reply: ProcessReply): ProcessReply | undefined;
  messagesOf(reply: ProcessReply): Messages | undefined;
}

/** Prepares a scripted program that talks over its standard input and output. A provider starts it. */
export async function startMockProcess(): Promise<MockProcess> {
  const upstream = new ScriptedProcess();
  await upstream.listen();
  return upstream;
}

/** What the program runs: it passes its input to the test, and does what the test says. */
const PROGRAM = `
const { connect } = require('node:net');
const test = connect(Number(process.argv[1]), '127.0.0.1');
const tell = (value) => test.write(JSON.stringify(value) + '\\n');
process.stdin.on('data', (piece) => tell({ in: piece.toString('base64') }));
process.stdin.on('end', () => tell({ end: true }));
require('node:readline').createInterface({ input: test }).on('line', (line) => {
  const { out, err, exit } = JSON.parse(line);
  if (out !== undefined) process.stdout.write(Buffer.from(out, 'base64'));
  if (err !== undefined) process.stderr.write(err);
  if (exit !== undefined) process.exit(exit);
});
test.on('error', () => {}).on('close', () => process.exit(1));
`;

class ScriptedProcess extends ScriptedServer<ProcessCall, ProcessReply> implements MockProcess {
  readonly command = process.execPath;
  protected readonly server = createServer((socket) => this.#serve(socket));
  readonly #running = new Set<Socket>();

  get url(): string {
    return `stdio://127.0.0.1:${this.port}`;
  }

  get args(): readonly string[] {
    return ['--eval', PROGRAM, String(this.port)];
  }

  get running(): number {
    return this.#running.size;
  }

  deliveries(reply: ProcessReply): readonly Delivery[] {
    return deliveriesInPieces(reply);
  }

  heldOpen({ exit: _, ...reply }: ProcessReply): ProcessReply {
    return { ...reply, hang: true };
  }

  messagesOf({ lines, ...reply }: ProcessReply): Messages | undefined {
    return lines && { values: [...lines], with: (changed) => ({ ...reply, lines: changed }) };
  }

  protected dropConnections(): void {
    for (const socket of this.#running) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#running.add(socket);
    socket.on('error', () => {}).once('close', () => this.#running.delete(socket));
    let input = '';
    let answering: Promise<void> = Promise.resolve();
    const take = (line: string): void => {
      const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
      socket.once('close', abort);
      this.log.record({ line, body: parseJson(line), aborted });
      const reply = this.log.next() ?? {};
      answering = answering.then(async () => {
        await answer(socket, reply);
        if (reply.hang) await aborted;
        socket.off('close', abort);
      });
    };
    let told = '';
    socket.setEncoding('utf8').on('data', (piece: string) => {
      const messages = (told + piece).split('\n');
      told = messages.pop() ?? '';
      for (const message of messages) {
        const { in: text, end } = JSON.parse(message) as { readonly in?: string; readonly end?: true };
        const lines = (input + Buffer.from(text ?? '', 'base64').toString()).split('\n');
        input = lines.pop() ?? '';
        if (end && input !== '') lines.push(input);
        for (const line of lines) take(line);
        if (end) void answering.then(() => tell(socket, { exit: 0 }));
      }
    });
  }
}

const tell = (socket: Socket, what: object): void => {
  if (socket.writable) socket.write(`${JSON.stringify(what)}\n`);
};

async function answer(
  socket: Socket,
  { lines = [], text = '', errors, exit, chunkBytes }: ProcessReply,
): Promise<void> {
  const written = [...lines].map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  if (errors !== undefined) tell(socket, { err: errors });
  for (const piece of [...written, text]) {
    const bytes = Buffer.from(piece);
    const size = chunkBytes ?? Infinity;
    for (let at = 0; at < bytes.length; at += size) {
      tell(socket, { out: bytes.subarray(at, at + size).toString('base64') });
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  if (exit !== undefined) tell(socket, { exit });
}
