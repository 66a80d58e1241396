import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Artefact, Entry, EntryType } from '#domain/artefact';
import { canonicalJson } from '#domain/canonical';
import { Refused } from '#domain/error';
import type { Blobs } from '#domain/ports';
import type { InputKind } from '#domain/record';
import { nameOf } from '#engine/bytes/text';
import { parse } from 'yaml';

/** One thing named on the command line, checked but not yet read whole. */
export interface GivenInput {
  readonly path: string;
  /** Name it has in the record. */
  readonly name: string;
  readonly kind: InputKind;
  /** Bytes; of a folder 0. */
  readonly size: number;
  /** The parsed document of a declaration in Assay's own form, else null. */
  readonly document: unknown;
  /** True: a document of the vendor, read in a worker before anything else is done. */
  readonly isDocument: boolean;
}

/** Documents larger than this are not declarations. */
const DOCUMENT_LIMIT = 4 * 1024 * 1024;

/** Looks at every input before any work starts.
 *  @param declaring  files that are documents of the vendor, whatever they look like
 *  @throws Refused for one that is missing, empty, unreadable or neither file nor folder */
export function checkInputs(paths: readonly string[], declaring: readonly string[]): readonly GivenInput[] {
  const names = new Set<string>();
  const all = [
    ...paths.map((path) => checkInput(path, false)),
    ...declaring.map((path) => checkInput(path, true)),
  ];
  return all.map((input) => {
    let name = input.name;
    for (let i = 2; names.has(name); i++) name = `${input.name} (${i})`;
    names.add(name);
    return { ...input, name };
  });
}

function checkInput(path: string, isDeclaring: boolean): GivenInput {
  const status = statusOf(path);
  const name = nameOf(Buffer.from(basename(path.replace(/\/+$/, '')) || path));
  if (status.isDirectory() && isDeclaring)
    throw new Refused(`${path} is a folder`, 'name each document with --declares');
  if (status.isDirectory()) {
    if (readdirSync(path).length === 0)
      throw new Refused(`${path} is an empty folder`, 'name a file or the folder of an extracted tree');
    return { path, name, kind: 'tree', size: 0, document: null, isDocument: false };
  }
  if (!status.isFile())
    throw new Refused(`${path} is neither a file nor a folder`, 'copy its content into a file first');
  if (status.size === 0) throw new Refused(`${path} is empty`, 'hand in the file again: it has no bytes');
  try {
    closeSync(openSync(path, 'r'));
  } catch {
    throw new Refused(`${path} cannot be read`, 'check its permissions');
  }
  const document = documentOf(path, status.size);
  const head = headOf(path);
  const isDocument = document === null && (isDeclaring || isVendorDocument(name, head));
  const kind = document !== null || isDocument ? 'declaration' : kindOf(head);
  return { path, name, kind, size: status.size, document, isDocument };
}

function statusOf(path: string): Stats {
  try {
    return statSync(path);
  } catch {
    throw new Refused(`${path} does not exist or cannot be reached`, 'check the name');
  }
}

/** The content of a YAML or JSON file that calls itself a declaration, else null.
 *  @throws Refused when it calls itself one and is not well formed */
function documentOf(path: string, size: number): unknown {
  if (!['.yaml', '.yml', '.json'].includes(extname(path).toLowerCase()) || size > DOCUMENT_LIMIT) return null;
  const text = readFileSync(path, 'utf8');
  if (!/^\s*"?declares"?\s*:|"declares"\s*:/m.test(text)) return null;
  return readYaml(path, text);
}

/** A YAML or JSON document as plain data; aliases and custom tags are refused.
 *  @throws Refused when it is not well formed */
export function readYaml(path: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, schema: 'core', strict: true });
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw new Refused(`${path} is not well-formed YAML: ${why}`, 'correct the line it names');
  }
}

/** Magic numbers of captures: pcap in both byte orders and resolutions, pcapng. */
const CAPTURES = ['d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '0a0d0d0a'];

/** Bytes looked at to tell what a file is. */
const HEAD = 64 * 1024;

function headOf(path: string): Buffer {
  const head = Buffer.alloc(HEAD);
  const handle = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(handle, head));
  } finally {
    closeSync(handle);
  }
}

function kindOf(head: Buffer): InputKind {
  if (CAPTURES.includes(head.subarray(0, 4).toString('hex'))) return 'capture';
  return /<nmaprun[\s>]/.test(head.toString('latin1')) ? 'scan' : 'firmware';
}

/** Documents that are known by their ending: nothing a device holds is called so. */
const TABLES = /\.(?:xlsx|xlsm|csv|tsv)$/i;

/** Texts that say in their name what they are. */
const NAMED_TEXTS =
  /(?:release|version)[-_ ]?notes?|change[-_ ]?log|(?:communication|port)[-_ ]?matrix|通信矩阵|版本说明/i;
const TEXTS = /\.(?:md|markdown|html?|txt|rst)$/i;

/** True for a file that is a vendor's document by its name, or a list of components by its content. */
function isVendorDocument(name: string, head: Buffer): boolean {
  if (TABLES.test(name) || (TEXTS.test(name) && NAMED_TEXTS.test(name))) return true;
  const text = head.toString('latin1');
  return /^\s*\{/.test(text)
    ? /"(?:bomFormat|spdxVersion)"\s*:/.test(text)
    : /^SPDXVersion:/m.test(text.slice(0, 1000));
}

/** Copies a file into the store. */
export function depositFile(path: string, blobs: Blobs): Artefact {
  const handle = openSync(path, 'r');
  const deposit = blobs.deposit();
  try {
    const piece = Buffer.allocUnsafeSlow(1024 * 1024);
    for (let got = readSync(handle, piece); got > 0; got = readSync(handle, piece))
      deposit.write(piece.subarray(0, got));
    return deposit.close();
  } catch (error) {
    deposit.abandon();
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** Copies the files of an extracted tree into the store and lists its entries; links are not followed, devices not opened.
 *  @returns the entries and the artefact that stands for the whole: their list as JSON */
export function depositTree(
  root: string,
  blobs: Blobs,
): { readonly artefact: Artefact; readonly entries: readonly Entry[] } {
  const entries: Entry[] = [];
  const walk = (folder: Buffer, prefix: string) => {
    for (const name of readdirSync(folder, { encoding: 'buffer' }).toSorted(Buffer.compare)) {
      const place = Buffer.concat([folder, Buffer.from('/'), name]);
      const path = `${prefix}${nameOf(name)}`;
      const status = lstatSync(place);
      const content = status.isFile() ? depositFile(place as unknown as string, blobs) : null;
      entries.push(
        entryOf(
          path,
          status,
          content,
          status.isSymbolicLink() ? nameOf(readlinkSync(place, 'buffer')) : null,
        ),
      );
      if (status.isDirectory()) walk(place, `${path}/`);
    }
  };
  walk(Buffer.from(join(root, '.')), '');
  const deposit = blobs.deposit();
  deposit.write(Buffer.from(canonicalJson(entries)));
  return { artefact: deposit.close(), entries };
}

function entryOf(path: string, status: Stats, content: Artefact | null, target: string | null): Entry {
  return {
    path,
    type: typeOf(status),
    mode: status.mode & 0o7777,
    uid: status.uid,
    gid: status.gid,
    // Extraction sets times at will; they say nothing of the release.
    modifiedAt: null,
    target,
    device: null,
    stored: [],
    content,
  };
}

function typeOf(status: Stats): EntryType {
  if (status.isDirectory()) return 'directory';
  if (status.isSymbolicLink()) return 'link';
  if (status.isCharacterDevice()) return 'character-device';
  if (status.isBlockDevice()) return 'block-device';
  if (status.isFIFO()) return 'fifo';
  if (status.isSocket()) return 'socket';
  return 'file';
}
