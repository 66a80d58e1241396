import { Malformed, Spent } from '#domain/error';

/** How many breaks an image may have before reading it further is given up. */
const LIMIT = 1000;

/** Breaks that reading went on after. The first is thrown at the end, when everything readable was given. */
export class Problems {
  /** Null: none so far. */
  first: Malformed | Spent | null = null;
  private count = 0;

  /** The first in words, where in the image. */
  get said(): string {
    const where = this.first instanceof Malformed ? ` at 0x${this.first.at.toString(16)}` : '';
    return `${this.first?.message}${where}`;
  }

  /** Keeps a Malformed. Throws anything else on, and the first of too many. */
  note(error: unknown): void {
    if (!(error instanceof Malformed)) throw error;
    this.keep(error);
    if (++this.count > LIMIT) throw this.first ?? error;
  }

  /** Keeps a Malformed or Spent that ended the reading. Throws anything else on: it is our bug. */
  keep(error: unknown): void {
    if (!(error instanceof Malformed || error instanceof Spent)) throw error;
    this.first ??= error;
  }
}
