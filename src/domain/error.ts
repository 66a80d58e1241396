/** The bytes break their own promise; ordinary in firmware. The range stays unexplained, with the reason. */
export class Malformed extends Error {
  readonly at: number;

  /** @param why  what is wrong, in words of the format
   *  @param at   offset in the bytes given to the reader */
  constructor(why: string, at: number) {
    super(why);
    this.name = 'Malformed';
    this.at = at;
  }
}

/** A stated budget of work is used up. What was read so far stands; the rest is a gap of this name. */
export class Spent extends Error {
  readonly budget: string;

  /** @param budget  which one and its value, as it stands in the gap: `expansion 1 GiB` */
  constructor(budget: string) {
    super(`budget: ${budget}`);
    this.name = 'Spent';
    this.budget = budget;
  }
}

/** The person asked for what cannot be done, or may not be; shown to the person, with what to do. */
export class Refused extends Error {
  readonly remedy: string;

  constructor(why: string, remedy: string) {
    super(why);
    this.name = 'Refused';
    this.remedy = remedy;
  }
}
