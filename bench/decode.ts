// npm run bench:decode [-- [--sources] compression…]
// Opens SquashFS images of one Debian tree with our decoder and with unsquashfs, one after the other in one run, each in
// a process of its own on one thread, and prints CPU seconds (user and system), peak memory and the ratio of both.
// `decode+hash` reads all content and takes its SHA-256; `+store` also writes every content once, named by its digest.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Format } from '#domain/plugin';
import type { Deposit } from '#domain/ports';
import type * as Store from '#ports/store/files';

const BUILD = join(import.meta.dirname, '..', 'dist');
/** What a user runs, where it was built; `--sources` asks for the sources all the same. */
const isBuilt =
  existsSync(join(BUILD, 'engine/decode/squashfs/squashfs.js')) && !process.argv.includes('--sources');

/** CPU seconds of ours, decode+hash+store, as a multiple of unsquashfs; above it the run fails. */
const CPU_LIMIT: Readonly<Record<string, number>> = { gzip: 2, xz: 2.5, zstd: 3 };

const COMPRESSIONS = ['gzip', 'xz', 'zstd', 'lz4', 'lzo'];

/** Peak memory may be three times the image and this. */
const MEMORY_BASE = 150e6;

const RUNS = 3;

const given = process.argv.slice(2).filter((argument) => argument !== '--sources');
const [mode, image, folder] = given;
if (mode === '--decode' && image !== undefined) await decode(image, folder ?? null);
else compare(given);

// --- the parent: makes images, runs both sides, prints

interface Cost {
  /** Seconds, user and system together. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

function compare(chosen: readonly string[]): void {
  for (const tool of ['mksquashfs', 'unsquashfs', '/usr/bin/time']) {
    if (spawnSync(tool, ['--version']).error !== undefined) {
      console.log(`skipped: ${tool} is missing`);
      return;
    }
  }
  const tree = debianTree();
  const work = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bench-'));
  console.log(`tree ${tree}`);
  console.log(`ours is ${isBuilt ? 'the build in dist/' : 'the sources'}, node ${process.version}`);
  console.log('least of 3 runs; memory is the peak of the process');
  console.log('          image   unsquashfs -p 1      decode+hash          decode+hash+store');
  try {
    for (const compression of chosen.length > 0 ? chosen : COMPRESSIONS) row(compression, tree, work);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function row(compression: string, tree: string, work: string): void {
  const file = join(work, `${compression}.img`);
  execFileSync('mksquashfs', [tree, file, '-comp', compression, '-noappend', '-quiet', '-no-progress'], {
    stdio: 'ignore',
  });
  const size = statSync(file).size;
  const out = join(work, 'out');
  const ours = [process.execPath, import.meta.filename, ...(isBuilt ? [] : ['--sources']), '--decode', file];
  const theirs = ['unsquashfs', '-p', '1', '-q', '-n', '-no-xattrs', '-d', out, file];
  const costs = { theirs: [] as Cost[], hash: [] as Cost[], store: [] as Cost[] };
  // In turns, so that a busy machine is busy for both.
  for (let run = 0; run < RUNS; run++) {
    costs.theirs.push(costOf(theirs));
    rmSync(out, { recursive: true });
    costs.hash.push(costOf(ours));
    costs.store.push(costOf([...ours, out]));
    rmSync(out, { recursive: true });
  }
  rmSync(file);
  const [base, hash, store] = [least(costs.theirs), least(costs.hash), least(costs.store)];
  const limit = CPU_LIMIT[compression] ?? Number.POSITIVE_INFINITY;
  const slow = store.cpu > limit * base.cpu;
  const large = store.memory > 3 * size + MEMORY_BASE;
  const verdict = `${slow ? `  CPU above ${limit}x` : ''}${large ? '  memory above 3x image + 150 MB' : ''}`;
  if (slow || large) process.exitCode = 1;
  console.log(
    `${compression.padEnd(6)} ${mega(size)}   ${shown(base)}   ${shown(hash, base)}   ${shown(store, base)}${verdict}`,
  );
}

function costOf([program = '', ...given]: readonly string[]): Cost {
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', '%U %S %M', program, ...given], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  const [user = 0, system = 0, kilobytes = 0] = (stderr.trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return { cpu: user + system, memory: kilobytes * 1024 };
}

function least(costs: readonly Cost[]): Cost {
  return {
    cpu: Math.min(...costs.map(({ cpu }) => cpu)),
    memory: Math.min(...costs.map(({ memory }) => memory)),
  };
}

function shown({ cpu, memory }: Cost, base?: Cost): string {
  const ratio = base === undefined ? '' : ` ${(cpu / base.cpu).toFixed(2)}x`;
  return `${cpu.toFixed(2)} s ${mega(memory)}${ratio}`;
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0).padStart(4)} MB`;
}

/** A Debian minbase tree, kept for the next run; where it cannot be had, what the machine itself has. */
function debianTree(): string {
  const kept = join(tmpdir(), 'bench-debian-minbase');
  if (existsSync(join(kept, 'etc/os-release'))) return kept;
  rmSync(kept, { recursive: true, force: true });
  const options = ['--variant=minbase', '--include=openssh-server,dnsmasq-base,iptables', 'stable', kept];
  if (spawnSync('debootstrap', options, { stdio: 'ignore' }).status === 0) return kept;
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(join(kept, 'etc'), { recursive: true });
  for (const folder of ['/etc', '/usr/bin', '/usr/sbin', '/usr/share/perl5', '/usr/lib/python3']) {
    if (existsSync(folder)) spawnSync('cp', ['-a', '--parents', folder, kept], { stdio: 'ignore' });
  }
  return kept;
}

// --- the child: one image through our decoder

async function decode(image: string, folder: string | null): Promise<void> {
  const { squashfs } = await ours<{ squashfs: Format }>('engine/decode/squashfs/squashfs');
  const { fileBlobs, fileSource } = await ours<typeof Store>('ports/store/files');
  const blobs = folder === null ? null : fileBlobs(folder);
  let entries = 0;
  let content: Deposit | null = null;
  for (const reading of squashfs.open(fileSource(openSync(image, 'r')), true) ?? []) {
    if (reading.kind === 'entry') {
      content?.close();
      content = reading.entry.type === 'file' ? (blobs?.deposit() ?? hashOnly()) : null;
      entries++;
    } else if (reading.kind === 'piece') content?.write(reading.bytes);
    else if (reading.kind === 'broken') throw new Error(reading.why);
  }
  content?.close();
  if (entries === 0) throw new Error('nothing was decoded');
}

/** A module of ours: the build where there is one, as a user runs it. */
async function ours<T>(module: string): Promise<T> {
  const where = isBuilt ? pathToFileURL(join(BUILD, `${module}.js`)).href : `#${module}`;
  return (await import(where)) as T;
}

function hashOnly(): Deposit {
  const hash = createHash('sha256');
  let size = 0;
  return {
    write(piece) {
      hash.update(piece);
      size += piece.length;
    },
    close: () => ({ digest: `sha256:${hash.digest('hex')}`, size }),
    abandon: () => {},
  };
}
