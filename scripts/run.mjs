// The bootstrap behind `npm start` and `npm test`. Plain JavaScript, because the machine's own Node runs it:
// everything after the install runs on the Node that the lockfile pins.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { become as handOver } from './become.mjs';
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
function run(command, args, { quiet = false, cwd = root } = {}) {
  const result = spawnSync(command, args, { cwd, env, stdio: quiet ? 'pipe' : 'inherit', encoding: 'utf8' });
  if (result.status === 0) return;
  if (quiet) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  fail(`\n${command} ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}.`);
}

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

/** Does a step unless it was done for the very same files. */
function once(name, paths, step) {
  const stamp = join(root, 'node_modules', `.run-${name}`);
  const now = digest(paths);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  step();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

/** The command of the package manager. On systems without a pinned hash, npm fetches it unchecked. */
function pnpm() {
  const pinned = installPnpm(root, { run, tell, fail });
  if (pinned !== undefined) return [pinned, []];
  const [name] = manifest.packageManager.split('+');
  tell(`No hash of pnpm is pinned for this system, so ${name} is not verified.`);
  return ['npx', ['--yes', name]];
}

function install() {
  const folders = [
    '.',
    'core',
    'console',
    'tests',
    ...readdirSync(join(root, 'plugins')).map((name) => `plugins/${name}`),
  ];
  const manifests = folders
    .map((folder) => join(root, folder, 'package.json'))
    .filter((path) => existsSync(path));
  once('install', [join(root, 'pnpm-lock.yaml'), join(root, 'pnpm-workspace.yaml'), ...manifests], () => {
    tell('Installing packages (the first time takes a while) …');
    const [command, args] = pnpm();
    run(command, [...args, 'install', '--frozen-lockfile'], { quiet: true });
    checkNode(root, { fail });
  });
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

function buildConsole() {
  const sources = [...filesBelow(join(root, 'console')), join(root, 'pnpm-lock.yaml')];
  const isThere = existsSync(join(root, 'console', 'out', 'index.html'));
  const build = () => {
    tell('Building the console …');
    run('next', ['build'], { quiet: true, cwd: join(root, 'console') });
  };
  useConsoleTools();
  if (isThere) once('console', sources, build);
  else {
    build();
    once('console', sources, () => {});
  }
}

/** Browser tests use the system's Chromium: on Debian as root it is installed when it is missing. */
function findChromium() {
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
  tell('Installing Chromium for the browser tests …');
  env.DEBIAN_FRONTEND = 'noninteractive';
  run('apt-get', ['update'], { quiet: true });
  run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'], {
    quiet: true,
  });
  return find() ?? fail('Chromium was installed but cannot be found; name it with CHROMIUM_PATH.');
}

/** Hands over to one of the workspace's programs. */
function become([script, ...args], cwd = root) {
  handOver([join(root, script), ...args], { cwd, env });
}

const tasks = {
  start() {
    install();
    buildConsole();
    become(['core/src/cli/main.ts', 'start', ...rest]);
  },
  dev() {
    install();
    useConsoleTools();
    become(['scripts/dev/main.ts', ...rest]);
  },
  cli() {
    install();
    // Paths on the command line start from where it is typed; the configuration is this folder's.
    env.DRAGOMAN_CONFIG ||= join(root, 'gateway.config.ts');
    become(['core/src/cli/main.ts', ...rest], process.cwd());
  },
  bench() {
    install();
    become(['tests/bench/main.ts', ...rest]);
  },
  fuzz() {
    install();
    buildConsole();
    become(['tests/fuzz/main.ts', ...rest]);
  },
  soak() {
    install();
    become(['tests/soak/main.ts', ...rest]);
  },
  'bench:traces'() {
    install();
    become(['tests/bench/traces.ts', ...rest]);
  },
  'bench:memory'() {
    install();
    become(['tests/bench/memory.ts', ...rest]);
  },
  'bench:console'() {
    install();
    env.CHROMIUM_PATH = findChromium();
    buildConsole();
    become(['tests/bench/console.ts', ...rest]);
  },
  sbom() {
    const [command, args] = pnpm();
    const format = ['--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6', '--sbom-type', 'application'];
    const draft = join(root, 'node_modules', '.sbom.json');
    mkdirSync(dirname(draft), { recursive: true });
    run(command, [...args, 'sbom', '--lockfile-only', ...format, '--out', draft], { quiet: true });
    const listed = spawnSync(command, [...args, 'list', '-r', '--depth', '0', '--lockfile-only', '--json'], {
      ...{ cwd: root, env, encoding: 'utf8', maxBuffer: 2 ** 28 },
    });
    if (listed.status !== 0) fail(`pnpm could not list the workspace.\n${listed.stderr}`);
    const file = resolve(rest[0] ?? join(root, 'sbom.json'));
    writeFileSync(file, normalizeSbom(readFileSync(draft, 'utf8'), JSON.parse(listed.stdout)));
    tell(`Wrote ${file}.`);
  },
  screenshots() {
    install();
    env.CHROMIUM_PATH = findChromium();
    buildConsole();
    become(['tests/screenshots/main.ts', ...rest]);
  },
  test() {
    install();
    env.CHROMIUM_PATH = findChromium();
    run('oxlint', ['--type-aware', '--deny-warnings', '.']);
    run('oxfmt', ['--check', '.'], { quiet: true });
    run('tsc', ['--noEmit', '-p', '.']);
    buildConsole();
    run('vitest', ['run', ...rest]);
  },
};

const known = Object.keys(tasks).join(', ');
if (!Object.hasOwn(tasks, task ?? '')) fail(`Unknown task ${task}; known are ${known}.`);
tasks[task]();
