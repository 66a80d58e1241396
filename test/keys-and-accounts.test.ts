import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Spent } from '#domain/error';
import { NO_KNOWLEDGE } from '#domain/knowledge';
import type { Observation } from '#domain/observation';
import type { ByteRange } from '#domain/range';
import type { TreeEntry } from '#domain/task';
import { memorySource } from '#engine/bytes/source';
import { accounts } from '#engine/describe/accounts/accounts';
import { keys } from '#engine/describe/keys/keys';
import { ROOT } from '../scripts/plugins.ts';

const MIB = 1024 * 1024;

const example = (name: string) => readFileSync(join(ROOT, 'examples/describe/keys', name, 'input.bin'));

const place = (range: ByteRange | null) => ({
  artefact: `sha256:${'0'.repeat(64)}` as const,
  path: null,
  range,
});

function keysIn(bytes: Uint8Array): readonly Observation[] {
  return keys.observe(memorySource(bytes), place, NO_KNOWLEDGE);
}

function accountsIn(path: string, bytes: Uint8Array): readonly Observation[] {
  const entry = {
    path,
    type: 'file',
    content: { digest: 'sha256:0', size: bytes.length },
  } as unknown as TreeEntry;
  return accounts.observe(entry, memorySource(bytes), place);
}

test('keys are found wherever they lie across the steps of the search', () => {
  for (const name of ['rsa-key', 'key-in-der', 'dropbear-keys-inside-flash', 'openssh-key']) {
    const key = example(name);
    const alone = keysIn(Buffer.concat([Buffer.alloc(8), key])).length;
    for (const distance of [-key.length - 1, -key.length, -500, -100, -4, -1, 0, 1]) {
      const before = MIB + distance;
      const found = keysIn(Buffer.concat([Buffer.alloc(before), key, Buffer.alloc(100)]));
      assert.equal(found.length, alone, `${name} at ${distance} from a step`);
      for (const { place } of found) assert.ok((place.range?.[0] ?? 0) >= before, `${name} at ${distance}`);
    }
  }
});

test('accounts in other files are found wherever they lie across the steps of the search', () => {
  const line = Buffer.from(
    "\necho 'admin:$1$abc$OGyl6dDvZCDiGmIVbeuCq/:0:0:admin:/:/bin/sh' > /var/passwd\n",
  );
  for (const distance of [-line.length, -60, -20, -1, 0, 1]) {
    const bytes = Buffer.concat([Buffer.alloc(MIB + distance, 0x20), line, Buffer.alloc(5000, 0x20)]);
    const found = accountsIn('etc/init.d/x', bytes);
    assert.deepEqual(
      found.map(({ place }) => place.range),
      [[MIB + distance + 7, MIB + distance + 62]],
    );
  }
});

/** Bytes that look like keys and accounts in every place, made to be slow. Seconds allowed for 4 MiB. */
const HOSTILE: readonly (readonly [what: string, unit: Uint8Array])[] = [
  ['beginnings of blocks', Buffer.from('-----BEGIN RSA PRIVATE KEY-----\n')],
  ['blocks of headers', Buffer.from('-----BEGIN X-----A: b\n'.padEnd(400, '\n'))],
  ['long bodies without an end', Buffer.from(`-----BEGIN X-----${'QUJD'.repeat(20_000)}`)],
  ['white space', Buffer.from(`-----BEGIN X-----\n: ${' '.repeat(60_000)}`)],
  ['types and blobs', Buffer.from('ssh-rsa AAAAB3NzaC1yc2E')],
  ['one letter', Buffer.from('A')],
  ['versions', Buffer.from([0x30, 0x82, 0x10, 0x00, 0x02, 0x01, 0x00, 0x02])],
  ['lengths and types', Buffer.from('\0\0\0\x07ssh-dss\0\0\x02\x01\x40', 'latin1')],
  ['PuTTY', Buffer.from('PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: x\nPublic-Lines: 999\n')],
  ['colons', Buffer.from('a:')],
  ['paths', Buffer.from('a:/')],
  ['dollars', Buffer.from('a:$1$')],
  ['escaped dollars', Buffer.from('a:\\$1\\$')],
  ['commands', Buffer.from('echo a:b|passwd ')],
  ['words', Buffer.from('useradd -p ')],
  ['lines of passwd', Buffer.from('a:b:0:0::/:')],
];

for (const [what, unit] of HOSTILE) {
  test(`4 MiB of ${what} take seconds, not minutes`, { timeout: 20_000 }, () => {
    const bytes = Buffer.alloc(4 * MIB, unit);
    for (const look of [
      () => keysIn(bytes),
      () => accountsIn('x', bytes),
      () => accountsIn('etc/passwd', bytes),
    ]) {
      try {
        look();
      } catch (error) {
        assert.ok(error instanceof Spent, String(error));
      }
    }
  });
}

const KEYGEN = existsSync('/usr/bin/ssh-keygen') ? '/usr/bin/ssh-keygen' : null;
const withoutKeygen = KEYGEN === null ? 'ssh-keygen is not installed: apt install openssh-client' : false;

test('SSH fingerprints are those of ssh-keygen', { skip: withoutKeygen }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-keys-'));
  try {
    for (const kind of [
      ['rsa', '1024'],
      ['rsa', '2048'],
      ['ecdsa', '256'],
      ['ecdsa', '384'],
      ['ecdsa', '521'],
      ['ed25519', '256'],
    ]) {
      const [type = '', bits = ''] = kind;
      const file = join(folder, `${type}${bits}`);
      execFileSync(KEYGEN ?? '', ['-q', '-t', type, '-b', bits, '-N', '', '-f', file]);
      const printed = execFileSync(KEYGEN ?? '', ['-l', '-f', `${file}.pub`], { encoding: 'utf8' }).split(
        ' ',
      )[1];
      for (const bytes of [readFileSync(file), readFileSync(`${file}.pub`)]) {
        const found = keysIn(bytes).flatMap((each) => (each.kind === 'key' ? each.sshFingerprint : []));
        assert.deepEqual(found, [printed], `${type} ${bits}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
