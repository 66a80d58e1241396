/** What is odd in a name. */
export interface Oddity {
  readonly form: 'hidden-name' | 'look-alike-name';
  /** The name as it may be shown, odd characters written out. */
  readonly seems: string;
}

/** Folders of programs, libraries, devices and start scripts, in which lists leave out names with a dot. */
const SYSTEM = /(?:^|\/)(?:s?bin|lib(?:32|64|exec)?|boot|dev|usr|init\.d|rc\d?\.d|modules(?:-load)?\.d)\//;

/** A name that lists hide, or that looks like another; null: neither.
 *  @param path  without leading slash */
export function nameOddity(path: string): Oddity | null {
  const steps = path.split('/');
  for (const [i, step] of steps.entries()) {
    if (INVISIBLE.test(step) || /^\s|\s$|^\.{3,}$|^\.\.?\s/.test(step) || CONTROL.test(step))
      return { form: 'hidden-name', seems: shown(step) };
    const isThread =
      /^\[(?:kworker|ksoftirqd|kthreadd|kswapd|migration|watchdog|rcu_)[\w/:+.-]{0,40}\]$/.test(step);
    if (isThread || mixesAlphabets(step)) return { form: 'look-alike-name', seems: shown(step) };
    const folder = `${steps.slice(0, i).join('/')}/`;
    if (/^\.[^./]/.test(step) && SYSTEM.test(`/${folder}`))
      return { form: 'hidden-name', seems: shown(step) };
  }
  return null;
}

/** Characters without a shape, and those that turn the direction of writing. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/u;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\x01-\x1f\x7f]|\\x(?:0[1-9a-f]|1[0-9a-f]|7f)/;

/** Latin letters and letters of an alphabet that shares their shapes, in one word. */
function mixesAlphabets(step: string): boolean {
  return step
    .split(/[^\p{L}\p{M}]+/u)
    .some(
      (word) =>
        /\p{Script=Latin}/u.test(word) &&
        /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(word),
    );
}

/** Odd characters by number, blanks at the edge visible. */
function shown(step: string): string {
  return step
    .replaceAll(
      /[^\x20-\x7e]/gu,
      (char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
    )
    .replace(/^ +| +$/g, (blanks) => '␣'.repeat(blanks.length))
    .slice(0, 120);
}
