// node examples/decode/tar/make.ts: writes the inputs of tar and tar-v7, header by header as the standard lays them out.
import { join } from 'node:path';
import { bytes, field, padded, patched, writeCases, zeros } from '../../craft.ts';

interface Fields {
  readonly name: string | Uint8Array;
  readonly type?: string;
  readonly size?: number | Uint8Array;
  readonly mode?: number;
  readonly uid?: number | Uint8Array;
  readonly target?: string;
  readonly magic?: string;
  readonly device?: readonly [number, number];
  readonly prefix?: string;
  /** What stands behind the fields of the standard, from byte 345 on. */
  readonly rest?: Uint8Array;
}

const USTAR = 'ustar\x0000';
const GNU = 'ustar  \0';

function octal(value: number | Uint8Array, length: number): Uint8Array {
  if (typeof value !== 'number') return field(value, length);
  return bytes(value.toString(8).padStart(length - 1, '0'), '\0');
}

function header(fields: Fields): Buffer {
  const { type = '0', size = 0, mode = 0o644, uid = 0, target = '', magic = USTAR, device = [0, 0] } = fields;
  const block = bytes(
    field(fields.name, 100),
    octal(mode, 8),
    octal(uid, 8),
    octal(0, 8),
    octal(size, 12),
    octal(1_600_000_000, 12),
    '        ',
    type,
    field(target, 100),
    field(magic, 8),
    field('root', 32),
    field('root', 32),
    magic === '' ? zeros(16) : bytes(octal(device[0], 8), octal(device[1], 8)),
    field(fields.rest ?? fields.prefix ?? '', 167),
  );
  return patched(block, 148, bytes(sumOf(block).toString(8).padStart(6, '0'), '\0 '));
}

function sumOf(block: Uint8Array): number {
  return block.reduce((sum, byte) => sum + byte, 0);
}

function file(name: string, content: string | Uint8Array, more: Partial<Fields> = {}): Buffer {
  return bytes(header({ name, size: bytes(content).length, ...more }), padded(content, 512));
}

function record(keyword: string, value: string): string {
  const rest = ` ${keyword}=${value}\n`;
  const length = rest.length + String(rest.length + 2).length;
  return `${length}${rest}`;
}

const END = zeros(1024);
const PASSWD = 'root:x:0:0:root:/root:/bin/sh\n';

const everyType = bytes(
  header({ name: 'etc/', type: '5', mode: 0o755 }),
  file('etc/passwd', PASSWD),
  header({ name: 'etc/passwd-', type: '1', target: 'etc/passwd' }),
  header({ name: 'bin/sh', type: '2', target: '/bin/busybox', mode: 0o777 }),
  header({ name: 'dev/console', type: '3', device: [5, 1], mode: 0o600 }),
  header({ name: 'dev/mtdblock0', type: '4', device: [31, 0], mode: 0o660 }),
  header({ name: 'dev/initctl', type: '6', mode: 0o600 }),
  file('bin/su', 'x', { mode: 0o4755 }),
  file('shell', 'echo', { prefix: 'usr/share/very/long' }),
);

const pax = bytes(
  header({ name: 'pax_global_header', type: 'g', size: record('comment', '9f3c').length }),
  padded(record('comment', '9f3c'), 512),
  ...(() => {
    const records =
      record('path', `www/${'sub/'.repeat(40)}index.html`) + record('mtime', '1600000000.25') + record('size', '6');
    return [
      header({ name: 'PaxHeaders/index.html', type: 'x', size: records.length }),
      padded(records, 512),
      header({ name: 'cut', size: 0 }),
      padded('<html>', 512),
    ];
  })(),
  ...(() => {
    const records = record('linkpath', `/${'far/'.repeat(40)}away`);
    return [
      header({ name: 'PaxHeaders/link', type: 'x', size: records.length }),
      padded(records, 512),
      header({ name: 'link', type: '2', target: 'cut' }),
    ];
  })(),
  END,
);

const longName = `lib/modules/${'x'.repeat(150)}.ko`;
const gnu = bytes(
  file('././@LongLink', `${longName}\0`, { type: 'L', magic: GNU }),
  file('lib/modules/cut', 'module', { magic: GNU, uid: Buffer.from([0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff]) }),
  file('././@LongLink', `/${longName}\0`, { type: 'K', magic: GNU }),
  header({ name: 'link', type: '2', target: 'cut', magic: GNU }),
  END,
);

const oldSparse = bytes(
  header({
    name: 'disk.img',
    type: 'S',
    magic: GNU,
    size: 8,
    rest: bytes(
      zeros(41), // times, offset, unused
      octal(512, 12),
      octal(4, 12),
      octal(1020, 12),
      octal(4, 12),
      zeros(2 * 24),
      [0],
      octal(2048, 12),
    ),
  }),
  padded('HEADTAIL', 512),
  END,
);

const paxSparse = (() => {
  const records =
    record('GNU.sparse.major', '1') +
    record('GNU.sparse.minor', '0') +
    record('GNU.sparse.name', 'disk.img') +
    record('GNU.sparse.realsize', '2048');
  const body = bytes(padded('2\n512\n4\n1020\n4\n', 512), 'HEADTAIL');
  return bytes(
    header({ name: 'PaxHeaders/disk.img', type: 'x', size: records.length }),
    padded(records, 512),
    header({ name: 'GNUSparseFile.0/disk.img', size: body.length }),
    padded(body, 512),
    END,
  );
})();

writeCases(import.meta.dirname, '../make.ts', {
  'every-type-of-member': {
    input: bytes(everyType, END),
    note: 'One member of each type of the standard, one set-user-id, one with its path in two fields.',
  },
  'pax-long-path': {
    input: pax,
    note: 'Path, link target, time and size stand in extended headers; a global header carries a comment.',
  },
  'gnu-long-name-large-owner': {
    input: gnu,
    note: 'GNU long name and long link; the owner is a binary number above what octal digits hold.',
  },
  'gnu-sparse': { input: oldSparse, note: 'A file of 2 KiB of which 8 bytes are stored, in GNU tar’s old form.' },
  'pax-sparse': { input: paxSparse, note: 'The same sparse file with its map at the head of the body (pax form 1.0).' },
  'signed-checksum': {
    input: bytes(
      (() => {
        const block = header({ name: Buffer.from('caf\xe9', 'latin1') });
        const signed = sumOf(patched(block, 148, '        ')) - 256;
        return patched(block, 148, bytes(signed.toString(8).padStart(6, '0'), '\0 '));
      })(),
      END,
    ),
    note: 'A name outside ASCII and a checksum over signed bytes, as old writers made it.',
  },
  'link-with-a-size': {
    input: bytes(
      file('a', 'first'),
      header({ name: 'b', type: '1', target: 'a', size: 5 }),
      file('c', 'behind the link'),
      END,
    ),
    note: 'A hard link states a size but has no body: a header follows at once, so the member behind it is not skipped.',
  },
  'words-behind-the-end': {
    input: bytes(file('a', 'first'), END, 'not part of the archive'),
    note: 'Bytes behind the end blocks belong to no member: they stay unexplained.',
  },
  'member-cut-short': {
    input: bytes(file('a', 'first'), header({ name: 'b', size: 4096 }), 'only this is left'),
    note: 'The second member promises more than is there: the first stands, the rest is a gap with its reason.',
  },
  'wrong-checksum': {
    input: bytes(patched(file('a', 'first'), 0, 'b'), END),
    note: 'The look-alike: the mark of tar, but the first header does not match its checksum.',
  },
});

writeCases(join(import.meta.dirname, '../tar-v7'), '../../tar/make.ts', {
  'two-files': {
    input: bytes(
      header({ name: 'etc/', magic: '', mode: 0o755 }),
      file('etc/passwd', PASSWD, { magic: '' }),
      header({ name: 'etc/link', type: '2', target: 'passwd', magic: '' }),
      END,
    ),
    note: 'No mark: the checksum of the first header tells. A slash alone makes a directory.',
  },
  'wrong-checksum': {
    input: bytes(patched(file('etc/passwd', PASSWD, { magic: '' }), 0, 'x'), END),
    note: 'The look-alike: laid out as tar, but the first header does not match its checksum.',
  },
});
