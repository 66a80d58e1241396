// Cost of a whole examination, and where it goes.
//   npm run bench:examine -- IMAGE… : each image in a case of its own: CPU seconds and peak memory of the command with all its
//   workers, then the same work in this process with the CPU time of every format and observer. Of several images, the
//   last is also examined as the next release in the case of the one before.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { examine } from '#engine/examination';
import { carrierOf } from '#engine/keeping';
import { perform } from '#engine/perform';
import { registry } from '#engine/registry';
import { memoryBlobs } from '#ports/store/memory';

const root = join(import.meta.dirname, '..');
const corpus = process.env['ASSAY_CORPUS'];
const DEFAULTS = [
  'repacked-huawei-hg8245c.squashfs',
  'gateway-AGTHP-1.1.0.squashfs',
  'gateway-AGTHP-2.2.0.squashfs',
];
const given = process.argv.slice(2);
const images =
  given.length > 0
    ? given
    : corpus === undefined
      ? []
      : DEFAULTS.map((name) => join(corpus, 'firmware', name));
if (images.length === 0) {
  console.log('name images, or say where the corpus lies: ASSAY_CORPUS=…');
  process.exit(2);
}
const work = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bench-examine-'));
try {
  let before: { readonly folder: string; readonly image: string } | null = null;
  for (const image of images) {
    const folder = join(work, `${basename(image)}.case`);
    console.log(`\n${basename(image)}`);
    print('examined', command(image, folder));
    if (before !== null)
      print(`as the release after ${basename(before.image)}`, command(image, before.folder));
    await profile(image);
    before = { folder, image };
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

interface Cost {
  /** Seconds, user and system together, of the command and all its workers. */
  readonly cpu: number;
  /** Bytes, of the largest process. */
  readonly memory: number;
}

function command(image: string, folder: string): Cost {
  const { stderr } = spawnSync(
    '/usr/bin/time',
    [
      '-f',
      '%U %S %M',
      process.execPath,
      join(root, 'bin', 'assay.js'),
      'examine',
      image,
      '--case',
      folder,
      '--exit-zero',
      '--release',
      basename(image),
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const [user = '0', system = '0', kilobytes = '0'] = last.split(' ');
  return { cpu: Number(user) + Number(system), memory: Number(kilobytes) * 1024 };
}

function print(what: string, { cpu, memory }: Cost): void {
  console.log(`  ${what}: ${cpu.toFixed(1)} CPU s, ${(memory / 1e6).toFixed(0)} MB`);
}

/** The same tasks in this process, one after the other. */
async function profile(image: string): Promise<void> {
  const blobs = memoryBlobs();
  const artefact = blobs.put(readFileSync(image));
  const spent = new Map<string, { seconds: number; tasks: number }>();
  await examine(
    [{ kind: 'bytes', name: basename(image), artefact, named: true }],
    null,
    registry,
    async (tasks, onOutcome) => {
      for (const [index, task] of tasks.entries()) {
        const from = process.cpuUsage();
        onOutcome(index, perform(task, registry, blobs));
        const { user, system } = process.cpuUsage(from);
        const name = carrierOf(task);
        const row = spent.get(name) ?? { seconds: 0, tasks: 0 };
        spent.set(name, { seconds: row.seconds + (user + system) / 1e6, tasks: row.tasks + 1 });
      }
    },
    () => undefined,
  );
  const rows = [...spent].toSorted(([, a], [, b]) => b.seconds - a.seconds);
  const total = rows.reduce((sum, [, { seconds }]) => sum + seconds, 0);
  console.log(`  where it goes, ${total.toFixed(1)} CPU s in one process:`);
  for (const [name, { seconds, tasks }] of rows.slice(0, 14)) {
    console.log(
      `    ${name.padEnd(24)} ${seconds.toFixed(2).padStart(7)} s ${`${((100 * seconds) / total).toFixed(0)} %`.padStart(5)}  ${tasks} tasks`,
    );
  }
}
