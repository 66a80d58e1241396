import type { EntryHead, EntryType } from '#domain/artefact';
import { Malformed, Spent } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { latin1, nameOf } from '#engine/bytes/text';
import { DEPTH_LIMIT, pathBelow, stepOf, Walk } from '#engine/bytes/walk';

const MARK = '-rom1fs-';

/** The smallest file system of Linux: nothing compressed, headers in chains. */
export const romfs: Format = {
  kind: 'format',
  id: 'romfs',
  version: 1,
  doc: {
    name: 'romfs',
    says: 'Every directory, file, link and device, and the content of files; states whether the headers match their checksums.',
    sources: [
      'Linux, Documentation/filesystems/romfs.rst',
      'Linux, fs/romfs/super.c: romfs_modemap, the permissions Linux shows',
    ],
    limits: [
      'Of permissions the image keeps one bit, that a file may be run: the mode is what Linux makes of it.',
      'The image keeps no owners and no times.',
      'A header that no chain leads to is not listed; its bytes stay unexplained.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode(MARK), at: 0 }],
  open(source) {
    const volume = readVolume(source);
    return volume === null ? null : readings(source, volume);
  },
};

/** Headers, names and content begin on multiples of this. */
const ALIGNMENT = 16;

/** Bytes of a header before the name. */
const HEADER = 16;

/** Bytes of a name with its zero. Linux takes 128 at most. */
const NAME_LIMIT = 4096;

/** Headers of one image. */
const HEADER_LIMIT = 1_000_000;

interface Volume {
  /** Bytes of the image as stated. */
  readonly size: number;
  readonly name: string;
  /** Where the first file header stands. */
  readonly first: number;
  readonly isRight: boolean;
}

/** Source: romfs.rst: mark, full size, checksum over the first 512 bytes, volume name */
function readVolume(source: Source): Volume | null {
  if (source.size < 2 * HEADER) return null;
  const c = new Cursor(source.bytes(0, HEADER));
  if (latin1(c.take(MARK.length)) !== MARK) return null;
  const size = c.u32be();
  const name = readName(source, HEADER);
  if (name === null || size < name.end + HEADER) return null;
  const summed = Math.min(512, size, source.size);
  return { size, name: name.text, first: name.end, isRight: sumOf(source, 0, summed) === 0 };
}

/** What one header says. */
interface Header {
  readonly at: number;
  /** Where the next of the same directory stands; 0: this is the last. */
  readonly next: number;
  readonly kind: Kind;
  readonly isRunnable: boolean;
  /** Of a directory its first header, of a hard link its target, of a device its number. */
  readonly info: number;
  /** Bytes of content. */
  readonly size: number;
  readonly name: string;
  /** Where the content begins. */
  readonly content: number;
  readonly isRight: boolean;
}

type Kind = EntryType;

/** By the low three bits of the first field. */
const KINDS: readonly Kind[] = [
  'hard-link',
  'directory',
  'file',
  'link',
  'block-device',
  'character-device',
  'socket',
  'fifo',
];

/** What Linux shows in place of permissions. Source: fs/romfs/super.c, romfs_modemap */
const MODES: Readonly<Record<Kind, number>> = {
  'hard-link': 0o644,
  directory: 0o644,
  file: 0o644,
  link: 0o777,
  'block-device': 0o600,
  'character-device': 0o600,
  socket: 0o644,
  fifo: 0o644,
};

/** @throws Malformed when it leaves the image or has no end */
function readHeader(source: Source, at: number): Header {
  if (at + HEADER > source.size)
    throw new Malformed(`header at ${at} leaves ${source.size} bytes`, Math.min(at, source.size));
  const c = new Cursor(source.bytes(at, at + HEADER));
  const nextAndKind = c.u32be();
  const info = c.u32be();
  const size = c.u32be();
  const name = readName(source, at + HEADER);
  if (name === null) throw new Malformed('name without an end', at + HEADER);
  return {
    at,
    next: nextAndKind - (nextAndKind % ALIGNMENT),
    kind: KINDS[nextAndKind % 8] ?? 'file',
    isRunnable: (nextAndKind & 8) !== 0,
    info,
    size,
    name: name.text,
    content: name.end,
    isRight: sumOf(source, at, name.end) === 0,
  };
}

/** A name up to its zero, filled up to a multiple. Null: it has no end. */
function readName(source: Source, at: number): { readonly text: string; readonly end: number } | null {
  for (let length = ALIGNMENT; length <= NAME_LIMIT && at + length <= source.size; length += ALIGNMENT) {
    const bytes = source.bytes(at, at + length);
    const end = bytes.indexOf(0, length - ALIGNMENT);
    if (end !== -1) return { text: stepOf(bytes.subarray(0, end)), end: at + length };
  }
  return null;
}

/** Sum of the big-endian words in a range; zero when the checksum among them is right. */
function sumOf(source: Source, start: number, end: number): number {
  const c = new Cursor(source.bytes(start, end));
  let sum = 0;
  while (c.left >= 4) sum = (sum + c.u32be()) >>> 0;
  return sum;
}

function* readings(source: Source, volume: Volume): Generator<Reading> {
  const tree = new Tree(source, volume);
  const { walk } = tree;
  walk.claim([0, volume.first], 'header');
  try {
    tree.collect();
    yield* tree.give();
  } catch (error) {
    walk.keep(error);
  }
  walk.fill(volume.size);
  const fact = (name: string, value: string): Reading => ({ kind: 'fact', name, value });
  if (volume.name !== '') yield fact('name', volume.name);
  yield fact('checksum', volume.isRight ? 'right' : 'wrong');
  yield fact('header-checksums', `${tree.right} right, ${tree.wrong} wrong`);
  if (volume.size > source.size) yield fact('data', `cut short: ${source.size} of ${volume.size} bytes`);
  yield* walk.end();
}

interface Listed {
  readonly path: string;
  readonly header: Header;
}

/** The tree of one image: collected first, for hard links may point forward. */
class Tree {
  readonly walk: Walk;
  right = 0;
  wrong = 0;
  private readonly source: Source;
  private readonly first: number;
  private readonly listed: Listed[] = [];
  /** Paths of what is no hard link, by where the header stands. */
  private readonly paths = new Map<number, string>();
  /** Headers that were read: each stands in one chain, once. */
  private readonly seen = new Set<number>();

  constructor(source: Source, { first }: Volume) {
    this.source = source;
    this.first = first;
    this.walk = new Walk(source);
  }

  /** Follows all chains. The first header is the root's own entry, `.`.
   *  @throws Malformed when there is no root, or too much is broken */
  collect(): void {
    const root = readHeader(this.source, this.first);
    if (root.kind !== 'directory') throw new Malformed(`the first header is a ${root.kind}`, this.first);
    this.paths.set(root.at, '');
    this.listed.push({ path: '', header: root });
    const waiting = [{ path: '', first: root.info, depth: 0 }];
    for (let chain = waiting.pop(); chain !== undefined; chain = waiting.pop()) {
      try {
        for (const header of this.chain(chain.first)) {
          if (header.at === root.at || isDots(header)) continue;
          if (this.listed.length === HEADER_LIMIT) throw new Spent(`${HEADER_LIMIT} headers`);
          const path = pathBelow(chain.path, header.name);
          this.listed.push({ path, header });
          if (header.kind !== 'hard-link') this.paths.set(header.at, path);
          if (header.kind !== 'directory') continue;
          if (chain.depth === DEPTH_LIMIT) throw new Malformed(`directories ${DEPTH_LIMIT} deep`, header.at);
          waiting.push({ path, first: header.info, depth: chain.depth + 1 });
        }
      } catch (error) {
        this.walk.note(error);
      }
    }
  }

  *give(): Generator<Reading> {
    for (const listed of this.listed) {
      try {
        yield* this.entry(listed);
      } catch (error) {
        this.walk.note(error);
      }
    }
  }

  private *chain(first: number): Generator<Header> {
    for (let at = first - (first % ALIGNMENT); at !== 0; ) {
      if (this.seen.has(at)) throw new Malformed('header stands in the tree twice', at);
      this.seen.add(at);
      const header = readHeader(this.source, at);
      if (header.isRight) this.right++;
      else this.wrong++;
      this.walk.claim([at, header.content], 'metadata');
      yield header;
      at = header.next;
    }
  }

  private *entry({ path, header }: Listed): Generator<Reading> {
    const { kind, info, size, content, isRunnable } = header;
    const { walk } = this;
    const head: EntryHead = {
      path,
      type: kind,
      mode: MODES[kind] | (isRunnable && kind !== 'link' ? 0o111 : 0),
      uid: null,
      gid: null,
      modifiedAt: null,
      target: null,
      device: kind.endsWith('device') ? { major: info >>> 16, minor: info & 0xffff } : null,
      stored: [],
    };
    if (kind === 'file') {
      yield* walk.laidOut(head, size === 0 ? [] : [{ at: content, length: size }]);
    } else if (kind === 'link') {
      if (content + size > this.source.size)
        throw new Malformed(`target of ${path} leaves the image`, content);
      const stored = [[content, content + size]] as const;
      walk.claim(stored[0], 'metadata');
      yield* walk.entry({ ...head, target: nameOf(this.source.bytes(...stored[0])), stored });
    } else if (kind === 'hard-link') {
      const target = this.paths.get(info - (info % ALIGNMENT));
      if (target === undefined) throw new Malformed(`${path} links to no header of the tree`, header.at);
      yield* walk.entry({ ...head, mode: null, target });
    } else yield* walk.entry(head);
  }
}

/** The entries for a directory itself and the one above. */
function isDots({ name }: Header): boolean {
  return name === '\\x2e' || name === '\\x2e\\x2e';
}
