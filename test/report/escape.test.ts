import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, terminal } from '#engine/report/escape';
import * as fc from 'fast-check';
import { NASTY } from './records.ts';

/** Everything a terminal or a page would act on; written apart from the escaping, by category. */
const ACTING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufe00-\ufe0f\u034f\u115f\u1160\u3164\uffa0]/u;

const SHOWN: readonly (readonly [given: string, shown: string])[] = [
  ['plain text 0-9', 'plain text 0-9'],
  ['\x1b[31m', '\\x1b[31m'],
  ['\x9b0m\x7f\x00\r\n\t', '\\x9b0m\\x7f\\x00\\x0d\\x0a\\x09'],
  ['\u202Egpj.exe', '\\u{202e}gpj.exe'],
  ['a\u2066b\u2069c', 'a\\u{2066}b\\u{2069}c'],
  ['ze\u200bro\ufeff', 'ze\\u{200b}ro\\u{feff}'],
  ['line\u2028break', 'line\\u{2028}break'],
  ['\ud800x\udfff', '\\u{d800}x\\u{dfff}'],
  ['\u{e0041}\uffff', '\\u{e0041}\\u{ffff}'],
  ['e\u0301 is a letter', 'e\u0301 is a letter'],
  ['z\u0301\u0301\u0301\u0301', 'z\u0301\u0301\u0301\\u{301}'],
  ['Größe 漢字 😀', 'Größe 漢字 😀'],
  ['back\\slash', 'back\\slash'],
];

for (const [given, shown] of SHOWN) {
  test(`a terminal shows ${JSON.stringify(given)} as ${JSON.stringify(shown)}`, () => {
    assert.equal(terminal(given), shown);
  });
}

test('nothing that acts is left on a terminal, and escaping twice is escaping once', () => {
  for (const text of NASTY) {
    assert.doesNotMatch(terminal(text), ACTING);
    assert.equal(terminal(terminal(text)), terminal(text));
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const shown = terminal(text);
      assert.doesNotMatch(shown, ACTING);
      assert.equal(terminal(shown), shown);
    }),
  );
});

test('every code point below 0x3000 that acts is escaped', () => {
  for (let code = 0; code < 0x3000; code++) assert.doesNotMatch(terminal(String.fromCodePoint(code)), ACTING);
});

test('no text becomes mark-up, in an element or in an attribute', () => {
  assert.equal(html(`<b class="x">'&'</b>\``), '&lt;b class=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/b&gt;&#96;');
  for (const text of NASTY) {
    assert.doesNotMatch(html(text), /[<>"'`]/);
    assert.doesNotMatch(html(text), /&(?!(?:amp|lt|gt|quot|#39|#96);)/);
    assert.doesNotMatch(html(text), ACTING);
  }
});
