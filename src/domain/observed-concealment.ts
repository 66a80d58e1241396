import type { Place } from '#domain/place';

/** A library or script that is put into other programs. */
export interface PreloadObservation {
  readonly kind: 'preload';
  readonly place: Place;
  /** `ld.so.preload`, `LD_PRELOAD`, `BASH_ENV`, … */
  readonly by: string;
  /** What is put in, as written. */
  readonly library: string;
  /** Program it is put into; null: all. */
  readonly into: string | null;
  /** True: the tree has it; null: cannot be told. */
  readonly present: boolean | null;
}

/** `suppressed`: never written; `wiped`: written and removed; `redirected`: written where nobody looks; `unrecorded`: a
 *  session leaves no history. */
export type LogChangeForm = 'suppressed' | 'wiped' | 'redirected' | 'unrecorded';

/** Something that keeps events out of the log. */
export interface LogChangeObservation {
  readonly kind: 'log-change';
  readonly place: Place;
  readonly form: LogChangeForm;
  /** Log, facility or program concerned, as written. */
  readonly of: string;
  /** The command or setting as written, at most 200 characters. */
  readonly by: string;
}

/** A kernel module that something loads. */
export interface ModuleObservation {
  readonly kind: 'module';
  readonly place: Place;
  /** As written. */
  readonly name: string;
  /** Path in the tree; null: not found there. */
  readonly path: string | null;
  /** True: it lies where modules of this kernel lie; null: not found. */
  readonly usualPlace: boolean | null;
  /** True: start-up reaches the line. */
  readonly reached: boolean;
}

/** In which way something is not what it seems. */
export type DisguiseForm =
  | 'process-name'
  | 'hidden-name'
  | 'mount-over'
  | 'type-disagrees'
  | 'time-disagrees'
  | 'size-disagrees'
  | 'look-alike-name';

/** A thing that presents itself as another. */
export interface DisguiseObservation {
  readonly kind: 'disguise';
  readonly place: Place;
  readonly form: DisguiseForm;
  /** What it seems to be. */
  readonly seems: string;
  /** What it is. */
  readonly is: string;
}

/** Text hidden by an encoding. */
export interface EncodedObservation {
  readonly kind: 'encoded';
  readonly place: Place;
  /** Outermost first: `base64`, `hex`, `xor 0x5a`, `gzip`, `rot13`, `reversed`, … */
  readonly layers: readonly string[];
  /** Bytes after all layers. */
  readonly size: number;
  /** What it turned out to be: `shell script`, `address`, `elf`, `text`, … */
  readonly holds: string;
  /** Observations within, in one line each and masked as in evidence: commands, addresses, accounts. */
  readonly says: readonly string[];
  /** True: the line that holds it runs it. */
  readonly run: boolean;
}
