/** JSON with the keys of every object in code-unit order and no white space: equal values give equal text.
 *  @param value  plain JSON; undefined members are left out */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>; // plain JSON
  let text = '';
  for (const key of Object.keys(members).toSorted()) {
    const member = members[key];
    if (member !== undefined)
      text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}
