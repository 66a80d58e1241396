import type { ByteRange } from '#domain/range';
import { ASKS, isAction, type Runs, shownCommand } from '#engine/describe/web-routes/handler';

/** A language that answers requests. */
export interface Language {
  readonly id: 'php' | 'lua' | 'perl' | 'python';
  /** Calls that run a command, up to their opening parenthesis. */
  readonly calls: RegExp;
  /** What the request brings. */
  readonly sources: RegExp;
}

/** Sources: manuals of PHP (Program execution, Predefined variables), Lua 5.1 os and io, LuCI's http and sys, ngx_lua, CGI.pm. */
export const LANGUAGES: readonly Language[] = [
  {
    id: 'php',
    calls:
      /(?<![\w>$:])(?:system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec|eval|assert|create_function)\s{0,4}\(/g,
    sources:
      /\$_(?:GET|POST|REQUEST|COOKIE|FILES)\b|\$_SERVER\s?\[\s?["'](?:QUERY_STRING|REQUEST_URI|PATH_INFO|HTTP_(?!HOST))|php:\/\/input|\$HTTP_(?:GET|POST)_VARS/,
  },
  {
    id: 'lua',
    calls:
      /(?<![\w])(?:os\.execute|io\.popen|(?:luci\.)?(?:sys|util)\.(?:exec|execi|execl|call)|nixio\.exec\w*|loadstring)\s{0,4}\(/g,
    sources:
      /\bformvalue(?:table)?\s?\(|\bhttp\.content\s?\(|\bngx\.req\.get_(?:uri_args|post_args|body_data|headers)\b|\bngx\.var\.(?:arg_|http_|args|query_string|request_uri|request_body|cookie_)|\bgetenv\s?\(\s?["'](?:QUERY_STRING|REQUEST_URI|PATH_INFO|HTTP_)/,
  },
  {
    id: 'perl',
    calls: /(?<![\w$>])(?:system|exec|eval)\s{0,4}[("'$]/g,
    sources: /->param\s?\(|\bparam\s?\(|\$ENV\{["']?(?:QUERY_STRING|REQUEST_URI|PATH_INFO|HTTP_)/,
  },
  {
    id: 'python',
    calls:
      /(?<![\w])(?:os\.(?:system|popen)|subprocess\.(?:call|run|Popen|check_output|check_call|getoutput)|eval|exec)\s{0,4}\(/g,
    sources:
      /\bFieldStorage\b|\brequest\.(?:args|form|values|json|GET|POST|params)\b|\bos\.environ(?:\.get\(|\[)\s?["'](?:QUERY_STRING|REQUEST_URI|PATH_INFO|HTTP_)/,
  },
];

/** Lines whose variables are followed. */
const LINES = 20_000;

/** What code that answers requests runs. Values are followed from line to line by the names of variables.
 *  @param text     one character a byte
 *  @param brought  names that the request fills before the first line: parameters of a function that answers a path */
export function codeRuns(text: string, language: Language, brought: readonly string[] = []): readonly Runs[] {
  const names = new Set(brought);
  const found: Runs[] = [];
  const guard = guardIn(text, language);
  const isBrought = (code: string): boolean =>
    language.sources.test(code) ||
    (code.match(/[$]?[A-Za-z_]\w*/g) ?? []).some((word) => names.has(word.replace(/^\$/, '')));
  let start = 0;
  for (let n = 0; start < text.length && n < LINES; n++) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, Math.min(end, start + 2000));
    if (!/^\s*(?:\/\/|#|--|\*)/.test(line)) {
      const set =
        /(?:^|[;{(\s])(?:local\s+|my\s+|var\s+)?[$@%]?([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*\.?=(?!=)\s*(.+)/.exec(
          line,
        );
      if (set !== null && isBrought(set[2] ?? '')) names.add(set[1] ?? '');
      for (const call of line.matchAll(language.calls)) {
        const written = callIn(line, call.index, call[0].length);
        const range: ByteRange = [start + call.index, start + call.index + written.length];
        const inner = written.slice(call[0].length - (/[("]$/.test(call[0]) ? 0 : 1));
        const takesRequest = isBrought(inner);
        if (takesRequest || isActionIn(inner))
          found.push({ runs: shownCommand(written), takesRequest, guardedBy: guard, range });
      }
    }
    start = end + 1;
  }
  return found.toSorted((a, b) => Number(b.takesRequest) - Number(a.takesRequest));
}

/** The call with its arguments, to the closing parenthesis or the end of the line. */
function callIn(line: string, at: number, length: number): string {
  let depth = 1;
  for (let i = at + length; i < line.length; i++) {
    if (line[i] === '(') depth++;
    else if (line[i] === ')' && --depth === 0) return line.slice(at, i + 1);
  }
  return line.slice(at);
}

/** A literal command that changes the device. */
function isActionIn(code: string): boolean {
  const literal = /["']\s*((?:\/[\w.-]+)*\/?[\w.-]+)([^"']*)/.exec(code);
  if (literal === null) return false;
  const name = (literal[1] ?? '').slice((literal[1] ?? '').lastIndexOf('/') + 1);
  return isAction(name, literal[2] ?? '');
}

/** A condition, an include or a call that asks who is there. */
function guardIn(text: string, { id }: Language): string | null {
  const condition =
    id === 'lua' ? /\b(?:if|elseif|assert)\b[^\n]{0,200}/g : /\b(?:if|elsif|unless|switch)\b[^\n]{0,200}/g;
  for (const [found] of text.matchAll(condition)) if (ASKS.test(found)) return shownCommand(found);
  for (const [found] of text.matchAll(
    /\b(?:include|require|require_once|include_once|use|import|from|session_start)\b[^\n]{0,120}/g,
  ))
    if (ASKS.test(found) || found.startsWith('session_start')) return shownCommand(found);
  return null;
}
