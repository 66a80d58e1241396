import type { Observation } from '#domain/observation';
import type { EntryObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { latin1 } from '#engine/bytes/text';
import { elsewhere } from '#engine/describe/accounts/elsewhere';
import { hashList, plainList, type Reader, readersOf } from '#engine/describe/accounts/files';
import { type Line, linesOf, type Stated } from '#engine/describe/accounts/line';

/** Accounts as the files of a system state them. */
export const accounts: EntryObserver = {
  kind: 'observer',
  id: 'accounts',
  version: 1,
  doc: {
    name: 'accounts',
    says: 'Names every account that a line of an account file states, with what its password field allows and how the password is kept. Account files are known by name and content wherever they lie; in other files only whole lines of passwd or shadow, names with a hash and commands that set a password are taken.',
    sources: [
      'passwd(5), shadow(5), crypt(5) of libxcrypt 4.4; FreeBSD master.passwd(5); Samba smbpasswd(5)',
      'Apache htpasswd(1), htdigest(1); BusyBox 1.36 httpd: /path:user:password; rsyncd.conf(5)',
      'chpasswd(8), useradd(8), usermod(8) of shadow-utils',
    ],
    limits: [
      'Accounts in databases, in XML or in a vendor’s own configuration format, and those a program checks in its code, are not seen.',
      'Of a file that is no account file, only its first 16 MiB are looked at, line by line, and no accounts in encoded text.',
      'A password in plain text is told by what it is not: a word in the password field that no hash form and no marker of a locked account explains.',
      'A scheme without a name of its own (LAN Manager, raw MD5, PBKDF2, Argon2) is given as unknown.',
      'Whether a password is a public default is not said here.',
    ],
  },
  reads: 'entry',
  wants: ({ type, content }) => type === 'file' && content !== null && content.size >= LEAST_SIZE,
  observe(entry, source, place) {
    const readers = readersOf(nameOf(entry.path));
    const stated = readers === null ? elsewhere(source) : inAccountFile(source, readers);
    return stated.map(({ account, range }): Observation => {
      return { kind: 'account', place: place(range), ...account, sharedHash: null };
    });
  },
};

/** `a:*` of a shadow file is longer. */
const LEAST_SIZE = 5;

/** Largest account file: 10,000 accounts of 100 bytes. */
const FILE_LIMIT = 1024 * 1024;

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Every line for itself: a line that is none does not hide the others. */
function inAccountFile(source: Source, readers: readonly Reader[]): readonly Stated[] {
  const text = latin1(source.bytes(0, Math.min(source.size, FILE_LIMIT)));
  // a program that is called like an account file, or a file that only sounds like one
  if (text.includes('\0')) return elsewhere(source);
  const lines = [...linesOf(text)].filter((line) => !/^\s*(?:#|$)/.test(line.text));
  const strict = lines.flatMap((line) => statedBy(line, readers));
  if (strict.length > 0) return strict;
  const plain = readers.includes(hashList) ? lines.flatMap((line) => statedBy(line, [plainList])) : [];
  return plain.length > 0 && plain.length === lines.length ? plain : elsewhere(source);
}

function statedBy(line: Line, readers: readonly Reader[]): readonly Stated[] {
  for (const read of readers) {
    const account = read(line.text.trimStart());
    if (account !== null) return [{ account, range: line.range }];
  }
  return [];
}
