// node examples/decode/zip/make.ts: writes the inputs record by record, around streams of zlib and of the tools xz and bzip2.
import { execFileSync } from 'node:child_process';
import { constants, crc32, deflateRawSync, zstdCompressSync } from 'node:zlib';
import { bytes, field, le16, le32, noise, type Part, patched, writeCases, zeros } from '../../craft.ts';

interface Member {
  readonly name: Part;
  readonly content?: Part;
  readonly method?: number;
  /** The content as stored; by default it is the content. */
  readonly packed?: Part;
  readonly flags?: number;
  readonly mode?: number;
  /** Attributes of MS-DOS. */
  readonly attributes?: number;
  readonly system?: number;
  /** Extra fields of the local header, of the central one. */
  readonly extra?: Part;
  readonly centralExtra?: Part;
  readonly comment?: Part;
  /** Behind the content. */
  readonly descriptor?: Part;
  /** What the local header says otherwise. */
  readonly local?: Partial<Pick<Member, 'name' | 'method' | 'flags'>> & { size?: number; packed?: number; sum?: number };
  /** What the central header says otherwise. */
  readonly central?: { size?: number; packed?: number; sum?: number; offset?: number };
  /** True: the directory does not list it. */
  readonly hidden?: boolean;
}

const TIME = bytes(le16((12 << 11) | (30 << 5) | 10), le16((43 << 9) | (5 << 5) | 17)); // 2023-05-17 12:30:20
const le64 = (value: number) => bytes(le32(value % 2 ** 32), le32(Math.floor(value / 2 ** 32)));
const block = (id: number, ...parts: Part[]) => bytes(le16(id), le16(bytes(...parts).length), ...parts);

const sizeOf = (part: Part) => bytes(part).length;

function local(m: Member): Buffer {
  const { content = '', extra = '' } = m;
  const packed = m.packed ?? content;
  const say = { name: m.name, method: m.method ?? 0, flags: m.flags ?? 0, ...m.local };
  return bytes(
    'PK\x03\x04',
    le16(20),
    le16(say.flags),
    le16(say.method),
    TIME,
    le32(m.local?.sum ?? crc32(bytes(content))),
    le32(m.local?.packed ?? sizeOf(packed)),
    le32(m.local?.size ?? sizeOf(content)),
    le16(sizeOf(say.name)),
    le16(sizeOf(extra)),
    say.name,
    extra,
    packed,
    m.descriptor ?? '',
  );
}

function central(m: Member, at: number): Buffer {
  const { content = '', centralExtra = '', comment = '', mode = 0o100644 } = m;
  return bytes(
    'PK\x01\x02',
    [30, m.system ?? 3],
    le16(20),
    le16(m.flags ?? 0),
    le16(m.method ?? 0),
    TIME,
    le32(m.central?.sum ?? crc32(bytes(content))),
    le32(m.central?.packed ?? sizeOf(m.packed ?? content)),
    le32(m.central?.size ?? sizeOf(content)),
    le16(sizeOf(m.name)),
    le16(sizeOf(centralExtra)),
    le16(sizeOf(comment)),
    le16(0),
    le16(0),
    le32(mode * 0x10000 + (m.attributes ?? 0)),
    le32(m.central?.offset ?? at),
    m.name,
    centralExtra,
    comment,
  );
}

function end(entries: number, size: number, offset: number, comment: Part = ''): Buffer {
  return bytes('PK\x05\x06', zeros(4), le16(entries), le16(entries), le32(size), le32(offset), le16(sizeOf(comment)), comment);
}

interface Around {
  readonly comment?: Part;
  /** Between the last member and the directory. */
  readonly before?: Part;
  /** Bytes that stated offsets count from in front of the first member. */
  readonly stub?: number;
}

function archive(members: readonly Member[], { comment, before = '', stub = 0 }: Around = {}): Buffer {
  let at = stub;
  const placed = members.map((member) => {
    const from = at;
    at += local(member).length;
    return { member, from };
  });
  const directory = bytes(...placed.filter(({ member }) => member.hidden !== true).map(({ member, from }) => central(member, from)));
  const count = members.filter(({ hidden }) => hidden !== true).length;
  return bytes(...members.map(local), before, directory, end(count, directory.length, at + sizeOf(before), comment));
}

const TEXT = Array.from({ length: 100 }, (_, i) => `option ${i} of a service that starts with the system\n`).join('');
const tool = (command: string, ...options: string[]) => execFileSync(command, options, { input: TEXT });
const deflated = deflateRawSync(TEXT);
const alone = tool('xz', '--format=lzma', '-9');
const passwd: Member = { name: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\n' };

const methods: readonly Member[] = [
  { name: 'stored', content: TEXT },
  { name: 'deflate', content: TEXT, method: 8, packed: deflated },
  { name: 'bzip2', content: TEXT, method: 12, packed: tool('bzip2') },
  // version of the encoder, length of the properties, properties, stream with an end marker
  { name: 'lzma', content: TEXT, method: 14, flags: 2, packed: bytes([9, 20], le16(5), alone.subarray(0, 5), alone.subarray(13)) },
  { name: 'zstd', content: TEXT, method: 93, packed: zstdCompressSync(TEXT, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }) },
  { name: 'xz', content: TEXT, method: 95, packed: tool('xz', '--check=sha256') },
  { name: 'imploded', content: TEXT, method: 6, packed: noise(80) },
];

const everyType = archive(
  [
    { name: 'bin/', mode: 0o040755 },
    { name: 'bin/su', content: 'program', mode: 0o104755, extra: block(0x7875, [1, 4], le32(0), [4], le32(1000)) },
    { name: 'bin/sh', content: 'busybox', mode: 0o120777 },
    { name: 'dos folder', mode: 0, system: 0, attributes: 0x10 },
    { name: 'caf\xe9.txt', content: 'Latin-1', extra: block(0x5455, [1], le32(1_700_000_000)), centralExtra: block(0x5455, [1], le32(1_700_000_000)) },
    { name: 'run/pipe', mode: 0o010600 },
    { name: 'run/full', mode: 0o010600, content: 'a pipe with content is given as a file' },
  ],
  { comment: 'made by hand' },
);

const streamed: Member = {
  name: 'streamed',
  content: TEXT,
  method: 8,
  packed: deflated,
  flags: 8,
  local: { sum: 0, size: 0, packed: 0 },
  descriptor: bytes('PK\x07\x08', le32(crc32(TEXT)), le32(deflated.length), le32(TEXT.length)),
};
const streamedBare: Member = {
  name: 'streamed without a mark',
  content: TEXT,
  method: 8,
  packed: deflated,
  flags: 8,
  local: { sum: 0, size: 0, packed: 0 },
  descriptor: bytes(le32(crc32(TEXT)), le32(deflated.length), le32(TEXT.length)),
};

const wideMember: Member = {
  name: 'large by its numbers',
  content: TEXT,
  method: 8,
  packed: deflated,
  extra: block(1, le64(TEXT.length), le64(deflated.length)),
  local: { size: 0xffffffff, packed: 0xffffffff },
  central: { size: 0xffffffff, packed: 0xffffffff, offset: 0xffffffff },
  centralExtra: block(1, le64(TEXT.length), le64(deflated.length), le64(0)),
};
function wide(): Buffer {
  const body = local(wideMember);
  const directory = central(wideMember, 0);
  const at = body.length + directory.length;
  const record = bytes('PK\x06\x06', le64(44), le16(45), le16(45), zeros(8), le64(1), le64(1), le64(directory.length), le64(body.length));
  const locator = bytes('PK\x06\x07', le32(0), le64(at), le32(1));
  return bytes(body, directory, record, locator, end(0xffff, 0xffffffff, 0xffffffff));
}

/** Members that quote the headers of those behind them, each in a DEFLATE block that is stored, so that all share the stream
 *  of the last. */
function quoting(count: number): Buffer {
  let content: Buffer = zeros(10_000);
  let packed: Buffer = deflateRawSync(content);
  let member: Member = { name: 'last', content, method: 8, packed };
  let header = local({ ...member, packed: '', local: { packed: packed.length } });
  const stack = [{ member, header, packed, size: content.length }];
  for (let i = 1; i < count; i++) {
    const quote = bytes([0], le16(header.length), le16(0xffff - header.length));
    content = bytes(header, content);
    packed = bytes(quote, header, packed);
    member = { name: `m${i}`, content, method: 8, packed };
    header = local({ ...member, packed: '', local: { packed: packed.length } });
    stack.unshift({ member, header, packed: quote, size: packed.length });
  }
  const parts = stack.map((one) => bytes(one.header, one.packed));
  let at = 0;
  const directory = bytes(
    ...stack.map((one, i) => {
      const from = at;
      at += parts[i]?.length ?? 0;
      return central(one.member, from);
    }),
  );
  return bytes(...parts, directory, end(count, directory.length, at));
}

const signed = (() => {
  const pair = bytes(le64(8), le32(0x7109871a), 'sign');
  const size = pair.length + 24;
  return bytes(le64(size), pair, le64(size), 'APK Sig Block 42');
})();

const plain = archive([passwd, { name: 'etc/config', content: TEXT, method: 8, packed: deflated }]);

writeCases(import.meta.dirname, '../make.ts', {
  'every-method': { input: archive(methods), note: 'Six methods that are opened and one, of old, that stays closed with its name as the reason.' },
  'every-type-of-member': { input: everyType, note: 'Permissions and types of Unix, owners and times from extra fields, a name that is not UTF-8, a comment. What has content is a file, whatever its type says.' },
  'sizes-behind-the-content': { input: archive([streamed, streamedBare, passwd]), note: 'Streamed members: their sizes stand in a descriptor, with and without a mark.' },
  'numbers-of-64-bits': { input: wide(), note: 'All sizes and offsets stand in the zip64 fields and records.' },
  'headers-differ': {
    input: archive([
      { ...passwd, local: { name: 'etc/shadow' } },
      { name: 'etc/config', content: TEXT, method: 8, packed: deflated, local: { method: 0, size: 7, sum: 1 } },
      { name: 'etc/hosts', content: 'local only\n', central: { packed: 0x7fffffff, size: 0x7fffffff } },
    ]),
    note: 'Local headers that say other names, methods and sizes than the directory. The content is what the directory says, unless that cannot be.',
  },
  'not-in-the-directory': {
    input: archive([passwd, { name: 'bin/hidden', content: TEXT, method: 8, packed: deflated, hidden: true }, { name: 'etc/hosts', content: 'two\n' }]),
    note: 'A member between others that the central directory does not list: ordinary tools never show it.',
  },
  'same-name-twice': { input: archive([passwd, { ...passwd, content: 'root::0:0:root:/root:/bin/sh\n' }]), note: 'Which of the two counts depends on the reader; both are given.' },
  'content-against-its-promise': {
    input: archive([
      { ...passwd, central: { sum: 1 }, local: { sum: 1 } },
      { name: 'slack', content: TEXT, method: 8, packed: bytes(deflated, 'bytes behind the stream') },
      { name: 'longer', content: TEXT, method: 8, packed: deflated, central: { size: 100 }, local: { size: 100 } },
    ]),
    note: 'A wrong CRC, bytes behind the end of a stream, a wrong size. The content is given, for other readers take it too; what is wrong is a fact.',
  },
  encrypted: {
    input: archive([
      passwd,
      { name: 'traditional', content: TEXT, method: 8, flags: 1, packed: noise(200) },
      { name: 'aes', content: TEXT, method: 99, flags: 1, packed: noise(100, 2), extra: block(0x9901, le16(2), 'AE', [3], le16(8)), centralExtra: block(0x9901, le16(2), 'AE', [3], le16(8)) },
    ]),
    note: 'Members that a password locks are listed; their bytes stay unexplained with that reason.',
  },
  'members-that-share-bytes': { input: quoting(200), note: 'A bomb: every member quotes the headers behind it and ends in the same stream. Reading stops when the bytes were read twice.' },
  'behind-a-program': {
    input: bytes('\x7fELF', noise(700), archive([passwd, streamed], { stub: 704, comment: 'offsets count from the program' })),
    note: 'An archive behind other bytes, as installers have it. What stands in front of it is not claimed.',
  },
  'other-bytes-around': { input: bytes(noise(300), plain, noise(900, 3)), note: 'Offsets count from the first member. What stands around the archive is not claimed.' },
  'signed-package': { input: archive([{ name: 'classes.dex', content: TEXT, method: 8, packed: deflated }], { before: signed }), note: 'An Android package with its block of signatures in front of the directory.' },
  'no-directory': { input: bytes(local(passwd), local(streamed), local({ name: 'etc/hosts', content: 'one\n' })), note: 'The directory is missing: members are given by their local headers.' },
  'cut-short': { input: plain.subarray(0, 120), note: 'Cut inside the second member.' },
  'directory-without-end': { input: plain.subarray(0, plain.length - 22), note: 'The end record is missing; the directory is found from member to member.' },
  'nothing-inside': { input: end(0, 0, 0, 'nothing'), note: 'An archive without members.' },
  'marks-alone': {
    input: bytes(noise(100), 'PK\x03\x04', field('zip reader 1.0', 60), 'PK\x01\x02', noise(90, 2), 'PK\x05\x06', noise(300, 4)),
    note: 'The look-alike: marks as a program that reads such archives has them.',
  },
  'wrong-number-of-entries': { input: patched(plain, plain.length - 14, [9, 0, 9, 0]), note: 'The end record states more entries than the directory has.' },
});
