import type { ByteRange } from '#domain/range';

/** A handler inside a web server, by its name in the constants of the program. */
export interface NamedHandler {
  readonly server: 'goahead' | 'boa' | 'cgi';
  readonly route: string;
  readonly name: string;
  readonly range: ByteRange;
}

/** Names of one program that are kept. */
const MOST = 1000;

/** Handlers that a server was built with: GoAhead and Boa register functions for forms under names; CGI programs that are many
 *  in one look at the name they are called by.
 *  @param text  the program, one character a byte */
export function namedHandlers(text: string): readonly NamedHandler[] {
  const folder = /\/(goform|boaform|boafrm)\//.exec(text)?.[1];
  const found = new Map<string, NamedHandler>();
  // oxlint-disable-next-line no-control-regex -- strings of programs end with a zero byte
  const forms =
    /(?<=\0)(?:\/?(?:goform|boaform|boafrm)\/)?(form[A-Z]\w{2,48})(?=\0)|(?<=\0)\/?(?:(?:cgi-bin|cgi|goform|boaform|boafrm)\/)([A-Za-z][\w.-]{1,48})(?=\0)|(?<=\0)\/?([A-Za-z][\w-]{1,40}\.cgi)(?=\0)/g;
  for (const match of text.matchAll(forms)) {
    const [whole, form, below, cgi] = match;
    const name = form ?? below ?? cgi ?? '';
    if (form !== undefined && folder === undefined) continue;
    const prefix =
      /^\/?(cgi-bin|cgi|goform|boaform|boafrm)\//.exec(whole)?.[1] ??
      (form === undefined ? null : folder) ??
      null;
    const route = prefix === null ? `/${name}` : `/${prefix}/${name}`;
    const server =
      prefix === 'goform' ? 'goahead' : prefix === 'boaform' || prefix === 'boafrm' ? 'boa' : 'cgi';
    if (found.size < MOST && !found.has(name))
      found.set(name, { server, route, name, range: [match.index, match.index + whole.length] });
  }
  return [...found.values()];
}

/** True for programs that serve pages, by their names. */
export function isServer(path: string): boolean {
  return /(?:^|\/)(?:boa|goahead|webs|httpd|uhttpd|mini_httpd|thttpd|lighttpd|cgibin|webserver|webd|http_server|[\w-]+\.cgi)$/.test(
    path,
  );
}
