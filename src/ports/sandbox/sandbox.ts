import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Isolation } from '#domain/record';
import { type FilterArch, seccompFilter } from '#ports/sandbox/seccomp';

/** What a sandbox may bound beside files, programs, the environment and the heap, which every one does. `memory`: all of
 *  it, buffers too; `network`: no connection of any kind; `processes`: others cannot be signalled. */
export type Claim = 'memory' | 'network' | 'processes';

/** Starts Node confined at one level. */
export interface Sandbox {
  readonly level: Exclude<Isolation, 'none'>;
  readonly claims: readonly Claim[];
  /** Runs Node with these arguments; stdin, stdout and stderr are pipes, the environment is empty.
   *  @param folders  what the process may read beside Assay's own code */
  spawn(folders: readonly string[], args: readonly string[]): ChildProcess;
}

/** Heap of a worker in MiB; buffers of content come on top. */
const HEAP_MIB = 320;

/** Private writable memory a worker may have: what V8 reserves beforehand, about 256 MiB, and 512 MiB of use. */
const DATA_LIMIT = 768 * 2 ** 20;

/** As prlimit takes them. A worker that dies leaves no image of its memory behind. */
const LIMITS = [`--data=${DATA_LIMIT}`, '--core=0'];

/** The folder of package.json: this module lies in src/ports/sandbox or dist/ports/sandbox. */
const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** The strongest confinement this machine has, tried and not assumed. */
export function bestSandbox(): Sandbox {
  return strictSandbox() ?? permissionSandbox();
}

/** Confinement by Node's permission model: files and programs, not the network, not other processes. Memory is bounded
 *  where prlimit is at hand. */
export function permissionSandbox(): Sandbox {
  const limits = process.platform === 'linux' ? programOf('prlimit') : null;
  const [program, before] =
    limits === null ? [process.execPath, []] : [limits, [...LIMITS, '--fsize=0', '--', process.execPath]];
  return {
    level: 'permission',
    claims: limits === null ? [] : ['memory'],
    spawn: (folders, args) =>
      spawn(program, [...before, ...nodeFlags(folders), ...args], { stdio: 'pipe', env: {}, cwd: '/' }),
  };
}

/** Confinement by bubblewrap, seccomp and a limit of memory, the permission model inside. Null where it cannot be had:
 *  no Linux, a program missing, or namespaces switched off. */
export function strictSandbox(): Sandbox | null {
  const { arch, execPath } = process;
  if (process.platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) return null;
  const bwrap = programOf('bwrap');
  const prlimit = programOf('prlimit');
  if (bwrap === null || prlimit === null) return null;
  const node = [execPath, ...librariesOf(execPath)];
  const command = (folders: readonly string[], args: readonly string[]): readonly string[] => {
    const bound = [...node, ...ownCode(), ...folders.map(real)];
    return [
      ...LIMITS,
      '--',
      bwrap,
      '--unshare-all',
      '--as-pid-1',
      '--die-with-parent',
      '--new-session',
      '--clearenv',
      ...bound.flatMap((path) => ['--ro-bind', path, path]),
      '--remount-ro',
      '/',
      '--seccomp',
      '3',
      '--',
      execPath,
      ...nodeFlags(folders),
      ...args,
    ];
  };
  const trial = spawnSync(prlimit, command([], ['-e', '0']), {
    stdio: ['ignore', 'ignore', 'ignore', openFilter(arch)],
    env: {},
    cwd: '/',
    timeout: 20_000,
  });
  if (trial.status !== 0) return null;
  return {
    level: 'strict',
    claims: ['memory', 'network', 'processes'],
    spawn: (folders, args) =>
      spawn(prlimit, command(folders, args), {
        stdio: ['pipe', 'pipe', 'pipe', openFilter(arch)],
        env: {},
        cwd: '/',
      }),
  };
}

/** Where a program lies on the PATH, or null. */
function programOf(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** The shared libraries that the loader maps for a program, and the loader itself. */
function librariesOf(program: string): readonly string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

let filterPath: string | null = null;
let filterHandle: number | null = null;

/** The filter for this processor as an open file, at its beginning each time: bubblewrap reads it to the end. Written
 *  once a process. */
function openFilter(arch: FilterArch): number {
  if (filterPath === null) {
    const folder = mkdtempSync(join(tmpdir(), 'assay-filter-'));
    filterPath = join(folder, 'seccomp.bpf');
    writeFileSync(filterPath, seccompFilter(arch));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
  // The child has its own copy of the last one by now.
  if (filterHandle !== null) closeSync(filterHandle);
  filterHandle = openSync(filterPath, 'r');
  return filterHandle;
}

/** Flags of Node inside: the permission model holds whatever stands around it. */
function nodeFlags(folders: readonly string[]): readonly string[] {
  const readable = [...folders.map(real), ...ownCode()].map((path) => `--allow-fs-read=${path}`);
  return [
    '--permission',
    ...readable,
    `--max-old-space-size=${HEAP_MIB}`,
    '--disable-warning=SecurityWarning',
  ];
}

/** What of Assay a worker reads: its code and, for the names of modules, package.json. */
function ownCode(): readonly string[] {
  return ['src', 'dist', 'package.json']
    .map((name) => real(join(ROOT, name)))
    .filter((path) => existsSync(path));
}

function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
