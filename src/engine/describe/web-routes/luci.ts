import { codeRuns, type Language, LANGUAGES } from '#engine/describe/web-routes/code-handler';
import type { Runs } from '#engine/describe/web-routes/handler';

/** A route of LuCI with what its function runs. */
export interface LuciRoute {
  readonly route: string;
  readonly handler: string;
  readonly runs: readonly Runs[];
}

/** Routes of one controller: `entry({"admin", "x"}, call("fn"))`. Words behind the path are given to the function.
 *  @param text  one character a byte */
export function luciRoutes(text: string): readonly LuciRoute[] {
  const lua = LANGUAGES.find(({ id }) => id === 'lua');
  if (lua === undefined) return [];
  const entries =
    /\bentry\s{0,4}\(\s{0,8}\{([^{}\n]{1,200})\}\s{0,4},\s{0,4}(?:call|post|post_on)\s{0,4}\(\s{0,4}(?:\{[^{}]{0,100}\}\s{0,4},\s{0,4})?["'](\w{1,80})["']/g;
  const routes = new Map<string, LuciRoute>();
  for (const [, list = '', name = ''] of text.matchAll(entries)) {
    const steps = [...list.matchAll(/["']([\w.-]{1,64})["']/g)].map(([, step = '']) => step);
    const route = `/${steps.join('/')}`;
    if (routes.size < 500 && !routes.has(route))
      routes.set(route, { route, handler: name, runs: functionRuns(text, name, lua) });
  }
  return [...routes.values()];
}

/** A function of the file, up to the next one. Its parameters come from the path that was asked for. */
function functionRuns(text: string, name: string, lua: Language): readonly Runs[] {
  const head = new RegExp(
    String.raw`^(?:local )?function (?:M\.|_M\.)?${name}\s*\(([^)\n]{0,200})\)`,
    'm',
  ).exec(text);
  if (head === null) return [];
  const start = head.index + head[0].length;
  const next = /^(?:local )?function /gm;
  next.lastIndex = start;
  const end = next.exec(text)?.index ?? text.length;
  const parameters = (head[1] ?? '')
    .split(',')
    .flatMap((word) => word.trim().match(/^[A-Za-z_]\w*$/)?.[0] ?? []);
  return codeRuns(text.slice(start, end), lua, parameters).map((runs) => ({
    ...runs,
    range: [start + runs.range[0], start + runs.range[1]],
  }));
}

/** First steps of paths whose controller sets who must log in, and paths that are opened on purpose. */
export function luciGuards(text: string): { readonly guarded: readonly string[]; readonly opened: boolean } {
  const nodes = [...text.matchAll(/\b(?:node|entry)\s{0,4}\(\s{0,4}\{?\s{0,4}["'](\w{1,64})["']/g)].map(
    ([, step = '']) => step,
  );
  const sets = /\.sysauth\s*=\s*(?:["'{]|true)/.test(text);
  return { guarded: sets ? nodes : [], opened: /\.sysauth\s*=\s*(?:false|nil)/.test(text) };
}
