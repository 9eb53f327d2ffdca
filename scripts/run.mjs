// The bootstrap behind `npm start` and `npm test`. Plain JavaScript, because the machine's own Node runs it:
// everything after the install runs on the Node that the lockfile pins.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withProgress } from '../core/src/cli/progress.mjs';
import { become as handOver } from '../packages/dragoman/bin/become.mjs';
import { checkNode, installPnpm } from './pinned.mjs';
import { normalizeSbom } from './sbom.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [task, ...rest] = process.argv.slice(2);
const LEAST_NODE = 24;

const env = {
  ...process.env,
  NEXT_TELEMETRY_DISABLED: '1',
  npm_config_audit: 'false',
  npm_config_update_notifier: 'false',
  // `node` and all tools are looked up here first, also by the children of the children.
  PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH,
};

/** Says what takes time; not on stdout, which is for the commands' results. */
function tell(message) {
  console.error(message);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Runs a command. A quiet one shows its output only when it fails. */
async function run(command, args, { quiet = false, cwd = root } = {}) {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['inherit', ...(quiet ? ['pipe', 'pipe'] : ['inherit', 'inherit'])],
  });
  const printed = [];
  for (const output of [child.stdout, child.stderr]) output?.on('data', (data) => printed.push(data));
  const problem = await new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(`: ${message}`));
    child.on('close', (status) => resolve(status === 0 ? undefined : ''));
  });
  if (problem !== undefined)
    throw new CommandFailed(
      `${Buffer.concat(printed).toString()}\n${command} ${args.join(' ')} failed${problem}.`,
    );
}

/** A command whose output says what is wrong. */
class CommandFailed extends Error {}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (['node_modules', '.next', 'out', 'next-env.d.ts'].includes(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function digest(paths) {
  const hash = createHash('sha256');
  for (const path of paths.toSorted()) hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}

const stampOf = (name) => join(root, 'node_modules', `.run-${name}`);

/** Does a step unless it was done for the very same files. */
async function once(name, paths, step) {
  const stamp = stampOf(name);
  const now = digest(paths);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  await step();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

/** The command of the package manager. On systems without a pinned hash, npm fetches it unchecked. */
async function pnpm() {
  const pinned = await installPnpm(root, { run, fail });
  if (pinned !== undefined) return { command: pinned, first: [] };
  const [name] = manifest.packageManager.split('+');
  tell(`No hash of pnpm is pinned for this system, so ${name} is not verified.`);
  return { command: 'npx', first: ['--yes', name] };
}

async function install() {
  const folders = [
    '.',
    'core',
    'console',
    'tests',
    ...['packages', 'plugins'].flatMap((parent) =>
      readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
    ),
  ];
  const manifests = folders
    .map((folder) => join(root, folder, 'package.json'))
    .filter((path) => existsSync(path));
  await once(
    'install',
    [join(root, 'pnpm-lock.yaml'), join(root, 'pnpm-workspace.yaml'), ...manifests],
    async () => {
      const { command, first } = await pnpm();
      await withProgress('Installing packages', () =>
        run(command, [...first, 'install', '--frozen-lockfile'], { quiet: true }),
      );
      checkNode(root, { fail });
    },
  );
  const version = spawnSync('node', ['--version'], { env, encoding: 'utf8' }).stdout ?? '';
  if (Number(/^v(\d+)/.exec(version)?.[1] ?? 0) < LEAST_NODE) {
    fail(
      `Node ${LEAST_NODE} or newer is needed. On Linux it is installed along; here, please install it first.`,
    );
  }
}

function useConsoleTools() {
  env.PATH = join(root, 'console', 'node_modules', '.bin') + delimiter + env.PATH;
}

async function buildConsole() {
  useConsoleTools();
  const sources = [...filesBelow(join(root, 'console')), join(root, 'pnpm-lock.yaml')];
  // What was removed since is built again.
  if (!existsSync(join(root, 'console', 'out', 'index.html'))) rmSync(stampOf('console'), { force: true });
  // `npm run dev` leaves types of pages there that may be gone by now.
  rmSync(join(root, 'console', '.next', 'dev', 'types'), { recursive: true, force: true });
  await once('console', sources, () =>
    withProgress('Building the console', () =>
      run('next', ['build'], { quiet: true, cwd: join(root, 'console') }),
    ),
  );
}

/** Browser tests use the system's Chromium: on Debian as root it is installed when it is missing. */
async function findChromium() {
  const known = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const find = () => known.find((path) => path && existsSync(path) && statSync(path).isFile());
  if (find()) return find();
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    fail('The browser tests need Chromium. Install it, or name one with CHROMIUM_PATH.');
  }
  env.DEBIAN_FRONTEND = 'noninteractive';
  await withProgress('Installing Chromium for the browser tests', async () => {
    await run('apt-get', ['update'], { quiet: true });
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'], {
      quiet: true,
    });
  });
  return find() ?? fail('Chromium was installed but cannot be found; name it with CHROMIUM_PATH.');
}

/** Hands over to one of the workspace's programs. */
function become([script, ...args], cwd = root) {
  handOver([join(root, script), ...args], { cwd, env });
}

const tasks = {
  async start() {
    await install();
    await buildConsole();
    become(['packages/dragoman/src/main.ts', 'start', ...rest]);
  },
  async dev() {
    await install();
    useConsoleTools();
    become(['scripts/dev/main.ts', ...rest]);
  },
  async lock() {
    const { command, first } = await pnpm();
    await run(command, [...first, 'install', '--lockfile-only']);
  },
  async cli() {
    await install();
    // Paths on the command line start from where it is typed; the configuration is this folder's.
    env.DRAGOMAN_CONFIG ||= join(root, 'gateway.config.ts');
    become(['packages/dragoman/src/main.ts', ...rest], process.cwd());
  },
  async bench() {
    await install();
    become(['tests/bench/main.ts', ...rest]);
  },
  async fuzz() {
    await install();
    await buildConsole();
    become(['tests/fuzz/main.ts', ...rest]);
  },
  async soak() {
    await install();
    become(['tests/soak/main.ts', ...rest]);
  },
  async api() {
    await install();
    await buildConsole();
    become(['scripts/pack/api.ts', ...rest]);
  },
  async pack() {
    await install();
    await buildConsole();
    become(['scripts/pack/main.ts', ...rest]);
  },
  async 'bench:traces'() {
    await install();
    become(['tests/bench/traces.ts', ...rest]);
  },
  async 'bench:memory'() {
    await install();
    become(['tests/bench/memory.ts', ...rest]);
  },
  async 'bench:console'() {
    await install();
    env.CHROMIUM_PATH = await findChromium();
    await buildConsole();
    become(['tests/bench/console.ts', ...rest]);
  },
  async sbom() {
    const { command, first } = await pnpm();
    const format = ['--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6', '--sbom-type', 'application'];
    const draft = join(root, 'node_modules', '.sbom.json');
    mkdirSync(dirname(draft), { recursive: true });
    await run(command, [...first, 'sbom', '--lockfile-only', ...format, '--out', draft], { quiet: true });
    const listed = spawnSync(command, [...first, 'list', '-r', '--depth', '0', '--lockfile-only', '--json'], {
      ...{ cwd: root, env, encoding: 'utf8', maxBuffer: 2 ** 28 },
    });
    if (listed.status !== 0) fail(`pnpm could not list the workspace.\n${listed.stderr}`);
    const file = resolve(rest[0] ?? join(root, 'sbom.json'));
    writeFileSync(file, normalizeSbom(readFileSync(draft, 'utf8'), JSON.parse(listed.stdout)));
    tell(`Wrote ${file}.`);
  },
  async screenshots() {
    await install();
    env.CHROMIUM_PATH = await findChromium();
    await buildConsole();
    become(['tests/screenshots/main.ts', ...rest]);
  },
  async 'test:unit'() {
    await install();
    await run('vitest', ['run', '--project', 'unit', ...rest]);
  },
  async 'test:watch'() {
    await install();
    become(['node_modules/vitest/vitest.mjs', 'watch', ...rest]);
  },
  async 'test:coverage'() {
    await install();
    env.CHROMIUM_PATH = await findChromium();
    await buildConsole();
    await run('vitest', ['run', '--coverage', ...rest]);
  },
  async test() {
    await install();
    env.CHROMIUM_PATH = await findChromium();
    await run('oxlint', ['--type-aware', '--deny-warnings', '.']);
    await run('oxfmt', ['--check', '.'], { quiet: true });
    await run('tsc', ['--noEmit', '-p', '.']);
    await buildConsole();
    await run('vitest', ['run', ...rest]);
  },
};

const known = Object.keys(tasks).join(', ');
if (!Object.hasOwn(tasks, task ?? '')) fail(`Unknown task ${task}; known are ${known}.`);
try {
  await tasks[task]();
} catch (error) {
  if (!(error instanceof CommandFailed)) throw error;
  fail(error.message);
}
