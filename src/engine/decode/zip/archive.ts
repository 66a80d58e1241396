import { crc32 } from 'node:zlib';
import { Malformed, Spent } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { type ByteRange, lengthOf } from '#domain/range';
import { complement, total } from '#engine/bytes/ranges';
import { windowOf } from '#engine/bytes/source';
import { OutputBudget } from '#engine/bytes/stream';
import { nameOf } from '#engine/bytes/text';
import { contentPieces } from '#engine/decode/zip/content';
import {
  type Descriptor,
  descriptorAt,
  type Ending,
  signingBlock,
  signingBlockBefore,
} from '#engine/decode/zip/end-record';
import { differences, headOf, LINK_LIMIT, typeOf } from '#engine/decode/zip/entry';
import {
  type CentralHeader,
  cipherOf,
  type Header,
  isEncrypted,
  isPlausible,
  type LocalHeader,
  methodName,
  readCentral,
  readLocal,
  STREAMED,
} from '#engine/decode/zip/headers';
import { Remarks } from '#engine/decode/zip/remarks';

/** How often the bytes of an archive may be read as content: members that share bytes are rare and small, except in bombs. */
const READINGS = 2;

/** Archives below this size count as this large. */
const READINGS_LEAST = 64 * 1024;

/** Reads one archive: members in the order of the directory, then those that it does not list. */
export class Archive {
  private readonly source: Source;
  private readonly remarks = new Remarks();
  /** Where members stand. */
  private readonly members: ByteRange[] = [];
  private readonly names = new Set<string>();
  private entries = 0;
  /** Entries with all they should have. */
  private whole = 0;
  /** Bytes of stored content that were read. */
  private read = 0;
  /** A budget that ended inside the content of the last entry; null: none did. */
  private spent: Spent | null = null;

  constructor(source: Source) {
    this.source = source;
  }

  /** Reads by the directory.
   *  @param from  where the first member may stand */
  *byDirectory(ending: Ending, from: number): Generator<Reading> {
    const { remarks } = this;
    const { directory, records, comment, base } = ending;
    try {
      if (ending.problem !== null) remarks.problem(new Malformed(ending.problem, records[0]));
      if (ending.directoryDisk !== 0) {
        remarks.problem(
          new Malformed(
            `one of several volumes, directory on number ${ending.directoryDisk + 1}`,
            records[0],
          ),
        );
      }
      yield { kind: 'extent', range: records, role: 'metadata' };
      const listedTo = yield* this.listed(ending);
      yield { kind: 'extent', range: [directory[0], listedTo], role: 'metadata' };
      yield* this.signing(signingBlockBefore(this.source, directory[0]));
      yield* this.unlisted([from, directory[0]]);
    } catch (error) {
      remarks.problem(error);
    }
    if (this.spent === null) yield { kind: 'end' };
    yield fact('entries-stated', String(ending.entries));
    if (ending.isWide) yield fact('zip64', 'yes');
    if (ending.disk !== 0) yield fact('volume', String(ending.disk + 1));
    if (base !== 0)
      yield fact(
        'offsets',
        `count from ${Math.abs(base)} bytes ${base < 0 ? 'before' : 'behind'} the first member`,
      );
    if (comment.length > 0) yield fact('comment', nameOf(comment.subarray(0, COMMENT_SHOWN)));
    yield* this.facts(true);
  }

  /** Reads by local headers alone: the directory is not there.
   *  @param isCertain  false: when no member can be read, there was no archive */
  *byMembers(from: number, isCertain: boolean): Generator<Reading> {
    const { remarks } = this;
    try {
      const end = yield* this.run([from, this.source.size], false, isCertain);
      yield* this.signing(signingBlock(this.source, end));
      remarks.problem(new Malformed('no central directory', end));
    } catch (error) {
      remarks.problem(error);
    }
    if (this.spent === null) yield { kind: 'end' };
    yield fact('directory', 'missing');
    yield* this.facts(isCertain);
  }

  /** Gives the members that the directory lists. Returns where its headers end. */
  private *listed({ directory, base, entries }: Ending): Generator<Reading, number> {
    let at = directory[0];
    let count = 0;
    while (at < directory[1]) {
      const header = readCentral(this.source, at);
      if (header === null || header.end > directory[1]) {
        this.remarks.problem(new Malformed('no header in the central directory', at));
        return at;
      }
      yield* this.listedMember(header, base, directory[0]);
      count++;
      at = header.end;
    }
    // the short end record counts modulo 2^16
    if (count !== entries && count % 0x10000 !== entries) {
      this.remarks.problem(
        new Malformed(`${count} entries in the directory, ${entries} stated`, directory[0]),
      );
    }
    return at;
  }

  /** @param limit  where content ends at the latest */
  private *listedMember(central: CentralHeader, base: number, limit: number): Generator<Reading> {
    const { source, remarks } = this;
    const at = central.offset + base;
    const local = readLocal(source, at);
    const path = nameOf(central.name);
    if (this.names.has(path)) remarks.say(path, 'this name comes more than once');
    this.names.add(path);
    if (central.lacks !== null) remarks.say(path, `${central.lacks} in the directory`);
    remarks.count(central);
    if (local === null) {
      const why =
        central.disk === 0 ? 'no local header where the directory leads' : `on volume ${central.disk + 1}`;
      const shownAt = Math.min(Math.max(0, at), source.size);
      yield* this.without(central, why, shownAt);
      remarks.problem(new Malformed(`${why}: ${path}`, central.at));
      return;
    }
    for (const difference of differences(local, central)) remarks.say(path, difference);
    const fits = ({ packed }: Header) => local.dataAt + packed <= limit;
    // the numbers of the directory cannot be, those beside the content can
    const isLocal = !fits(central) && fits(local) && (local.packed > 0 || local.size === 0);
    const { packed, size, sum, method } = isLocal ? local : central;
    const end = Math.min(local.dataAt + packed, Math.max(local.dataAt, limit));
    yield* this.member(local, { ...central, packed, size, sum, method }, end);
  }

  /** An entry that the directory lists and nothing else knows. */
  private *without(central: CentralHeader, why: string, at: number): Generator<Reading> {
    const type = typeOf(central, central);
    const entry = headOf(type === 'link' ? 'file' : type, null, central, []);
    if (entry === null) return;
    this.entries++;
    yield { kind: 'entry', entry };
    if (entry.type === 'file') yield { kind: 'broken', why, at };
  }

  /** Gives one member.
   *  @param central  null: the directory does not list it
   *  @param end      where its stored content ends, or ends at the latest
   *  @returns where it ended */
  private *member(
    local: LocalHeader,
    central: CentralHeader | null,
    end: number,
  ): Generator<Reading, number> {
    const header = central ?? local;
    this.entries++;
    yield { kind: 'extent', range: [local.at, local.dataAt], role: 'header' };
    if (local.extra.isBroken || central?.extra.isBroken === true) {
      this.remarks.say(nameOf(header.name), 'a block leaves the extra field');
    }
    const type = typeOf(header, central);
    const contentEnd =
      type === 'link'
        ? yield* this.link(local, central, end)
        : type === 'file'
          ? yield* this.file(local, central, end)
          : yield* this.other(type, local, central, end);
    const descriptor = this.descriptorOf(local, central, contentEnd ?? end);
    const memberEnd = descriptor?.range[1] ?? contentEnd ?? end;
    if (descriptor !== null) yield { kind: 'extent', range: descriptor.range, role: 'metadata' };
    this.members.push([local.at, memberEnd]);
    return memberEnd;
  }

  private descriptorOf(local: LocalHeader, central: CentralHeader | null, end: number): Descriptor | null {
    const isStreamed = ((local.flags | (central?.flags ?? 0)) & STREAMED) !== 0;
    return isStreamed ? descriptorAt(this.source, end, end - local.dataAt) : null;
  }

  /** Gives what has no content. What little is stored for it is the end of an empty stream. */
  private *other(
    type: ReturnType<typeof typeOf>,
    local: LocalHeader,
    central: CentralHeader | null,
    end: number,
  ): Generator<Reading, number> {
    const entry = headOf(type, local, central, []);
    if (entry !== null) yield { kind: 'entry', entry };
    this.whole++;
    const isEmptyStream = end - local.dataAt <= EMPTY_STREAM;
    if (isEmptyStream) yield { kind: 'extent', range: [local.dataAt, end], role: 'payload' };
    return isEmptyStream ? end : local.dataAt;
  }

  private *link(
    local: LocalHeader,
    central: CentralHeader | null,
    end: number,
  ): Generator<Reading, number | null> {
    const header = central ?? local;
    const pieces = isEncrypted(header) ? null : contentPieces(this.source, header, local.dataAt, end);
    const parts: Uint8Array[] = [];
    try {
      if (pieces === null) return yield* this.file(local, central, end);
      this.spend(end - local.dataAt);
      let size = 0;
      let step = pieces.next();
      for (; step.done !== true; step = pieces.next()) {
        size += step.value.length;
        if (size > LINK_LIMIT)
          throw new Malformed(`link target of more than ${LINK_LIMIT} bytes`, local.dataAt);
        parts.push(step.value.slice());
      }
      this.whole++;
      const entry = headOf('link', local, central, [[local.dataAt, step.value]]);
      if (entry !== null) yield { kind: 'entry', entry: { ...entry, target: nameOf(Buffer.concat(parts)) } };
      yield { kind: 'extent', range: [local.dataAt, step.value], role: 'metadata' };
      return step.value;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return yield* this.file(local, central, end);
    }
  }

  /** Gives a file with its content. Returns where its stored bytes end; null: that is not known. */
  private *file(
    local: LocalHeader,
    central: CentralHeader | null,
    end: number,
  ): Generator<Reading, number | null> {
    const header = central ?? local;
    const path = nameOf(header.name);
    const stored: ByteRange[] = local.dataAt < end ? [[local.dataAt, end]] : [];
    const entry = headOf('file', local, central, stored);
    if (entry === null) return null;
    const isStated = central !== null || (local.flags & STREAMED) === 0 || local.packed > 0;
    if (isEncrypted(header)) {
      yield { kind: 'entry', entry };
      yield* closed(
        stored,
        'encrypted (password)',
        `encrypted with a password (${cipherOf(header)})`,
        local.dataAt,
      );
      return isStated ? end : null;
    }
    const pieces = contentPieces(this.source, header, local.dataAt, end);
    if (pieces === null) {
      const why = `compressed or encrypted: ${methodName(header.method)}, not read`;
      yield { kind: 'entry', entry };
      yield* closed(stored, why, why, local.dataAt);
      return isStated ? end : null;
    }
    this.spend(isStated ? end - local.dataAt : 0);
    const budget = new OutputBudget(end - local.dataAt);
    yield { kind: 'entry', entry };
    try {
      if (isStated && local.dataAt + header.packed > end) {
        throw new Malformed(`content of ${header.packed} bytes leaves the archive`, local.dataAt);
      }
      let sum = 0;
      const contentEnd = yield* budget.give(pieces, (piece) => {
        sum = crc32(piece, sum);
      });
      if (!isStated) {
        stored.splice(0, 1, [local.dataAt, contentEnd]);
        this.spend(contentEnd - local.dataAt);
      }
      this.whole++;
      this.compare(path, local, central, contentEnd, end, { sum, size: budget.given });
      yield { kind: 'extent', range: [local.dataAt, contentEnd], role: 'payload' };
      return contentEnd;
    } catch (error) {
      if (error instanceof Spent) this.spent = error;
      if (!(error instanceof Malformed)) throw error;
      this.remarks.say(path, error.message);
      if (!isStated) stored.splice(0, 1, [local.dataAt, Math.max(local.dataAt, Math.min(error.at, end))]);
      yield { kind: 'broken', why: error.message, at: error.at };
      return isStated ? end : null;
    }
  }

  /** Holds what came out against what the headers promise. The content is given all the same: other readers take it too. */
  private compare(
    path: string,
    local: LocalHeader,
    central: CentralHeader | null,
    contentEnd: number,
    end: number,
    found: { readonly sum: number; readonly size: number },
  ): void {
    const { remarks } = this;
    const promised =
      central ?? (local.sum !== 0 || local.size !== 0 ? local : this.descriptorOf(local, null, contentEnd));
    if (promised !== null && found.size !== promised.size) {
      remarks.say(path, `${found.size} bytes of content, ${promised.size} stated`);
    }
    if (promised !== null && found.sum !== promised.sum) remarks.say(path, 'content does not match its CRC');
    const isStated = central !== null || (local.flags & STREAMED) === 0;
    if (isStated && contentEnd < end) {
      remarks.say(path, `${end - contentEnd} bytes behind the end of the compressed content`);
    }
  }

  private spend(bytes: number): void {
    this.read += bytes;
    if (this.read > READINGS * Math.max(this.source.size, READINGS_LEAST)) {
      throw new Spent(`overlap: bytes of members read more than ${READINGS} times`);
    }
  }

  private *signing(block: ByteRange | null): Generator<Reading> {
    if (block === null) return;
    this.members.push(block);
    yield { kind: 'extent', range: block, role: 'metadata' };
    yield fact('android-signing-block', `${block[1] - block[0]} bytes`);
  }

  /** Members in front of the directory that it does not list. */
  private *unlisted(within: ByteRange): Generator<Reading> {
    for (const hole of complement(this.members, within)) {
      const first = readLocal(this.source, hole[0]);
      if (first !== null && isPlausible(first)) yield* this.run(hole, true, false);
    }
  }

  /** Members that follow one another from the beginning of a range. Returns where the last one ends.
   *  @param isHidden   true: there is a directory, and it is silent about them
   *  @param isCertain  true: headers are taken as they are, however odd */
  private *run(range: ByteRange, isHidden: boolean, isCertain: boolean): Generator<Reading, number> {
    const window = windowOf(this.source, 0, range[1]);
    let at = range[0];
    for (;;) {
      const local = readLocal(window, at);
      if (local === null || !(isCertain || isPlausible(local))) return at;
      if (isHidden) this.remarks.say(nameOf(local.name), 'not in the central directory');
      this.remarks.count(local);
      const isStated = (local.flags & STREAMED) === 0 || local.packed > 0;
      const end = isStated ? Math.min(local.dataAt + local.packed, range[1]) : range[1];
      at = yield* this.member(local, null, end);
    }
  }

  private *facts(isCertain: boolean): Generator<Reading> {
    const { members, remarks } = this;
    yield fact('entries', String(this.entries));
    const shared = members.reduce((sum, range) => sum + lengthOf(range), 0) - total(members);
    if (shared > 0) yield fact('overlap', `${shared} bytes belong to more than one member`);
    yield* remarks.facts();
    if (this.spent !== null) throw this.spent;
    // Where members are listed but not one could be read, a break would take the list away.
    const isListOnly = this.entries > 0 && this.whole === 0;
    if (remarks.first !== null && !(isCertain && isListOnly)) throw remarks.first;
  }
}

/** Bytes of a comment that stand in a fact. */
const COMMENT_SHOWN = 1024;

/** Bytes that compressors make of nothing. */
const EMPTY_STREAM = 64;

/** Content that cannot be opened. The first reason given for bytes is the one that stands. */
function* closed(stored: readonly ByteRange[], reason: string, why: string, at: number): Generator<Reading> {
  for (const range of stored) yield { kind: 'extent', range, role: 'unexplained', reason };
  yield { kind: 'broken', why, at };
}

function fact(name: string, value: string): Reading {
  return { kind: 'fact', name, value };
}
