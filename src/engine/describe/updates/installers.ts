import type { UpdateCheck } from '#domain/observed-access';

/** One command with its words as far as they are known; `$name` and the like stay as written. */
export interface Call {
  /** Without folders. */
  readonly program: string;
  readonly args: readonly string[];
  /** Targets of `>`. */
  readonly into: readonly string[];
  /** Sources of `<`. */
  readonly from: readonly string[];
}

/** What installs, as written, and the words among which the software stands; null: the command installs nothing. */
export function installs({
  program,
  args,
  into,
}: Call): { readonly what: string; readonly words: readonly string[] } | null {
  const verb = args.find((word) => !word.startsWith('-')) ?? '';
  const outOf = args.find((word) => /^of=\/dev\/(?:mtd|mmcblk|ubi|nand|sd[a-z]|block)/.test(word));
  const device = into.find((word) => /^\/dev\/(?:mtd|mmcblk|ubi|nand)/.test(word));
  if (program === 'mtd' && args.includes('write')) return { what: 'mtd write', words: args };
  if (program === 'dd' && outOf !== undefined)
    return {
      what: `dd ${outOf}`,
      words: args.flatMap((word) => (word.startsWith('if=') ? [word.slice(3)] : [])),
    };
  if (/^(?:cat|zcat|gunzip|xzcat|tar)$/.test(program) && device !== undefined)
    return { what: `${program} > ${device}`, words: args };
  if (WHOLE.has(program)) return { what: program, words: args };
  const word = [verb, args[0] ?? ''].find((each) => PACKAGES.get(program)?.test(each) === true);
  if (word !== undefined) return { what: `${program} ${word}`, words: args };
  const aim = args.indexOf('-C');
  const extracts = program === 'tar' && /^-{0,2}[a-zA-Z]*x|^--extract/.test(args[0] ?? '');
  if (extracts && args[aim + 1] === '/' && aim !== -1) return { what: 'tar -C /', words: args };
  return null;
}

/** Programs that write the image they are given into flash, or install it. */
const WHOLE = new Set(
  'flashcp nandwrite ubiupdatevol sysupgrade swupdate mtd_write flash_write fwupgrade fw_upgrade'.split(' '),
);

/** Managers of packages and the words by which they install. */
const PACKAGES: ReadonlyMap<string, RegExp> = new Map([
  ['opkg', /^(?:install|upgrade)$/],
  ['ipkg', /^(?:install|upgrade)$/],
  ['dpkg', /^(?:-i|--install)$/],
  ['rpm', /^(?:-[a-zA-Z]*[iUF][a-zA-Z]*|--install|--upgrade)$/],
  ['apk', /^add$/],
  ['apt-get', /^install$/],
  ['apt', /^install$/],
  ['yum', /^(?:install|localinstall)$/],
  ['dnf', /^install$/],
  ['pip', /^install$/],
  ['pip3', /^install$/],
  ['rauc', /^install$/],
  ['mender', /^(?:install|-install)$/],
]);

/** Switches by which a check is left out. */
export function skips({ program, args }: Call): boolean {
  return args.some(
    (word) =>
      /^--?(?:force(?:-.*)?|no-?check-?signature|nosignature|nodigest|nogpgcheck|no-gpg-checks?|allow-untrusted|allow-unauthenticated|no-verify|skip-verify|insecure|no-check-certificate)$/.test(
        word,
      ) ||
      (word === '-F' && /^(?:sysupgrade|fwupgrade)$/.test(program)) ||
      (program === 'curl' && /^-[a-zA-Z]*k[a-zA-Z]*$/.test(word)),
  );
}

/** Files that a command fetches, and from where. */
export interface Fetch {
  readonly origin: string;
  /** Where it puts what it fetched; null: on its standard output. */
  readonly file: string | null;
}

/** @returns null: the command fetches nothing */
export function fetches({ program, args, into }: Call): Fetch | null {
  const after = (...options: readonly string[]): string | null => {
    for (const [i, word] of args.entries()) {
      if (options.includes(word)) return args[i + 1] ?? null;
      const option = options.find((each) => /^-\w$/.test(each) && word.startsWith(each) && word.length > 2);
      if (option !== undefined) return word.slice(2);
      const long = options.find((each) => each.startsWith('--') && word.startsWith(`${each}=`));
      if (long !== undefined) return word.slice(long.length + 1);
    }
    return null;
  };
  const given = plainOf(args);
  const target = into[0] ?? null;
  switch (program) {
    case 'wget':
    case 'uclient-fetch': {
      const address = given.at(-1);
      if (address === undefined) return null;
      const file =
        after('-O', '--output-document') ?? bundled(args) ?? (target === null ? baseOf(address) : target);
      return { origin: originOf(program, address), file: file === '-' ? target : file };
    }
    case 'curl': {
      const address = given.find((word) => word.includes('://')) ?? given.at(-1);
      if (address === undefined) return null;
      const named = args.some((word) => word === '-O' || word === '--remote-name') ? baseOf(address) : null;
      return { origin: originOf(program, address), file: after('-o', '--output') ?? named ?? target };
    }
    case 'tftp': {
      const host = given.at(-1);
      const remote = after('-r') ?? '';
      const isPut = args.includes('-p');
      return host === undefined || isPut
        ? null
        : { origin: `tftp ${host} ${remote}`.trim(), file: after('-l') ?? remote };
    }
    case 'ftpget': {
      const [host, local = '', remote] = given;
      return host === undefined ? null : { origin: `ftpget ${host} ${remote ?? local}`, file: local };
    }
    case 'scp': {
      const [from, to] = given.slice(-2);
      return from?.includes(':') === true && to !== undefined ? { origin: `scp ${from}`, file: to } : null;
    }
    default:
      return null;
  }
}

/** `-qO-`, `-qO file`: the letter that takes a file stands last among others. */
function bundled(args: readonly string[]): string | null {
  const at = args.findIndex((word) => /^-[a-zA-Z]+O-?$/.test(word));
  if (at === -1) return null;
  return args[at]?.endsWith('-') === true ? '-' : (args[at + 1] ?? null);
}

/** Options of wget, curl, tftp and ftpget whose value is the next word. */
const VALUED =
  /^-(?:[OoTtPUuelrpXHdbAcCxmw]|-(?:output|output-document|timeout|tries|user|password|header|user-agent|data|cert|key|cacert|max-time|retry|connect-timeout|proxy))$/;

function plainOf(args: readonly string[]): readonly string[] {
  return args.filter(
    (word, i) => !word.startsWith('-') && !/^[0-9]?>/.test(word) && !VALUED.test(args[i - 1] ?? ''),
  );
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The address without user name, password and query; a word that is no address with what fetches it. */
function originOf(program: string, address: string): string {
  const plain = address.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1').replace(/[?#].*$/s, '');
  return plain.includes('://') ? plain : `${program} ${plain}`;
}

/** A command that checks, and what its check is worth. */
export interface Check {
  /** `null`: it checks by its name, and how is not visible. */
  readonly worth: Exclude<UpdateCheck, 'none-seen'> | null;
  readonly by: string;
}

const WORTH: readonly (readonly [form: RegExp, worth: Check['worth']])[] = [
  [/^openssl (?:dgst|sha\d*|smime|cms|rsautl|pkeyutl)\b.*-(?:verify|verifyrecover|prverify)\b/, 'signature'],
  [
    /^(?:gpg2?\b.*--verify|gpgv2?\b|usign\b.*-V|signify\b.*-V|ucert\b.*-V|minisign\b.*-V|cosign verify|codesign|apt-key verify)/,
    'signature',
  ],
  [/^openssl dgst\b.*-hmac/, 'keyed-digest'],
  [/^(?:sha\d*sum|md5sum|b2sum|openssl (?:dgst|md5|sha\d*)|shasum|rhash)\b/, 'digest'],
  [/^(?:cksum|crc32|sum|crc)\b/, 'checksum'],
];

/** @returns null: it checks nothing */
export function checks({ program, args }: Call): Check | null {
  const text = [program, ...args].join(' ');
  const known = WORTH.find(([form]) => form.test(text));
  if (known !== undefined) return { worth: known[1], by: shown(program, args) };
  if (
    /sig(?:n|nature)?[_-]?(?:check|verif)|(?:check|verif)\w*[_-]?sign?(?:ature|ed)?(?:$|[_-])|(?:rsa|ecdsa)[_-]?verif/i.test(
      program,
    )
  )
    return { worth: 'signature', by: program };
  const isCheck =
    /(?:verif|valid|check|test)/i.test(program) &&
    /(?:image|firmware|fw|upgrade|update|pkg|package|img|bin)/i.test(program);
  return isCheck ? { worth: null, by: program } : null;
}

function shown(program: string, args: readonly string[]): string {
  return [program, ...args.filter((word) => /^-|^(?:dgst|smime|cms|verify)$/.test(word))]
    .join(' ')
    .slice(0, 80);
}
