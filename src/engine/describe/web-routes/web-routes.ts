import type { Observation } from '#domain/observation';
import type { WebRouteObservation } from '#domain/observed-access';
import type { Place } from '#domain/place';
import type { TreeObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import type { TreeEntry } from '#domain/task';
import { interpreterOf, isShell } from '#engine/bytes/interpreter';
import { latin1, plainPath } from '#engine/bytes/text';
import { codeRuns, LANGUAGES } from '#engine/describe/web-routes/code-handler';
import type { Runs } from '#engine/describe/web-routes/handler';
import { luciGuards, luciRoutes } from '#engine/describe/web-routes/luci';
import { isServer, namedHandlers } from '#engine/describe/web-routes/programs';
import { guardsOf, isServerFile, type ServerGuard } from '#engine/describe/web-routes/servers';
import { shellRuns } from '#engine/describe/web-routes/shell-handler';

const TEXT_LIMIT = 1024 * 1024;
const PROGRAM_LIMIT = 16 * 1024 * 1024;
/** Routes of one tree. */
const MOST = 3000;
/** Different words of pages that are kept to see which routes they name. */
const WORDS = 500_000;

/** Addresses of web servers whose handlers run something, and handlers inside servers. */
export const webRoutes: TreeObserver = {
  kind: 'observer',
  id: 'web-routes',
  version: 1,
  doc: {
    name: 'routes of web servers',
    says: 'Gives scripts under the folders of web servers that run commands which change the device or contain something the request brings, and the forms and CGI names that web servers were built with; each with the check that stands before it and whether a page of the tree names it.',
    sources: [
      'RFC 3875 (CGI 1.1), 4.1; manuals of PHP, Lua 5.1, LuCI, ngx_lua, CGI.pm, haserl',
      'GoAhead and Boa: forms registered by name under /goform/, /boaform/, /boafrm/',
      'Configuration of BusyBox httpd, Boa, lighttpd, nginx, uhttpd, Apache',
    ],
    limits: [
      'Web folders are known by their usual names: www, htdocs, web, cgi-bin and the like; scripts elsewhere only by the ending .cgi and LuCI by its controllers.',
      'What a compiled handler does and asks is not visible: guard is not-visible.',
      'Values are followed by the names of variables inside one file. A check counts wherever it stands in the file, and by its words: session, cookie, login and their kind. Errs towards a check.',
      'Routes that a program puts together while it runs are not seen. Pages count as naming a route when its last step stands in them as a word.',
      `The first ${MOST} routes of a tree are given.`,
    ],
  },
  reads: 'tree',
  wants,
  observe(entries, open, place) {
    const read = (entry: TreeEntry): Uint8Array | null =>
      bytesOf(open(entry), isText(entry) ? TEXT_LIMIT : PROGRAM_LIMIT);
    const tree = surveyOf(entries, read);
    const routes = entries.flatMap((entry) => routesOf(entry, read, tree, (range) => place(entry, range)));
    return routes.slice(0, MOST);
  },
};

function bytesOf(source: Source | null, limit: number): Uint8Array | null {
  return source === null ? null : source.bytes(0, Math.min(source.size, limit));
}

// --- which files

const FOLDER =
  /(?:^|\/)(www\d?|htdocs|web|webroot|webpages?|webs|httpd|docroot|wwwroot|public_html|html|cgi-bin|cgi)\//;

function wants(entry: TreeEntry): boolean {
  const path = plainPath(entry.path);
  if (entry.type !== 'file' || entry.content === null || entry.content.size < 8) return false;
  if (
    /(?:^|\/)(?:docs?|man|examples?|tests?)\/|\.(?:png|gif|jpe?g|ico|svg|css|ttf|woff2?|eot|mp3|wav|swf|gz|map)$/i.test(
      path,
    )
  )
    return false;
  if (isProgram(entry)) return entry.content.size <= PROGRAM_LIMIT && isServer(path);
  if (entry.content.size > TEXT_LIMIT) return false;
  return isServerFile(path) || isController(path) || isText(entry);
}

function isProgram({ format }: TreeEntry): boolean {
  return format === 'elf';
}

function isController(path: string): boolean {
  return /(?:^|\/)luci\/controller\/.+\.lua$/.test(path);
}

function isText(entry: TreeEntry): boolean {
  const path = plainPath(entry.path);
  return (
    !isProgram(entry) &&
    (FOLDER.test(path) || path.endsWith('.cgi') || isServerFile(path) || isController(path))
  );
}

// --- what the tree says as a whole

interface Survey {
  readonly guards: readonly ServerGuard[];
  /** First steps of LuCI paths that ask for a log-in. */
  readonly guardedNodes: ReadonlySet<string>;
  /** Words of pages with how many files hold each, at most 2. */
  readonly words: ReadonlyMap<string, number>;
  readonly server: string;
}

function surveyOf(entries: readonly TreeEntry[], read: (entry: TreeEntry) => Uint8Array | null): Survey {
  const guards: ServerGuard[] = [];
  const guardedNodes = new Set<string>();
  const words = new Map<string, number>();
  let server = 'cgi';
  for (const entry of entries) {
    const path = plainPath(entry.path);
    if (isProgram(entry)) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (/^(?:boa|goahead|uhttpd|lighttpd|nginx|mini_httpd|thttpd|httpd)$/.test(name)) server = name;
      continue;
    }
    const bytes = read(entry);
    if (bytes === null || bytes.subarray(0, 4096).includes(0)) continue;
    const text = latin1(bytes);
    if (isServerFile(path)) guards.push(...guardsOf(path.slice(path.lastIndexOf('/') + 1), text));
    else if (isController(path)) for (const node of luciGuards(text).guarded) guardedNodes.add(node);
    noteWords(text, words);
  }
  return { guards, guardedNodes, words, server };
}

function noteWords(text: string, words: Map<string, number>): void {
  const own = new Set(text.match(/[A-Za-z][\w-]{2,60}(?:\.[A-Za-z]{2,5})?/g));
  for (const word of own)
    if (words.has(word) || words.size < WORDS) words.set(word, Math.min(2, (words.get(word) ?? 0) + 1));
}

// --- routes

type PlaceOf = (range: ByteRange | null) => Place;
type Values = Omit<WebRouteObservation, 'kind' | 'place'>;

function routesOf(
  entry: TreeEntry,
  read: (entry: TreeEntry) => Uint8Array | null,
  tree: Survey,
  place: PlaceOf,
): readonly Observation[] {
  const path = plainPath(entry.path);
  const bytes = isServerFile(path) ? null : read(entry);
  if (bytes === null) return [];
  const made = (range: ByteRange, values: Values): Observation => ({
    kind: 'web-route',
    place: place(range),
    ...values,
  });
  if (isProgram(entry)) {
    return namedHandlers(latin1(bytes)).map(({ server, route, name, range }) =>
      made(range, {
        server,
        route,
        handler: name,
        guard: 'not-visible',
        guardedBy: null,
        runs: null,
        takesRequest: false,
        linked: tree.words.has(name),
      }),
    );
  }
  const text = latin1(bytes);
  if (text.slice(0, 4096).includes('\0')) return [];
  if (isController(path)) return luciObservations(text, tree, made);
  const route = routeOf(path);
  const handled = handledBy(path, bytes, text);
  const [first] = handled?.runs ?? [];
  if (handled === null || first === undefined) return [];
  const name = route.slice(route.lastIndexOf('/') + 1);
  const guard = tree.guards.find(({ prefix }) => route.startsWith(prefix));
  const guardedBy = first.guardedBy ?? guard?.by ?? null;
  return [
    made(first.range, {
      server: handled.server === 'cgi' ? tree.server : handled.server,
      route,
      handler: path,
      guard: guardedBy === null ? 'none-seen' : 'present',
      guardedBy,
      runs: first.runs,
      takesRequest: first.takesRequest,
      linked: (tree.words.get(name) ?? 0) > (text.includes(name) ? 1 : 0),
    }),
  ];
}

function luciObservations(
  text: string,
  tree: Survey,
  made: (range: ByteRange, values: Values) => Observation,
): readonly Observation[] {
  const { opened } = luciGuards(text);
  return luciRoutes(text).flatMap(({ route, handler, runs: [first] }): readonly Observation[] => {
    if (first === undefined) return [];
    const step = route.split('/')[1] ?? '';
    const isGuarded = tree.guardedNodes.has(step) && !opened;
    const guardedBy = isGuarded ? `sysauth of ${step}` : first.guardedBy;
    return [
      made(first.range, {
        server: 'luci',
        route,
        handler,
        guard: guardedBy === null ? 'none-seen' : 'present',
        guardedBy,
        runs: first.runs,
        takesRequest: first.takesRequest,
        linked: null,
      }),
    ];
  });
}

/** The path as requested: what follows the web folder, which stays when it is a folder of programs. */
function routeOf(path: string): string {
  const folder = FOLDER.exec(path);
  if (folder === null) return `/${path.slice(path.lastIndexOf('/') + 1)}`;
  const at = folder.index + (folder[0].startsWith('/') ? 1 : 0);
  const rest = path.slice(at + (folder[1]?.startsWith('cgi') === true ? 0 : (folder[1]?.length ?? 0) + 1));
  return `/${rest.replace(/^(?:htdocs|docroot|web|html)\//, '')}`;
}

interface Handled {
  readonly server: string;
  readonly runs: readonly Runs[];
}

function handledBy(path: string, bytes: Uint8Array, text: string): Handled | null {
  const words = interpreterOf(bytes);
  const named = words?.join(' ') ?? '';
  const language = LANGUAGES.find(({ id }) =>
    id === 'php'
      ? /\.(?:php\d?|phtml)$/i.test(path) || /php/.test(named)
      : id === 'lua'
        ? /\.(?:lua|lp|lsp)$/i.test(path) || /lua|luci/.test(named)
        : id === 'perl'
          ? /\.(?:pl|pm)$/i.test(path) || /perl/.test(named)
          : /\.py$/i.test(path) || /python/.test(named),
  );
  if (language !== undefined)
    return { server: language.id === 'php' ? 'php' : 'cgi', runs: codeRuns(text, language) };
  const isHaserl = /haserl/.test(named);
  const isScript = words !== null && (isShell(bytes) || isHaserl);
  if (!isScript && !(words === null && /(?:^|\/)cgi-bin\/[^/.]+$|\.(?:cgi|sh)$/.test(path))) return null;
  return { server: 'cgi', runs: shellRuns(isHaserl ? haserlCode(text) : bytes, path) };
}

/** The shell parts of a page of haserl, `<% … %>`, with everything else as blanks so that offsets stay. */
function haserlCode(text: string): Uint8Array {
  const code = text.replaceAll(/^#![^\n]*|%>[^]*?(?:<%(?:in\b|=)?|$)|^[^]*?<%(?!>)/g, (part) =>
    part.replaceAll(/[^\n]/g, ' '),
  );
  return Buffer.from(code, 'latin1');
}
