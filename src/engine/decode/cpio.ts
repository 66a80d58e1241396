import type { EntryHead, EntryType } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fold, isZero, piecesOf, zeroesFrom } from '#engine/bytes/pieces';
import { latin1, nameOf } from '#engine/bytes/text';

/** Archives of cpio in all five forms, also one after another as in the initial memory file system of Linux. */
export const cpio: Format = {
  kind: 'format',
  id: 'cpio',
  version: 1,
  doc: {
    name: 'cpio archive (newc, crc, odc, old binary)',
    says: 'Gives every member with its metadata. Names of one file without content of their own are hard links to the name that has it.',
    sources: [
      'IEEE Std 1003.1-2017, pax: cpio Interchange Format',
      'Linux, Documentation/driver-api/early-userspace/buffer-format.rst',
      'cpio(5) of FreeBSD 13: Old Binary Format, New ASCII Format',
    ],
    limits: [
      'The old binary form is recognised only as a whole artefact: its mark is two bytes.',
      'Several names of one file that each carry content are given as files.',
      'Archives that follow one another are read together only in forms that are not compressed.',
    ],
  },
  magics: [
    { bytes: new TextEncoder().encode('070701'), at: 0 },
    { bytes: new TextEncoder().encode('070702'), at: 0 },
    { bytes: new TextEncoder().encode('070707'), at: 0 },
    { bytes: Uint8Array.of(0xc7, 0x71), at: 0 },
    { bytes: Uint8Array.of(0x71, 0xc7), at: 0 },
  ],
  open(source, whole) {
    const first = readHeader(source, 0);
    if (first === null || (first.form.startsWith('binary') && !whole)) return null;
    const isKnown = typeOf(first.mode) !== null || isTrailer(source, first);
    return isKnown ? readArchives(source) : null;
  },
};

/** Bytes of a path. */
const NAME_LIMIT = 64 * 1024;

/** Bytes of a link target: what other readers take at most. */
const TARGET_LIMIT = 1024 * 1024;

type Form = 'newc' | 'crc' | 'odc' | 'binary, little endian' | 'binary, big endian';

interface Header {
  readonly form: Form;
  /** Names of one file have the same. */
  readonly inode: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly modifiedAt: number;
  readonly device: { readonly major: number; readonly minor: number };
  /** Sum of the content's bytes, in the crc form only. */
  readonly sum: number | null;
  /** With its NUL. */
  readonly name: ByteRange;
  /** Cut off where the source ends. */
  readonly content: ByteRange;
  /** Bytes the header promises. */
  readonly size: number;
  /** Where the next header stands. */
  readonly next: number;
}

/** The header at `at`; null: there is none, or its name leaves the source. */
function readHeader(source: Source, at: number): Header | null {
  if (at + 26 > source.size) return null;
  const mark = latin1(source.bytes(at, at + 6));
  const fields =
    mark === '070701' || mark === '070702'
      ? newFields(source, at)
      : mark === '070707'
        ? odcFields(source, at)
        : binaryFields(source, at);
  if (fields === null || fields.nameSize < 1 || fields.nameSize > NAME_LIMIT) return null;
  // what is aligned counts from this header: archives may follow one another anywhere
  const aligned = (end: number) => at + Math.ceil((end - at) / fields.align) * fields.align;
  const nameAt = at + fields.length;
  const contentAt = aligned(nameAt + fields.nameSize);
  if (contentAt > source.size || source.bytes(nameAt, nameAt + fields.nameSize).at(-1) !== 0) return null;
  const end = contentAt + fields.size;
  return {
    ...fields,
    name: [nameAt, nameAt + fields.nameSize],
    content: [contentAt, Math.min(end, source.size)],
    next: aligned(end),
  };
}

interface Fields extends Omit<Header, 'name' | 'content' | 'next'> {
  readonly nameSize: number;
  /** Bytes of the header. */
  readonly length: number;
  /** Name and content end on multiples of this. */
  readonly align: number;
}

function newFields(source: Source, at: number): Fields | null {
  if (at + 110 > source.size) return null;
  const text = latin1(source.bytes(at, at + 110));
  if (!/^07070[12][0-9a-fA-F]{104}$/.test(text)) return null;
  let from = 6;
  const number = () => Number.parseInt(text.slice(from, (from += 8)), 16);
  const inode = number();
  const mode = number();
  const uid = number();
  const gid = number();
  const links = number();
  const modifiedAt = number();
  const size = number();
  const onDevice = `${number()}:${number()}`;
  const device = { major: number(), minor: number() };
  const nameSize = number();
  const sum = number();
  const form = text[5] === '2' ? 'crc' : 'newc';
  return {
    form,
    inode: `${onDevice}:${inode}`,
    mode,
    uid,
    gid,
    links,
    modifiedAt,
    size,
    device,
    nameSize,
    sum: form === 'crc' ? sum : null,
    length: 110,
    align: 4,
  };
}

function odcFields(source: Source, at: number): Fields | null {
  if (at + 76 > source.size) return null;
  const text = latin1(source.bytes(at, at + 76));
  if (!/^070707[0-7]{70}$/.test(text)) return null;
  let from = 6;
  const number = (digits: number) => Number.parseInt(text.slice(from, (from += digits)), 8);
  const onDevice = number(6);
  const inode = `${onDevice}:${number(6)}`;
  const mode = number(6);
  const uid = number(6);
  const gid = number(6);
  const links = number(6);
  const device = deviceOf(number(6));
  const modifiedAt = number(11);
  const nameSize = number(6);
  const size = number(11);
  const fixed = { form: 'odc', sum: null, length: 76, align: 1 } as const;
  return { ...fixed, inode, mode, uid, gid, links, modifiedAt, size, device, nameSize };
}

function binaryFields(source: Source, at: number): Fields | null {
  const c = new Cursor(source.bytes(at, at + 26));
  const isLittle = c.u16le() === 0o070707;
  c.at = 0;
  if (!isLittle && c.u16be() !== 0o070707) return null;
  c.at = 2;
  const half = () => (isLittle ? c.u16le() : c.u16be());
  const word = () => half() * 0x10000 + half(); // the high half first in both orders
  const onDevice = half();
  const inode = `${onDevice}:${half()}`;
  const mode = half();
  const uid = half();
  const gid = half();
  const links = half();
  const device = deviceOf(half());
  const modifiedAt = word();
  const nameSize = half();
  const size = word();
  const form = isLittle ? 'binary, little endian' : 'binary, big endian';
  const fixed = { form, sum: null, length: 26, align: 2 } as const;
  return { ...fixed, inode, mode, uid, gid, links, modifiedAt, size, device, nameSize };
}

/** Eight bits of each, as when these forms were made. */
function deviceOf(number: number): Header['device'] {
  return { major: number >> 8, minor: number & 0xff };
}

/** Null: no type that exists. */
function typeOf(mode: number): EntryType | null {
  switch (mode & 0o170000) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'directory';
    case 0o120000:
      return 'link';
    case 0o020000:
      return 'character-device';
    case 0o060000:
      return 'block-device';
    case 0o010000:
      return 'fifo';
    case 0o140000:
      return 'socket';
    default:
      return null;
  }
}

const TRAILER = 'TRAILER!!!\0';

function isTrailer(source: Source, { name, size }: Header): boolean {
  return name[1] - name[0] === TRAILER.length && latin1(source.bytes(...name)) === TRAILER && size === 0;
}

/** Reads archives one after another with zeros between them.
 *  Source: buffer-format.rst: initramfs := ("\0" | cpio_archive)* */
function* readArchives(source: Source): Generator<Reading> {
  const sums = { right: 0, wrong: 0 };
  const forms = new Set<string>();
  let archives = 0;
  let at = 0;
  for (;;) {
    const end = yield* readArchive(source, at, forms, sums);
    archives++;
    const zerosEnd = zeroesFrom(source, end.at);
    const follows = end.trailer && zerosEnd < source.size ? readHeader(source, zerosEnd) : null;
    const another = follows !== null && !follows.form.startsWith('binary');
    if (!another) {
      const filled = zerosEnd === source.size ? zerosEnd : Math.min(zerosEnd, Math.ceil(end.at / 512) * 512);
      yield { kind: 'extent', range: [end.at, filled], role: 'padding' };
      yield { kind: 'fact', name: 'form', value: [...forms].toSorted().join('; ') };
      yield { kind: 'fact', name: 'archives', value: String(archives) };
      yield { kind: 'fact', name: 'trailer', value: end.trailer ? 'present' : 'missing' };
      if (forms.has('crc')) {
        yield { kind: 'fact', name: 'content-sums', value: `${sums.right} right, ${sums.wrong} wrong` };
      }
      return;
    }
    yield { kind: 'extent', range: [end.at, zerosEnd], role: 'padding' };
    at = zerosEnd;
  }
}

interface ArchiveEnd {
  readonly at: number;
  readonly trailer: boolean;
}

function* readArchive(
  source: Source,
  start: number,
  forms: Set<string>,
  sums: { right: number; wrong: number },
): Generator<Reading, ArchiveEnd> {
  const names = new SharedNames();
  let at = start;
  while (at < source.size) {
    const header = readHeader(source, at);
    if (header === null) throw new Malformed('no header where a member should begin', at);
    forms.add(header.form);
    yield* frame(source, header, at);
    if (isTrailer(source, header)) {
      yield* names.rest();
      return { at: header.content[0], trailer: true };
    }
    yield* readMember(source, header, names, sums);
    at = header.next;
  }
  yield* names.rest();
  return { at: source.size, trailer: false };
}

/** Header, name and what fills up to the next multiple. Fill that is not zero stays unclaimed. */
function* frame(source: Source, { name, content, size, next }: Header, at: number): Generator<Reading> {
  yield { kind: 'extent', range: [at, name[1]], role: 'header' };
  if (isZero(source, [name[1], content[0]])) {
    yield { kind: 'extent', range: [name[1], content[0]], role: 'padding' };
  }
  const end = Math.min(next, source.size);
  if (content[0] + size === content[1] && isZero(source, [content[1], end])) {
    yield { kind: 'extent', range: [content[1], end], role: 'padding' };
  }
}

function* readMember(
  source: Source,
  header: Header,
  names: SharedNames,
  sums: { right: number; wrong: number },
): Generator<Reading> {
  const { content, size } = header;
  const isShort = content[1] - content[0] < size;
  const head = headOf(source, header);
  if (head.type === 'link') {
    if (isShort || size > TARGET_LIMIT) throw new Malformed(`link target of ${size} bytes`, content[0]);
    yield { kind: 'entry', entry: { ...head, target: nameOf(source.bytes(...content)), stored: [content] } };
    yield { kind: 'extent', range: content, role: 'metadata' };
    return;
  }
  if (head.type !== 'file') {
    yield { kind: 'entry', entry: head };
    // a body has no meaning here: it stays unclaimed
    if (isShort) throw new Malformed(`body of ${size} bytes, ${content[1] - content[0]} left`, content[0]);
    return;
  }
  if (size === 0 && header.links > 1) {
    yield* names.without(header.inode, head);
    return;
  }
  yield { kind: 'entry', entry: { ...head, stored: size === 0 ? [] : [content] } };
  if (isShort) throw new Malformed(`member of ${size} bytes, ${content[1] - content[0]} left`, content[0]);
  yield* piecesOf(source, content);
  yield { kind: 'extent', range: content, role: 'payload' };
  if (header.sum !== null) {
    if (sumOf(source, content) === header.sum) sums.right++;
    else sums.wrong++;
  }
  if (header.links > 1) yield* names.holder(header.inode, head.path);
}

function headOf(source: Source, header: Header): EntryHead {
  const { mode, uid, gid, modifiedAt } = header;
  const name = source.bytes(header.name[0], header.name[1] - 1);
  const type = typeOf(mode) ?? 'file';
  return {
    path: nameOf(name),
    type,
    mode: mode % 0o10000,
    uid,
    gid,
    modifiedAt,
    target: null,
    device: type === 'character-device' || type === 'block-device' ? header.device : null,
    stored: [],
  };
}

function sumOf(source: Source, range: ByteRange): number {
  return fold(source, range, 0, (window, sum) => window.reduce((all, byte) => all + byte, sum) % 2 ** 32);
}

/** Names of files that have several. The new forms keep the content with the last name only, the old ones with each. */
class SharedNames {
  /** Path of the first name that came with content, by inode. */
  private readonly holders = new Map<string, string>();
  /** Names that wait for it. */
  private readonly waiting = new Map<string, EntryHead[]>();

  *without(inode: string, head: EntryHead): Generator<Reading> {
    const holder = this.holders.get(inode);
    const waiting = this.waiting.get(inode);
    if (holder !== undefined) yield linkTo(holder, head);
    else if (waiting === undefined) this.waiting.set(inode, [head]);
    else waiting.push(head);
  }

  *holder(inode: string, path: string): Generator<Reading> {
    if (this.holders.has(inode)) return;
    this.holders.set(inode, path);
    for (const head of this.waiting.get(inode) ?? []) yield linkTo(path, head);
    this.waiting.delete(inode);
  }

  /** Files that turned out to be empty: the first name is the file. */
  *rest(): Generator<Reading> {
    for (const [first, ...others] of this.waiting.values()) {
      if (first === undefined) continue;
      yield { kind: 'entry', entry: first };
      for (const head of others) yield linkTo(first.path, head);
    }
    this.waiting.clear();
  }
}

function linkTo(path: string, head: EntryHead): Reading {
  return { kind: 'entry', entry: { ...head, type: 'hard-link', target: path } };
}
