/** JSON for people: what fits into a line of `width` characters stands in one line. Ends with a line break. */
export function layOut(value: unknown, width = 110): string {
  return `${lines(value, '', 0, width)}\n`;
}

function lines(value: unknown, indent: string, used: number, width: number): string {
  const short = oneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + used + short.length <= width)
    return short;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => deeper + lines(item, deeper, 1, width));
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value).map(([key, item]) => {
    const name = `${JSON.stringify(key)}: `;
    return deeper + name + lines(item, deeper, name.length + 1, width);
  });
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

function oneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
