import { shortened } from '#engine/report/columns';
import { html } from '#engine/report/escape';

/** Text that is HTML or SVG already. Only {@link markup} makes it. */
export interface Markup {
  readonly kind: 'markup';
  readonly text: string;
}

/** Longest text put into a page in one place; what is longer loses its middle and stays whole in the record. */
const TEXT_LIMIT = 800;

type Value = string | number | Markup | readonly Markup[];

/** HTML or SVG from a template: every text put in is escaped, only mark-up made here stays mark-up. */
export function markup(template: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const text = template.map((piece, i) => {
    const value = values[i];
    return value === undefined ? piece : piece + textOf(value);
  });
  return { kind: 'markup', text: text.join('') };
}

/** Nothing, where something may stand. */
export const NOTHING: Markup = { kind: 'markup', text: '' };

function textOf(value: Value): string {
  if (typeof value === 'number') return String(value);
  // A percent sign stays with its number.
  if (typeof value === 'string') return html(shortened(value, TEXT_LIMIT)).replaceAll(/(\d) %/g, '$1&#160;%');
  return 'kind' in value ? value.text : value.map(({ text }) => text).join('');
}
