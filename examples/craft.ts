// What the scripts that make examples share: bytes written field by field, cases put into their folders.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Anything that stands for bytes; text is Latin-1. */
export type Part = Uint8Array | string | readonly number[];

/** The parts one after another. */
export function bytes(...parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}

/** Big endian. */
export function be16(value: number): Buffer {
  const out = Buffer.alloc(2);
  out.writeUInt16BE(value);
  return out;
}

export function be32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

/** Little endian. */
export function le16(value: number): Buffer {
  return be16(value).swap16();
}

export function le32(value: number): Buffer {
  return be32(value).swap32();
}

/** A part in a field of fixed length, zeros behind it. */
export function field(part: Part, length: number): Buffer {
  const out = Buffer.alloc(length);
  out.set(bytes(part).subarray(0, length));
  return out;
}

export function zeros(length: number): Buffer {
  return Buffer.alloc(length);
}

/** With zeros up to the next multiple. */
export function padded(part: Part, multiple: number): Buffer {
  const given = bytes(part);
  return field(given, Math.ceil(given.length / multiple) * multiple);
}

/** A copy with other bytes from an offset on. */
export function patched(given: Uint8Array, at: number, part: Part): Buffer {
  const out = Buffer.from(given);
  out.set(bytes(part), at);
  return out;
}

/** Bytes that look random and are the same every time. */
export function noise(length: number, seed = 1): Buffer {
  const out = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out[i] = state >>> 24;
  }
  return out;
}

/** Writes cases of one plug-in beside its script: name → input and note.
 *  @param folder  of the script */
export function writeCases(
  folder: string,
  script: string,
  cases: Readonly<Record<string, { readonly input: Uint8Array; readonly note: string }>>,
  ending = 'bin',
): void {
  for (const [name, { input, note }] of Object.entries(cases)) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, `input.${ending}`), input);
    writeFileSync(join(folder, name, 'NOTE.md'), `${note}\nMade by ${script}.\n`);
  }
}

/** A tree as an example: files by path, and what input.json says beside them. */
export interface TreeCase {
  readonly note: string;
  readonly files: Readonly<Record<string, Part>>;
  readonly modes?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly directories?: readonly string[];
  readonly formats?: Readonly<Record<string, string>>;
}

/** Writes cases whose input is a folder.
 *  @param folder  of the script */
export function writeTrees(folder: string, script: string, cases: Readonly<Record<string, TreeCase>>): void {
  for (const [name, { note, files, ...settings }] of Object.entries(cases)) {
    for (const [path, part] of Object.entries(files)) {
      const target = join(folder, name, 'input', path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes(part));
    }
    writeFileSync(join(folder, name, 'input.json'), `${JSON.stringify(settings, null, 2)}\n`);
    writeFileSync(join(folder, name, 'NOTE.md'), `${note}\nMade by ../${script}.\n`);
  }
}

/** Writes cases whose input is one named file of text. */
export function writeTexts(
  folder: string,
  script: string,
  cases: Readonly<Record<string, { readonly note: string; readonly path: string; readonly text: string; readonly mode?: string }>>,
): void {
  for (const [name, { note, ...input }] of Object.entries(cases)) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'input.json'), `${JSON.stringify(input, null, 2)}\n`);
    writeFileSync(join(folder, name, 'NOTE.md'), `${note}\nMade by ../${script}.\n`);
  }
}
