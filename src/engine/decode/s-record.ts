import type { Format } from '#domain/plugin';
import {
  beginsWithRecords,
  hexByte,
  readRecords,
  type RecordReader,
  type TextRecord,
} from '#engine/bytes/memory-image';
import { fieldText, hex } from '#engine/bytes/parts';

/** Texts of Motorola's S-records. */
export const sRecord: Format = {
  kind: 'format',
  id: 's-record',
  version: 1,
  doc: {
    name: 'Motorola S-record (memory as text)',
    says: 'Gives every run of memory without gaps as a file named by its address, and states header, start address, wrong checksums and whether the number of records is right.',
    sources: [
      'Motorola, M68000 Family Programmer’s Reference Manual (1992), appendix C: S-record output format',
    ],
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

/** Bytes of the address by the digit behind the `S`; 0: no such record. */
const ADDRESS_BYTES = [2, 2, 3, 4, 0, 2, 3, 4, 3, 2] as const;

class Records implements RecordReader {
  private header: string | null = null;
  private start: string | null = null;
  private dataRecords = 0;
  private count: 'right' | 'wrong' | null = null;

  read(text: Uint8Array): TextRecord | null {
    if (text[0] !== 0x53) return null;
    const kind = (text[1] ?? 0) - 0x30;
    const width = ADDRESS_BYTES[kind] ?? 0;
    const count = hexByte(text, 2);
    if (width === 0 || count < width + 1 || text.length < 4 + 2 * count) return null;
    const bytes = new Uint8Array(count);
    let sum = count;
    for (let i = 0; i < count; i++) {
      const byte = hexByte(text, 4 + 2 * i);
      if (byte === -1) return null;
      bytes[i] = byte;
      sum += byte;
    }
    const address = bytes.subarray(0, width).reduce((all, byte) => all * 256 + byte, 0);
    const content = bytes.subarray(width, count - 1);
    this.note(kind, address, content);
    const isData = kind >= 1 && kind <= 3 && content.length > 0;
    const data = isData ? [{ address, bytes: content }] : [];
    return { length: 4 + 2 * count, isSumRight: (sum & 0xff) === 0xff, data };
  }

  facts(): Readonly<Record<string, string | null>> {
    const { header, start, count } = this;
    return { header, start, 'end-record': start === null ? 'missing' : 'present', 'record-count': count };
  }

  private note(kind: number, address: number, content: Uint8Array): void {
    if (kind === 0) this.header ??= fieldText(content).trimEnd();
    else if (kind <= 3) this.dataRecords++;
    else if (kind >= 7) this.start = hex(address);
    else this.count = address === this.dataRecords % 256 ** (ADDRESS_BYTES[kind] ?? 0) ? 'right' : 'wrong';
  }
}
