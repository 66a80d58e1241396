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
  /** The parsed document of a declaration, else null. */
  readonly document: unknown;
}

/** Documents larger than this are not declarations. */
const DOCUMENT_LIMIT = 4 * 1024 * 1024;

/** Looks at every input before any work starts.
 *  @throws Refused for one that is missing, empty, unreadable or neither file nor folder */
export function checkInputs(paths: readonly string[]): readonly GivenInput[] {
  const names = new Set<string>();
  return paths.map((path) => {
    const input = checkInput(path);
    let name = input.name;
    for (let i = 2; names.has(name); i++) name = `${input.name} (${i})`;
    names.add(name);
    return { ...input, name };
  });
}

function checkInput(path: string): GivenInput {
  const status = statusOf(path);
  const name = nameOf(Buffer.from(basename(path.replace(/\/+$/, '')) || path));
  if (status.isDirectory()) {
    if (readdirSync(path).length === 0)
      throw new Refused(`${path} is an empty folder`, 'name a file or the folder of an extracted tree');
    return { path, name, kind: 'tree', size: 0, document: null };
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
  return { path, name, kind: document === null ? kindOf(path) : 'declaration', size: status.size, document };
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

function kindOf(path: string): InputKind {
  const head = Buffer.alloc(4);
  const handle = openSync(path, 'r');
  try {
    readSync(handle, head);
  } finally {
    closeSync(handle);
  }
  return CAPTURES.includes(head.toString('hex')) ? 'capture' : 'firmware';
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
