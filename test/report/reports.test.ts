import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { QUESTIONS } from '#domain/question';
import type { AssayRecord } from '#domain/record';
import { recordSchema } from '#engine/schema';
import { QUESTION_NAMES } from '#engine/report/answers';
import { columnsOf } from '#engine/report/columns';
import { html, terminal } from '#engine/report/escape';
import { grouped } from '#engine/report/figures';
import { htmlReport } from '#engine/report/html';
import { recordJson } from '#engine/report/json';
import { tallyOf } from '#engine/report/sentences';
import { textReport } from '#engine/report/text';
import { hostile, imageAlone, NASTY, notLookedInto, router } from './records.ts';

const RECORDS: Readonly<Record<string, AssayRecord>> = { imageAlone, router, notLookedInto, hostile };

/** What our own records hold; the hostile one says what it likes. */
const OURS = Object.entries(RECORDS).filter(([name]) => name !== 'hostile');

const text = (record: AssayRecord) => textReport(record, { color: false, exit: '3' });

/** A page as rows of words: what stands in one row of a table, one item, one paragraph, one figure's text. */
function rowsOf(page: string): readonly string[] {
  return page
    .replace(/<style>.*?<\/style>/s, '')
    .split(/<(?:tr|li|p|dt|h[1-6]|desc|figcaption|caption|div|title)\b[^>]*>/)
    .map((row) => row.replaceAll(/<[^>]*>/g, ' ').replaceAll('&#160;', ' '));
}

/** The text report as rows: an answer, an item of a list, an indication, or all that stands between blank lines. */
function paragraphsOf(report: string): readonly string[] {
  const names = Object.values(QUESTION_NAMES).map((name) => name.slice(0, 12));
  const row = new RegExp(`\\n(?=\\n| {2}(?:\\d+ |I\\d+ |${names.join('|')}))`);
  return report.split(row).map((each) => each.replaceAll(/\s+/g, ' '));
}

/** Says that nothing was found. */
const SAYS_NONE = /\bnone found\b|\bno (?:technical )?indications?\b|\bnothing (?:was )?found\b/i;

/** How hard we looked: a share in percent, or that something was not measured. */
const SAYS_HOW_HARD = /\d %.*|not measured/;

for (const [name, record] of OURS) {
  test(`${name}: nothing is said to be absent without how hard we looked, in no report`, () => {
    for (const row of [...rowsOf(htmlReport(record, 3)), ...paragraphsOf(text(record))]) {
      if (SAYS_NONE.test(row)) assert.match(row, SAYS_HOW_HARD, row);
    }
    for (const { answer, coverage, power } of (JSON.parse(recordJson(record)) as AssayRecord).questions) {
      if (answer === 'none-found') assert.ok(coverage !== null && power !== null);
    }
  });

  test(`${name}: words that promise what nobody knows are not used`, () => {
    const said = [rowsOf(htmlReport(record, 3)).join(' '), text(record)];
    for (const report of said) assert.doesNotMatch(report, /\b(?:safe|clean|passed|backdoor)\b/i);
  });

  test(`${name}: the reports count what the record counts`, () => {
    const page = htmlReport(record, 3);
    const report = text(record);
    const tally = tallyOf(record, QUESTIONS);
    assert.equal(
      Object.values(tally).reduce((sum, count) => sum + count, 0),
      QUESTIONS.length,
    );
    assert.equal(record.questions.length, QUESTIONS.length);
    assert.equal(page.match(/<article /g)?.length ?? 0, record.indications.length);
    const answers = page.slice(page.indexOf('class="answers"'), page.indexOf('</table>'));
    for (const id of QUESTIONS) assert.ok(answers.includes(QUESTION_NAMES[id]), id);
    assert.equal(count(answers, 'NOT EXAMINED'), tally['not-examined']);
    assert.equal(count(answers, 'none found'), tally['none-found']);
    assert.equal(count(answers, '>inconclusive<'), tally.inconclusive);
    assert.equal(count(report, 'NOT EXAMINED'), tally['not-examined']);
    assert.match(report, new RegExp(`^Indications \\(${record.indications.length}\\)$`, 'm'));
    for (const { id } of record.indications) assert.match(report, new RegExp(`^ {2}${id} `, 'm'));
    for (const sum of [record.coverage.bytes.explained, record.coverage.bytes.total]) {
      assert.ok(page.includes(grouped(sum)));
    }
    for (const each of record.power?.classes ?? []) {
      assert.ok(page.includes(`${each.found} of ${each.planted}`));
      assert.ok(report.includes(`${each.found} of ${each.planted}`));
    }
  });
}

function count(where: string, what: string): number {
  return where.split(what).length - 1;
}

for (const [name, record] of Object.entries(RECORDS)) {
  test(`${name}: no line is wider than 80 columns, nothing in it acts`, () => {
    for (const line of text(record).split('\n')) {
      assert.ok(columnsOf(line) <= 80, line);
      assert.equal(terminal(line), line);
    }
  });

  test(`${name}: colour adds nothing but colour`, () => {
    const coloured = textReport(record, { color: true, exit: '3' });
    assert.notEqual(coloured, text(record));
    assert.equal(stripVTControlCharacters(coloured), text(record));
  });

  test(`${name}: the page is one document without script, link or picture from elsewhere`, () => {
    const page = htmlReport(record, 3);
    assert.ok(
      page.includes(
        `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
      ),
    );
    assert.match(page, /^<!doctype html>\n<html lang="en">/);
    assert.doesNotMatch(page, /<(?:script|img|link|iframe|object|embed|form|base)\b/i);
    for (const [tag] of page.matchAll(/<[a-z](?:[^>"]|"[^"]*")*>/g)) {
      assert.doesNotMatch(tag.replaceAll(/"[^"]*"/g, ''), / (?:on\w+|style|src)=/i);
    }
    for (const [, target = ''] of page.matchAll(/href="([^"]*)"/g)) {
      assert.match(target, /^#indication-\d+$/);
      assert.ok(page.includes(`id="${target.slice(1)}"`));
    }
    assert.doesNotMatch(page.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  });

  test(`${name}: the page is well formed and can be read without sight`, () => {
    const page = htmlReport(record, 3);
    assert.deepEqual(unbalanced(page), []);
    const headings = [...page.matchAll(/<h([1-6])\b/g)].map(([, level]) => Number(level));
    assert.equal(headings[0], 1);
    assert.equal(headings.filter((level) => level === 1).length, 1);
    headings.forEach((level, i) => assert.ok(i === 0 || level <= (headings[i - 1] ?? 0) + 1));
    assert.doesNotMatch(page, /<th(?! scope="(?:col|row)")\b/);
    assert.equal(page.match(/<table\b/g)?.length, page.match(/<caption>/g)?.length);
    for (const [table] of page.matchAll(/<table.*?<\/table>/gs)) {
      const columns = count(table, '<th scope="col"');
      for (const [row] of table.matchAll(/<tr><th scope="row">.*?<\/tr>/gs)) {
        assert.equal(count(row, '<td') + 1, columns, row);
      }
    }
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [svg] of page.matchAll(/<svg.*?<\/svg>/gs)) {
      const [, named = ''] = /role="img" aria-labelledby="([^"]*)"/.exec(svg) ?? [];
      const [title, desc] = named.split(' ');
      assert.ok(svg.includes(`<title id="${title}">`) && svg.includes(`<desc id="${desc}">`));
    }
  });

  test(`${name}: the record as JSON has sorted keys, one line, the same bytes every time`, () => {
    const json = recordJson(record);
    assert.doesNotMatch(json, /\n/);
    assert.equal(recordJson(JSON.parse(json) as AssayRecord), json);
    assert.deepEqual(JSON.parse(json), structuredClone(record));
  });
}

/** Elements that are closed by nothing or close nothing. */
function unbalanced(page: string): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name = '', own] of page.matchAll(/<(\/?)([a-zA-Z][\w-]*)(?:[^>"]|"[^"]*")*?(\/?)>/g)) {
    if (own === '/' || ['meta', 'doctype'].includes(name)) continue;
    if (slash === '') open.push(name);
    else if (open.at(-1) === name) open.pop();
    else wrong.push(`</${name}> in <${open.at(-1)}>`);
  }
  return [...wrong, ...open];
}

test('the records are records', () => {
  for (const [name, record] of OURS)
    assert.deepEqual(recordSchema.safeParse(record).error?.issues, undefined, name);
});

test('hostile text is printed, inert', () => {
  const page = htmlReport(hostile, 3);
  for (const name of NASTY.slice(0, 3)) {
    assert.ok(page.includes(html(name)), name);
    assert.ok(text(hostile).replaceAll(/\s/g, '').includes(terminal(name).replaceAll(/\s/g, '')), name);
  }
  assert.ok(page.length < 1_000_000 && text(hostile).length < 500_000);
});

test('the last line is the exit code as it is given, with the reason', () => {
  assert.match(text(imageAlone), /\nExit 3 {3}7 of 7 answers below the gate\n$/);
  const given = textReport(router, { color: false, exit: '1, given as 0' });
  assert.match(given, /\nExit 1, given as 0 {3}2 indications; 5 of 7 answers below the gate\n$/);
});

test('every facility stands in both reports, with what a declaration says of it', () => {
  const page = rowsOf(htmlReport(router, 3)).join('\n');
  const report = text(router).replaceAll(/\s+/g, ' ');
  assert.match(page, /remote mirror\s+monitor session 3 .*\s+on\s+192\.0\.2\.77\s+configuration\s+no\b/);
  assert.match(page, /capture\s+tcpdump .*\s+available\s+-\s+not seen\s+yes\b/);
  assert.match(
    report,
    /Facilities \(2\) .* remote monitor on 192\.0\.2\.77 configuration no mirror session 3/,
  );
  assert.match(report, /capture tcpdump available - not seen yes/);
  assert.match(text(imageAlone), /^Facilities \(0\)$/m);
});

test('without a case file the report says what is not known', () => {
  for (const report of [text(imageAlone).replaceAll(/\s+/g, ' '), htmlReport(imageAlone, 3)]) {
    assert.match(report, /who asked, who examines, who made the product, who runs it and where/);
  }
});

test('with a case file the report names addressee, examiner, vendor and every operator', () => {
  for (const report of [text(router).replaceAll(/\s+/g, ' '), htmlReport(router, 1)]) {
    for (const name of ['Ada Linden, Prime Minister', 'Altmark Cybersecurity Centre', 'Nordwind Networks'])
      assert.ok(report.includes(name));
    for (const name of ['Altmark Telecom', 'Blauberg Mobile', 'Cumulus Cable'])
      assert.ok(report.includes(name));
    assert.ok(report.includes('no answer yet'));
    assert.ok(
      report.includes(
        '1,140 units at 2 operators run the release examined here, and 1 deployment of unknown size.',
      ),
    );
  }
});

test('an indication stands with its place, its excerpt and the command that shows it', () => {
  for (const report of [text(router), htmlReport(router, 1)]) {
    assert.match(report, /etc\/shadow/);
    assert.match(report, /bytes 1124-1187/);
    assert.match(report, /assay show sha256:77ab029d0123@1124-1187/);
    assert.match(report, /lanmon: password usable md5-crypt/);
  }
});

test('a fact that is not known is not said to be false', () => {
  assert.match(
    text(router).replaceAll(/\s+/g, ' '),
    /undocumented: true; hard-coded: true; reachable: not known; used: not known/,
  );
  assert.match(htmlReport(router, 1), /<dt>reachable<\/dt><dd>\? not known<\/dd>/);
});

test('an unchanged revision says so', () => {
  const same: AssayRecord = {
    ...router,
    difference: { from: 1, newIndications: [], goneIndications: [], coverageChange: 0, answers: [] },
  };
  assert.match(text(same), /What changed since revision 1\n {2}Nothing: /);
});

test('a plug-in that crashed is printed and counted in the last line', () => {
  const crashed: AssayRecord = {
    ...imageAlone,
    failures: [{ kind: 'crashed', plugin: 'elf', path: 'notes.bin', why: 'RangeError: offset' }],
  };
  assert.match(text(crashed), /elf crashed: notes\.bin/);
  assert.match(textReport(crashed, { color: false, exit: '4' }), /\nExit 4 {3}1 failure;/);
  assert.match(htmlReport(crashed, 4), /RangeError: offset/);
});

test('a final report says so', () => {
  const final: AssayRecord = { ...router, status: 'final', missing: [] };
  assert.match(text(final), /\| FINAL\. /);
  assert.match(text(final), /Nothing: the gate is met\./);
});
