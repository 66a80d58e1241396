import type { ByteRange } from '#domain/range';

/** SHA-256 of the bytes, lower-case hex behind `sha256:`. */
export type Digest = `sha256:${string}`;

/** A sequence of bytes, known by its digest. */
export interface Artefact {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** What a run of bytes serves for in the format that claims it. `opaque`: high randomness, nothing opened it. */
export type Role = 'header' | 'payload' | 'metadata' | 'padding' | 'erased' | 'opaque' | 'unexplained';

/** Bytes of an artefact with their role. Extents of one artefact never overlap and cover it whole. */
export interface Extent {
  readonly range: ByteRange;
  readonly role: Role;
  /** Why nothing explains the bytes; null for explained roles. One of `no-format`, `encrypted (…)`, `compressed or encrypted: …`, `malformed at 0x…: …`, `budget: …`, `parser-killed: …`. */
  readonly reason: string | null;
}

/** What an entry of a tree is. */
export type EntryType =
  | 'file'
  | 'directory'
  | 'link'
  | 'hard-link'
  | 'character-device'
  | 'block-device'
  | 'fifo'
  | 'socket';

/** Name, kind and metadata of one thing inside a container, byte-exact as the container states them. */
export interface EntryHead {
  /** As stored, without normalisation. Bytes that are not UTF-8 as `\xNN`, a literal backslash doubled. */
  readonly path: string;
  readonly type: EntryType;
  /** The low 12 bits (rwx of three, setuid, setgid, sticky); null: the container has none. */
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** Seconds since 1970-01-01T00:00Z; null: the container has none. */
  readonly modifiedAt: number | null;
  /** Where a link or hard link points, as stored; null for every other type. */
  readonly target: string | null;
  /** Of a device node, else null. */
  readonly device: { readonly major: number; readonly minor: number } | null;
  /** Ranges of the container's bytes that hold this entry's content, in order; empty: none or unknown. */
  readonly stored: readonly ByteRange[];
}

/** An entry whose content, if it is a file, lies in the store. */
export interface Entry extends EntryHead {
  /** Of a file, else null. Null for a file too when its content could not be read: a gap says why. */
  readonly content: Artefact | null;
}

/** One format found at one place of an artefact, and what it holds. */
export interface Part {
  /** Id of the format plug-in. */
  readonly format: string;
  /** Bytes of the artefact that the format claims. */
  readonly range: ByteRange;
  readonly entries: readonly Entry[];
  /** Neutral facts of the container as a whole (compression, version, names in the header); text to text. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What is known of an artefact's bytes after decoding. */
export interface Opened {
  readonly artefact: Artefact;
  /** In the order of their ranges. */
  readonly parts: readonly Part[];
  /** In order, without overlap, covering 0 to `artefact.size`. */
  readonly extents: readonly Extent[];
}
