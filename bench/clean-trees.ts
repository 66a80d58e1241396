// False alarms: examines systems made of Debian packages alone and compares every indication of access, communication
// and concealment with bench/clean-trees.json, where each is named that is a true fact of such a system. Needs root,
// debootstrap, mksquashfs and a Debian mirror.
//   npm run bench:clean-trees [-- folder for the trees, kept for the next run]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssayRecord } from '#domain/record';

const TREES: Readonly<Record<string, readonly string[]>> = {
  minbase: [],
  servers: ['openssh-server', 'nginx', 'snmpd', 'postfix'],
};

const QUESTIONS = new Set(['undocumented-access', 'undocumented-communication', 'concealment']);

interface TrueFact {
  readonly tree: string;
  readonly title: string;
  readonly path: string;
  readonly why: string;
}

const root = join(import.meta.dirname, '..');
const facts: readonly TrueFact[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'clean-trees.json'), 'utf8'),
).facts;
const kept = process.argv[2];
const trees = kept ?? mkdtempSync(join(tmpdir(), 'assay-clean-'));
const work = mkdtempSync(join(tmpdir(), 'assay-clean-case-'));
let unexpected = 0;
try {
  for (const [name, packages] of Object.entries(TREES)) examineTree(name, packages);
} finally {
  rmSync(work, { recursive: true, force: true });
  if (kept === undefined) rmSync(trees, { recursive: true, force: true });
}
process.stdout.write(`${unexpected} indications that are no true fact of their tree\n`);
process.exitCode = unexpected === 0 ? 0 : 1;

function examineTree(name: string, packages: readonly string[]): void {
  const tree = join(trees, name);
  if (!existsSync(tree)) {
    mkdirSync(trees, { recursive: true });
    const include = packages.length === 0 ? [] : [`--include=${packages.join(',')}`];
    execFileSync('debootstrap', ['--variant=minbase', ...include, 'bookworm', tree], { stdio: 'ignore' });
  }
  const image = join(work, `${name}.squashfs`);
  execFileSync(
    'mksquashfs',
    [
      tree,
      image,
      '-comp',
      'zstd',
      '-noappend',
      '-no-progress',
      '-e',
      'proc',
      'sys',
      'var/cache/apt/archives',
      'var/lib/apt/lists',
    ],
    { stdio: 'ignore' },
  );
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'bin', 'assay.js'), 'examine', image, '--case', join(work, name), '--format', 'json'],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (stdout === '') throw new Error(stderr);
  const record = JSON.parse(stdout) as AssayRecord; // written by the command just run
  const said = record.indications.filter(({ question }) => QUESTIONS.has(question));
  process.stdout.write(`${name}: ${record.opened.files} files, ${said.length} indications\n`);
  for (const { title, evidence } of said) {
    const path = evidence[0]?.path.split(' » ').at(-1) ?? '';
    const fact = facts.find((known) => known.tree === name && known.title === title && known.path === path);
    if (fact === undefined) unexpected++;
    process.stdout.write(
      `  ${fact === undefined ? 'NOT TRUE OR NOT KNOWN' : 'true'}: ${title} (${path})${fact === undefined ? '' : `: ${fact.why}`}\n`,
    );
  }
}
