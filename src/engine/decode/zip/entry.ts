import type { EntryHead, EntryType } from '#domain/artefact';
import type { ByteRange } from '#domain/range';
import { dosTime } from '#engine/bytes/dos-time';
import { nameOf } from '#engine/bytes/text';
import {
  type CentralHeader,
  cipherOf,
  type Header,
  isEncrypted,
  type LocalHeader,
  methodName,
  shownName,
  STREAMED,
} from '#engine/decode/zip/headers';

/** Systems whose attributes hold permissions and a type of Unix. Source: APPNOTE.TXT 6.3.10, §4.4.2 */
const WITH_MODE = [3, 19]; // Unix, macOS

/** Bit of the attributes of MS-DOS. */
const DOS_DIRECTORY = 0x10;

/** What a member is. One that has content is a file whatever else is said of it, so that nothing stays unseen. */
export function typeOf(header: Header, central: CentralHeader | null): EntryType {
  const stated = statedType(header, central);
  if (stated === 'link') return header.size <= LINK_LIMIT ? 'link' : 'file';
  return stated === 'file' || header.size === 0 ? stated : 'file';
}

/** Bytes of a link target. */
export const LINK_LIMIT = 64 * 1024;

function statedType({ name }: Header, central: CentralHeader | null): EntryType {
  const isNamedSo = name.at(-1) === 0x2f;
  if (central === null) return isNamedSo ? 'directory' : 'file';
  const { system, attributes } = central;
  const kind = WITH_MODE.includes(system) ? UNIX_TYPES[(attributes >>> 28) & 15] : undefined;
  if (kind !== undefined && kind !== 'file') return kind;
  return isNamedSo || (kind === undefined && (attributes & DOS_DIRECTORY) !== 0) ? 'directory' : 'file';
}

/** By the four bits above permissions. */
const UNIX_TYPES: Readonly<Record<number, EntryType>> = {
  1: 'fifo',
  2: 'character-device',
  4: 'directory',
  6: 'block-device',
  8: 'file',
  10: 'link',
  12: 'socket',
};

/** Metadata of a member: permissions from the directory, owners from whichever header has them.
 *  @param local    null: there is none where the directory says
 *  @param central  null: the directory does not list it */
export function headOf(
  type: EntryType,
  local: LocalHeader | null,
  central: CentralHeader | null,
  stored: readonly ByteRange[],
): EntryHead | null {
  const header = central ?? local;
  if (header === null) return null;
  const hasMode = central !== null && WITH_MODE.includes(central.system) && central.attributes >>> 16 !== 0;
  return {
    path: nameOf(shownName(header)),
    type,
    mode: hasMode ? (central.attributes >>> 16) & 0o7777 : null,
    uid: local?.extra.uid ?? central?.extra.uid ?? null,
    gid: local?.extra.gid ?? central?.extra.gid ?? null,
    modifiedAt:
      central?.extra.modifiedAt ??
      local?.extra.modifiedAt ??
      dosTime(header.dosTime >>> 16, header.dosTime & 0xffff),
    target: null,
    device: null,
    stored,
  };
}

/** What a local header says that the directory does not. */
export function differences(local: LocalHeader, central: CentralHeader): readonly string[] {
  const found: string[] = [];
  const note = (what: string, here: string | number, there: string | number) => {
    if (here !== there) found.push(`local ${what} ${here}, in the directory ${there}`);
  };
  note('name', nameOf(local.name), nameOf(central.name));
  if (local.extra.unicodeName !== null || central.extra.unicodeName !== null) {
    note('Unicode name', nameOf(shownName(local)), nameOf(shownName(central)));
  }
  note('method', methodName(local.method), methodName(central.method));
  note('encryption', cipher(local), cipher(central));
  note('time', local.dosTime, central.dosTime);
  const isStreamed = (local.flags & STREAMED) !== 0;
  const isOpen = (value: number) => isStreamed && value === 0;
  // numbers of 64 bits are left out of a local header whose member is streamed
  const isOpenWide = local.lacks !== null && isStreamed;
  if (!isOpen(local.sum)) note('CRC', hex(local.sum), hex(central.sum));
  if (!isOpen(local.packed) && !isOpenWide) note('stored size', local.packed, central.packed);
  if (!isOpen(local.size) && !isOpenWide) note('size', local.size, central.size);
  return found;
}

function cipher(header: Header): string {
  return isEncrypted(header) ? cipherOf(header) : 'none';
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
