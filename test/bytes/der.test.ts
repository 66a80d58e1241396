import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Malformed } from '#domain/error';
import { DER, DerCursor, derNatural, derOf, derOid } from '#engine/bytes/der';
import { bitLength, numberOf, powerOf } from '#engine/bytes/numbers';
import { pemAt } from '#engine/bytes/pem';

const cursor = (...bytes: readonly number[]) => new DerCursor(Uint8Array.from(bytes));

/** X.690, 8.1.3 and 10.1: what is no shortest form, or ends too early. */
const REFUSED: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ['nothing', []],
  ['no length', [0x30]],
  ['open length', [0x30, 0x80, 0x00, 0x00]],
  ['long form of a short length', [0x04, 0x81, 0x01, 0x00]],
  ['long form with a leading zero', [0x04, 0x82, 0x00, 0x80, ...Array<number>(128).fill(0)]],
  ['length of five octets', [0x04, 0x85, 0, 0, 0, 0, 1, 0]],
  ['length above what is left', [0x04, 0x84, 0xff, 0xff, 0xff, 0xff, 0x00]],
  ['high tag number', [0x1f, 0x81, 0x01, 0x00]],
];

for (const [what, bytes] of REFUSED) {
  test(`der: ${what} is refused`, () => assert.throws(() => cursor(...bytes).next(), Malformed));
}

test('der: numbers are natural and in their shortest form', () => {
  assert.deepEqual([...cursor(0x02, 0x01, 0x00).natural('n')], []);
  assert.deepEqual([...cursor(0x02, 0x02, 0x00, 0x80).natural('n')], [0x80]);
  assert.throws(() => cursor(0x02, 0x00).natural('n'), /without a value/);
  assert.throws(() => cursor(0x02, 0x01, 0x80).natural('n'), /negative/);
  assert.throws(() => cursor(0x02, 0x02, 0x00, 0x7f).natural('n'), /needless zeros/);
});

test('der: identifiers are read as they are written', () => {
  for (const oid of [
    '1.2.840.113549.1.1.1',
    '2.16.840.1.101.3.4.1.42',
    '0.9.2342.19200300.100.1.1',
    '2.999',
  ]) {
    assert.equal(new DerCursor(derOid(oid)).oid('x'), oid);
  }
  assert.throws(() => cursor(0x06, 0x02, 0x2a, 0x80).oid('x'), Malformed);
  assert.throws(() => cursor(0x06, 0x02, 0x80, 0x01).oid('x'), Malformed);
});

test('der: what is written is read again', () => {
  const long = Buffer.alloc(70_000, 7);
  const value = derOf(DER.sequence, derNatural(Uint8Array.of(0, 0, 0xff)), derOf(DER.octetString, long));
  const fields = new DerCursor(value).sequence('s');
  assert.deepEqual([...fields.natural('n')], [0xff]);
  assert.equal(fields.octets('o').length, 70_000);
  fields.finish('the end');
});

test('numbers: powers and lengths are those of arithmetic', () => {
  assert.equal(powerOf(3n, 200n, 1_000_007n), 3n ** 200n % 1_000_007n);
  assert.equal(powerOf(5n, 0n, 1n), 0n);
  assert.equal(numberOf(Uint8Array.of(1, 0)), 256n);
  assert.deepEqual(
    [[], [0, 0], [1], [0, 0x80], [1, 0]].map((bytes) => bitLength(Uint8Array.from(bytes))),
    [0, 0, 1, 8, 9],
  );
});

test('pem: a body that is not base64, or not ended, is none', () => {
  const block = (text: string) => pemAt(Buffer.from(text));
  assert.equal(
    block('-----BEGIN X-----\nQUJD\n-----END X-----')?.body.toString(),
    Buffer.from('ABC').toString(),
  );
  assert.equal(block('-----BEGIN X-----\nQUJ\n-----END X-----'), null);
  assert.equal(block('-----BEGIN X-----\nQU=D\n-----END X-----'), null);
  assert.equal(block('-----BEGIN X-----\nQUJD\n-----END Y-----'), null);
  assert.equal(block('-----BEGIN X-----\nQUJD\n'), null);
  assert.equal(block('-----BEGIN X-----\nA: b\n\nQUJD\n-----END X-----')?.headers.get('a'), 'b');
});
