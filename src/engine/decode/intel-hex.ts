import type { Format } from '#domain/plugin';
import {
  beginsWithRecords,
  hexByte,
  type Loaded,
  readRecords,
  type RecordReader,
} from '#engine/bytes/memory-image';
import { hex } from '#engine/bytes/parts';

/** Texts of Intel's hexadecimal records, as boot loaders and microcontrollers are loaded from. */
export const intelHex: Format = {
  kind: 'format',
  id: 'intel-hex',
  version: 1,
  doc: {
    name: 'Intel HEX (memory as text)',
    says: 'Gives every run of memory without gaps as a file named by its address, and states wrong checksums, the start address and what stands behind the end record.',
    sources: ['Intel, Hexadecimal Object File Format Specification, revision A (1988)'],
    limits: [
      'Gaps between addresses are not filled: what a device reads there is not known.',
      'A record with a wrong checksum is given all the same; where it is damaged cannot be told.',
      'Recognised only as a whole artefact that begins with two right records: the mark is one letter.',
      'A text has at most 256 MiB.',
    ],
  },
  magics: [],
  open(source, whole) {
    if (!whole || !beginsWithRecords(source, new Records())) return null;
    return readRecords(source, new Records());
  },
};

const KIND = { data: 0, end: 1, segment: 2, segmentStart: 3, linear: 4, linearStart: 5 } as const;

/** Bytes in front of the data, of a record: count, address, kind. */
const FRONT = 4;

class Records implements RecordReader {
  /** Added to the address of a record. */
  private base = 0;
  /** Addresses count within 64 KiB, and begin again behind them. */
  private isSegmented = false;
  private start: string | null = null;
  private ends = 0;
  private behindEnd = 0;
  private unknown = 0;

  read(text: Uint8Array): ReturnType<RecordReader['read']> {
    if (text[0] !== 0x3a) return null;
    const count = hexByte(text, 1);
    if (count === -1 || text.length < 1 + 2 * (FRONT + count + 1)) return null;
    const bytes = new Uint8Array(FRONT + count + 1);
    let sum = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = hexByte(text, 1 + 2 * i);
      if (byte === -1) return null;
      bytes[i] = byte;
      sum += byte;
    }
    if (this.ends > 0) this.behindEnd++;
    const address = (bytes[1] ?? 0) * 256 + (bytes[2] ?? 0);
    const data = this.take(bytes[3] ?? 0, address, bytes.subarray(FRONT, FRONT + count));
    return { length: 1 + 2 * bytes.length, isSumRight: (sum & 0xff) === 0, data };
  }

  facts(): Readonly<Record<string, string | null>> {
    return {
      start: this.start,
      'end-record': this.ends === 0 ? 'missing' : 'present',
      'behind-end': this.behindEnd === 0 ? null : `${this.behindEnd} records behind an end record`,
      'unknown-records': this.unknown === 0 ? null : String(this.unknown),
    };
  }

  private take(kind: number, address: number, bytes: Uint8Array): readonly Loaded[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (kind === KIND.data) return bytes.length === 0 ? [] : this.load(address, bytes);
    if (kind === KIND.end) {
      this.ends++;
      this.base = 0;
      this.isSegmented = false;
    } else if ((kind === KIND.segment || kind === KIND.linear) && bytes.length === 2) {
      this.isSegmented = kind === KIND.segment;
      this.base = view.getUint16(0) * (this.isSegmented ? 16 : 0x10000);
    } else if (kind === KIND.segmentStart && bytes.length === 4) {
      this.start = `${hex(view.getUint16(0))}:${hex(view.getUint16(2))}`;
    } else if (kind === KIND.linearStart && bytes.length === 4) this.start = hex(view.getUint32(0));
    else this.unknown++;
    return [];
  }

  private load(address: number, bytes: Uint8Array): readonly Loaded[] {
    const room = 0x10000 - address;
    if (!this.isSegmented || bytes.length <= room) return [{ address: this.base + address, bytes }];
    return [
      { address: this.base + address, bytes: bytes.subarray(0, room) },
      { address: this.base, bytes: bytes.subarray(room) },
    ];
  }
}
