import { Malformed, Spent } from '#domain/error';
import type { Reading } from '#domain/plugin';
import { cipherOf, type Header, isEncrypted, methodName } from '#engine/decode/zip/headers';

/** Members that are named with what is odd about them; of more only the number is given. */
const NAMED = 100;

/** Characters of a name in the name of a fact. */
const NAME_SHOWN = 200;

/** What was noticed while an archive was read. */
export class Remarks {
  /** The first break that reading went on after; null: none. */
  first: Malformed | Spent | null = null;
  private readonly odd = new Map<string, string[]>();
  private oddMore = 0;
  private readonly methods = new Map<string, number>();
  private readonly ciphers = new Map<string, number>();
  private readonly blocks = new Map<number, number>();

  /** Something about one member. */
  say(path: string, what: string): void {
    const said = this.odd.get(path);
    if (said !== undefined) {
      if (said.length < NAMED) said.push(what);
    } else if (this.odd.size < NAMED) this.odd.set(path, [what]);
    else this.oddMore++;
  }

  /** A break of the archive itself. Throws on what is our own mistake. */
  problem(error: unknown): void {
    if (!(error instanceof Malformed || error instanceof Spent)) throw error;
    this.first ??= error;
  }

  count(header: Header): void {
    add(this.methods, methodName(header.extra.aes?.method ?? header.method));
    if (isEncrypted(header)) add(this.ciphers, cipherOf(header));
    for (const id of header.extra.ids)
      if (this.blocks.has(id) || this.blocks.size < NAMED) add(this.blocks, id);
  }

  *facts(): Generator<Reading> {
    yield* counts('methods', this.methods);
    yield* counts('encryption', this.ciphers);
    const blocks = new Map(
      [...this.blocks].map(([id, count]) => [`0x${id.toString(16).padStart(4, '0')}`, count]),
    );
    yield* counts('extra-blocks', blocks);
    for (const [path, said] of this.odd) {
      yield { kind: 'fact', name: `odd: ${path.slice(0, NAME_SHOWN)}`, value: said.join('; ') };
    }
    if (this.odd.size > 0)
      yield { kind: 'fact', name: 'odd-members', value: String(this.odd.size + this.oddMore) };
    if (this.first === null) return;
    const where = this.first instanceof Malformed ? ` at 0x${this.first.at.toString(16)}` : '';
    yield { kind: 'fact', name: 'first-break', value: this.first.message + where };
  }
}

function add<T>(counts: Map<T, number>, key: T): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function* counts(name: string, counted: ReadonlyMap<string, number>): Generator<Reading> {
  const texts = [...counted]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, count]) => `${key} ${count}`);
  if (texts.length > 0) yield { kind: 'fact', name, value: texts.join(', ') };
}
