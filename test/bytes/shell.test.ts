import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asWritten, linesOf, readShell, type ShellNode } from '#engine/bytes/shell';

/** A script as nested lists: enough to see what belongs to what. */
function outline(nodes: readonly ShellNode[]): readonly unknown[] {
  return nodes.map((node) => {
    switch (node.kind) {
      case 'command':
        return [...node.assignments.map(({ name }) => `${name}=`), ...node.words.map(asWritten)].join(' ');
      case 'chain':
        return [
          'chain',
          ...outline([node.first, ...node.rest.map((link) => link.node)]),
          ...(node.background ? ['&'] : []),
        ];
      case 'pipeline':
        return [node.negated ? '!' : '|', ...outline(node.parts)];
      case 'if':
        return [
          'if',
          ...node.branches.map((branch) => [outline(branch.condition), outline(branch.body)]),
          outline(node.otherwise ?? []),
        ];
      case 'loop':
        return [node.until ? 'until' : 'while', outline(node.condition), outline(node.body)];
      case 'for':
        return ['for', node.variable, (node.words ?? []).map(asWritten), outline(node.body)];
      case 'case':
        return [
          'case',
          asWritten(node.subject),
          ...node.arms.map((arm) => [arm.patterns.map(asWritten), outline(arm.body)]),
        ];
      case 'group':
        return [node.subshell ? '()' : '{}', ...outline(node.body)];
      case 'function':
        return ['function', node.name, ...outline(node.body)];
    }
  });
}

function read(text: string): readonly unknown[] {
  return outline(readShell(Buffer.from(text)).body);
}

test('a shell script is read as the shell would', () => {
  assert.deepEqual(read('a b "c d" \'e;f\' g\\ h # no\n'), ['a b c d e;f g h']);
  assert.deepEqual(read('a && b || c & d | e; ! f'), [
    ['chain', 'a', 'b', 'c', '&'],
    ['|', 'd', 'e'],
    ['!', 'f'],
  ]);
  assert.deepEqual(read('if a; then b; elif c\nthen d; else e; fi'), [
    ['if', [['a'], ['b']], [['c'], ['d']], ['e']],
  ]);
  assert.deepEqual(read('while read x; do a; done <f\nuntil b; do c; done'), [
    ['while', ['read x'], ['a']],
    ['until', ['b'], ['c']],
  ]);
  assert.deepEqual(read('for i in 1 "2 3" $x; do a $i; done'), [['for', 'i', ['1', '2 3', '$x'], ['a $i']]]);
  assert.deepEqual(read('case $1 in start|boot) a;; (stop) b ;; *) c; esac'), [
    ['case', '$1', [['start', 'boot'], ['a']], [['stop'], ['b']], [['*'], ['c']]],
  ]);
  assert.deepEqual(read('f() { a; }\nfunction g { ( b ) }'), [
    ['function', 'f', 'a'],
    ['function', 'g', ['()', 'b']],
  ]);
  assert.deepEqual(read('A=1 B="$(x)" c `y` ${d:-e}\nA=2'), ['A= B= c `y` ${d:-e}', 'A=']);
  assert.deepEqual(read('cat <<E >f; a\nb; if\n\tE\nE\nc'), ['cat', 'a', 'c']);
  assert.deepEqual(read('a \\\n  b\n'), ['a b']);
});

test('a line is given with its continuation, without its newline', () => {
  const text = 'x\r\n\ty \\\n z & w\r\nv';
  const { body } = readShell(Buffer.from(text));
  const lines = body.map(({ range }) => text.slice(...linesOf(text, range)));
  assert.deepEqual(lines, ['x', '\ty \\\n z & w', ' z & w', 'v']);
});

test('broken scripts end with what could be read', () => {
  assert.deepEqual(read('fi ) done ;; a\nif b; then c'), ['a', ['if', [['b'], ['c']], []]]);
  assert.deepEqual(read('while a; do if b; then c; done; d'), [
    ['while', ['a'], [['if', [['b'], ['c']], []]]],
    'd',
  ]);
  assert.deepEqual(read('a "b\nc'), ['a b\nc']);
  assert.deepEqual(read('a $(b `c'), ['a $(b `c']);
});

test('time grows with the bytes, whatever they are', () => {
  for (const unit of [
    '$(',
    '`',
    '(',
    '"',
    '${',
    'if ',
    'case x in a) ',
    '<<a ',
    '! ',
    'a=(',
    '\\\n',
    'f() ',
    '$((',
  ]) {
    const { cut } = readShell(Buffer.from(unit.repeat(50_000)));
    assert.ok(cut === null || /nesting|commands/.test(cut), unit);
  }
});
